"""Which units a cancellation takes back: the oldest that its customer has of that code. Pure.

A unit goes back for what the cancellation says, at most for what was paid for it. What is over,
and units that nothing in the file was bought for, are goodwill: the history begins in the middle
of a shop's life, and some customers bring back what they bought before it.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from shoal.replay.source import Cancellation, Invoice


@dataclass(frozen=True, slots=True)
class BackLine:
    """Units of the `number`-th line of an invoice given back for pence."""

    number: int
    units: int
    pence: int


@dataclass(frozen=True, slots=True)
class Return:
    """What one cancellation takes back of one invoice."""

    cancellation: str
    invoice: str
    customer: int
    at: datetime
    lines: tuple[BackLine, ...]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """What one cancellation gives that no invoice answers for, in pence."""

    cancellation: str
    customer: int
    at: datetime
    pence: int


@dataclass(slots=True)
class _Bought:
    """What is left of one line sold."""

    invoice: str
    number: int
    pence: int
    units: int


@dataclass(slots=True)
class Purchases:
    """What every customer has of every code, the oldest first."""

    _kept: defaultdict[tuple[int, str], deque[_Bought]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def buy(self, invoice: Invoice) -> None:
        """This will add an invoice; call it in order of time."""
        for number, line in enumerate(invoice.lines, start=1):
            bought = _Bought(invoice.number, number, line.pence, line.quantity)
            self._kept[invoice.customer, line.code].append(bought)

    def give_back(self, note: Cancellation) -> list[Return | Unmatched]:
        """This will take off what a cancellation takes back, and say what that was."""
        found: dict[str, dict[int, BackLine]] = {}
        rest = 0
        for line in note.lines:
            rest += line.quantity * line.pence
            for bought, units in self._take(note.customer, line.code, line.quantity):
                pence = units * min(line.pence, bought.pence)
                rest -= pence
                lines = found.setdefault(bought.invoice, {})
                known = lines.get(bought.number, BackLine(bought.number, 0, 0))
                lines[bought.number] = BackLine(
                    bought.number, known.units + units, known.pence + pence
                )
        returns: list[Return | Unmatched] = [
            Return(note.number, invoice, note.customer, note.at, tuple(lines.values()))
            for invoice, lines in found.items()
        ]
        if rest:
            returns.append(Unmatched(note.number, note.customer, note.at, rest))
        return returns

    def _take(self, customer: int, code: str, units: int) -> Iterator[tuple[_Bought, int]]:
        kept = self._kept[customer, code]
        while units and kept:
            taken = min(units, kept[0].units)
            yield kept[0], taken
            kept[0].units -= taken
            units -= taken
            if not kept[0].units:
                kept.popleft()


def matched(
    documents: Iterable[Invoice | Cancellation],
) -> Iterator[Invoice | Return | Unmatched]:
    """This will yield the history with each cancellation as what it takes back."""
    purchases = Purchases()
    for document in documents:
        if isinstance(document, Invoice):
            purchases.buy(document)
            yield document
        else:
            yield from purchases.give_back(document)
