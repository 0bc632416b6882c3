"""`./run drill [NAME]`: break things on purpose, in a checkout."""

import argparse
import subprocess
import sys

from shoal import env
from shoal.run.trouble import CannotRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser which drills to run."""
    parser.add_argument("name", nargs="?", default="", help="a word of the drill's name; none: all")


def run(arguments: argparse.Namespace) -> int:
    """This will run the drills of tests/drills and return pytest's exit code."""
    checkout = env.checkout()
    if checkout is None:
        raise CannotRun("Drills exist in a checkout only.")
    command = [sys.executable, "-m", "pytest", "tests/drills", "-v", "-k", arguments.name]
    return subprocess.run(command, check=False, cwd=checkout).returncode
