"""What has changed since something was read, as this process has heard.

Triggers write a row for each change (see `web.migrations`); a process reads the new ones when it is
about to use what it has kept. Nothing is missed: rows are read from the oldest transaction on that
was still open when they were read before, whenever each of them commits. Rows are tidied away after
an hour: who has not asked for long knows that nothing she keeps can be trusted.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.db import connection

from shoal.kit.asking import ask

HEARS_EVERY = 0.5
"""Seconds after which a process asks again what has changed."""
_MOST_OWNERS = 100_000
_STOCK = "stock_allotment"

_NEW = """
SELECT id, owner, what, '', at FROM web_change WHERE xid >= %s::xid8
UNION ALL
SELECT NULL, NULL, '', pg_snapshot_xmin(pg_current_snapshot())::text, statement_timestamp()
"""
_SILENCE = timedelta(minutes=20)
"""By the database's clock, which goes on while this machine sleeps."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What begins and ends by the clock alone, so that no row tells it.

    The tables that say when, a query for the next such moment after `now`, and what time it is.
    """

    tables: frozenset[str]
    next: str
    clock: Callable[[], datetime]

    def after(self, now: datetime) -> datetime | None:
        """This will ask the database for the next moment after `now`."""
        with connection.cursor() as cursor:
            cursor.execute(self.next, {"now": now})
            found: datetime | None = cursor.fetchone()[0]
            return found


class Changes:
    """The newest change of each shop and brand, counted in the times that we have asked."""

    def __init__(
        self,
        *,
        every: float | None = None,
        stopwatch: Callable[[], float] = monotonic,
    ) -> None:
        self._every = HEARS_EVERY if every is None else every
        self._stopwatch = stopwatch
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._from = ""
        self._heard_at: datetime | None = None
        self._known: set[int] = set()
        self._moments: Moments | None = None
        self._next: datetime | None = None
        self._changed: dict[UUID, int] = {}
        self._of_stock: dict[UUID, int] = {}
        self._any_brand = self._everything = self._round = 0

    def follow(self, moments: Moments) -> None:
        """This will count each such moment as a change of everything, from now on."""
        self._moments = moments

    def now(self) -> int:
        """This will return the number of the last round, asking again when that is long ago."""
        # One asks; whoever comes meanwhile goes by what was heard last.
        if self._is_time() and self._lock.acquire(blocking=not self._round):
            try:
                if self._is_time():
                    self._ask()
            finally:
                self._lock.release()
        return self._round

    def ask(self) -> int:
        """This will ask now, whenever it was asked last: all that is committed is heard of."""
        with self._lock:
            self._ask()
            return self._round

    def heard(self) -> int:
        """This will return the number of the last round, without asking."""
        return self._round

    def ask_at_once(self) -> None:
        """This will make the next one ask: somebody has just changed something through us."""
        self._asked_at = float("-inf")

    def since(
        self, number: int, owners: Iterable[UUID], *, any_brand: bool = False, stock: bool = True
    ) -> bool:
        """This will say whether anything of these shops and brands has changed after `number`.

        With `any_brand` a change of any brand counts; without `stock`, what is left does not.
        """
        if self._everything > number or (any_brand and self._any_brand > number):
            return True
        changed, of_stock = self._changed, self._of_stock
        return any(
            changed.get(owner, 0) > number or (stock and of_stock.get(owner, 0) > number)
            for owner in owners
        )

    def _is_time(self) -> bool:
        return self._stopwatch() - self._asked_at >= self._every

    def _ask(self) -> None:
        moments, first = self._moments, not self._from
        now = moments.clock() if moments else None
        if first:
            self._from = ask("SELECT pg_snapshot_xmin(pg_current_snapshot())::text", [])[0][0]
        rows = ask(_NEW, [self._from])
        new = [row for row in rows if row[0] is not None and row[0] not in self._known]
        self._known = {row[0] for row in rows if row[0] is not None}
        *_, self._from, at = rows[-1]
        silent = self._heard_at is not None and at - self._heard_at > _SILENCE
        self._heard_at = at
        self._note(new)
        passed = now is not None and self._next is not None and self._next <= now
        # Of what was made before we asked, or while we did not, nobody knows what has changed.
        unknown = first or silent or passed
        if unknown:
            self._everything = self._round + 1
        if moments and now and (unknown or moments.tables & {row[2] for row in new}):
            self._next = moments.after(now)
        self._round += 1
        self._asked_at = self._stopwatch()

    def _note(self, new: list[tuple[int, UUID | None, str, str, datetime]]) -> None:
        number = self._round + 1
        if len(self._changed) + len(self._of_stock) > _MOST_OWNERS:
            self._changed, self._of_stock, self._everything = {}, {}, number
        for _, owner, what, *_ in new:
            if owner is None:
                self._everything = number
            else:
                told = self._of_stock if what == _STOCK else self._changed
                told[owner] = number
            if not what.startswith(("shops_", "shelves_")):
                self._any_brand = number
