"""Coming in by phone and code, and what stands between a proof and a session."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from shoal.kit.clock import now
from shoal.notify import queries as notify_queries
from shoal.people import operations, queries
from shoal.people.models import Person, TermsAcceptance
from shoal.people.operations import NewPerson

pytestmark = pytest.mark.django_db

PHONE = "13812345678"


@pytest.fixture
def mei() -> Person:
    person = operations.add_people(entries=[NewPerson(PHONE, "美", "en")], at=now())[0]
    newest = queries.terms_now()
    assert newest is not None
    operations.accept_terms(people=[person], version=newest.version, at=now())
    return person


def code_sent() -> str:
    found = re.search(r"\d{6}", notify_queries.outbox()[0].body)
    assert found
    return found[0]


def sign_in(client: Client, *, goto: str = "", **headers: str):
    client.post("/sign-in/", {"phone": PHONE, "next": goto}, headers=headers)
    return client.post(
        "/sign-in/code", {"phone": PHONE, "code": code_sent(), "next": goto}, headers=headers
    )


def test_a_first_sign_in_asks_for_the_terms_once_and_then_goes_on(client):
    response = sign_in(client, goto="/checkout")
    assert response["Location"] == "/sign-in/terms"
    assert "_auth_user_id" not in client.session
    page = client.get("/sign-in/terms")
    version = page.context["terms"].version
    response = client.post("/sign-in/terms", {"version": version, "accept": "yes"})
    assert response["Location"] == "/checkout"
    accepted = TermsAcceptance.objects.get()
    assert client.session["_auth_user_id"] == str(accepted.person_id)
    assert accepted.terms.version == version
    client.post("/sign-out")
    assert sign_in(client, goto="/checkout")["Location"] == "/checkout"


def test_declining_the_terms_leaves_nobody_signed_in(client):
    sign_in(client)
    client.post("/sign-in/terms", {"decline": "yes"})
    assert client.get("/sign-in/terms")["Location"] == "/sign-in/"
    assert "_auth_user_id" not in client.session
    assert not TermsAcceptance.objects.exists()


def test_old_terms_cannot_be_accepted(client):
    sign_in(client)
    operations.publish_terms(texts={"en": "New\nRead me"}, by="olga", at=now())
    page = client.post("/sign-in/terms", {"version": "1", "accept": "yes"})
    assert page.status_code == 200
    assert b"Read me" in page.content
    assert not TermsAcceptance.objects.exists()


def test_the_session_gets_a_new_key_at_sign_in(client, mei):
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    sign_in(client)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "goto", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(client, mei, goto):
    assert sign_in(client, goto=goto)["Location"] == "/sign-in/home"


def test_the_right_page_comes_after_signing_in(client, mei):
    assert sign_in(client, goto="/cart?shop=x")["Location"] == "/cart?shop=x"


def test_htmx_gets_the_step_in_place_and_then_the_whole_page(client, mei):
    step = client.post("/sign-in/", {"phone": PHONE}, headers={"HX-Request": "true"})
    assert b"<html" not in step.content
    assert b'id="sign-in"' in step.content
    assert b'autocomplete="one-time-code"' in step.content
    done = client.post("/sign-in/code", {"phone": PHONE, "code": code_sent(), "next": "/cart"},
                       headers={"HX-Request": "true"})  # fmt: skip
    assert done["HX-Redirect"] == "/cart"


def test_wrong_phone_and_wrong_code_are_said_beside_the_field(client, mei):
    page = client.post("/sign-in/", {"phone": "12"}, headers={"Accept-Language": "en"})
    assert page.status_code == 422
    assert "not a mobile number" in page.content.decode()
    client.post("/sign-in/", {"phone": PHONE})
    wrong = f"{(int(code_sent()) + 1) % 1_000_000:06}"
    page = client.post("/sign-in/code", {"phone": PHONE, "code": wrong},
                       headers={"Accept-Language": "en"})  # fmt: skip
    assert page.status_code == 422
    assert "This code is not right" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_pages_do_not_tell_who_is_here(client, mei):
    pages = [
        client.post("/sign-in/", {"phone": phone}).content.decode().replace(shown, "")
        for phone, shown in ((PHONE, "138 1234 5678"), ("13912345678", "139 1234 5678"))
    ]
    clean = [re.sub(r'value="[^"]*"|X-CSRFToken": "[^"]*"', "", page) for page in pages]
    assert clean[0] == clean[1]


def test_the_phone_is_not_kept_in_the_session(client):
    client.post("/sign-in/", {"phone": PHONE})
    assert PHONE not in str(dict(client.session))


def test_forms_without_their_token_are_refused(mei):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/sign-in/", {"phone": PHONE}, headers={"Accept-Language": "en"})
    assert response.status_code == 403
    assert "open too long" in response.content.decode()
    assert not notify_queries.outbox()


def test_a_link_signs_in_once(client, mei):
    token = operations.mint_login_link(person=mei, at=now())
    looked_ahead = client.get(f"/sign-in/link/{token}", headers={"Sec-Purpose": "prefetch"})
    assert looked_ahead.status_code == 503
    assert client.get(f"/sign-in/link/{token}")["Location"] == "/sign-in/home"
    assert client.session["_auth_user_id"] == str(mei.pk)
    again = Client().get(f"/sign-in/link/{token}", headers={"Accept-Language": "en"})
    assert again.status_code == 409
    assert "used before" in again.content.decode()


def test_a_link_is_too_old_after_half_an_hour(client, mei):
    token = operations.mint_login_link(person=mei, at=now() - timedelta(minutes=30))
    assert client.get(f"/sign-in/link/{token}").status_code == 409
    assert "_auth_user_id" not in client.session


def test_the_outbox_is_closed_where_strangers_can_open_it(client, monkeypatch):
    assert client.get("/outbox").status_code == 200
    monkeypatch.setenv("SHOAL_PUBLIC_URL", "https://shop.example")
    assert client.get("/outbox").status_code == 404
    refused = client.post("/sign-in/", {"phone": PHONE}, headers={"Accept-Language": "en"})
    assert refused.status_code == 409
    assert "not set up" in refused.content.decode()
    monkeypatch.setenv("SHOAL_OUTBOX_ANYWHERE", "yes")
    assert client.get("/outbox").status_code == 200


def test_too_many_codes_are_answered_429_beside_the_field_or_as_a_page(client, settings):
    settings.SHOAL_CODES_PER_NETWORK = 1
    client.post("/sign-in/", {"phone": PHONE})
    page = client.post("/sign-in/", {"phone": "13912345678"}, headers={"Accept-Language": "en"})
    assert page.status_code == 429
    assert "too often" in page.content.decode()
