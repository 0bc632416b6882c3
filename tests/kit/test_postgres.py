"""A connection whose server went away is never handed to anybody."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.db import connection

from shoal.kit.postgres.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pooled() -> Iterator[DatabaseWrapper]:
    """The test's database behind a pool, as the web asks it."""
    settings = deepcopy(connection.settings_dict)
    settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 3, "timeout": 10}
    wrapper = DatabaseWrapper(settings)
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def backend(wrapper: DatabaseWrapper) -> int:
    """Which process of the server answers; the connection then goes back to the pool."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    wrapper.close()
    return int(number)


def test_live_connections_are_kept(pooled: DatabaseWrapper) -> None:
    # The pool takes one back a moment later than we give it: others may have to help out.
    assert len({backend(pooled) for _ in range(30)}) <= 3


def test_those_of_a_server_that_restarted_are_replaced(pooled: DatabaseWrapper) -> None:
    gone = {backend(pooled) for _ in range(30)}
    with connection.cursor() as cursor:
        for number in gone:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    assert not gone & {backend(pooled) for _ in range(30)}
