"""What keeps a brand's deposit where it is. Pure.

A deposit answers for what a brand may come to owe, so it stays as long as anything may: while the
brand sells, owes in any currency, has goods under way or cases open, and until nobody can complain
of what it sold last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Keeps(StrEnum):
    """Why a deposit cannot go back now; what is named first counts first."""

    SELLS = "sells"
    OWES = "owes"
    UNDER_WAY = "under_way"
    CLAIMS = "claims"


@dataclass(frozen=True, slots=True)
class Answering:
    """All that decides whether a deposit still has to answer for something."""

    sells: bool
    balances: Sequence[int]
    """The brand's balance in each currency, in minor units of it."""
    under_way: bool
    """Whether something sold is not settled yet, or has an open case."""
    claims_until: datetime | None
    """Until when somebody may complain of what she bought last; None: of nothing."""


def claims_until(*, delivered_at: datetime | None, terms: Sequence[timedelta]) -> datetime | None:
    """This will say until when what arrived last may be complained of: the longest term counts."""
    return None if delivered_at is None else delivered_at + max(terms)


def keeps(answering: Answering, *, at: datetime) -> Keeps | None:
    """This will say what keeps a deposit at `at`; None: it may go back."""
    if answering.sells:
        return Keeps.SELLS
    if any(balance < 0 for balance in answering.balances):
        return Keeps.OWES
    if answering.under_way:
        return Keeps.UNDER_WAY
    until = answering.claims_until
    return Keeps.CLAIMS if until is not None and at < until else None
