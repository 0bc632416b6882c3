"""What is sold out, remembered for a second: so a crowd that comes too late costs next to nothing.

After that second one request asks the desk again while the others still get the remembered answer:
goods that come back are found within a second of the next wish for them.
"""

import threading
from collections.abc import Callable, Sequence
from time import monotonic

from shoal.kit.errors import Refused
from shoal.orders.pricing import SoldOut

_SECONDS = 1.0
_MOST = 10_000


class SoldOutOffers:
    """The offers that the desk has said to be sold out, and what it said, by the offer's code."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, SoldOut]] = {}
        self._lock = threading.Lock()

    def answer(self, codes: Sequence[str]) -> SoldOut | None:
        """This will return what the desk would say; None: ask it."""
        if not self._known:
            return None
        with self._lock:
            for code in codes:
                known = self._known.get(code)
                if known is None:
                    continue
                until, said = known
                now = self._clock()
                if now < until:
                    return said
                self._known[code] = (now + _SECONDS, said)  # this one asks, for all others
        return None

    def learn(self, codes: Sequence[str], answer: object) -> None:
        """This will remember what the desk answered to a wish for `codes`.

        Of several goods the desk names only the title of the one that is gone: nothing is learnt.
        """
        if not isinstance(answer, SoldOut):
            if not isinstance(answer, Refused):
                with self._lock:
                    for code in codes:
                        self._known.pop(code, None)
            return
        if len(codes) == 1:
            with self._lock:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[codes[0]] = (self._clock() + _SECONDS, answer)
