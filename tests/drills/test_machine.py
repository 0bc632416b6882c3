"""One machine's installation, killed piece by piece: it comes back, and leaves nothing behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest


@dataclass(slots=True)
class Machine:
    """`shoal up` on a folder and ports of its own."""

    data: Path
    port: int
    pay_port: int
    process: subprocess.Popen[bytes] | None = None
    seen: set[psutil.Process] = field(default_factory=set)

    def start(self) -> float:
        """Starts it and returns the seconds until it served."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "shoal", "up", "--data", str(self.data)],
            env={name: value for name, value in os.environ.items() if "SHOAL_" not in name}
            | {"SHOAL_PORT": str(self.port), "SHOAL_PAY_PORT": str(self.pay_port)},
            stdout=subprocess.DEVNULL,
        )
        ready = f"ready http://localhost:{self.port}/"
        count = self.log().count(ready)
        wait(180, lambda: self.log().count(ready) > count)
        self.seen.update(self.children())
        return time.monotonic() - began

    def log(self) -> str:
        path = self.data / "log" / "shoal.log"
        return path.read_text() if path.exists() else ""

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def pids_of(self, word: str) -> list[int]:
        """The processes whose command line has this word, the one furthest down last."""
        found = []
        for child in self.children():
            with suppress(psutil.NoSuchProcess):
                if word in child.cmdline():
                    found.append(child.pid)
        return found

    def serves(self) -> bool:
        ask = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            ask.request("GET", "/healthz", headers={"Host": "localhost"})
            return ask.getresponse().status == 200
        except OSError:
            return False
        finally:
            ask.close()

    def left_behind(self) -> list[psutil.Process]:
        """What was ever seen of it and still runs; another process may have its number by now.

        One that merely waits to be reaped has ended.
        """
        return [one for one in self.seen if one.is_running() and not is_zombie(one)]


def is_zombie(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def wait(seconds: float, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with tempfile.TemporaryDirectory(prefix="shoal-test-", dir="/tmp") as folder:
        made = Machine(Path(folder), free_port(), free_port())
        try:
            made.start()
            yield made
        finally:
            if made.process is not None:
                made.process.terminate()
                made.process.wait(60)
        assert made.left_behind() == []


@pytest.mark.parametrize("victim", ["postgres", "granian", "worker", "sandbox-pay", "nats"])
def test_what_is_killed_comes_back(machine: Machine, victim: str) -> None:
    words = {"postgres": f"{machine.data}/postgres", "nats": f"{machine.data}/nats/nats.conf"}
    word = words.get(victim, victim)
    wait(30, lambda: bool(machine.pids_of(word)))  # a blow before this one may have ended it too
    killed = machine.pids_of(word)[-1]
    os.kill(killed, signal.SIGKILL)
    wait(30, lambda: any(pid != killed for pid in machine.pids_of(word)))
    wait(30, machine.serves)
    machine.seen.update(machine.children())


def test_a_killed_supervisor_takes_everything_with_it_and_starts_again(machine: Machine) -> None:
    assert machine.process is not None
    machine.seen.update(machine.children())
    machine.process.kill()
    machine.process.wait()
    wait(60, lambda: not machine.left_behind())  # PostgreSQL writes what it holds first
    machine.start()
    assert machine.serves()


def test_a_polite_stop_ends_all_within_seconds(machine: Machine) -> None:
    assert machine.process is not None
    machine.seen.update(machine.children())
    machine.process.send_signal(signal.SIGINT)
    assert machine.process.wait(30) == 0
    wait(5, lambda: not machine.left_behind())
    machine.start()
