"""What browsers' cookies stand for: begun, written down, ended."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from shoal.kit.transactions import operation

_BEGIN = """
INSERT INTO people_session (session_data, expire_date, person_id, session_key)
VALUES (%s, %s, %s, %s)
"""
_KEEP = """
UPDATE people_session SET session_data = %s, expire_date = %s, person_id = %s
WHERE session_key = %s
"""


@operation
def keep_session(
    *, key: str, holds: str, person: UUID | None, until: datetime, is_new: bool
) -> bool:
    """This will write down what a session holds, and whose it is.

    Returns False, with nothing written, for one that was ended meanwhile: it does not come back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN if is_new else _KEEP, [holds, until, person, key])
        return bool(cursor.rowcount)


@operation
def end_session(*, key: str) -> None:
    """This will end a session; one that has ended stays so."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_session WHERE session_key = %s", [key])
