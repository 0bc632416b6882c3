"""Writing sets of rows in one statement, and several such statements in one message."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
from django.db import connection, models
from psycopg.types.json import Jsonb

from shoal.kit.asking import ask_together, prepared_cursor
from shoal.kit.transactions import step

_FEW = 2
"""Up to so many rows a COPY's further ways to the server cost more than they save."""

Row = dict[str, Any]
"""The values of a new row by column."""
_Told = Callable[[int], None]
_here = threading.local()


_Statement = tuple[str, Sequence[Any], _Told | None]


@contextmanager
def one_message() -> Iterator[None]:
    """This will send all that `write` and the inserts below write in the block as one message.

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
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        if told:
            told(cursor.rowcount)


def new_row(model: type[models.Model], /, **values: Any) -> Row:
    """This will return a row of `model` for `insert_new`, with the model's defaults.

    A dictionary by column, where an instance of the model would cost as much as all else that is
    done for an order's row. Raises TypeError for a column that `model` does not have.
    """
    shape = _shape(model)
    row = {**shape.constant, **values}
    for column, make in shape.made:
        if column not in values:
            row[column] = make()
    if len(row) != len(shape.constant):
        raise TypeError(f"{model.__name__} has no {sorted(row.keys() - shape.constant)}")
    return row


@step
def insert_new(model: type[models.Model], rows: Sequence[Row]) -> None:
    """This will write new rows of `model`, as `new_row` made them, in one statement.

    Many go through COPY, as long as they need not share a message with others: rendering each value
    into the text of an INSERT was most of the time of an order. Fewer go as one JSON text. Raises
    what the database says, as bulk_create does.
    """
    if not rows:
        return
    if len(rows) <= _FEW or getattr(_here, "statements", None) is not None:
        _insert(model, rows)
    else:
        _copy(model, rows)


@step
def insert_rows(rows: Sequence[models.Model]) -> None:
    """This will write new rows of one model, whose keys are set: see `insert_new`."""
    if not rows:
        return
    model = type(rows[0])
    names = [(column, field.attname) for column, field in _fields(model).items()]
    insert_new(model, [{column: getattr(row, name) for column, name in names} for row in rows])
    for row in rows:
        row._state.adding = False  # noqa: SLF001
        row._state.db = connection.alias  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class _Shape:
    """A model's columns in their order with what each is by itself, and those made anew."""

    constant: Mapping[str, Any]
    made: Sequence[tuple[str, Callable[[], Any]]]
    insert: str
    copy: str
    json: Sequence[int]
    """The places of those that are JSON."""


@cache
def _shape(model: type[models.Model]) -> _Shape:
    fields, table = _fields(model), model._meta.db_table  # noqa: SLF001 - documented
    columns = ", ".join(f'"{column}"' for column in fields)
    made = {
        column: field.default
        for column, field in fields.items()
        if field.has_default() and callable(field.default)
    }
    return _Shape(
        constant={
            column: None if column in made else field.get_default()
            for column, field in fields.items()
        },
        made=list(made.items()),
        insert=f'INSERT INTO "{table}" ({columns}) SELECT {columns}'  # noqa: S608 - ours
        f' FROM json_populate_recordset(NULL::"{table}", %s)',
        copy=f'COPY "{table}" ({columns}) FROM STDIN',
        json=[
            place
            for place, field in enumerate(fields.values())
            if isinstance(field, models.JSONField)
        ],
    )


def _fields(model: type[models.Model]) -> "dict[str, models.Field[Any, Any]]":
    """The fields of `model` that have a column, by its name and in their order."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - documented in spite of its name
    return {str(field.column): field for field in fields}


def _insert(model: type[models.Model], rows: Sequence[Row]) -> None:
    write(_shape(model).insert, [orjson.dumps(rows, default=_as_text).decode()])


def _as_text(value: object) -> str:
    """A value that JSON does not have, as PostgreSQL reads it from text."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    raise TypeError(f"{type(value).__name__} has no text that PostgreSQL would read")


def _copy(model: type[models.Model], rows: Sequence[Row]) -> None:
    shape = _shape(model)
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(shape.copy) as out,
    ):
        for row in rows:
            values = [row[column] for column in shape.constant]
            for place in shape.json:
                if values[place] is not None:
                    values[place] = Jsonb(values[place])
            out.write_row(values)


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
    with prepared_cursor() as cursor:
        cursor.execute(
            f'UPDATE "{options.db_table}" AS kept SET {assignments}'  # noqa: S608 - names of ours
            f' FROM unnest({arrays}) AS given ({names}) WHERE kept."{key.column}" ='
            f' given."{key.column}"',
            [[getattr(row, field.attname) for row in rows] for field in every],
        )
