"""What `shoal doctor` asks of every module: a list of checks, each with how to mend it.

A module offers `doctor.py` with `checks() -> Iterable[Check]`; doctor finds it by itself.
"""

import importlib
import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import DatabaseError, connection


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold."""

    name: str
    ok: bool
    sentence: str = ""
    """What is wrong and how to mend it, for the person; shown when `ok` is false."""
    warning: bool = False
    """A matter of care: shown, but the installation still counts as sound."""


def none_found(name: str, query: str, sentence: str) -> Check:
    """This will check that `query`, which counts what is wrong, counts nothing.

    `sentence` says how to mend it; `{found}` in it is the count.
    """
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    found = int(row[0]) if row else 0
    return Check(name, ok=found == 0, sentence=sentence.format(found=found))


def module_checks() -> Iterator[Check]:
    """This will run what every module's `doctor.py` asks, one by one."""
    for config in apps.get_app_configs():
        name = f"{config.name}.doctor"
        if config.name.startswith("shoal.") and importlib.util.find_spec(name):
            yield from _of_module(name)


def _of_module(name: str) -> Iterator[Check]:
    """A check that cannot even be asked is itself something wrong."""
    found: Iterable[Check] = importlib.import_module(name).checks()
    try:
        yield from found
    except DatabaseError as error:
        reason = str(error).splitlines()[0]
        yield Check(name, ok=False, sentence=f"this check cannot be run ({reason}); report it.")
