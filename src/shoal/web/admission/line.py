"""The line of one process: who may order now, and who stands where.

A ticket carries the moment of its arrival, signed, and every process orders its line by it: so a
place holds across reloads, processes and restarts, and nothing is written anywhere.
"""

import math
import threading
from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

POLL_SECONDS = 3
"""How often somebody who waits asks where she stands, unless it is her turn sooner."""
_GONE_SECONDS = 20.0
"""Who has not asked for so long has left the line."""
_TICKET_SECONDS = 1800.0


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """A place in the line: when it was taken, and from when on it may be called (Unix ms)."""

    arrived: int
    name: str
    not_before: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands: how many are before her, how long that takes, whether it is her turn.

    `seconds` is None while nothing was measured yet.
    """

    ahead: int
    seconds: int | None
    called: bool

    @property
    def minutes(self) -> int:
        """The time in whole minutes, rounded up."""
        return math.ceil((self.seconds or 0) / 60)

    @property
    def poll(self) -> int:
        """In how many seconds she asks again: who stands near the front need not wait for three."""
        return POLL_SECONDS if self.seconds is None else max(1, min(POLL_SECONDS, self.seconds))


class Line:
    """Lets `places` requests in at a time; the others wait in the order of their arrival."""

    def __init__(self, places: int, *, clock: Callable[[], float] = monotonic) -> None:
        self._places, self._clock = places, clock
        self._lock = threading.Lock()
        self._inside = 0
        self._order: list[Ticket] = []
        self._asked: dict[Ticket, float] = {}
        self._used: dict[str, float] = {}
        self._rate = 0.0
        self._served, self._since = 0, clock()

    def enter(self, ticket: Ticket | None, *, at_ms: int) -> bool:
        """This will let a request in, or say that it has to wait. Who is in must `leave`."""
        with self._lock:
            self._tidy()
            if ticket is not None and ticket.name in self._used:
                return False
            admitted = self._called(ticket, at_ms) if ticket else not self._order
            if not admitted or self._inside >= self._places:
                return False
            self._inside += 1
            if ticket is not None:
                self._forget(ticket)
                self._used[ticket.name] = self._clock() + _TICKET_SECONDS
            return True

    def leave(self) -> None:
        """This will count a request that was let in as served."""
        with self._lock:
            self._inside -= 1
            self._served += 1

    def ask(self, ticket: Ticket, *, at_ms: int) -> Place:
        """This will say where a ticket stands, and keep it in the line.

        One that somebody came in with has no place any more: a page that still asks with it while
        its order is placed would take the place of the next.
        """
        with self._lock:
            self._tidy()
            if ticket.name in self._used:
                return Place(0, 0, called=True)
            if ticket not in self._asked:
                insort(self._order, ticket)
            self._asked[ticket] = self._clock()
            ahead = bisect_left(self._order, ticket)
            left = max(0, ticket.not_before - at_ms) / 1000
            seconds = math.ceil(max(left, ahead / self._rate)) if self._rate else None
            return Place(ahead, seconds, self._called(ticket, at_ms))

    def used(self, ticket: Ticket) -> bool:
        """This will say whether somebody has already come in with a ticket."""
        return ticket.name in self._used

    def _called(self, ticket: Ticket, at_ms: int) -> bool:
        """Twice as many are called as were served in the time until they ask again.

        A line that called no more than that would stay as slow as it once was: nobody is served
        who is not called. Who is called in vain keeps her place.
        """
        ahead = bisect_left(self._order, ticket)
        soon = max(self._places - self._inside, 2 * self._rate * POLL_SECONDS)
        return at_ms >= ticket.not_before and ahead < soon

    def _forget(self, ticket: Ticket) -> None:
        if self._asked.pop(ticket, None) is not None:
            del self._order[bisect_left(self._order, ticket)]

    def _tidy(self) -> None:
        """Once a second: measures how many were served, and lets go of who has left."""
        now = self._clock()
        passed = now - self._since
        if passed < 1:
            return
        self._rate = (self._rate + self._served / passed) / 2
        self._served, self._since = 0, now
        self._asked = {t: seen for t, seen in self._asked.items() if now - seen < _GONE_SECONDS}
        self._order = sorted(self._asked)
        self._used = {name: until for name, until in self._used.items() if until > now}
