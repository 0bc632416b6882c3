"""The running demo: starting and ending it, its sign-in links, its outbox."""

import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from shoal.run import places

_START_SECONDS = 600
_STOP_SECONDS = 120
_END = "<end>"
_WORLD = """
SELECT jsonb_build_object(
    'brands', (SELECT count(*) FROM brands_brand WHERE state = 'active'),
    'products', (SELECT count(*) FROM catalog_product WHERE state = 'live'),
    'running sales', (SELECT count(*) FROM offers_flashsale
        WHERE state = 'scheduled' AND starts_at <= now() AND now() < ends_at),
    'trailers', (SELECT count(*) FROM offers_flashsale
        WHERE state = 'scheduled' AND trailer_at <= now() AND now() < starts_at),
    'shops', (SELECT count(*) FROM shops_shop),
    'customers', (SELECT count(DISTINCT person_id) FROM people_address),
    'states', (SELECT jsonb_agg(DISTINCT state) FROM orders_order))
"""
# Commands are run one after the other in one process: each start of Django would take seconds.
_COMMANDS = f"""
import json, sys
from shoal.cli.main import main
for line in sys.stdin:
    print({_END!r}, main(json.loads(line)), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A running demo: its address, its data folder, and the process that runs its commands.

    Of one that was started here: how many processes its first start had, which of them outlived
    Ctrl-C, in how many seconds the second start served, and what world the first one built.
    `seconds` is 0 for another one, `world` empty.
    """

    url: str
    data: Path
    commands: subprocess.Popen[str]
    started: int = 0
    left: tuple[str, ...] = ()
    seconds: float = 0.0
    world: Mapping[str, Any] = field(default_factory=dict)

    def link(self, *whom: str) -> str:
        """A fresh link that signs somebody in, as who holds the installation mints it."""
        found = re.search(r"http\S+", self.shoal("login-link", *whom))
        assert found, whom
        return found[0]

    def shoal(self, *words: str) -> str:
        """What a `shoal …` command prints about this installation."""
        asked, answers = self.commands.stdin, self.commands.stdout
        assert asked
        assert answers
        asked.write(json.dumps([*words, "--data", str(self.data)]) + "\n")
        asked.flush()
        told = ""
        for line in answers:
            if line.startswith(_END):
                assert line == f"{_END} 0\n", told
                return told
            told += line
        raise AssertionError(told)

    def outbox(self) -> list[str]:
        """The messages that nobody carried, newest first, as plain text."""
        with urllib.request.urlopen(f"{self.url}/outbox") as answer:  # noqa: S310 - our own site
            page = answer.read().decode()
        cards = re.findall(r'<li class="card.*?</li>', page, re.DOTALL)
        return [html.unescape(re.sub(r"<[^>]+>", " ", card)) for card in cards]

    def code(self, phone: str) -> str:
        """The newest one-time code that was sent to `phone`."""
        wanted = re.sub(r"\D", "", phone)
        for message in self.outbox():
            if wanted in re.sub(r"\D", "", message):
                found = re.search(r"(?<!\d)(\d{6})(?!\d)", message.replace(phone, ""))
                assert found, message
                return found[1]
        raise AssertionError(f"nothing was sent to {phone}")


@dataclass(frozen=True, slots=True)
class Running:
    """A demo that was started here, and how long it took until it served."""

    site: Site
    process: subprocess.Popen[bytes]
    seconds: float


@contextmanager
def site_at(url: str, data: Path) -> Iterator[Site]:
    """This will give the site at an address to the block, ready for commands."""
    words = [sys.executable, "-c", _COMMANDS]
    environment = _clean() | {"SHOAL_PUBLIC_URL": url}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
    ) as commands:
        yield Site(url, data, commands)


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """This will start the demo on `folder`, wait until it serves, and stop it by Ctrl-C."""
    port = _free_port()
    words = [sys.executable, "-m", "shoal", "demo", "--data", str(folder), "--port", str(port)]
    log = folder / "journeys.log"
    began = time.monotonic()
    with log.open("wb") as told:
        process = subprocess.Popen(words, stdout=told, stderr=told, env=_clean())
    try:
        wait_for(lambda: b"\nready " in log.read_bytes() or process.poll() is not None)
        seconds = time.monotonic() - began
        wait_for(lambda: b"Ctrl-C" in log.read_bytes() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        with site_at(f"http://localhost:{port}", folder) as site:
            yield Running(site, process, seconds)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(_STOP_SECONDS)


def wait_for(done: Callable[[], bool], *, seconds: float = _START_SECONDS) -> None:
    """This will look again and again until something is so."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not come to pass in time"
        time.sleep(0.1)


def census(data: Path) -> dict[str, Any]:
    """This will count what stands in the database of a running demo."""
    with psycopg.connect(places.main_cluster(data).address) as connection:
        row = connection.execute(_WORLD).fetchone()
    assert row
    return dict(row[0])


def descendants(pid: int) -> dict[int, str]:
    """This will list a process and all it has started, each with what tells it from another."""
    known = {pid: _born(pid)}
    while True:
        parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
        more = [child for child, parent in parents.items() if parent in known]
        fresh = {child: _born(child) for child in more if child not in known}
        if not fresh:
            return known
        known |= fresh


def still_there(known: Mapping[int, str]) -> tuple[str, ...]:
    """This will name those of `known` that run on."""
    now = {pid: _born(pid) for pid in known}
    return tuple(f"{pid}" for pid, born in known.items() if now[pid] == born != "gone")


def _parent(path: Path) -> int:
    return int(_stat(path)[1]) if _stat(path) else 0


def _born(pid: int) -> str:
    """When a process began, in the kernel's ticks: no two with one number share it."""
    found = _stat(Path(f"/proc/{pid}"))
    return found[19] if found else "gone"


def _stat(path: Path) -> list[str]:
    """What the kernel says of a process, from its state on; nothing when it is gone."""
    try:
        return (path / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _clean() -> dict[str, str]:
    """The environment without what the tests of the database chose for themselves."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SHOAL_") or name == "SHOAL_POSTGRES_BIN"
    }


def _free_port() -> int:
    """A port that nobody uses, and the next one neither."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
