"""How often one account, browser or network may try, counted in this process's memory."""

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

_MOST_NAMES = 100_000


class Limit:
    """So many in so many seconds, for each name. Nothing is written: a crowd costs nothing here."""

    def __init__(self, most: int, seconds: int, *, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._tries: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def wait(self, name: str) -> int:
        """This will count a try of `name` and return 0, or for how many seconds it is too early.

        A try that came too early is not counted. Without a limit (0) there is none to keep.
        """
        if not self._most:
            return 0
        now = self._clock()
        with self._lock:
            if len(self._tries) >= _MOST_NAMES:
                self._tidy(now)
            tries = self._tries.setdefault(name, deque())
            while tries and tries[0] <= now - self._seconds:
                tries.popleft()
            if len(tries) >= self._most:
                return max(1, int(tries[0] + self._seconds - now) + 1)
            tries.append(now)
            return 0

    def _tidy(self, now: float) -> None:
        live = {n: t for n, t in self._tries.items() if t and t[-1] > now - self._seconds}
        # So many names at once are made up: forgetting them all is better than running full.
        self._tries = live if len(live) < _MOST_NAMES else {}
