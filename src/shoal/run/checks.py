"""Every check of the source, in the order that finds mistakes soonest."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from shoal import env
from shoal.run.trouble import CannotRun

# Three processes, each with a database of its own: on two cores, for journeys and drills wait as
# often as they work. tests/conftest.py says what stays together.
_IN_PARTS = ("-n", "3", "--no-loadscope-reorder")
# Takes most of a minute on one core: nothing waits for it.
_BESIDE = {"types"}
_BROWSERS = ("chromium-headless-shell", "chromium")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check went."""

    name: str
    ok: bool
    seconds: float
    last_line: str


def run_all(*, browser: bool) -> int:
    """This will run every check in the checkout and return 1 if any failed.

    The last line printed is the tests' own closing line.
    """
    checkout = env.checkout()
    if checkout is None:
        raise CannotRun("The checks exist in a checkout only.")
    if browser:
        _require_browser()
    outcomes = []
    with (
        tempfile.TemporaryDirectory(prefix="shoal-checks-") as data,
        ThreadPoolExecutor(1) as beside,
    ):
        environment = {k: v for k, v in os.environ.items() if not _is_ours(k)} | {
            "SHOAL_DATA": data,
            "PYTHONUNBUFFERED": "1",
        }
        commands = _commands(browser=browser)
        slow = {
            name: beside.submit(_gather, name, commands.pop(name), checkout, environment)
            for name in _BESIDE & commands.keys()
        }
        for name, command in commands.items():
            print(f"\n— {name}", flush=True)
            outcomes.append(_run(name, command, checkout, environment))
        outcomes[:0] = [outcome.result() for outcome in slow.values()]
    print("\n— summary")
    for outcome in outcomes:
        mark = "✓" if outcome.ok else "✗"
        print(f"{mark} {outcome.name:<14} {outcome.seconds:7.1f} s")
    print(outcomes[-1].last_line, flush=True)
    return 0 if all(outcome.ok for outcome in outcomes) else 1


def _is_ours(name: str) -> bool:
    kept = {"SHOAL_TEST_DATABASE_URL", "SHOAL_POSTGRES_BIN"}
    return name.startswith("SHOAL_") and name not in kept


def _commands(*, browser: bool) -> dict[str, Sequence[str]]:
    python = sys.executable
    tools = Path(python).parent
    tests = ["-m", "not long" if browser else "not long and not journey"]
    return {
        "lint": (python, "-m", "ruff", "check", "--quiet", "."),
        "format": (python, "-m", "ruff", "format", "--check", "--quiet", "."),
        "imports": (str(tools / "lint-imports"), "--no-cache"),
        "messages": (python, "-m", "shoal", "messages", "--check"),
        "types": (python, "-m", "mypy"),
        "tests": (python, "-m", "pytest", "-q", "--durations=5", *_IN_PARTS, *tests),
    }


def _run(name: str, command: Sequence[str], checkout: Path, environment: dict[str, str]) -> Outcome:
    began = time.monotonic()
    last = ""
    with subprocess.Popen(
        list(command), cwd=checkout, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as process:  # fmt: skip
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    return Outcome(name, process.returncode == 0, time.monotonic() - began, last)


def _gather(
    name: str, command: Sequence[str], checkout: Path, environment: dict[str, str]
) -> Outcome:
    """Runs a check beside the others and says what it said in one piece, as soon as it is over."""
    began = time.monotonic()
    done = subprocess.run(
        list(command), check=False, cwd=checkout, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    )  # fmt: skip
    print(f"\n— {name}\n{done.stdout.strip()}", flush=True)
    last = done.stdout.strip().rpartition("\n")[2]
    return Outcome(name, done.returncode == 0, time.monotonic() - began, last)


def find_browser() -> str | None:
    """This will find a browser for the journeys: the one without a window is lighter."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def _require_browser() -> None:
    """Finds a browser for the journeys; as root on Debian it is installed."""
    if find_browser():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Debian's package chromium for the journeys …", flush=True)
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "--yes", "chromium", "fonts-noto-cjk"]):
            subprocess.run(
                ["apt-get", "-qq", *words],
                check=False, env=os.environ | quiet, stdout=subprocess.DEVNULL,
            )  # fmt: skip
    if not find_browser():
        raise CannotRun(
            "The journeys need a browser and there is none: install the package chromium, or leave"
            " them out with --no-browser."
        )
