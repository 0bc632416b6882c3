"""`shoal worker`: does the jobs that operations deferred."""

import argparse

from shoal import env
from shoal.run.loading import set_up_django, tell_what_is_missing

_GRACE_SECONDS = 8.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will add nothing: how many jobs at once is a setting."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """This will do jobs until Ctrl-C or SIGTERM, and finish what it began."""
    del arguments
    set_up_django()
    tell_what_is_missing()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError(f"jobs are deferred through Django, not {connector!r}")
    with app.replace_connector(connector.get_worker_connector()) as worker:
        worker.run_worker(
            concurrency=env.read("SHOAL_WORKER_JOBS"),
            shutdown_graceful_timeout=_GRACE_SECONDS,
            delete_jobs="successful",
        )
    return 0
