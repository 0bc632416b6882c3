"""Keeps the processes of one machine running, restarts what dies, and leaves none behind."""

import contextlib
import fcntl
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import FrameType
from typing import Self

from shoal import env
from shoal.run import processes
from shoal.run.processes import Account
from shoal.run.trouble import CannotRun

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_SETTLED_SECONDS = 30.0
"""What has run this long is healthy again: its next restart comes at once."""
_LOG_BYTES = 10_000_000
_TICK = 0.1
_LAST_PIECES = 16


@dataclass(frozen=True, slots=True)
class Program:
    """One long-running process: what to start and how to stop it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    account: Account | None = None
    stop_by: signal.Signals = signal.SIGTERM
    grace: float = 10


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = _FIRST_PAUSE
    due: float = 0.0
    rest: bytes = b""


class Stopped(Exception):
    """Somebody asked the supervisor to stop (Ctrl-C or SIGTERM)."""


@dataclass(slots=True)
class Supervisor:
    """Runs programs under one log. Use as a context manager: leaving it stops all of them."""

    log_file: Path
    console: Callable[[str], None] | None = None
    longest_pause: float = _LONGEST_PAUSE
    _children: list[_Child] = field(default_factory=list)
    _ready: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _log: FileIO | None = None
    _asked: bool = False
    _former: dict[int, object] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        self._open_log()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._former[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._stop_all()
        finally:
            for number, handler in self._former.items():
                signal.signal(number, handler)  # type: ignore[arg-type]  # what `signal` gave us
            self._ready.close()
            if self._log is not None:
                self._log.close()

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        """This will start `program` and keep it running from now on."""
        child = _Child(program)
        self._children.append(child)
        return self._launch(child)

    def pids(self) -> dict[str, int]:
        """This will name the process of each program that was started and not found dead yet."""
        return {
            child.program.name: child.process.pid
            for child in self._children
            if child.process is not None
        }

    def watch(self, until: Callable[[], bool] | None = None) -> None:
        """This will relay logs and restart what dies until `until()` holds.

        Raises Stopped when somebody asks to stop.
        """
        while until is None or not until():
            self.breathe(_TICK)
            self._mend()

    def breathe(self, seconds: float) -> None:
        """This will relay logs for `seconds` at most and restart nothing. May raise Stopped."""
        if self._asked:
            raise Stopped
        self._relay(seconds)

    def complete(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """This will run `command` to its end, on our own screen, while the programs go on.

        Returns its exit code; a wish to stop ends it first and raises Stopped.
        """
        process = subprocess.Popen(
            list(command), env=dict(environment), stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            self.watch(until=lambda: process.poll() is not None)
        finally:
            processes.stop(process)
        return process.returncode

    def say(self, line: str, *, by: str = "shoal") -> None:
        """This will write one line to the log, and to the console if there is one."""
        text = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {by:<11} {line}"
        # A full disk or a console that went away ends nothing: what runs goes on without this line.
        with contextlib.suppress(OSError):
            if self._log is not None:
                self._log.write(f"{text}\n".encode())
                if self._log.tell() > _LOG_BYTES:
                    self._open_log()
        with contextlib.suppress(OSError):
            if self.console is not None:
                self.console(text)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def _open_log(self) -> None:
        if self._log is not None:
            self._log.close()
        if self.log_file.exists() and self.log_file.stat().st_size > _LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".1.log"))
        # Unbuffered: of a line that had no room nothing is left to be written once more.
        self._log = self.log_file.open("ab", buffering=0)

    def _launch(self, child: _Child) -> subprocess.Popen[bytes]:
        program = child.program
        child.process = processes.spawn(
            program.command,
            environment=program.environment,
            output=subprocess.PIPE,
            account=program.account,
            last_signal=program.stop_by,
        )
        child.started = time.monotonic()
        output = child.process.stdout
        if output is not None:
            os.set_blocking(output.fileno(), False)
            self._ready.register(output, selectors.EVENT_READ, child)
        return child.process

    def _relay(self, seconds: float) -> None:
        if not self._ready.get_map():
            time.sleep(seconds)
            return
        for key, _ in self._ready.select(seconds):
            self._drain(key.data)

    def _drain(self, child: _Child) -> None:
        output = child.process.stdout if child.process is not None else None
        if output is None:
            return
        # One piece: who says more than we can write down must not keep us from all others.
        chunk = output.read(65_536)
        *lines, child.rest = (child.rest + (chunk or b"")).split(b"\n")
        for line in lines:
            self.say(line.decode(errors="replace").rstrip(), by=child.program.name)
        if chunk == b"":  # closed by the other end; None only says that there is nothing yet
            self._let_go(child)

    def _let_go(self, child: _Child) -> None:
        output = child.process.stdout if child.process is not None else None
        if output is not None and not output.closed:
            with contextlib.suppress(KeyError):
                self._ready.unregister(output)
            output.close()

    def _mend(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child, now)
            if child.process is None and now >= child.due:
                self._launch_again(child, now)

    def _launch_again(self, child: _Child, now: float) -> None:
        """Starts what died; where the machine has no room for it now, it is tried again later."""
        try:
            self._launch(child)
        except OSError as error:
            name, pause = child.program.name, child.pause
            self.say(f"{name} cannot be started ({error}); trying again in {pause:g} s")
            child.due = now + child.pause
            child.pause = min(child.pause * 2, self.longest_pause)

    def _bury(self, child: _Child, now: float) -> None:
        process = child.process
        if process is None:
            return
        self._drain_last(child)
        processes.stop(process)  # whatever it started and left behind
        if now - child.started >= _SETTLED_SECONDS:
            child.pause = _FIRST_PAUSE
        self.say(
            f"{child.program.name} ended ({_ending(process.returncode)});"
            f" starting it again in {child.pause:g} s"
        )
        child.process, child.due = None, now + child.pause
        child.pause = min(child.pause * 2, self.longest_pause)

    def _drain_last(self, child: _Child) -> None:
        """Says what a dead program had said; a pipe holds no more than 64 KB unless it was widened.

        What it left behind may hold the other end open and talk on.
        """
        for _ in range(_LAST_PIECES):
            output = child.process.stdout if child.process is not None else None
            if output is None or output.closed:
                break
            self._drain(child)
        self._let_go(child)

    def _stop_all(self) -> None:
        """Later ones first: the web goes before the database it uses."""
        for child in reversed(self._children):
            if child.process is None:
                continue
            if child.process.poll() is None:
                child.process.send_signal(child.program.stop_by)
            deadline = time.monotonic() + child.program.grace
            while child.process.poll() is None and time.monotonic() < deadline:
                self._relay(0.02)
            self._drain_last(child)
            processes.stop(child.process, by=child.program.stop_by, grace=0)
        self._children.clear()


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """This will hold the data folder for one supervisor. Raises CannotRun if another has it."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "supervisor.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise CannotRun(
                f"Shoal already runs on {data} (process {lock.readline().strip() or 'unknown'}):"
                " stop it first, or choose another folder with --data."
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n{env.public_url()}\n")
        lock.flush()
        yield


def served_at(data: Path) -> str | None:
    """This will return the address of what runs on `data`, or None when nothing does."""
    found = _held(data)
    return found[-1] if found else None


def is_held_by_another(data: Path) -> bool:
    """This will say whether the supervisor of another process keeps what runs on `data`."""
    found = _held(data)
    return bool(found) and found[0] != str(os.getpid())


def _held(data: Path) -> list[str]:
    try:
        with (data / "supervisor.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return (data / "supervisor.lock").read_text().splitlines()
    except OSError:
        pass
    return []
