"""Writing sets of rows in one statement."""

from collections.abc import Sequence

from django.db import connection, models

from shoal.kit.transactions import step

_FEW = 2
"""Up to so many rows a COPY's further ways to the server cost more than they save."""


@step
def insert_rows(rows: Sequence[models.Model]) -> None:
    """This will write new rows of one model, whose keys are set, in one statement.

    Many go through COPY: rendering every value into the text of an INSERT was most of the time of
    an order. A few go as an INSERT, which is one way to the server and back where COPY takes three.
    Raises what the database says, as bulk_create does.
    """
    if not rows:
        return
    options = rows[0]._meta  # noqa: SLF001 - documented in spite of its name
    fields = options.concrete_fields
    prepared = {field.attname: field for field in fields if isinstance(field, models.JSONField)}
    names = [field.attname for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = [
        [
            prepared[name].get_db_prep_save(getattr(row, name), connection)
            if name in prepared
            else getattr(row, name)
            for name in names
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        if len(rows) <= _FEW:
            marks = f"({', '.join(['%s'] * len(names))})"
            into = f'INSERT INTO "{options.db_table}" ({columns}) VALUES '  # noqa: S608 - ours
            cursor.execute(
                into + ", ".join([marks] * len(rows)), [value for each in values for value in each]
            )
        else:
            copying = f'COPY "{options.db_table}" ({columns}) FROM STDIN'
            with connection.wrap_database_errors, cursor.copy(copying) as out:
                for each in values:
                    out.write_row(each)
    for row in rows:
        row._state.adding = False  # noqa: SLF001
        row._state.db = connection.alias  # noqa: SLF001


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
