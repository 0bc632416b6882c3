"""What has changed since a page was rendered, as this process has heard.

Triggers write a row for each change (see the migration); a process reads the new ones twice a
second while it is asked for pages. Nothing is missed: rows are read from the oldest transaction on
that was still open when they were read before, whenever each of them commits.
"""

import threading
from collections.abc import Callable, Collection
from datetime import datetime
from time import monotonic
from uuid import UUID

from django.db import connection

from shoal.kit import clock

HEARS_EVERY = 0.5
"""Seconds after which a process asks again what has changed."""
_MOST_OWNERS = 100_000
_OPENS_AND_CLOSES = {"offers_offer", "offers_flashsale", "promotions_promotion"}

_NEW = """
SELECT id, owner, what, pg_snapshot_xmin(pg_current_snapshot())::text FROM web_change
WHERE xid >= %s::xid8
UNION ALL SELECT NULL, NULL, '', pg_snapshot_xmin(pg_current_snapshot())::text
"""
# By the clock alone sales and coupons begin and end: no row tells it.
_NEXT = """
SELECT min(at) FROM (
    SELECT min(opens_at) FROM offers_offer WHERE opens_at > %(now)s
    UNION ALL SELECT min(closes_at) FROM offers_offer WHERE closes_at > %(now)s
    UNION ALL SELECT min(trailer_at) FROM offers_flashsale WHERE trailer_at > %(now)s
    UNION ALL SELECT min(starts_at) FROM offers_flashsale WHERE starts_at > %(now)s
    UNION ALL SELECT min(ends_at) FROM offers_flashsale WHERE ends_at > %(now)s
    UNION ALL SELECT min(claim_from_at) FROM promotions_promotion WHERE claim_from_at > %(now)s
    UNION ALL SELECT min(claim_until_at) FROM promotions_promotion WHERE claim_until_at > %(now)s
    UNION ALL SELECT min(use_from_at) FROM promotions_promotion WHERE use_from_at > %(now)s
    UNION ALL SELECT min(use_until_at) FROM promotions_promotion WHERE use_until_at > %(now)s
) AS moments (at)
"""


class Changes:
    """The newest change of each shop and brand, counted in the times that we have asked."""

    def __init__(
        self, *, every: float = HEARS_EVERY, stopwatch: Callable[[], float] = monotonic
    ) -> None:
        self.every, self._stopwatch = every, stopwatch
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._from = ""
        self._known: set[int] = set()
        self._next: datetime | None = None
        self._changed: dict[UUID, int] = {}
        self._any_brand = self._everything = self._round = 0

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

    def heard(self) -> int:
        """This will return the number of the last round, without asking."""
        return self._round

    def ask_at_once(self) -> None:
        """This will make the next one ask: somebody has just changed something through us."""
        self._asked_at = float("-inf")

    def since(self, number: int, *, shop: UUID, brands: Collection[UUID] | None) -> bool:
        """This will say whether what a page shows has changed after round `number`.

        The page shows `shop` and these brands' goods; None: any brand's.
        """
        latest = [self._everything, self._changed.get(shop, 0)]
        if brands is None:
            latest.append(self._any_brand)
        else:
            latest += [self._changed.get(brand, 0) for brand in brands]
        return max(latest) > number

    def _is_time(self) -> bool:
        return self._stopwatch() - self._asked_at >= self.every

    def _ask(self) -> None:
        now, first = clock.now(), not self._from
        with connection.cursor() as cursor:
            if first:
                cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
                self._from = cursor.fetchone()[0]
            cursor.execute(_NEW, [self._from])
            rows = cursor.fetchall()
        new = [row for row in rows if row[0] is not None and row[0] not in self._known]
        self._known = {row[0] for row in rows if row[0] is not None}
        self._from = rows[-1][3]
        self._note(new)
        passed = self._next is not None and self._next <= now
        if first or passed:
            # Of what was rendered before we first asked nobody knows what has changed since.
            self._everything = self._round + 1
        if first or passed or _OPENS_AND_CLOSES & {row[2] for row in new}:
            self._next = _next_moment(now)
        self._round += 1
        self._asked_at = self._stopwatch()

    def _note(self, new: list[tuple[int, UUID | None, str, str]]) -> None:
        number = self._round + 1
        if len(self._changed) > _MOST_OWNERS:
            self._changed, self._everything = {}, number
        for _, owner, what, _ in new:
            if owner is None:
                self._everything = number
            else:
                self._changed[owner] = number
            if not what.startswith(("shops_", "shelves_")):
                self._any_brand = number


def _next_moment(now: datetime) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"now": now})
        found: datetime | None = cursor.fetchone()[0]
        return found
