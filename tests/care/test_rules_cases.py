"""The rules of cases: each state waits for somebody, every path ends, nobody gets too much."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.care import rules_cases as rules
from shoal.care.rules_cases import (
    CLOSED,
    Deadlines,
    Deed,
    Free,
    Kind,
    Reason,
    Side,
    Standing,
    State,
)

AT = datetime(2026, 5, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMITS = Deadlines(24 * HOUR, 48 * HOUR, 7 * DAY, 72 * HOUR, 10 * DAY, 7 * DAY, 90 * DAY)

standings = st.builds(
    Standing,
    state=st.sampled_from(rules.OPEN),
    kind=st.sampled_from([Kind.REFUND, Kind.RETURN, Kind.EXCHANGE]),
    reason=st.sampled_from(Reason),
    needs_return=st.booleans(),
    crosswise=st.booleans(),
    came_back=st.booleans(),
    new_goods_arrived=st.booleans(),
)


@given(standings, st.booleans())
def test_what_is_granted_is_never_sent_back_twice(case: Standing, has_address) -> None:
    after = rules.after_grant(case, has_address=has_address)
    if case.came_back or not case.needs_return or not has_address:
        assert after != State.RETURNING
    if case.kind != Kind.EXCHANGE:
        assert after in {State.RETURNING, State.REFUNDED}


@given(standings, st.booleans(), st.integers(0, 5))
def test_silence_never_costs_her_what_others_owe(case: Standing, has_address, offered: int) -> None:
    """Only her own silence may end a case without anything."""
    deed = rules.on_silence(case, offered=offered)
    if rules.WAITS_FOR[case.state] != Side.CUSTOMER:
        assert deed not in {Deed.END, Deed.WITHDRAW, Deed.REFUSE}
    if deed == Deed.ACCEPT:
        assert rules.after_grant(case, has_address=has_address) != State.REFUSED


@given(st.sampled_from([Kind.REFUND, Kind.RETURN, Kind.EXCHANGE]), st.sampled_from(Reason),
       st.booleans(), st.booleans(), st.booleans())  # fmt: skip
def test_if_nobody_ever_answers_it_ends(
    kind: Kind, reason: Reason, own_shop, crosswise, has_address
) -> None:
    """Every deadline passed in a row leads to an end, by allowed moves, within a few steps."""
    case = Standing(
        rules.first_state(kind=kind, reason=reason, own_shop=own_shop), kind, reason,
        rules.needs_return(kind=kind, reason=reason), crosswise,
    )  # fmt: skip
    for _ in range(8):
        if case.state in CLOSED:
            return
        after = _silent(case, has_address=has_address)
        assert rules.may_follow(case.state, after.state), (case, after)
        case = after
    raise AssertionError(case)


def _silent(case: Standing, *, has_address: bool) -> Standing:
    deed = rules.on_silence(case, offered=1)
    if deed == Deed.FORWARD:
        return replace(case, state=State.JUDGING)
    if deed in {Deed.ACCEPT, Deed.TAKE_OFFER}:
        return replace(case, state=rules.after_grant(case, has_address=has_address))
    if deed == Deed.WITHDRAW:
        return replace(case, state=State.REPLACED if case.new_goods_arrived else State.WITHDRAWN)
    if deed == Deed.RECEIVE:
        back = replace(case, came_back=True)
        return replace(back, state=rules.after_receipt(back))
    if deed == Deed.CANNOT_REPLACE:
        return replace(case, state=rules.after_no_replacement(case, has_address=has_address))
    there = replace(case, new_goods_arrived=True)
    return replace(there, state=rules.after_arrival(there, has_address=has_address))


@given(st.sampled_from(State), st.sampled_from(Side), st.sampled_from(Deed))
def test_only_the_side_that_is_waited_for_decides(state: State, side: Side, deed: Deed) -> None:
    may = rules.may_do(deed=deed, side=side, state=state)
    if may and deed not in {Deed.SAY, Deed.WITHDRAW}:
        assert rules.WAITS_FOR[state] == side
    if state in CLOSED:
        assert not may


def test_every_open_state_has_somebody_who_can_go_on() -> None:
    for state in rules.OPEN:
        side = rules.WAITS_FOR[state]
        assert set(rules.deeds_of(side=side, state=state)) - {Deed.SAY}, state
        assert rules.wait_until(state, at=AT, deadlines=LIMITS) is not None
    assert all(rules.wait_until(state, at=AT, deadlines=LIMITS) is None for state in CLOSED)


@given(st.integers(1, 60), st.integers(0, 10**9), st.data())
def test_units_taken_one_after_the_other_cost_what_all_cost(
    units: int, paid: int, data: st.DataObject
) -> None:
    left, taken = Free(units, paid), 0
    while left.units:
        some = data.draw(st.integers(1, left.units))
        costs = rules.worth(left, some)
        assert 0 <= costs <= left.paid
        left, taken = Free(left.units - some, left.paid - costs), taken + costs
    assert (taken, left.paid) == (paid, 0)


def test_a_share_of_an_amount_is_rounded_halves_up() -> None:
    assert [rules.share(10, n, 3) for n in (0, 1, 2, 3)] == [0, 3, 7, 10]
    assert rules.share(5, 1, 2) == 3


@pytest.mark.parametrize("units", [0, 4])
def test_more_units_than_are_free_cost_nothing_at_all(units: int) -> None:
    with pytest.raises(ValueError, match="units"):
        rules.worth(Free(3, 300), units)


def test_a_unit_of_three_for_a_hundred_costs_thirty_three() -> None:
    assert [rules.worth(Free(3, 10_000), n) for n in (1, 2, 3)] == [3_333, 6_667, 10_000]
    assert rules.worth(Free(2, 5), 1) == 3  # halves up


@given(st.integers(0, 10**6), st.booleans(), st.booleans(), st.booleans())
def test_freight_goes_back_whole_or_not_at_all(left: int, fault, shipped, whole) -> None:
    back = rules.freight_back(left=left, brands_fault=fault, shipped=shipped, whole_parcel=whole)
    assert back == (left if whole and (fault or not shipped) else 0)


def test_deadlines_follow_the_offer_the_fault_and_the_doubt() -> None:
    def until(reason: Reason, days: int) -> datetime | None:
        return rules.ask_until(delivered_at=AT, return_days=days, reason=reason, deadlines=LIMITS)

    assert until(Reason.CHANGED_MIND, 15) == AT + 15 * DAY
    assert until(Reason.CHANGED_MIND, 0) == AT
    assert until(Reason.BROKEN, 0) == AT + 7 * DAY
    assert until(Reason.BROKEN, 15) == AT + 15 * DAY
    assert until(Reason.COUNTERFEIT, 7) == AT + 90 * DAY
    never = rules.ask_until(delivered_at=None, return_days=7, reason=Reason.LATE, deadlines=LIMITS)
    assert never is None


def test_what_fits_which_parcel() -> None:
    assert rules.kinds_for(parcel="waiting") == [Kind.CANCEL]
    assert rules.kinds_for(parcel="shipped") == [Kind.REFUND]
    assert rules.kinds_for(parcel="delivered") == [Kind.REFUND, Kind.RETURN, Kind.EXCHANGE]
    assert rules.kinds_for(parcel="cancelled") == []
    assert Reason.CHANGED_MIND not in rules.reasons_for(parcel="delivered", kind=Kind.REFUND)
    assert Reason.MISSING not in rules.reasons_for(parcel="delivered", kind=Kind.RETURN)
    assert rules.reasons_for(parcel="shipped", kind=Kind.RETURN) == []


def test_a_second_person_from_one_unit_above() -> None:
    assert not rules.needs_second(amount=100, above=100)
    assert rules.needs_second(amount=101, above=100)


@given(st.sampled_from(Deed), st.sampled_from(State), st.sampled_from([None, *Side]))
def test_she_hears_of_all_that_others_do(deed: Deed, state: State, side: Side | None) -> None:
    told = rules.told(deed=deed, state=state, side=side)
    assert told, "every step is told to somebody"
    assert side not in told
    assert side == Side.CUSTOMER or Side.CUSTOMER in told


STANDS = Standing(State.JUDGING, Kind.RETURN, Reason.BROKEN, needs_return=True)
SWAPS = replace(STANDS, kind=Kind.EXCHANGE)


def test_goods_come_back_for_a_return_and_for_an_exchange_of_what_is_there() -> None:
    assert not STANDS.crosswise
    assert not STANDS.came_back
    assert not STANDS.new_goods_arrived
    needs = {
        (kind, reason): rules.needs_return(kind=kind, reason=reason)
        for kind in Kind
        for reason in (Reason.BROKEN, Reason.MISSING)
    }
    assert {pair for pair, needed in needs.items() if needed} == {
        (Kind.RETURN, Reason.BROKEN),
        (Kind.RETURN, Reason.MISSING),
        (Kind.EXCHANGE, Reason.BROKEN),
    }


@pytest.mark.parametrize(
    ("kind", "reason", "own_shop", "first"),
    [
        (Kind.CANCEL, Reason.CHANGED_MIND, False, State.REFUNDED),
        (Kind.RETURN, Reason.COUNTERFEIT, True, State.DISPUTED),
        (Kind.RETURN, Reason.BROKEN, True, State.JUDGING),
        (Kind.EXCHANGE, Reason.BROKEN, False, State.ASKED),
    ],
)
def test_who_answers_first(kind: Kind, reason: Reason, own_shop, first: State) -> None:
    assert rules.first_state(kind=kind, reason=reason, own_shop=own_shop) == first


@pytest.mark.parametrize(
    ("case", "has_address", "after"),
    [
        (STANDS, True, State.RETURNING),
        (STANDS, False, State.REFUNDED),
        (replace(STANDS, needs_return=False), True, State.REFUNDED),
        (replace(STANDS, came_back=True), True, State.REFUNDED),
        (SWAPS, True, State.RETURNING),
        (SWAPS, False, State.REPLACING),
        (replace(SWAPS, crosswise=True), True, State.REPLACING),
        (replace(SWAPS, came_back=True), True, State.REPLACING),
        (replace(SWAPS, new_goods_arrived=True), True, State.RETURNING),
        (replace(SWAPS, new_goods_arrived=True, came_back=True), True, State.REPLACED),
    ],
)
def test_what_follows_a_grant(case: Standing, has_address, after: State) -> None:
    assert rules.after_grant(case, has_address=has_address) == after


def test_what_follows_when_the_goods_are_back() -> None:
    assert rules.after_receipt(STANDS) == State.REFUNDED
    assert rules.after_receipt(SWAPS) == State.REPLACING
    assert rules.after_receipt(replace(SWAPS, new_goods_arrived=True)) == State.REPLACED


@pytest.mark.parametrize(
    ("changes", "has_address", "owes"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"came_back": True}, True, False),
        ({"needs_return": False}, True, False),
    ],
)
def test_who_has_the_new_goods_or_gets_none_may_still_owe_the_old(
    changes: dict[str, bool], has_address, owes
) -> None:
    case = replace(SWAPS, **changes)  # type: ignore[arg-type]
    arrived = rules.after_arrival(case, has_address=has_address)
    assert arrived == (State.RETURNING if owes else State.REPLACED)
    no_goods = rules.after_no_replacement(case, has_address=has_address)
    assert no_goods == (State.RETURNING if owes else State.REFUNDED)


def test_an_offer_that_she_leaves_unanswered_is_hers() -> None:
    case = replace(STANDS, state=State.OFFERED)
    assert rules.on_silence(case, offered=1) == Deed.TAKE_OFFER
    assert rules.on_silence(case, offered=0) == Deed.END


def test_each_side_has_its_own_time() -> None:
    waits = {state: rules.wait_until(state, at=AT, deadlines=LIMITS) for state in rules.OPEN}
    assert waits == {
        State.ASKED: AT + LIMITS.keeper,
        State.JUDGING: AT + LIMITS.brand,
        State.OFFERED: AT + LIMITS.customer,
        State.DISPUTED: AT + LIMITS.platform,
        State.CONFIRMING: AT + LIMITS.platform,
        State.RETURNING: AT + LIMITS.customer,
        State.RETURNED: AT + LIMITS.receipt,
        State.REPLACING: AT + LIMITS.brand,
        State.SENT: AT + LIMITS.receipt,
    }


@pytest.mark.parametrize(
    ("deed", "state", "side", "who"),
    [
        (Deed.OPEN, State.ASKED, Side.CUSTOMER, [Side.KEEPER]),
        (Deed.OFFER, State.OFFERED, Side.BRAND, [Side.CUSTOMER]),
        (Deed.REFUSE, State.OFFERED, Side.BRAND, [Side.CUSTOMER]),
        (Deed.RULE, State.RETURNING, Side.PLATFORM, [Side.CUSTOMER]),
        (Deed.TAKE_OFFER, State.RETURNING, Side.CUSTOMER, [Side.BRAND]),
        (Deed.ASK_PLATFORM, State.DISPUTED, Side.CUSTOMER, [Side.BRAND, Side.PLATFORM]),
        (Deed.SAY, State.OFFERED, Side.CUSTOMER, [Side.BRAND]),
        (Deed.REFUND, State.REFUNDED, None, [Side.CUSTOMER, Side.KEEPER, Side.BRAND]),
        (Deed.WITHDRAW, State.WITHDRAWN, Side.CUSTOMER, [Side.KEEPER, Side.BRAND]),
        (Deed.MONEY_BACK, State.REFUNDED, None, [Side.CUSTOMER]),
        (Deed.MONEY_FAILED, State.REFUNDED, None, [Side.CUSTOMER, Side.KEEPER, Side.PLATFORM]),
        (Deed.MONEY_BACK, State.JUDGING, None, [Side.CUSTOMER]),
        (Deed.POSTAGE_PAID, State.REFUNDED, Side.PLATFORM, [Side.CUSTOMER]),
        (Deed.POSTAGE_PAID, State.REPLACING, Side.PLATFORM, [Side.CUSTOMER]),
    ],
)
def test_who_hears_of_a_deed(deed: Deed, state: State, side: Side | None, who: list[Side]) -> None:
    assert set(rules.told(deed=deed, state=state, side=side)) == set(who)


def test_whoever_answers_pays_the_way_back() -> None:
    assert rules.postage_most(brands_fault=True, limit=3_000) == 3_000
    assert rules.postage_most(brands_fault=False, limit=3_000) == 0


@given(
    asked=st.integers(0, 3_000),
    owed=st.sampled_from([0, 1, 3_000]),
    brands_fault=st.booleans(),
    came_back=st.booleans(),
    to=st.sampled_from(State),
)
def test_a_way_back_is_paid_once_and_when_the_goods_are_accepted(
    *, asked: int, owed: int, brands_fault: bool, came_back: bool, to: State
) -> None:
    paid = rules.postage_owed(
        asked=asked, owed=owed, brands_fault=brands_fault, came_back=came_back, to=to
    )
    ends = {State.REFUNDED, State.REPLACING, State.REPLACED}
    if brands_fault and came_back and to in ends and owed == 0:
        assert paid == asked
    else:
        assert paid == 0


def test_words_are_welcome_while_it_is_open() -> None:
    for side in Side:
        may = {state for state in State if rules.may_do(deed=Deed.SAY, side=side, state=state)}
        assert may == set(rules.OPEN)
