"""What holds a payout back, and what the bank's word means: every row of the tables."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from shoal.kit.money import Money
from shoal.settlement.models_payouts import Payout, PayoutNotice
from shoal.settlement.rules_payouts import (
    Block,
    Standing,
    Why,
    Word,
    blocks,
    judge,
    period_of,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FREE: dict[str, Any] = {
    "balance": Money(1_000, "CNY"), "minimum": 1_000, "account": "verified", "held_until": None,
    "suspended": False, "under_way": False,
}  # fmt: skip
V = PayoutNotice.Verdict
S = Payout.State


def whys(**changes: Any) -> list[Why]:
    return [one.why for one in blocks(standing=Standing(**FREE | changes), at=AT)]


def test_nothing_holds_back_what_reaches_the_minimum() -> None:
    assert whys() == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"balance": Money(-1, "CNY")}, Why.BELOW_ZERO),
        ({"balance": Money(0, "CNY")}, Why.NOTHING),
        ({"balance": Money(1, "CNY")}, Why.TOO_LITTLE),
        ({"balance": Money(999, "CNY")}, Why.TOO_LITTLE),
        ({"account": ""}, Why.NO_ACCOUNT),
        ({"account": "proving"}, Why.NOT_VERIFIED),
        ({"account": "refused"}, Why.NOT_VERIFIED),
        ({"held_until": AT + SECOND}, Why.ACCOUNT_CHANGED),
        ({"suspended": True}, Why.SUSPENDED),
        ({"under_way": True}, Why.UNDER_WAY),
        ({"holds": ("asked by the police",)}, Why.OPERATOR),
    ],
)
def test_each_thing_holds_money_back_alone(changes: dict[str, Any], why: Why) -> None:
    assert whys(**changes) == [why]


def test_a_hold_of_time_ends_with_its_moment() -> None:
    assert whys(held_until=AT) == []
    held = Standing(**FREE | {"held_until": AT + SECOND})
    assert blocks(standing=held, at=AT) == [Block(Why.ACCOUNT_CHANGED, until=AT + SECOND)]


def test_everything_is_said_at_once_with_a_persons_reason() -> None:
    worst = Standing(
        balance=Money(-5, "CNY"), minimum=0, account="", held_until=AT + SECOND, suspended=True,
        under_way=True, holds=("one", "two"),
    )  # fmt: skip
    assert blocks(standing=worst, at=AT) == [
        Block(Why.OPERATOR, reason="one"),
        Block(Why.OPERATOR, reason="two"),
        Block(Why.SUSPENDED),
        Block(Why.NO_ACCOUNT),
        Block(Why.ACCOUNT_CHANGED, until=AT + SECOND),
        Block(Why.UNDER_WAY),
        Block(Why.BELOW_ZERO),
    ]


def judged(word: Word, state: str, **changes: Any) -> V:
    asked = Money(500, "CNY")
    facts: dict[str, Any] = {"told": asked, "asked": asked, "happened_at": AT, "told_at": None}
    return judge(word=word, state=state, **facts | changes)


@pytest.mark.parametrize(
    ("told", "state", "verdict"),
    [
        (Word.PAID, S.MADE, V.UNKNOWN),
        (Word.FAILED, S.MADE, V.UNKNOWN),
        (Word.PAID, S.RELEASED, V.ACCEPTED),
        (Word.PAID, S.SENT, V.ACCEPTED),
        (Word.FAILED, S.RELEASED, V.ACCEPTED),
        (Word.FAILED, S.SENT, V.ACCEPTED),
        (Word.PAID, S.PAID, V.REPEATED),
        (Word.FAILED, S.FAILED, V.REPEATED),
        (Word.FAILED, S.PAID, V.ACCEPTED),
        (Word.PAID, S.FAILED, V.ACCEPTED),
    ],
)
def test_what_the_bank_says(told: Word, state: str, verdict: V) -> None:
    assert judged(told, state) == verdict


def test_another_sum_is_never_believed() -> None:
    for told, state in product(Word, (S.RELEASED, S.SENT, S.PAID, S.FAILED)):
        for wrong in (Money(499, "CNY"), Money(501, "CNY"), Money(500, "USD")):
            assert judged(told, state, told=wrong) == V.WRONG_AMOUNT
    assert judged(Word.PAID, S.MADE, told=Money(1, "CNY")) == V.UNKNOWN


def test_an_older_word_does_not_overturn_a_newer_one() -> None:
    for told, state in ((Word.FAILED, S.PAID), (Word.PAID, S.FAILED)):
        assert judged(told, state, told_at=AT + SECOND) == V.TOO_LATE
        assert judged(told, state, told_at=AT) == V.ACCEPTED
        assert judged(told, state, told_at=AT - SECOND) == V.ACCEPTED
    assert judged(Word.PAID, S.PAID, told_at=AT + SECOND) == V.REPEATED


@pytest.mark.parametrize(
    ("day", "period", "name"),
    [
        (AT, "daily", "2026-03-02"),
        (AT, "weekly", "2026-W10"),
        (AT, "monthly", "2026-03"),
        (AT, "", ""),
        (AT, "never", ""),
        (datetime(2027, 1, 3, tzinfo=UTC), "weekly", "2026-W53"),
        (datetime(2027, 1, 4, tzinfo=UTC), "weekly", "2027-W01"),
    ],
)
def test_periods_have_names(day: datetime, period: str, name: str) -> None:
    assert period_of(at=day, period=period) == name
