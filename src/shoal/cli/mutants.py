"""`./run mutants [MODULE]`: do the tests notice when a money rule is wrong?"""

import argparse

from shoal import env
from shoal.run.trouble import CannotRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser which rules to change."""
    parser.add_argument("name", nargs="?", default="", help="a part of a module's name; none: all")


def run(arguments: argparse.Namespace) -> int:
    """This will run every mutant; returns 1 when one lives that is not explained."""
    from shoal.run import mutants

    checkout = env.checkout()
    if checkout is None:
        raise CannotRun("Mutants exist in a checkout only.")
    rows, explained = mutants.targets(checkout / "tests" / "mutants.toml")
    chosen = [row for row in rows if arguments.name in row.module]
    alive = mutants.survivors(
        checkout=checkout, rows=chosen, say=lambda line: print(line, flush=True)
    )
    unknown = [mutant for mutant in alive if mutant.name not in explained]
    print(f"{len(alive)} live; {len(alive) - len(unknown)} of them are explained")
    return 1 if unknown else 0
