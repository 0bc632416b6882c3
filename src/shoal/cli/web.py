"""`shoal web`: this process becomes granian, which serves the pages and the files."""

import argparse
import os
import sys

from shoal import env


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will add nothing: where to listen is a setting."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """This will never return: granian takes this process over."""
    from shoal.run import database, outbox, web

    del arguments
    data = env.data_folder()
    outbox.require_way_out(_tell)
    database.require_our_secrets(data)
    command = web.command(data)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def _tell(sentence: str) -> None:
    print(f"shoal: {sentence}", file=sys.stderr, flush=True)
