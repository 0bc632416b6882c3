"""Staff come by invitation, choose a password, set up a second factor, and come back with it."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import Site
from tests.journeys.walking import OLGA, come_in, look_closely, new_number

pytestmark = pytest.mark.journey

_PASSWORD = "green fish by the pier"


def test_petra_joins_the_platform(site, visitor):
    olga, petra = visitor(width=1280), visitor()
    email = invite(olga, site)
    look_closely(olga)

    petra.goto(invitation(site, email))
    look_closely(petra)
    accept(petra)
    # On a machine of one's own the second factor may wait (SHOAL_SECOND_FACTOR); she sets it up.
    petra.goto(f"{site.url}/sign-in/staff/second-factor")
    look_closely(petra)
    secret = set_up(petra, site.url)

    petra.goto(f"{site.url}/desk/")
    expect(petra).to_have_url(re.compile("/desk/$"))
    look_closely(petra)
    petra.context.clear_cookies()
    petra.goto(f"{site.url}/desk/")
    petra.get_by_label("E-mail").or_(petra.get_by_label("Email")).first.fill(email)
    petra.get_by_label("Password").fill(_PASSWORD)
    petra.get_by_role("button", name="Sign in", exact=True).click()
    code = petra.locator("input[name=code]")
    code.wait_for()
    look_closely(petra)
    code.fill("000000")
    code.press("Enter")
    expect(petra.locator(".field-error")).to_be_visible()
    look_closely(petra)
    petra.locator("input[name=code]").fill(totp(secret))
    petra.locator("input[name=code]").press("Enter")
    petra.wait_for_url(re.compile("/desk/$"))


def test_petra_comes_back_with_a_passkey(site, visitor):
    """Her phone holds the key: it is kept once, and from then on needs no password and no code."""
    petra = visitor()
    petra.goto(invitation(site, invite(visitor(width=1280), site)))
    accept(petra)
    hold_keys(petra)

    petra.goto(f"{site.url}/sign-in/staff/keys/new")
    confirm(petra)
    petra.get_by_label("What you call it").fill("Petra's phone")
    expect(petra.get_by_label("Sign in with this key alone")).to_be_checked()
    look_closely(petra)
    petra.get_by_role("button", name="Add").click()
    petra.wait_for_url(lambda url: not url.endswith("/keys/new"))
    look_closely(petra)
    petra.goto(f"{site.url}/sign-in/staff/keys")
    expect(petra.get_by_role("main")).to_contain_text("Petra's phone")
    look_closely(petra)

    petra.context.clear_cookies()
    petra.goto(f"{site.url}/sign-in/staff/")
    petra.get_by_role("button", name="Sign in with a passkey").click()
    petra.wait_for_url(lambda url: "/sign-in/" not in url)
    petra.goto(f"{site.url}/desk/")
    expect(petra).to_have_url(re.compile("/desk/$"))


def invite(olga: Page, site: Site) -> str:
    """Olga asks somebody new to look after customers; returns the address she writes to."""
    come_in(olga, site, "--phone", OLGA)
    email = f"petra-{new_number()}@shoal.example"
    olga.goto(f"{site.url}/desk/team")
    olga.get_by_label("Work e-mail").fill(email)
    olga.get_by_label("Role", exact=True).select_option("care")
    olga.get_by_role("button", name="Send the invitation").click()
    expect(olga.get_by_role("region", name="Invited")).to_contain_text(email)
    return email


def accept(page: Page) -> None:
    """Petra gives her name, chooses a password and accepts the terms."""
    page.get_by_label("Name").fill("Petra")
    page.get_by_label("Password").fill(_PASSWORD)
    page.get_by_role("button", name="Accept the invitation").click()
    page.wait_for_url(lambda url: "/invitation/" not in url)
    if "/sign-in/terms" in page.url:
        page.get_by_role("button", name="Accept and go on").click()


def confirm(page: Page) -> None:
    """Types the password again where the page wants to know that it is still her."""
    if page.locator("input[name=password]").count():
        page.locator("input[name=password]").fill(_PASSWORD)
        page.get_by_role("button", name="Confirm").click()


def hold_keys(page: Page) -> None:
    """Gives the browser what a phone has: a place for passkeys that asks for her finger."""
    chromium = page.context.new_cdp_session(page)
    chromium.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    chromium.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def invitation(site: Site, email: str) -> str:
    """The link in the mail that Petra got."""
    mail = next(one for one in site.outbox() if email in one)
    found = re.search(r"http\S+/invitation/\S+", mail)
    assert found, mail
    return found[0]


def set_up(page: Page, site: str) -> str:
    """Adds an authenticator app and returns what it was told."""
    page.goto(f"{site}/sign-in/staff/second-factor/app/on")
    confirm(page)
    look_closely(page)
    secret = page.evaluate(
        "document.querySelector('#authenticator_secret')?.value || document.body.innerText"
    )
    found = re.search(r"\b[A-Z2-7]{16,}\b", secret)
    assert found, secret
    field = page.locator("input[name=code]")
    field.fill(totp(found[0]))
    field.press("Enter")
    page.wait_for_url(lambda url: "/app/on" not in url)
    look_closely(page)
    return found[0]


def totp(secret: str) -> str:
    """The code that an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"
