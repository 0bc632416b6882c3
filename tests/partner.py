"""The payment partner as what it is: another program, started for a test on a free port."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as django_settings

from shoal.payments import providers

SOURCE = Path(__file__).parents[1] / "src"


@dataclass
class Partner:
    """A running Harbour Pay."""

    folder: Path
    url: str = ""
    port: int = 0
    process: subprocess.Popen[str] | None = None
    browser: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))

    def start(self) -> None:
        own = Ed25519PrivateKey.from_private_bytes(django_settings.SHOAL_PAY_SANDBOX_KEY)
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "shoal.sandbox_pay",
                f"--port={self.port}",
                f"--folder={self.folder}",
                f"--merchant-key={own.public_key().public_bytes_raw().hex()}",
            ],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(SOURCE), "PATH": "/usr/bin:/bin"},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("ready "), line
        self.url = line.removeprefix("ready ").strip().rstrip("/")
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def behave(self, **manners: str) -> None:
        """From now on the partner behaves like this; what is not named is good manners."""
        assert self.browser.post(f"{self.url}/test", data=manners).status_code == 303

    def release(self) -> None:
        self.browser.post(f"{self.url}/test/release")

    def finish_refunds(self) -> None:
        self.browser.post(f"{self.url}/test/finish")

    def let_a_day_pass(self) -> None:
        """What happened at the partner so far happened a day earlier."""
        self.browser.post(f"{self.url}/test/age")

    def pay(self, page: str, choice: str = "pay") -> httpx.Response:
        return self.browser.post(page, data={"choice": choice})


@pytest.fixture(scope="session")
def harbour(tmp_path_factory) -> Iterator[Partner]:
    """One process for the whole run: starting it takes longer than most tests."""
    running = Partner(tmp_path_factory.mktemp("harbour") / "sandbox-pay")
    yield running
    running.stop()
    running.browser.close()


@pytest.fixture
def partner(harbour, settings) -> Iterator[Partner]:
    """The partner, running and of good manners, as the one that the settings name."""
    if harbour.process is None or not (harbour.folder / "partner.pub").exists():
        harbour.stop()
        harbour.start()
    harbour.behave()
    yield from _named(harbour, settings)


@pytest.fixture
def new_partner(tmp_path, settings) -> Iterator[Partner]:
    """A partner that nobody has spoken with yet."""
    running = Partner(tmp_path / "sandbox-pay")
    running.start()
    yield from _named(running, settings)
    running.stop()
    running.browser.close()


def _named(running: Partner, settings: Any) -> Iterator[Partner]:
    settings.SHOAL_DATA = running.folder.parent
    settings.SHOAL_PAY_URL = running.url
    providers.provider.cache_clear()
    yield running
    providers.provider.cache_clear()


def until(holds: Callable[[], object], *, seconds: float = 15) -> None:
    """Waits until something holds, which another program brings about."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
