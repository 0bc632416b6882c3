"""Signing in, in a real browser: by phone on a small screen, and by passkey as staff."""

import re

import pytest

from shoal.kit.clock import now
from shoal.notify import queries as notify_queries
from shoal.people import operations
from shoal.people.models import Invitation, Person
from tests.web.screen import browser, files, hold, look_closely, page  # noqa: F401 - fixtures

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PASSWORD = "green fish by the pier"


def mailed(pattern: str) -> str:
    found = re.search(pattern, notify_queries.outbox()[0].body)
    assert found
    return found[1]


def test_alice_signs_in_with_her_phone(page, live_server, settings):  # noqa: F811
    settings.SHOAL_PUBLIC_URL = live_server.url
    operations.publish_terms(texts={"en": "Us\nBe kind."}, by="olga", at=now())
    page.goto(f"{live_server.url}/sign-in/?next=/me/data")
    look_closely(page)
    page.get_by_label("Mobile number").fill("138 1234 5678")
    page.get_by_role("button", name="Send me a code").click()
    code_field = page.get_by_label("Code from the message")
    assert code_field.get_attribute("autocomplete") == "one-time-code"
    again = page.get_by_role("button", name=re.compile("Send again in"))
    again.wait_for()
    assert again.is_disabled()
    look_closely(page)
    code_field.fill(mailed(r"(\d{6})"))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Terms of use").wait_for()
    look_closely(page)
    page.get_by_role("button", name="Accept and go on").click()
    page.get_by_role("heading", name="My data").wait_for()
    look_closely(page)
    page.goto(f"{live_server.url}/me/data/erasure")
    look_closely(page)
    page.get_by_label("I understand that this cannot be undone").check()
    page.get_by_role("button", name="Erase everything").click()
    page.get_by_role("heading", name="You are forgotten here").wait_for()
    assert not Person.objects.get().is_active


def test_olga_comes_by_invitation_and_back_by_passkey(page, live_server, settings):  # noqa: F811
    settings.SHOAL_PUBLIC_URL = live_server.url
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    operations.publish_terms(texts={"en": "Us\nBe kind."}, by="root", at=now())
    operations.invite(
        email="olga@shoal.example", place=Invitation.Place.PLATFORM, subject=None, role="admin",
        place_name="Shoal", by="root", at=now(),
    )  # fmt: skip
    token = mailed(r"/invitation/(\S+)")
    page.goto(f"{live_server.url}/sign-in/invitation/{token}")
    look_closely(page)
    page.get_by_label("Name").fill("Olga")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Accept the invitation").click()
    page.get_by_role("button", name="Accept and go on").click()
    page.wait_for_url(re.compile("/desk/"))
    page.goto(f"{live_server.url}/sign-in/staff/keys/new")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.locator("input[name=passwordless]").check()
    look_closely(page)
    page.locator("#mfa_webauthn_add").click()
    page.get_by_role("heading", name="Recovery Codes").wait_for()
    for address in ("second-factor", "second-factor/app/on", "keys"):
        page.goto(f"{live_server.url}/sign-in/staff/{address}")
        look_closely(page)
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/sign-in/staff/")
    look_closely(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile("/desk/"))
