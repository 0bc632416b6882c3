"""`shoal messages`: the Chinese texts."""

import argparse

from shoal.run.trouble import CannotRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser about --check."""
    parser.add_argument(
        "--check", action="store_true", help="only list what has no Chinese text, and fail if any"
    )


def run(arguments: argparse.Namespace) -> int:
    """This will merge the fragments into the catalogue, or list what is missing."""
    from shoal.run import messages

    if not arguments.check:
        try:
            messages.merge()
        except PermissionError as error:
            raise CannotRun("The source cannot be written: run this in a checkout.") from error
    missing = messages.missing()
    for line in missing:
        print(line)
    print(f"{len(missing)} texts lack Chinese." if missing else "Every text has its Chinese.")
    return 1 if missing else 0
