"""Staff: e-mail and password, a second factor, no open door, no bypass by phone."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from shoal.kit.clock import now
from shoal.notify import queries as notify_queries
from shoal.people import operations, queries
from shoal.people.models import Invitation, Person
from shoal.people.operations import NewPerson

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "olga@shoal.example", "green fish by the pier"


@pytest.fixture(autouse=True)
def _no_tries_yet():
    cache.clear()


def token_mailed() -> str:
    operations.invite(
        email=EMAIL, place=Invitation.Place.PLATFORM, subject=None, role="vetting",
        place_name="Shoal", by="root", at=now(),
    )  # fmt: skip
    found = re.search(r"/invitation/(\S+)", notify_queries.outbox()[0].body)
    assert found
    return found[1]


def accept_terms(person: Person) -> None:
    newest = queries.terms_now()
    assert newest
    operations.accept_terms(people=[person], version=newest.version, at=now())


@pytest.fixture
def olga() -> Person:
    person = operations.accept_invitation(
        token=token_mailed(), name="Olga", password=PASSWORD, person=None, at=now()
    )
    accept_terms(person)
    return person


def log_in(client: Client, password: str = PASSWORD):
    return client.post("/sign-in/staff/", {"login": EMAIL, "password": password})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_an_invitation_leads_through_the_terms_to_the_desk(client):
    address = f"/sign-in/invitation/{token_mailed()}"
    assert EMAIL in client.get(address).content.decode()
    done = client.post(address, {"name": "Olga", "password": PASSWORD})
    assert done["Location"] == "/sign-in/terms"
    version = client.get("/sign-in/terms").context["terms"].version
    assert client.post("/sign-in/terms", {"version": version, "accept": "yes"})["Location"] == (
        "/sign-in/home"
    )
    assert client.get("/sign-in/home")["Location"] == "/desk/"
    assert Client().get(address).status_code == 409


def test_a_weak_password_is_said_beside_the_field(client):
    address = f"/sign-in/invitation/{token_mailed()}"
    page = client.post(address, {"name": "Olga", "password": "short"})
    assert page.status_code == 422
    assert page.context["form"].errors["password"]
    assert not is_in(client)


def test_password_opens_and_a_wrong_one_does_not(client, olga):
    assert log_in(client, "wrong password").status_code == 200
    assert not is_in(client)
    assert log_in(client)["Location"] == "/sign-in/home"
    assert is_in(client)


def test_nobody_signs_up(client):
    for address in ("/sign-in/staff/sign-up", "/sign-in/staff/email"):
        answer = client.post(address, {"email": "x@y.example", "password1": PASSWORD})
        assert answer.status_code in {302, 405}
    assert not Person.objects.exists()


def test_an_unknown_address_and_a_wrong_password_look_alike(client, olga):
    known = log_in(client, "wrong password").content.decode()
    unknown = client.post(
        "/sign-in/staff/", {"login": "nobody@shoal.example", "password": "wrong password"}
    ).content.decode()
    clean = [re.sub(r'value="[^"]*"|X-CSRFToken": "[^"]*"', "", page) for page in (known, unknown)]
    assert clean[0] == clean[1]


def test_a_forgotten_password_does_not_tell_who_is_here(client, olga):
    for email in (EMAIL, "nobody@shoal.example"):
        answer = client.post("/sign-in/staff/password/reset", {"email": email})
        assert answer["Location"] == "/sign-in/staff/password/reset/sent"


def test_with_an_authenticator_the_password_is_not_enough(client, olga):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(olga, secret)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert log_in(client)["Location"].startswith("/sign-in/staff/second-factor/ask")
    assert not is_in(client)
    assert client.get("/sign-in/staff/second-factor/ask").status_code == 200
    wrong = client.post("/sign-in/staff/second-factor/ask", {"code": "000000"})
    assert wrong.status_code == 200
    assert not is_in(client)
    client.post("/sign-in/staff/second-factor/ask", {"code": code_of(secret)})
    assert is_in(client)


def code_of(secret: str, *, step: int = 0) -> str:
    """What an authenticator shows now; with a step, one whose clock is 30 s from ours."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + step))


def give_code(client: Client, code: str) -> None:
    log_in(client)
    client.post("/sign-in/staff/second-factor/ask", {"code": code})


@pytest.mark.parametrize(("step", "comes_in"), [(-3, False), (-1, True), (1, True), (3, False)])
def test_a_phone_whose_clock_is_half_a_minute_off_comes_in(client, olga, step, comes_in):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(olga, secret)
    give_code(client, code_of(secret, step=step))
    assert is_in(client) is comes_in


def test_a_code_lets_nobody_in_twice(client, olga):
    secret = totp.generate_totp_secret()
    factor = totp.TOTP.activate(olga, secret)
    code = code_of(secret, step=1)
    give_code(client, code)
    # What allauth does by itself 30 seconds later, when this code is still good.
    assert cache.delete(factor._get_used_cache_key(code))
    thief = Client()
    give_code(thief, f"{code[:3]} {code[3:]}")
    assert not is_in(thief)


@pytest.mark.parametrize("address", [
    "/sign-in/staff/second-factor", "/sign-in/staff/second-factor/app/on", "/sign-in/staff/keys",
    "/sign-in/staff/keys/new", "/sign-in/staff/password",
])  # fmt: skip
def test_pages_of_second_factors_open_and_carry_no_inline_code(client, olga, address):
    log_in(client)
    # What guards an account is changed only by who has just typed her password once more.
    client.post("/sign-in/staff/again", {"password": PASSWORD})
    page = client.get(address)
    assert page.status_code == 200
    html = page.content.decode()
    assert not re.search(r"<script(?![^>]*(src=|application/json))", html)
    assert not re.search(r"\sstyle=|\son\w+=", html)


def test_a_phone_alone_opens_no_page_of_second_factors(client):
    mei = operations.add_people(entries=[NewPerson("13812345678", "美")], at=now())[0]
    client.force_login(mei)
    session = client.session
    session["shoal_proof"] = "phone"
    session.save()
    assert client.get("/sign-in/staff/keys")["Location"].startswith("/sign-in/staff/")


def test_password_guessing_is_slowed(client, olga):
    for _ in range(5):
        log_in(client, "wrong password")
    log_in(client)
    assert not is_in(client)


def test_a_dismissed_operator_has_no_desk(client, olga):
    log_in(client)
    operations.dismiss_operator(person=olga, role="vetting", at=now() + timedelta(seconds=1))
    assert client.get("/sign-in/home")["Location"] == "/me"
