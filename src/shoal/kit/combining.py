"""Flat combining: whoever waits is taken into the next transaction, by whoever waits longest.

Many threads want to do the same small thing to the same few rows. One at a time each pays for a
transaction and for the lock of the one before. Here the thread that has waited longest takes all
that wait along, does it for everybody at once, gives each its own answer, and hands on to the
longest of those who came meanwhile. There is no further thread that would have to be looked after.

After Hendler, Incze, Shavit, Tzafrir: Flat Combining and the Synchronization-Parallelism Tradeoff,
SPAA 2010.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

from django.db import InterfaceError, OperationalError, connection

from shoal.kit.errors import Busy

Q = TypeVar("Q")
A = TypeVar("A")


class _Ticket(Generic[Q, A]):
    """One request that waits: for an answer, or for its turn to lead."""

    __slots__ = ("answer", "called", "error", "request")

    def __init__(self, request: Q) -> None:
        self.request = request
        self.called = threading.Event()
        self.answer: A | None = None
        self.error: BaseException | None = None


def _lend_connection() -> None:
    """Gives this thread's connection back to the pool: a crowd that waits needs none meanwhile."""
    if getattr(connection, "pool", None) and not connection.in_atomic_block:
        connection.close()


class Combiner(Generic[Q, A]):
    """Takes requests from many threads of a process to `work`, a batch at a time.

    `work` answers a list of requests in one transaction, in their order, and can be asked the same
    twice. It is called by one thread at a time, with at most `most` requests; nobody waits for
    longer than `patience` seconds to be taken along.
    """

    def __init__(
        self, work: Callable[[Sequence[Q]], Sequence[A]], *, most: int, patience: float
    ) -> None:
        self._work = work
        self._most = most
        self._patience = patience
        self._mutex = threading.Lock()
        self._waiting: deque[_Ticket[Q, A]] = deque()
        self._leader: _Ticket[Q, A] | None = None

    def ask(self, request: Q) -> A:
        """This will have `request` answered with the others that wait: first come, first served.

        Raises what `work` raised for this request alone, and Busy when it was not its turn in time;
        then nothing was done.
        """
        ticket = _Ticket[Q, A](request)
        with self._mutex:
            self._waiting.append(ticket)
            if self._leader is None:
                self._call(ticket)
        try:
            if not ticket.called.is_set():
                _lend_connection()
            if not ticket.called.wait(self._patience) and self._withdraw(ticket):
                raise Busy
            ticket.called.wait()
        except BaseException:
            self._leave(ticket)
            raise
        if self._leader is ticket:
            self._lead()
        if ticket.error is not None:
            raise ticket.error
        return cast("A", ticket.answer)

    def _call(self, ticket: _Ticket[Q, A] | None) -> None:
        """Makes the longest waiting one lead; the mutex is held."""
        self._leader = ticket
        if ticket is not None:
            ticket.called.set()

    def _withdraw(self, ticket: _Ticket[Q, A]) -> bool:
        """Takes a ticket out again, unless it was taken along or called at this very moment."""
        with self._mutex:
            if ticket is self._leader or ticket not in self._waiting:
                return False
            self._waiting.remove(ticket)
            return True

    def _leave(self, ticket: _Ticket[Q, A]) -> None:
        """Takes out who was interrupted; had she been called to lead, the next one does."""
        with self._mutex:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            if ticket is self._leader:
                self._call(self._waiting[0] if self._waiting else None)

    def _lead(self) -> None:
        """Answers the oldest of those who wait, oneself among them, and hands on."""
        with self._mutex:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            self._answer(batch, until=time.monotonic() + self._patience)
        finally:
            for ticket in batch:
                if ticket.answer is None and ticket.error is None:
                    ticket.error = Busy()  # the leader was interrupted; asking again is harmless
            with self._mutex:
                self._call(self._waiting[0] if self._waiting else None)
            for ticket in batch:
                ticket.called.set()

    def _answer(self, batch: Sequence[_Ticket[Q, A]], *, until: float) -> None:
        """Answers all of a batch; what fails as a whole is tried again in halves.

        So one request that the database refuses costs its neighbours a few more transactions, and
        not their answers. Whoever is not through after `until` gets the error of the whole.
        """
        try:
            answers = self._try([ticket.request for ticket in batch])
        except Exception as error:  # noqa: BLE001 - each thread raises its own
            away = isinstance(error, OperationalError | InterfaceError)
            if len(batch) == 1 or away or time.monotonic() >= until:
                for ticket in batch:
                    ticket.error = error
                return
            middle = len(batch) // 2
            self._answer(batch[:middle], until=until)
            self._answer(batch[middle:], until=until)
            return
        for ticket, answer in zip(batch, answers, strict=True):
            ticket.answer = answer

    def _try(self, requests: Sequence[Q]) -> Sequence[A]:
        """Asks once more when the connection was lost: it may have been an old one."""
        try:
            return self._work(requests)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            return self._work(requests)
