"""A real browser on the pages of a running server, without the whole of Shoal around it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from shoal.run.checks import find_browser


@pytest.fixture(scope="module")
def browser(django_db_setup) -> Iterator[Browser]:
    # Playwright keeps a loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
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
def hold(browser: Browser, files: Path) -> Iterator[Callable[..., Page]]:
    """Makes somebody with a phone of her own; `agent` is what its browser calls itself."""
    held: list[BrowserContext] = []

    def serve(route: Route) -> None:
        path = files / route.request.url.partition("/static/")[2].partition("?")[0]
        route.fulfill(path=path) if path.is_file() else route.fulfill(status=404)

    def hold(*, locale: str = "en-GB", agent: str | None = None, width: int = 360) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 740}, locale=locale, user_agent=agent
        )
        held.append(context)
        context.route("**/static/**", serve)
        made = context.new_page()
        made.broken = []
        made.on("pageerror", lambda error: made.broken.append(str(error)))
        made.on(
            "console",
            lambda said: made.broken.append(said.text) if "Content Security" in said.text else None,
        )
        return made

    yield hold
    for context in held:
        context.close()


@pytest.fixture
def page(hold) -> Page:
    return hold()


def look_closely(page: Page) -> None:
    """No axe violation, light or dark, nothing wider than the screen, nothing broken."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.broken == []
