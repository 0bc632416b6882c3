"""How our books and a partner's bill are held against each other. Pure.

| ours | theirs | it is |
|---|---|---|
| a row | the same number and sum, same day | matched |
| a row | the same number and sum, another day | late |
| a row | the same number, another sum | amount |
| – (the number is matched already) | a row | doubled |
| – | a row | missing here |
| a row | – | missing there |

Every row of both sides ends in exactly one of these. The same rule serves payments (our number, the
sum to the cent) and freight (tracking number, a sum up to what we charged).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Finding(StrEnum):
    """What became of one row of either side, or of a pair."""

    MATCHED = "matched"
    LATE = "late"
    AMOUNT = "amount"
    DOUBLED = "doubled"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"


Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Side:
    """One row: of our books, or of theirs. Without a day it fits every day."""

    id: UUID
    kind: str
    code: str
    amount: int
    currency: str
    day: date | None = None

    @property
    def key(self) -> Key:
        """What both sides call it."""
        return self.kind, self.code


@dataclass(frozen=True, slots=True)
class Found:
    """A finding and what it is about."""

    finding: Finding
    ours: Side | None = None
    theirs: Side | None = None


Fits = Callable[[Side, Side], bool]


def same_sum(ours: Side, theirs: Side) -> bool:
    """This will say whether both name the same sum, to the cent."""
    return (ours.amount, ours.currency) == (theirs.amount, theirs.currency)


def not_dearer(ours: Side, theirs: Side) -> bool:
    """This will say whether a carrier asks for no more than was charged.

    A parcel that went free of charge has no sum to compare with: its number is enough.
    """
    return not ours.amount or (ours.currency == theirs.currency and theirs.amount <= ours.amount)


def match(
    *,
    ours: Iterable[Side],
    theirs: Iterable[Side],
    seen: Collection[Key] = frozenset(),
    fits: Fits = same_sum,
) -> list[Found]:
    """This will pair the rows of both sides; `seen` are keys of which a pair was found before.

    The order in which rows are given does not matter.
    """
    here, there = _by_key(ours), _by_key(theirs)
    found: list[Found] = []
    for key in sorted(here.keys() | there.keys()):
        found += _match_key(here[key], there[key], seen=key in seen, fits=fits)
    return found


def signed(kind: str, amount: int) -> int:
    """This will return what a row moves of what a provider owes us: in is plus, back is minus."""
    return -amount if kind == "refund" else amount


def to_write_off(found: Found) -> dict[str, int]:
    """This will return by how much, per currency, our books say that the provider owes too much."""
    sums: defaultdict[str, int] = defaultdict(int)
    if found.ours:
        sums[found.ours.currency] += signed(found.ours.kind, found.ours.amount)
    if found.theirs:
        sums[found.theirs.currency] -= signed(found.theirs.kind, found.theirs.amount)
    return {currency: amount for currency, amount in sorted(sums.items()) if amount}


def _by_key(rows: Iterable[Side]) -> defaultdict[Key, list[Side]]:
    groups: defaultdict[Key, list[Side]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.day or date.min, row.amount, row.id)):
        groups[row.key].append(row)
    return groups


def _match_key(here: list[Side], there: list[Side], *, seen: bool, fits: Fits) -> list[Found]:
    found = _take_pairs(here, there, Finding.MATCHED, lambda a, b: fits(a, b) and _one_day(a, b))
    found += _take_pairs(here, there, Finding.LATE, fits)
    found += _take_pairs(here, there, Finding.AMOUNT, lambda _a, _b: True)
    known = seen or bool(found)
    alone = Finding.DOUBLED if known else Finding.MISSING_HERE
    found += [Found(alone, theirs=row) for row in there]
    found += [Found(Finding.MISSING_THERE, ours=row) for row in here]
    return found


def _take_pairs(here: list[Side], there: list[Side], finding: Finding, pairs: Fits) -> list[Found]:
    """Takes what pairs from both lists."""
    taken: list[Found] = []
    for ours in list(here):
        partner = next((theirs for theirs in there if pairs(ours, theirs)), None)
        if partner is not None:
            here.remove(ours)
            there.remove(partner)
            taken.append(Found(finding, ours, partner))
    return taken


def _one_day(ours: Side, theirs: Side) -> bool:
    return ours.day is None or theirs.day is None or ours.day == theirs.day
