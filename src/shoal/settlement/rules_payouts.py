"""What holds a payout back, and what a payout partner's word means. Pure.

| told | while | verdict | what follows |
|---|---|---|---|
| paid or failed, another sum | any | wrong_amount | kept for the operator |
| anything | never released, or no such number | unknown | kept for the operator |
| paid | paid; failed while failed | repeated | nothing |
| anything older than the last word | paid or failed | too_late | kept for the operator |
| paid | released or sent | accepted | payout → bank |
| failed | released or sent | accepted | back in the balance |
| failed | paid | accepted | the bank sent it back: bank → payout → balance |
| paid | failed | accepted | it went out after all: balance → payout → bank |

After the last a balance may be below zero: that blocks payouts, and nothing is lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shoal.kit.money import Money
from shoal.settlement.models_payouts import Payout, PayoutNotice

State = Payout.State
Verdict = PayoutNotice.Verdict


class Word(StrEnum):
    """What a partner can tell about a payout."""

    PAID = "paid"
    FAILED = "failed"


class Why(StrEnum):
    """What holds a party's money back."""

    NO_ACCOUNT = "no_account"
    NOT_VERIFIED = "not_verified"
    ACCOUNT_CHANGED = "account_changed"
    BELOW_ZERO = "below_zero"
    SUSPENDED = "suspended"
    OPERATOR = "operator"
    UNDER_WAY = "under_way"
    NOTHING = "nothing"
    TOO_LITTLE = "too_little"


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that holds money back; `until` where it ends by itself, `reason` a person's."""

    why: Why
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides whether a party may be paid."""

    balance: Money
    minimum: int
    account: str
    """The account's state; empty without one."""
    held_until: datetime | None
    suspended: bool
    under_way: bool
    holds: tuple[str, ...] = ()


def blocks(*, standing: Standing, at: datetime) -> list[Block]:
    """This will list everything that keeps a party from being paid at `at`; nothing: she may be."""
    return list(_blocks(standing, at))


def _blocks(standing: Standing, at: datetime) -> Iterable[Block]:
    yield from (Block(Why.OPERATOR, reason=reason) for reason in standing.holds)
    if standing.suspended:
        yield Block(Why.SUSPENDED)
    if not standing.account:
        yield Block(Why.NO_ACCOUNT)
    elif standing.account != "verified":
        yield Block(Why.NOT_VERIFIED)
    if standing.held_until is not None and at < standing.held_until:
        yield Block(Why.ACCOUNT_CHANGED, until=standing.held_until)
    if standing.under_way:
        yield Block(Why.UNDER_WAY)
    if standing.balance.minor < 0:
        yield Block(Why.BELOW_ZERO)
    elif standing.balance.minor == 0:
        yield Block(Why.NOTHING)
    elif standing.balance.minor < standing.minimum:
        yield Block(Why.TOO_LITTLE)


def judge(
    *,
    word: Word,
    told: Money,
    asked: Money,
    state: str,
    happened_at: datetime,
    told_at: datetime | None,
) -> Verdict:
    """This will judge what a partner says about a payout; the table above is the rule."""
    if state == State.MADE:
        return Verdict.UNKNOWN
    if told != asked:
        return Verdict.WRONG_AMOUNT
    if state == word:
        return Verdict.REPEATED
    if told_at is not None and happened_at < told_at:
        return Verdict.TOO_LATE
    return Verdict.ACCEPTED


def period_of(*, at: datetime, period: str) -> str:
    """This will name the period that the market's time `at` falls into; "" for no periods."""
    if period == "daily":
        return f"{at:%Y-%m-%d}"
    if period == "weekly":
        year, week, _ = at.isocalendar()
        return f"{year}-W{week:02}"
    return f"{at:%Y-%m}" if period == "monthly" else ""
