"""`./run test`: every check of the source, in a checkout."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser what may be left out."""
    parser.add_argument(
        "--no-browser", action="store_true", help="leave out the journeys in a real browser"
    )


def run(arguments: argparse.Namespace) -> int:
    """This will run every check, even after one fails, and return 1 if any did."""
    from shoal.run import checks

    return checks.run_all(browser=not arguments.no_browser)
