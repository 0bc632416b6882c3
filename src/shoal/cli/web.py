"""`shoal web`: this process becomes granian, which serves the pages and the files."""

import argparse
import os

from shoal import env


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will add nothing: where to listen is a setting."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """This will never return: granian takes this process over."""
    from shoal.run import database, web

    del arguments
    data = env.data_folder()
    database.require_our_secrets(data)
    command = web.command(data)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted
