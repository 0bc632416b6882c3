"""The supervisor: what dies comes back, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.run.supervisor import Program, Stopped, Supervisor, only_one
from shoal.run.trouble import CannotRun

# A child with a child of its own, both of which ignore a polite request.
_STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", code])
print("pids", child.pid, flush=True)
time.sleep(60)
"""


def program(name: str, code: str, grace: float = 5) -> Program:
    return Program(name, (sys.executable, "-u", "-c", code), dict(os.environ), grace=grace)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def within(seconds: float, holds: Callable[[], bool]) -> Callable[[], bool]:
    deadline = time.monotonic() + seconds

    def until() -> bool:
        assert time.monotonic() < deadline, "waited too long"
        return holds()

    return until


def test_what_dies_is_started_again_with_a_growing_pause(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Supervisor(log) as supervisor:
        supervisor.start(program("mayfly", "print('born')"))
        supervisor.watch(until=within(20, lambda: log.read_text().count("born") >= 3))
    text = log.read_text()
    assert "mayfly ended (exit code 0); starting it again in 0.5 s" in text
    assert "starting it again in 1 s" in text


def test_what_cannot_be_started_now_is_tried_again(tmp_path: Path) -> None:
    log, missing = tmp_path / "log", tmp_path / "program"

    def install() -> None:
        missing.write_text(f"#!{sys.executable}\nprint('born', flush=True)\n")
        missing.chmod(0o755)

    install()
    with Supervisor(log) as supervisor:
        supervisor.start(Program("mayfly", (str(missing),), dict(os.environ)))
        missing.unlink()
        supervisor.watch(until=within(20, lambda: "cannot be started" in log.read_text()))
        install()
        supervisor.watch(until=within(20, lambda: log.read_text().count("born") >= 2))
    text = log.read_text()
    assert "mayfly cannot be started" in text
    assert text.index("trying again in") < text.rindex("born")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_full_disk_and_a_console_that_went_away_end_nothing(tmp_path: Path) -> None:
    def gone(_line: str) -> None:
        raise BrokenPipeError

    (tmp_path / "log").symlink_to("/dev/full")
    with Supervisor(tmp_path / "log", console=gone) as supervisor:
        child = supervisor.start(program("talker", "while True: print('word')"))
        supervisor.breathe(0.3)
        supervisor.say("still here")
        assert child.poll() is None


def test_stopping_leaves_no_process_not_even_a_stubborn_grandchild(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Supervisor(log) as supervisor:
        parent = supervisor.start(program("stubborn", _STUBBORN, grace=0.2))
        supervisor.watch(until=within(20, lambda: "pids" in log.read_text()))
        grandchild = int(log.read_text().split("pids ")[1].split()[0])
        assert alive(grandchild)
    assert parent.returncode is not None
    deadline = time.monotonic() + 5
    while alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(grandchild)


def test_a_wish_to_stop_ends_the_watch(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "log") as supervisor:
        child = supervisor.start(program("sleeper", "import time; time.sleep(60)"))
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            supervisor.watch()
    assert child.returncode == -signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_children_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path;"
        "from shoal.run.supervisor import Program, Supervisor\n"
        f"with Supervisor(Path({str(tmp_path / 'log')!r})) as s:\n"
        "    p = s.start(Program('c', (sys.executable, '-c', 'import time; time.sleep(60)'), {}))\n"
        "    print(p.pid, flush=True)\n"
        "    s.watch()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        assert alive(child)
        supervisor.kill()
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(child)


def test_a_data_folder_has_one_supervisor(tmp_path: Path) -> None:
    with (
        only_one(tmp_path),
        pytest.raises(CannotRun, match=f"process {os.getpid()}"),
        only_one(tmp_path),
    ):
        pytest.fail("two supervisors on one folder")
