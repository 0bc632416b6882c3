"""Signing in with WeChat: through its page and back, for who was sent there and nobody else."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client

from shoal.kit.clock import now
from shoal.people import operations, queries
from shoal.people.models import Identity
from shoal.people.operations import NewPerson
from shoal.web import proof
from tests.partners.wechat import wechat, weixin  # noqa: F401 - fixtures
from tests.web.test_access import client_of

pytestmark = pytest.mark.django_db
INSIDE = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


@pytest.fixture
def alice():
    entry = NewPerson("13812345678", "李爱丽", "en")
    person = operations.add_people(entries=[entry], at=now())[0]
    terms = queries.terms_now()
    operations.accept_terms(people=[person], version=terms.version, at=now())
    return person


@pytest.fixture(autouse=True)
def partner(wechat):  # noqa: F811
    return wechat


def inside() -> Client:
    return Client(headers={"user-agent": INSIDE, "accept-language": "en"})


def to_wechat(client, goto="/me"):
    answer = client.get("/sign-in/wechat", {"next": goto})
    assert answer.status_code == 302
    return answer["Location"]


def back_from(address):
    """Where WeChat sends her, without asking her anything."""
    answer = httpx.get(address.partition("#")[0], trust_env=False)
    return answer.headers["location"].removeprefix("http://localhost:8000")


def test_the_way_there_says_what_the_documents_ask_for(partner):
    address = to_wechat(inside())
    parts = urlsplit(address)
    assert address.startswith(f"{partner.url}/connect/oauth2/authorize?appid=wx")
    assert parts.fragment == "wechat_redirect"
    words = parse_qs(parts.query)
    assert (words["scope"], words["response_type"]) == (["snsapi_base"], ["code"])
    assert words["redirect_uri"] == ["http://localhost:8000/sign-in/wechat/back"]
    assert len(words["state"][0]) >= 32


def test_who_is_known_is_signed_in(alice):
    operations.know_wechat(person=alice, openid=OPENID, at=now())
    client = inside()
    answer = client.get(back_from(to_wechat(client)))
    assert (answer.status_code, answer["Location"]) == (302, "/me")
    assert client.session["_auth_user_id"] == str(alice.pk)
    assert client.session["shoal_proof"] == proof.PHONE  # and opens no staff page


def test_the_secret_in_the_address_is_in_no_log_however_much_is_logged(alice, settings, caplog):
    caplog.set_level("DEBUG")
    client = inside()
    client.get(back_from(to_wechat(client)))
    assert settings.SHOAL_WECHAT_APP_SECRET
    assert settings.SHOAL_WECHAT_APP_SECRET not in caplog.text


def test_who_is_not_known_proves_her_phone_first():
    client = inside()
    answer = client.get(back_from(to_wechat(client)))
    assert answer["Location"] == "/sign-in/?next=%2Fme"
    assert "Prove your phone once" in client.get(answer["Location"]).content.decode()
    assert "_auth_user_id" not in client.session
    assert not Identity.objects.exists()


def test_who_has_signed_in_is_known_from_then_on(alice):
    client = client_of(alice, proof.PHONE)
    client.get(back_from(to_wechat(client)))
    assert queries.person_by_wechat(OPENID) == alice


def test_anothers_account_is_not_taken_over(alice):
    bob = operations.add_people(entries=[NewPerson("13812345679", "Bob")], at=now())[0]
    operations.know_wechat(person=bob, openid=OPENID, at=now())
    client = client_of(alice, proof.PHONE)
    answer = client.get(back_from(to_wechat(client)), headers={"accept-language": "en"})
    assert answer.status_code == 409
    assert "somebody else" in answer.content.decode()
    assert queries.person_by_wechat(OPENID) == bob
    assert queries.wechat_of(alice) == ""


def test_a_way_back_that_this_browser_was_not_sent_on(alice):
    operations.know_wechat(person=alice, openid=OPENID, at=now())
    sent, lured = inside(), inside()
    back = back_from(to_wechat(sent))
    assert lured.get(back).status_code == 409
    assert "_auth_user_id" not in lured.session
    to_wechat(lured)
    assert lured.get(back).status_code == 409
    assert lured.get("/sign-in/wechat/back").status_code == 409
    assert "_auth_user_id" not in lured.session


def test_a_way_back_is_used_once_and_soon(alice):
    operations.know_wechat(person=alice, openid=OPENID, at=now())
    client = inside()
    back = back_from(to_wechat(client))
    session = client.session
    waiting = session["shoal_wechat_state"]
    session["shoal_wechat_state"] = waiting | {"at": (now() - timedelta(minutes=11)).isoformat()}
    session.save()
    assert client.get(back).status_code == 409
    assert client.get(back).status_code == 409
    assert "_auth_user_id" not in client.session


def test_a_code_that_is_made_up_or_a_partner_that_is_down(alice, partner):
    client = inside()
    back = back_from(to_wechat(client))
    state = parse_qs(urlsplit(back).query)["state"][0]
    answer = client.get("/sign-in/wechat/back", {"code": "made-up", "state": state})
    assert answer.status_code == 409
    back = back_from(to_wechat(client))
    partner.server.down = True
    answer = client.get(back)
    assert answer.status_code == 409
    assert "does not answer" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_it_leads_to_no_other_site(alice):
    operations.know_wechat(person=alice, openid=OPENID, at=now())
    client = inside()
    answer = client.get(back_from(to_wechat(client, goto="https://evil.example/")))
    assert answer["Location"] == "/sign-in/home"


def test_it_is_offered_within_wechat_only(settings):
    assert "Sign in with WeChat" in inside().get("/sign-in/").content.decode()
    desk = Client(headers={"accept-language": "en"})
    assert "Sign in with WeChat" not in desk.get("/sign-in/").content.decode()
    settings.SHOAL_WECHAT_APP_SECRET = ""
    assert "Sign in with WeChat" not in inside().get("/sign-in/").content.decode()
    assert inside().get("/sign-in/wechat").status_code == 404
