"""Questions that nearly every request asks, in the shortest way to their answer.

Django puts each question together anew, and PostgreSQL reads and plans it anew: for what a request
asks about one row both take longer than the answer. Such a question is written here as it is sent,
and each connection tells its server of it once.
"""

from collections.abc import Sequence
from typing import Any, cast

from django.db import connection

from shoal.kit.postgres.base import DatabaseWrapper


def ask(question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """This will return the rows that answer `question`, with `values` where it says %s.

    Raises what Django raises when the database does not answer.
    """
    with cast("DatabaseWrapper", connection).prepared_cursor() as cursor:
        cursor.execute(question, values)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())
