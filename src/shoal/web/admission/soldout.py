"""What is sold out, remembered for a second: so a crowd that comes too late costs next to nothing.

After that second one request asks the desk again while the others still get the remembered answer:
goods that come back are found within a second of the next wish for them.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from shoal.kit.errors import Refused
from shoal.orders.pricing import SoldOut, TooFew

_SECONDS = 1.0
_MOST = 10_000


@dataclass(slots=True)
class _Known:
    """What the desk said, until when it holds, and whether somebody is asking for all others."""

    said: SoldOut
    until: float
    asking: bool = False


class SoldOutOffers:
    """The offers that the desk has said to be sold out, and what it said, by the offer's code."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def answer(self, codes: Sequence[str]) -> SoldOut | None:
        """This will return what the desk would say; None: ask it, and `learn` or `look_again`."""
        if not self._known:
            return None
        with self._lock:
            for code in codes:
                known = self._known.get(code)
                if known is None:
                    continue
                now = self._clock()
                if now < known.until:
                    return known.said
                known.until, known.asking = now + _SECONDS, True
        return None

    def learn(self, codes: Sequence[str], answer: object) -> None:
        """This will remember what the desk answered to a wish for `codes`.

        Of several goods the desk names only the title of the one that is gone: nothing is learnt.
        Nor is it from refusals for another reason; too few are some.
        """
        with self._lock:
            if isinstance(answer, SoldOut):
                if len(codes) == 1:
                    if len(self._known) >= _MOST:
                        self._known.clear()
                    self._known[codes[0]] = _Known(answer, self._clock() + _SECONDS)
            elif isinstance(answer, TooFew) or not isinstance(answer, Refused):
                for code in codes:
                    self._known.pop(code, None)

    def look_again(self, codes: Sequence[str]) -> None:
        """This will let the next one ask whose turn it is, where the desk has said nothing since.

        For a request that was let by to ask, and ended before it did: it stands in nobody's way.
        """
        if not self._known:
            return
        with self._lock:
            for code in codes:
                known = self._known.get(code)
                if known is not None and known.asking:
                    known.until, known.asking = 0.0, False
