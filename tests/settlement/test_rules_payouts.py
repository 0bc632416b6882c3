"""What holds a payout back, and what the bank's word means: every row of the tables."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

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


moments = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
standings = st.builds(
    Standing,
    balance=st.integers(-2_000, 2_000).map(lambda minor: Money(minor, "CNY")),
    minimum=st.integers(0, 2_000),
    account=st.sampled_from(["", "proving", "refused", "verified"]),
    held_until=st.none() | moments,
    suspended=st.booleans(),
    under_way=st.booleans(),
    holds=st.lists(st.text(max_size=5), max_size=2).map(tuple),
)


@given(standings, moments)
def test_who_may_be_paid_has_earned_it_and_is_free_of_all_else(
    standing: Standing, at: datetime
) -> None:
    free = not (standing.suspended or standing.under_way or standing.holds)
    enough = standing.balance.minor >= max(1, standing.minimum)
    waited = standing.held_until is None or standing.held_until <= at
    may = free and enough and waited and standing.account == "verified"
    assert (blocks(standing=standing, at=at) == []) == may


@given(standings, moments, st.text(max_size=5))
def test_one_more_thing_that_holds_takes_no_other_away(
    standing: Standing, at: datetime, reason: str
) -> None:
    before = blocks(standing=standing, at=at)
    worse = replace(standing, holds=(*standing.holds, reason), suspended=True)
    assert set(blocks(standing=worse, at=at)) == {
        *before, Block(Why.SUSPENDED), Block(Why.OPERATOR, reason=reason)
    }  # fmt: skip


def heard(words: Sequence[tuple[Word, datetime]]) -> str:
    """The state of a payout that was sent, after these words in the order they arrived."""
    state, told_at = str(S.SENT), None
    for word, at in words:
        if judged(word, state, happened_at=at, told_at=told_at) == V.ACCEPTED:
            state, told_at = word, at
    return state


@given(st.permutations(list(Word)), moments, st.timedeltas(min_value=SECOND, max_value=SECOND * 9))
def test_in_whatever_order_two_words_arrive_the_later_one_holds(
    words: list[Word], first_at: datetime, later: timedelta
) -> None:
    assume(first_at < datetime(9000, 1, 1, tzinfo=UTC))
    told = [(words[0], first_at), (words[1], first_at + later)]
    assert heard(told) == heard(told[::-1]) == words[1]
    assert heard([*told, *told]) == words[1]


@given(moments, moments, st.sampled_from(["daily", "weekly", "monthly"]))
def test_a_period_is_one_stretch_of_days(one: datetime, other: datetime, period: str) -> None:
    names = [period_of(at=at, period=period) for at in sorted((one, other))]
    assert names == sorted(names)
    if one.date() == other.date():
        assert names[0] == names[1]
    assert names[0] != names[1] or abs(one - other) < timedelta(days=31)
