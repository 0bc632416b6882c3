"""Statements that nearly every request sends, in the shortest way to their answer.

Django puts each question together anew, and PostgreSQL reads and plans it anew: for what a request
asks about one row both take longer than the answer. Such a statement is written here as it is sent,
and each connection tells its server of it once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from django.db import DatabaseError, connection, models
from django.db.backends.utils import CursorWrapper

from shoal.kit.postgres.base import DatabaseWrapper, is_outdated

M = TypeVar("M", bound=models.Model)


def ask(question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """This will return the rows that answer `question`, with `values` where it says %s.

    Raises what Django raises when the database does not answer.
    """
    with prepared_cursor() as cursor:
        cursor.execute(question, values)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())


def prepared_cursor() -> CursorWrapper:
    """This will return a cursor whose statements the server reads and plans once."""
    return cast("DatabaseWrapper", connection).prepared_cursor()


def rows_of(model: type[M], which: str, values: Sequence[Any]) -> list[M]:
    """This will return the rows of `model` that `which` says: WHERE and what may follow it.

    `values` stand where it says %s. Raises what Django raises when the database does not answer.
    """
    reading = _reading(model)
    rows = ask(f"{reading.select} {which}", values)
    if reading.convert:
        rows = [_converted(row, reading.convert) for row in rows]
    return [model.from_db(connection.alias, reading.names, row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Reading:
    """How whole rows of a model are asked for, and which of their values Django makes itself."""

    select: str
    names: Sequence[str]
    convert: Sequence[tuple[int, Callable[[Any, Any, Any], Any]]]


@cache
def _reading(model: type[models.Model]) -> _Reading:
    options = model._meta  # noqa: SLF001 - documented in spite of its name
    fields = options.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return _Reading(
        f'SELECT {columns} FROM "{options.db_table}"',  # noqa: S608 - names of ours
        [field.attname for field in fields],
        [
            (place, field.from_db_value)
            for place, field in enumerate(fields)
            if hasattr(field, "from_db_value")
        ],
    )


def _converted(
    row: Sequence[Any], convert: Sequence[tuple[int, Callable[[Any, Any, Any], Any]]]
) -> tuple[Any, ...]:
    values = list(row)
    for place, made in convert:
        values[place] = made(values[place], None, connection)
    return tuple(values)


def ask_together(statements: Sequence[tuple[str, Sequence[Any]]]) -> list[CursorWrapper]:
    """This will run statements in their order, in one way to the server and back for all.

    Returns a cursor for each, which holds its rows and their number. Raises what the database says
    of the first that it refuses; those after it are not run then.
    """
    wrapper = cast("DatabaseWrapper", connection)
    try:
        return _together(wrapper, statements)
    except DatabaseError as error:
        if wrapper.in_atomic_block or not is_outdated(error):
            raise
    wrapper.forget_prepared()
    return _together(wrapper, statements)


def _together(
    wrapper: DatabaseWrapper, statements: Sequence[tuple[str, Sequence[Any]]]
) -> list[CursorWrapper]:
    cursors = [wrapper.prepared_cursor() for _ in statements]
    with wrapper.wrap_database_errors, wrapper.connection.pipeline():
        for cursor, (statement, values) in zip(cursors, statements, strict=True):
            cursor.execute(statement, values)
    return cursors
