"""One operation, one transaction: the outermost block commits, steps refuse to run outside one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, OperationalError, connection, transaction

from shoal.kit.errors import Busy
from shoal.kit.postgres.base import is_outdated

P = ParamSpec("P")
R = TypeVar("R")

_LOCK_TIMEOUT = "3s"
_LOCK_NOT_AVAILABLE = "55P03"
_DEADLOCK = "40P01"


class OutsideTransaction(RuntimeError):
    """A step was called outside an operation's transaction."""


@contextmanager
def one_transaction() -> Iterator[None]:
    """This will run the block as one durable transaction.

    A lock that is not had within three seconds, or a deadlock, raises Busy; nothing is kept.
    """
    try:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            yield
    except OperationalError as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if state in {_LOCK_NOT_AVAILABLE, _DEADLOCK}:
            raise Busy from error
        raise


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """This will make `function` a durable operation: one transaction of its own, or nothing.

    Where a migration changed a table under a process that is running, it is done once more.
    """

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with one_transaction():
                return function(*args, **kwargs)
        except DatabaseError as error:
            if not is_outdated(error):
                raise
        with one_transaction():
            return function(*args, **kwargs)

    return wrapper


def step(function: Callable[P, R]) -> Callable[P, R]:
    """This will make `function` a step: it runs inside an operation's transaction only."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            raise OutsideTransaction(function.__qualname__)
        return function(*args, **kwargs)

    return wrapper
