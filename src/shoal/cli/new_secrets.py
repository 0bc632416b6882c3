"""`shoal new-secrets`: the text of a secrets file, made before the first machine starts."""

import argparse

from shoal.run import secret_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will add nothing: the shell says where the text goes."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """This will print new secrets and keep them nowhere."""
    del arguments
    print(secret_file.fresh())
    return 0
