"""`shoal worker`: does the jobs that operations deferred."""

import argparse
import threading

from shoal import env
from shoal.run.loading import set_up_django, tell_what_is_missing

_GRACE_SECONDS = 8.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will add nothing: how many jobs at once is a setting."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """This will do jobs, and hear the visit stream, until Ctrl-C or SIGTERM."""
    from shoal.run import database

    del arguments
    database.require_our_secrets(env.data_folder())
    set_up_django()
    tell_what_is_missing()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    from shoal.traffic import stream

    connector = app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError(f"jobs are deferred through Django, not {connector!r}")
    until = threading.Event()
    stream.publisher().start()  # also tells what killed processes left on the disk
    listening = threading.Thread(
        target=stream.listen, kwargs={"until": until}, name="visits", daemon=True
    )
    listening.start()
    with app.replace_connector(connector.get_worker_connector()) as worker:
        worker.run_worker(
            concurrency=env.read("SHOAL_WORKER_JOBS"),
            shutdown_graceful_timeout=_GRACE_SECONDS,
            delete_jobs="successful",
        )
    until.set()
    listening.join(_GRACE_SECONDS / 2)
    stream.publisher().close()
    return 0
