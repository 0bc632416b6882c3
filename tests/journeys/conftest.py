"""The whole of Shoal, started as anybody starts it, and a phone in Chromium to walk through it.

To write a journey, start `./run demo` once and name it in JOURNEY_SITE and JOURNEY_DATA: the tests
then use that one instead of building a world of their own.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_START_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Site:
    """A running demo: its address and its data folder."""

    url: str
    data: Path

    def link(self, *whom: str) -> str:
        """A fresh link that signs somebody in, as the person who holds the installation mints."""
        words = [sys.executable, "-m", "shoal", "login-link", *whom, "--data", str(self.data)]
        environment = os.environ | {"SHOAL_PUBLIC_URL": self.url}
        told = subprocess.run(words, check=True, capture_output=True, text=True, env=environment)
        found = re.search(r"http\S+", told.stdout)
        assert found, told.stdout
        return found[0]


def _free_ports() -> tuple[int, int]:
    """Two neighbouring ports that nobody uses."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port, port + 1


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Everything, on a demo world of its own, until the last journey is over."""
    given = os.environ.get("JOURNEY_SITE")
    if given:
        yield Site(given, Path(os.environ["JOURNEY_DATA"]))
        return
    folder = Path(tempfile.mkdtemp(prefix="shoal-journeys-"))
    port, _ = _free_ports()
    environment = {name: value for name, value in os.environ.items() if "SHOAL_" not in name}
    words = [sys.executable, "-m", "shoal", "demo", "--data", str(folder), "--port", str(port)]
    log = folder / "journeys.log"
    with log.open("wb") as told:
        process = subprocess.Popen(words, stdout=told, stderr=told, env=environment)
    try:
        _wait(lambda: b"Ctrl-C" in log.read_bytes() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield Site(f"http://localhost:{port}", folder)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _START_SECONDS
    while not done():
        assert time.monotonic() < until, "the demo did not start in time"
        time.sleep(0.3)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        made = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield made
        made.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Makes somebody with a phone (or a desk) of her own; what breaks on her pages fails the test."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def make(
        *, language: str = "en-GB", width: int = 360, scripts: bool = True, height: int = 780
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on(
            "console",
            lambda said: broken.append(said.text) if "Content Security" in said.text else None,
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert broken == []


def come_in(page: Page, link: str) -> None:
    """Follows a sign-in link and confirms it."""
    page.goto(link)
    button = page.get_by_role("main").get_by_role("button")
    if button.count():
        button.first.click()
        page.wait_for_load_state()


def look_closely(page: Page) -> None:
    """No axe violation in light or dark, nothing wider than the screen."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
