"""`./run drill [NAME]`: break things on purpose, in a checkout."""

import argparse
import subprocess
import sys

from shoal import env
from shoal.run.trouble import CannotRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser which drills to run, and how hard to hit a running sale."""
    parser.add_argument("name", nargs="?", default="", help="a word of the drill's name; none: all")
    parser.add_argument("--kills", type=int, help="disturb a running sale and kill so many times")
    parser.add_argument("--seed", type=int, help="the seed of a run to repeat")
    parser.add_argument(
        "--sabotage",
        action="append",
        default=[],
        choices=("idempotency", "lock"),
        help="take a promise's keeper out first: the drill has to fail",
    )


def run(arguments: argparse.Namespace) -> int:
    """This will run drills and return the exit code: 1 if one failed."""
    checkout = env.checkout()
    if checkout is None:
        raise CannotRun("Drills exist in a checkout only.")
    if arguments.kills is None:
        if arguments.seed is not None or arguments.sabotage:
            raise CannotRun("Say how often to kill: --kills 200.")
        words = ["pytest", "tests/drills", "-v", "-k", arguments.name]
    else:
        words = ["tests.drills.sale", "--kills", str(arguments.kills)]
        words += [] if arguments.seed is None else ["--seed", str(arguments.seed)]
        words += [word for name in arguments.sabotage for word in ("--sabotage", name)]
    return subprocess.run([sys.executable, "-m", *words], check=False, cwd=checkout).returncode
