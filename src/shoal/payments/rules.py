"""What a provider's word means for the money. Pure.

| told | while | verdict | what follows |
|---|---|---|---|
| captured X = asked | intent open or closed | accepted | booked; the order hears of it |
| captured X ≠ asked | intent open or closed | wrong_amount | booked and asked back; still payable |
| captured anything | intent captured | repeated | booked and asked back |
| refunded X = asked | refund not done | accepted | booked; who asked hears of it |
| refunded X ≠ asked | refund not done | wrong_amount | kept for the operator |
| refund_failed | refund not done | accepted | tried again later |
| refunded | refund done | repeated | nothing |
| refund_failed | refund done | too_late | kept for the operator |
| anything | we know no such number | unknown | kept for the operator |

The same event told twice is kept once and has no verdict of its own.
"""

from datetime import timedelta
from enum import StrEnum

from shoal.kit.money import Money


class Kind(StrEnum):
    """What happened at the provider."""

    CAPTURED = "captured"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"


class Verdict(StrEnum):
    """What we made of a notice."""

    ACCEPTED = "accepted"
    WRONG_AMOUNT = "wrong_amount"
    REPEATED = "repeated"
    TOO_LATE = "too_late"
    UNKNOWN = "unknown"


_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_REFUND_ATTEMPTS = 12
_QUESTIONS = 12


def judge_capture(*, asked: Money, told: Money, captured: bool) -> Verdict:
    """This will judge the word that `told` was captured for an intent of `asked`.

    `captured`: the intent has had its money already.
    """
    if captured:
        return Verdict.REPEATED
    return Verdict.ACCEPTED if told == asked else Verdict.WRONG_AMOUNT


def judge_refund(*, kind: Kind, asked: Money, told: Money, done: bool) -> Verdict:
    """This will judge the word about a refund of `asked`; `done`: it has arrived already."""
    if kind is Kind.REFUND_FAILED:
        return Verdict.TOO_LATE if done else Verdict.ACCEPTED
    if done:
        return Verdict.REPEATED
    return Verdict.ACCEPTED if told == asked else Verdict.WRONG_AMOUNT


def goes_back(verdict: Verdict) -> bool:
    """This will say whether captured money with this verdict paid for nothing and is returned."""
    return verdict in {Verdict.WRONG_AMOUNT, Verdict.REPEATED}


def refund_pause(*, attempts: int) -> timedelta | None:
    """This will return how long to wait after `attempts` tries; None: an operator must look."""
    return None if attempts >= _REFUND_ATTEMPTS else _doubling(attempts)


def question_pause(*, asked: int) -> timedelta | None:
    """This will return how long to wait before asking about an intent again; None: no more."""
    return None if asked >= _QUESTIONS else _doubling(asked + 1)


def _doubling(times: int) -> timedelta:
    return min(_FIRST_PAUSE * (1 << max(times - 1, 0)), _LONGEST_PAUSE)
