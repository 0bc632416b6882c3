"""What is kept back from a payout for the tax office. Pure; nothing is withheld by default.

A scheme is a list of brackets: above so many minor units, so many basis points. It is counted over
what a party is paid in one calendar month, so that many small payouts bear what one large one
does; what was withheld before in the month is set against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shoal.kit.money import BASIS, minor_of

# What a setting says: currency to (major units, basis points), in rising order.
Scheme = Mapping[str, Sequence[tuple[Decimal, int]]]


@dataclass(frozen=True, slots=True)
class Bracket:
    """Of what stands above `above` minor units, `rate_bp` basis points are withheld."""

    above: int
    rate_bp: int


def brackets_of(*, scheme: Scheme, currency: str) -> list[Bracket]:
    """This will return the brackets for a currency; none when the scheme does not name it."""
    return [
        Bracket(minor_of(above, currency), rate_bp) for above, rate_bp in scheme.get(currency, ())
    ]


def owed(*, total: int, brackets: Sequence[Bracket]) -> int:
    """This will return what a month's `total` bears: each bracket's part, rounded down as a sum.

    Rounding down: nobody is charged a unit more than the scheme says.
    """
    if not brackets:
        return 0
    ends = [bracket.above for bracket in brackets[1:]] + [total]
    parts = (
        max(min(total, end) - bracket.above, 0) * bracket.rate_bp
        for bracket, end in zip(brackets, ends, strict=True)
    )
    return sum(parts) // BASIS


def withhold(*, gross: int, before: int, withheld: int, brackets: Sequence[Bracket]) -> int:
    """This will return what to keep back from `gross` minor units.

    `before` was paid gross earlier in the month, and `withheld` was kept back of that. Never less
    than nothing, and never all: something is left to be paid.
    """
    due = owed(total=before + gross, brackets=brackets) - withheld
    return min(max(due, 0), max(gross - 1, 0))
