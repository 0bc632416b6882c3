"""A connection from the pool is looked at, not asked whether it still lives.

Django asks the server with every request, which is a way there and back before the first real
question. What a server that went away leaves behind can be seen here: the socket has an end, or the
server's last words, to read. A healthy one that nobody has asked anything has nothing.
"""

import re
import select
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, cast

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from psycopg import errors
from psycopg.pq import TransactionStatus

# Twice what all of ours are; of psycopg's hundred they would push each other out.
_MOST_PREPARED = 250
# "cached plan must not change result type"; and a name that whoever pools the server's connections
# has forgotten.
_OUTDATED = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)


class _PreparedCursor(psycopg.Cursor[Any]):
    """Sends a statement's values apart from its text, which the server reads and plans once.

    Only for its own statements does the connection prepare: of others psycopg would keep the last
    ones to count them, with all the values that Django writes into their text.
    """

    def execute(self, query: Any, params: Any = None, **how: Any) -> "_PreparedCursor":
        """This will run a statement that this connection's server knows from then on."""
        with _preparing(self.connection):
            try:
                super().execute(query, params, **how)
            except _OUTDATED:
                if self.connection.info.transaction_status != TransactionStatus.IDLE:
                    raise
                _forget_prepared(self.connection)
                super().execute(query, params, **how)
        return self


def is_outdated(error: BaseException) -> bool:
    """This will say whether a migration changed what a prepared statement returns.

    Asked once more, in another transaction, it is answered.
    """
    return isinstance(error.__cause__, _OUTDATED)


class _Operations(DatabaseOperations):
    """Django's own, but that it finds words for what was prepared."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """This will return a statement as the server knows it: $1 where its first value goes."""
        number = count(1)
        told = super().last_executed_query(cursor, sql, params)
        return told or re.sub("%s", lambda _: f"${next(number)}", sql)


class _SchemaEditor(DatabaseSchemaEditor):
    """Django's own, but that a text which is unique has one index, not two.

    The second would find codes by their beginnings, which nobody asks for, and each new row would
    be written into it.
    """

    def _create_like_index_sql(self, *_: object) -> None:
        return None


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for how connections are taken from the pool, prepare and make tables."""

    ops_class = _Operations
    SchemaEditorClass = _SchemaEditor

    def get_new_connection(self, conn_params: dict[str, Any]) -> "psycopg.Connection[Any]":
        """This will return a connection that lives; those of a server that was restarted go."""
        while True:
            connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
            if self.pool is None or _is_alive(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)  # the pool puts a new one in its place

    def _configure_connection(self, connection: "psycopg.Connection[Any]") -> bool:
        """What is prepared is found by keys: no plan made for one set of values beats that.

        PostgreSQL would plan it anew each time, as fewer values than it counts with look cheaper;
        planning took longer than the answer. What is not prepared is planned for its values.
        """
        super()._configure_connection(connection)  # type: ignore[misc]
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.prepared_max = _MOST_PREPARED
        return True  # what was set has to be committed

    def prepared_cursor(self) -> CursorWrapper:
        """This will return a cursor for statements that are asked again and again as they are."""
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor = cast("CursorWrapper", _PreparedCursor(self.connection))
        # As Django wraps its own: errors become Django's, and questions can be counted.
        return self.make_debug_cursor(cursor) if self.queries_logged else self.make_cursor(cursor)

    def forget_prepared(self) -> None:
        """This will have the server read and plan anew what is asked from now on."""
        with self.wrap_database_errors, _preparing(self.connection):
            _forget_prepared(self.connection)


@contextmanager
def _preparing(connection: "psycopg.Connection[Any]") -> Iterator[None]:
    """Lifts for the block what Django forbids: only in it does psycopg keep what it is told."""
    connection.prepare_threshold = 0
    try:
        yield
    finally:
        connection.prepare_threshold = None


def _forget_prepared(connection: "psycopg.Connection[Any]") -> None:
    """Has the server read everything anew; psycopg sees by this command that nothing is known."""
    connection.execute("DEALLOCATE ALL", prepare=False)


def _is_alive(connection: "psycopg.Connection[Any]") -> bool:
    if connection.closed:
        return False
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    return not looking.poll(0)
