"""Work that is done batch by batch until none is left, by several threads at once if they can."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def until_none(work: Callable[[], int], *, side_by_side: int = 1) -> int:
    """This will call `work` until it says that it did nothing, and return how often it did some.

    `side_by_side` threads do so at once, each with a database connection of its own: `work` has to
    pass over what another thread has in hand. Raises what `work` raises, once all have stopped.
    """
    with ThreadPoolExecutor(side_by_side) as pool:
        running = [pool.submit(_repeat, work) for _ in range(side_by_side)]
    return sum(future.result() for future in running)


def _repeat(work: Callable[[], int]) -> int:
    try:
        batches = 0
        while work():
            batches += 1
        return batches
    finally:
        connection.close()
