"""A connection from the pool is looked at, not asked whether it still lives.

Django asks the server with every request, which is a way there and back before the first real
question. What a server that went away leaves behind can be seen here: the socket has an end, or the
server's last words, to read. A healthy one that nobody has asked anything has nothing.
"""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for how a connection is taken from the pool."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> "psycopg.Connection[Any]":
        """This will return a connection that lives; those of a server that was restarted go."""
        while True:
            connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
            if self.pool is None or _is_alive(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)  # the pool puts a new one in its place


def _is_alive(connection: "psycopg.Connection[Any]") -> bool:
    if connection.closed:
        return False
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    return not looking.poll(0)
