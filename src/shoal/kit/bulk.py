"""Writing sets of rows in one statement, and several such statements in one message."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models

from shoal.kit.asking import ask_together
from shoal.kit.transactions import step

_FEW = 2
"""Up to so many rows a COPY's further ways to the server cost more than they save."""

_Told = Callable[[int], None]
_here = threading.local()


_Statement = tuple[str, Sequence[Any], _Told | None]


@contextmanager
def one_message() -> Iterator[None]:
    """This will send all that `write` and `insert_rows` write in the block as one message.

    It goes when the block ends: one way to the server and back in place of one for each statement,
    so locked rows are free sooner; the server reads and plans each statement once. Nothing in the
    block may read what it wrote, and what others send in it goes before. What the database says is
    raised at the block's end.
    """
    _here.statements = statements = list[_Statement]()
    try:
        yield
    finally:
        _here.statements = None
    if statements:
        cursors = ask_together([(statement, values) for statement, values, _ in statements])
        for cursor, (_, _, told) in zip(cursors, statements, strict=True):
            if told:
                told(cursor.rowcount)


@step
def write(statement: str, values: Sequence[Any], *, told: _Told | None = None) -> None:
    """This will run a statement that returns nothing, in `one_message` with the others there.

    `told` is called with the number of rows that it wrote.
    """
    statements: list[_Statement] | None = getattr(_here, "statements", None)
    if statements is not None:
        statements.append((statement, values, told))
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if told:
            told(cursor.rowcount)


@step
def insert_rows(rows: Sequence[models.Model]) -> None:
    """This will write new rows of one model, whose keys are set, in one statement.

    Many go through COPY, as long as they need not share a message with others: rendering each value
    into the text of an INSERT was most of the time of an order. Fewer go as one JSON text. Raises
    what the database says, as bulk_create does.
    """
    if not rows:
        return
    if len(rows) <= _FEW or getattr(_here, "statements", None) is not None:
        _insert(rows)
    else:
        _copy(rows)
    for row in rows:
        row._state.adding = False  # noqa: SLF001
        row._state.db = connection.alias  # noqa: SLF001


def _insert(rows: Sequence[models.Model]) -> None:
    options = rows[0]._meta  # noqa: SLF001 - documented in spite of its name
    names = [(field.column, field.attname) for field in options.concrete_fields]
    columns = ", ".join(f'"{column}"' for column, _ in names)
    values = [{column: getattr(row, name) for column, name in names} for row in rows]
    write(
        f'INSERT INTO "{options.db_table}" ({columns}) SELECT {columns}'  # noqa: S608 - ours
        f' FROM json_populate_recordset(NULL::"{options.db_table}", %s)',
        [json.dumps(values, default=_as_text, ensure_ascii=False, check_circular=False)],
    )


def _as_text(value: object) -> str:
    """A value as PostgreSQL reads it from text."""
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, date):  # and datetime
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    raise TypeError(f"{type(value).__name__} has no text that PostgreSQL would read")


def _copy(rows: Sequence[models.Model]) -> None:
    options = rows[0]._meta  # noqa: SLF001 - documented in spite of its name
    fields = options.concrete_fields
    prepared = {field.attname: field for field in fields if isinstance(field, models.JSONField)}
    names = [field.attname for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    copying = f'COPY "{options.db_table}" ({columns}) FROM STDIN'
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(copying) as out,
    ):
        for row in rows:
            out.write_row(
                [
                    prepared[name].get_db_prep_save(getattr(row, name), connection)
                    if name in prepared
                    else getattr(row, name)
                    for name in names
                ]
            )


@step
def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """This will write `fields` of many rows of one model, by primary key, in one statement.

    Django's own bulk_update builds a CASE with a branch per row and field, which for sets of
    hundreds takes ten times as long as sending the values as arrays.
    """
    if not rows:
        return
    options = rows[0]._meta  # noqa: SLF001 - documented in spite of its name
    key = options.pk
    if key is None:
        raise TypeError("rows need a primary key")
    by_name = {field.name: field for field in options.concrete_fields}
    columns = [by_name[name] for name in fields]
    every = [key, *columns]
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in every)
    names = ", ".join(f'"{field.column}"' for field in every)
    assignments = ", ".join(f'"{field.column}" = given."{field.column}"' for field in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{options.db_table}" AS kept SET {assignments}'  # noqa: S608 - names of ours
            f' FROM unnest({arrays}) AS given ({names}) WHERE kept."{key.column}" ='
            f' given."{key.column}"',
            [[getattr(row, field.attname) for row in rows] for field in every],
        )
