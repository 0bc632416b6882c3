"""A small sale under a few kills; the long one is `./run drill --kills 200`."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills import sale
from tests.drills.faults import plan


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One installation for all of them: bringing a database to this version takes longest."""
    with tempfile.TemporaryDirectory(prefix="shoal-test-", dir="/tmp") as made:
        yield Path(made)


def drill(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", sale.__name__, "--short", "--folder", str(folder), *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_a_seed_gives_the_same_blows() -> None:
    assert plan(7, 50) == plan(7, 50) != plan(8, 50)
    assert plan(7, 20) == plan(7, 50)[:20]


def test_a_sale_outlives_what_is_done_to_it(folder: Path) -> None:
    done = drill(folder, "--kills", "4", "--seed", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"(\d+) placed", done.stdout)[0]) > 0


@pytest.mark.long
def test_a_sabotaged_sale_does_not(folder: Path) -> None:
    done = drill(folder, "--kills", "2", "--seed", "4", "--sabotage", "lock",
                 "--sabotage", "idempotency")  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "seed 4: ./run drill --seed 4 --kills 2 --sabotage lock" in done.stdout
    assert re.search(r"of \d units of an offer \d+ were promised", done.stdout), done.stdout
    assert re.search(r"the form .* became 2 orders", done.stdout), done.stdout
