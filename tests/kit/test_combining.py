"""Many threads ask at once: each gets its own answer, in the order in which they came."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection

from shoal.kit import combining
from shoal.kit.combining import Combiner
from shoal.kit.errors import Busy


class Counter:
    """Work that waits for a sign before its first batch, and remembers its batches."""

    def __init__(self) -> None:
        self.started, self.go_on = threading.Event(), threading.Event()
        self.batches: list[list[int]] = []

    def __call__(self, requests: Sequence[int]) -> list[int]:
        self.batches.append(list(requests))
        if not self.started.is_set():
            self.started.set()
            assert self.go_on.wait(10)
        if any(request < 0 for request in requests):
            raise ValueError(min(requests))
        return [10 * request for request in requests]


def ask_in_turn(combiner: Combiner[int, int], requests: Sequence[int]) -> list[Future[int]]:
    """The first is being served while the others come, one after the other."""
    pool = ThreadPoolExecutor(len(requests))
    futures = []
    for place, request in enumerate(requests):
        futures.append(pool.submit(combiner.ask, request))
        while len(combiner._waiting) < place:
            pass
        if place == 0:
            work = combiner._work
            assert isinstance(work, Counter)
            assert work.started.wait(10)
    pool.shutdown(wait=False)
    return futures


def test_one_alone_is_answered_at_once() -> None:
    work = Counter()
    work.go_on.set()
    assert Combiner(work, most=8, patience=5).ask(3) == 30
    assert work.batches == [[3]]


@pytest.fixture
def pooled(transactional_db: None) -> Iterator[None]:
    """The test's database behind a pool, as the web asks it."""
    options = connection.settings_dict["OPTIONS"]
    connection.close()
    options["pool"] = {"min_size": 1, "max_size": 5, "timeout": 10}
    yield
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's
    del options["pool"]


@pytest.mark.usefixtures("pooled")
def test_whoever_waits_holds_no_connection() -> None:
    class Asking(Combiner[int, int]):
        def ask(self, request: int) -> int:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")  # who she is, where it goes …
                return super().ask(request)
            finally:
                connection.close()

    work = Counter()
    futures = ask_in_turn(Asking(work, most=8, patience=5), [1, 2, 3, 4])
    soon = time.monotonic() + 5
    while (held := held_connections()) != 1 and time.monotonic() < soon:
        time.sleep(0.01)
    work.go_on.set()
    assert [future.result(5) for future in futures] == [10, 20, 30, 40]
    assert held == 1  # by the one who leads


def held_connections() -> int:
    now = connection.pool.get_stats()  # type: ignore[attr-defined]  # PostgreSQL's
    return int(now["pool_size"] - now["pool_available"])


def test_whoever_comes_meanwhile_is_taken_along_in_order() -> None:
    work = Counter()
    futures = ask_in_turn(Combiner(work, most=8, patience=5), [1, 2, 3, 4])
    work.go_on.set()
    assert [future.result(5) for future in futures] == [10, 20, 30, 40]
    assert work.batches == [[1], [2, 3, 4]]


def test_a_batch_has_a_most_and_the_next_leader_takes_the_rest() -> None:
    work = Counter()
    futures = ask_in_turn(Combiner(work, most=2, patience=5), [1, 2, 3, 4, 5, 6])
    work.go_on.set()
    assert [future.result(5) for future in futures] == [10, 20, 30, 40, 50, 60]
    assert work.batches == [[1], [2, 3], [4, 5], [6]]


def test_one_bad_request_costs_its_neighbours_nothing() -> None:
    work = Counter()
    futures = ask_in_turn(Combiner(work, most=8, patience=5), [1, 2, 3, -4, 5])
    work.go_on.set()
    for place in (0, 1, 2, 4):
        assert futures[place].result(5) == 10 * (place + 1)
    with pytest.raises(ValueError, match="-4"):
        futures[3].result(5)


def test_whoever_waits_too_long_is_told_and_was_not_served() -> None:
    work = Counter()
    combiner = Combiner(work, most=8, patience=0.05)
    first, second = ask_in_turn(combiner, [1, 2])
    with pytest.raises(Busy):
        second.result(5)
    work.go_on.set()
    assert first.result(5) == 10
    assert combiner.ask(3) == 30
    assert work.batches == [[1], [3]]


def test_a_leader_that_is_interrupted_leaves_nobody_waiting() -> None:
    calls = []

    def work(requests: Sequence[int]) -> list[int]:
        calls.append(list(requests))
        if len(calls) == 1:
            raise SystemExit
        return list(requests)

    combiner = Combiner(work, most=8, patience=5)
    with pytest.raises(SystemExit):
        combiner.ask(1)
    assert combiner.ask(2) == 2


def test_who_cannot_even_wait_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Counter()
    combiner = Combiner(work, most=8, patience=5)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(combiner.ask, 1)
        assert work.started.wait(10)
        with monkeypatch.context() as broken:
            broken.setattr(combining, "_lend_connection", _fail)
            with pytest.raises(OSError, match="no more files"):
                combiner.ask(2)
        work.go_on.set()
        assert first.result(10) == 10
    assert combiner.ask(3) == 30


def _fail() -> None:
    raise OSError("no more files")


def test_a_lost_connection_is_tried_once_more_and_then_told_to_all() -> None:
    lost = [True]

    def work(requests: Sequence[int]) -> list[int]:
        if lost.pop() if lost else False:
            raise OperationalError("server closed the connection unexpectedly")
        return list(requests)

    combiner = Combiner(work, most=8, patience=5)
    assert combiner.ask(1) == 1
    lost += [True, True]
    with pytest.raises(OperationalError):
        combiner.ask(2)
    assert combiner.ask(3) == 3


def test_many_at_once_each_get_their_own() -> None:
    served: list[int] = []

    def work(requests: Sequence[int]) -> list[int]:
        served.extend(requests)
        return [request * request for request in requests]

    combiner = Combiner(work, most=16, patience=10)
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(combiner.ask, range(2_000)))
    assert answers == [number * number for number in range(2_000)]
    assert sorted(served) == list(range(2_000))
