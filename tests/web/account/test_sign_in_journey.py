"""Signing in, in a real browser: by phone on a small screen, and by passkey as staff."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import Browser, Page, Route, sync_playwright

from shoal.kit.clock import now
from shoal.notify import queries as notify_queries
from shoal.people import operations
from shoal.people.models import Invitation, Person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PASSWORD = "green fish by the pier"


@pytest.fixture(scope="module")
def browser(django_db_setup) -> Iterator[Browser]:
    # Playwright keeps a loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as play:
        launched = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """The static files as an installation gathers them, with one stylesheet per face."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture
def page(browser: Browser, files: Path) -> Iterator[Page]:
    def serve(route: Route) -> None:
        path = files / route.request.url.partition("/static/")[2].partition("?")[0]
        route.fulfill(path=path) if path.is_file() else route.fulfill(status=404)

    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    context.route("**/static/**", serve)
    made = context.new_page()
    made.broken = []
    made.on("pageerror", lambda error: made.broken.append(str(error)))
    made.on(
        "console",
        lambda said: made.broken.append(said.text) if "Content Security" in said.text else None,
    )
    yield made
    context.close()


def look_closely(page: Page) -> None:
    """No axe violation, light or dark, nothing wider than the screen, nothing broken."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.broken == []


def mailed(pattern: str) -> str:
    found = re.search(pattern, notify_queries.outbox()[0].body)
    assert found
    return found[1]


def test_alice_signs_in_with_her_phone(page, live_server, settings):
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


def test_olga_comes_by_invitation_and_back_by_passkey(page, live_server, settings):
    settings.SHOAL_PUBLIC_URL = live_server.url
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
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
