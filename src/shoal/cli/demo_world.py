"""`shoal demo-world`: the demo world, through the same operations as everything else."""

import argparse
import os
import sys

from shoal import env
from shoal.run.loading import set_up_django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will add nothing: the world comes from a seed."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """This will build the world unless the database has one already."""
    del arguments
    # The sandbox's bank opens with the demo: until then this business carried files to a bank.
    os.environ["SHOAL_PAYOUTS"] = "file"
    from shoal.run import database

    with database.borrowed(env.data_folder()):
        set_up_django()
        from shoal.brands.models import Brand
        from shoal.demo.build import build_world

        if Brand.objects.exists():
            print("There are brands already; the demo world is built into an empty database.")
        else:
            build_world(progress=_show)
    return 0


def _show(what: str, done: int, total: int) -> None:
    if sys.stdout.isatty():
        end = "\n" if done >= total else ""
        print(f"\r           {what}: {done} of {total}   ", end=end, flush=True)
    elif done >= total:
        print(f"           {what}: {total}", flush=True)
