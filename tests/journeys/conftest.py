"""The whole of Shoal, started as anybody starts it, and a phone in Chromium to walk through it.

To write a journey, start `./run demo` once and name it in JOURNEY_SITE and JOURNEY_DATA: the tests
then use that one instead of building a world of their own.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from shoal.run.checks import find_browser
from tests.journeys.site import Site, census, descendants, running, site_at, still_there

_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
# For a page or a word on it, on a machine that has other work, too; in milliseconds.
_PATIENCE = 30_000
# Chromium says this of every answer that is not 2xx; the journeys look at those answers themselves.
_ANSWERS = "Failed to load resource: the server responded with a status of 4"


@pytest.fixture(scope="package")
def site() -> Iterator[Site]:
    """Everything, on a demo world of its own, until the last journey is over.

    The world is built by a first start; the journeys walk through the second one.
    """
    given = os.environ.get("JOURNEY_SITE")
    if given:
        with site_at(given, Path(os.environ["JOURNEY_DATA"])) as walked:
            yield walked
        return
    folder = Path(tempfile.mkdtemp(prefix="shoal-journeys-"))
    try:
        with running(folder) as first:
            began = descendants(first.process.pid)
            world = census(folder)
        left = still_there(began)
        with running(folder) as demo:
            yield replace(
                demo.site, started=len(began), left=left, seconds=demo.seconds, world=world
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=find_browser(), args=list(_QUIET))
        yield made
        made.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Makes somebody with a phone or desk of her own; what breaks on her pages fails the test."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"} and not said.text.startswith(_ANSWERS):
            broken.append(f"{said.location.get('url')}: {said.text}")

    def make(
        *, language: str = "en-GB", width: int = 360, scripts: bool = True, height: int = 780
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(_PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", heard)
        return page

    yield make
    for context in contexts:
        context.close()
    assert broken == []
