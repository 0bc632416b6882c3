"""`./run bench NAME`: one measurement against its limits, or all of them, in a checkout."""

import argparse

from shoal import env
from shoal.run.trouble import CannotRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser what to measure and how to print it."""
    parser.add_argument("name", nargs="?", help="a file of bench/, or all; none lists them")
    parser.add_argument("--json", action="store_true", help="print one JSON object, of all a list")


def run(arguments: argparse.Namespace) -> int:
    """This will measure and return 1 if a limit does not hold."""
    from shoal.run import bench

    checkout = env.checkout()
    if checkout is None:
        raise CannotRun("Benches exist in a checkout only.")
    if not arguments.name:
        print("\n".join(bench.names(checkout)))
        return 0
    if arguments.name == "all":
        return bench.measure_all(checkout, as_json=arguments.json)
    return bench.measure(checkout, arguments.name, as_json=arguments.json)
