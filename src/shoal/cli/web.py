"""`shoal web`: this process becomes granian, which serves the pages and the files."""

import argparse
import os
import sys

from shoal import env

_YEAR = "31536000"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will add nothing: where to listen is a setting."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """This will never return: granian takes this process over."""
    from shoal.run import database

    del arguments
    data = env.data_folder()
    database.require_our_secrets(data)
    for folder in (data / "static", data / "media"):
        folder.mkdir(parents=True, exist_ok=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "shoal.settings"
    command = [
        sys.executable, "-m", "granian", "shoal.wsgi:application", "--interface", "wsgi",
        "--host", env.read("SHOAL_HOST"), "--port", str(env.read("SHOAL_PORT")),
        "--workers", str(env.read("SHOAL_WEB_PROCESSES")),
        "--blocking-threads", str(env.read("SHOAL_WEB_THREADS")),
        "--respawn-failed-workers", "--workers-kill-timeout", "5", "--no-ws",
        "--log-level", "error",
        # Every name under both carries its content's hash, so it may be kept for ever.
        "--static-path-route", "/static", "--static-path-mount", str(data / "static"),
        "--static-path-route", "/media", "--static-path-mount", str(data / "media"),
        "--static-path-expires", _YEAR,
    ]  # fmt: skip
    os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted
