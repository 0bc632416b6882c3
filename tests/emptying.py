"""What a test had to commit is taken away again before the next one begins."""

from django.db import connection, transaction
from psycopg import sql

# Made once, with the tables, and the same for every test.
_KEPT = {"django_content_type", "auth_permission"}


def empty_tables() -> None:
    """This will delete every row there is, but for those that come with the tables.

    Django truncates all tables, full or not, and makes its content types and permissions anew:
    half a second for each test. Here rows go as from a replica: no trigger refuses or tells.
    """
    tables = sorted(set(connection.introspection.django_table_names()) - _KEPT)
    listed = sql.SQL(", ").join(map(sql.Identifier, tables))
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever still writes is waited for, as by a TRUNCATE.
        cursor.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(listed))
        cursor.execute(sql.SQL(" UNION ALL ").join(map(_name_if_filled, tables)))
        filled = [sql.Identifier(row[0]) for row in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql.SQL("; ").join(map(sql.SQL("DELETE FROM {}").format, filled)))


def _name_if_filled(table: str) -> sql.Composed:
    return sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(table, sql.Identifier(table))
