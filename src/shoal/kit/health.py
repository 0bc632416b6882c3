"""What `shoal doctor` asks of every module: a list of checks, each with how to mend it.

A module offers `doctor.py` with `checks() -> Iterable[Check]`; doctor finds it by itself.
"""

from dataclasses import dataclass

from django.db import connection


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
