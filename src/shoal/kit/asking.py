"""Statements that nearly every request sends, in the shortest way to their answer.

Django puts each question together anew, and PostgreSQL reads and plans it anew: for what a request
asks about one row both take longer than the answer. Such a statement is written here as it is sent,
and each connection tells its server of it once.
"""

from collections.abc import Sequence
from typing import Any, cast

from django.db import connection
from django.db.backends.utils import CursorWrapper

from shoal.kit.postgres.base import DatabaseWrapper


def ask(question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """This will return the rows that answer `question`, with `values` where it says %s.

    Raises what Django raises when the database does not answer.
    """
    with cast("DatabaseWrapper", connection).prepared_cursor() as cursor:
        cursor.execute(question, values)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())


def ask_together(statements: Sequence[tuple[str, Sequence[Any]]]) -> list[CursorWrapper]:
    """This will run statements in their order, in one way to the server and back for all.

    Returns a cursor for each, which holds its rows and their number. Raises what the database says
    of the first that it refuses; those after it are not run then.
    """
    wrapper = cast("DatabaseWrapper", connection)
    cursors = [wrapper.prepared_cursor() for _ in statements]
    with wrapper.wrap_database_errors, wrapper.connection.pipeline():
        for cursor, (statement, values) in zip(cursors, statements, strict=True):
            cursor.execute(statement, values)
    return cursors
