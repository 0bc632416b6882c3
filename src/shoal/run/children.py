"""THE table of what `shoal up` runs beside PostgreSQL: add a row for a new process."""

import importlib.util
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shoal import env
from shoal.run import postgres, processes, web
from shoal.run.places import Cluster
from shoal.run.supervisor import Program


@dataclass(frozen=True, slots=True)
class Row:
    """A program of ours that keeps running, and when it is wanted."""

    name: str
    command: Callable[[], Sequence[str]]
    wanted: Callable[[], bool] = lambda: True


TABLE: tuple[Row, ...] = (
    Row(
        "sandbox-pay",
        lambda: shoal("sandbox-pay"),
        wanted=lambda: "sandbox" in env.payment_partners() and _exists("shoal.sandbox_pay"),
    ),
    # Granian at once: `shoal web` would only look at the secrets again before it becomes granian.
    Row("web", lambda: web.command(env.data_folder())),
    Row("worker", lambda: shoal("worker")),
)


def programs() -> list[Program]:
    """This will list the programs wanted by the settings, in the order to start them."""
    return [Program(row.name, row.command(), environment()) for row in TABLE if row.wanted()]


def cluster_program(cluster: Cluster) -> Program:
    """This will describe one of our PostgreSQL clusters as a program to supervise."""
    return Program(
        "postgres" if cluster.name == "shoal" else cluster.name,
        postgres.command(cluster),
        postgres.environment(),
        account=processes.server_account(),
        stop_by=signal.SIGINT,  # fast shutdown: sessions are ended, nothing is lost
        grace=30,
    )


def shoal(*words: str) -> tuple[str, ...]:
    """This will return the command line of `shoal WORDS` under this very Python."""
    return (sys.executable, "-m", "shoal", *words)


def environment() -> dict[str, str]:
    """This will return our environment for a child: its output comes line by line, in UTF-8."""
    return os.environ | {
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "SHOAL_DATA": str(env.data_folder()),
    }


def _exists(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
