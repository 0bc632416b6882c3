"""Where an installation listens: two options for `demo` and `up`; other commands find it out."""

import argparse
import os

from shoal import env


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser that host and port may be named."""
    parser.add_argument("--host", help="address to listen on (SHOAL_HOST)")
    parser.add_argument("--port", help="port to listen on (SHOAL_PORT); the sandbox's is the next")


def choose(arguments: argparse.Namespace) -> None:
    """This will let what was named stand in place of the settings, for all that is started."""
    if arguments.host:
        os.environ["SHOAL_HOST"] = arguments.host
    if arguments.port:
        os.environ["SHOAL_PORT"] = arguments.port
        os.environ.setdefault("SHOAL_PAY_PORT", str(env.read("SHOAL_PORT") + 1))


def as_running() -> None:
    """This will let the address of what runs on the data folder stand where no setting names one.

    A link that another terminal prints leads then to the port that `demo --port` was given.
    """
    from shoal.run.supervisor import served_at

    if env.read("SHOAL_PUBLIC_URL") or os.environ.get("SHOAL_PORT"):
        return
    address = served_at(env.data_folder())
    if address:
        os.environ["SHOAL_PUBLIC_URL"] = address
