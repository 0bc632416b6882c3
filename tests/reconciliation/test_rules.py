"""Every row of both sides ends in exactly one place, whatever the rows are."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shoal.reconciliation.rules import (
    Finding,
    Found,
    Side,
    match,
    not_dearer,
    same_sum,
    signed,
    to_write_off,
)

MONDAY = date(2026, 6, 1)


@st.composite
def rows(draw):
    """A side whose rows have few numbers, sums and days, so that they meet."""
    facts = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["pay", "refund"]),
                st.sampled_from("abc"),
                st.integers(1, 3),
                st.sampled_from(["CNY", "CNY", "JPY"]),
                st.integers(0, 1),
            ),
            max_size=7,
        )
    )
    base = draw(st.integers(0, 1 << 60))
    return [
        Side(
            UUID(int=base + n), kind, code, amount, currency,
            MONDAY + timedelta(days=day),
        )
        for n, (kind, code, amount, currency, day) in enumerate(facts)
    ]  # fmt: skip


KEYS = st.frozensets(st.tuples(st.sampled_from(["pay", "refund"]), st.sampled_from("abc")))


@given(rows(), rows(), KEYS)
def test_every_row_ends_in_exactly_one_finding(ours, theirs, seen):
    found = match(ours=ours, theirs=theirs, seen=seen)
    assert Counter(one.ours.id for one in found if one.ours) == Counter(row.id for row in ours)
    assert Counter(one.theirs.id for one in found if one.theirs) == Counter(
        row.id for row in theirs
    )


@given(rows(), rows(), KEYS)
def test_what_is_called_equal_is_equal_and_what_is_left_has_no_partner(ours, theirs, seen):
    found = match(ours=ours, theirs=theirs, seen=seen)
    for one in found:
        match one.finding:
            case Finding.MATCHED:
                assert one.ours.key == one.theirs.key
                assert same_sum(one.ours, one.theirs)
                assert one.ours.day == one.theirs.day
            case Finding.LATE:
                assert same_sum(one.ours, one.theirs)
                assert one.ours.day != one.theirs.day
            case Finding.AMOUNT:
                assert one.ours.key == one.theirs.key
                assert not same_sum(one.ours, one.theirs)
            case Finding.MISSING_THERE:
                assert one.theirs is None
            case _:
                assert one.ours is None
    left = [one for one in found if not (one.ours and one.theirs)]
    for one in left:
        other = [two for two in left if (two.ours is None) != (one.ours is None)]
        key = (one.ours or one.theirs).key
        assert all((two.ours or two.theirs).key != key for two in other)


@given(rows(), rows(), KEYS)
def test_a_row_is_doubled_exactly_when_its_number_was_paired(ours, theirs, seen):
    found = match(ours=ours, theirs=theirs, seen=seen)
    paired = {one.ours.key for one in found if one.ours and one.theirs} | seen
    for one in found:
        if one.finding in {Finding.DOUBLED, Finding.MISSING_HERE}:
            assert (one.finding is Finding.DOUBLED) == (one.theirs.key in paired)


@given(rows(), rows(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(ours, theirs, random):
    before = match(ours=ours, theirs=theirs)
    random.shuffle(ours)
    random.shuffle(theirs)
    assert match(ours=ours, theirs=theirs) == before


@given(rows(), rows())
def test_writing_off_what_differs_makes_both_sides_equal(ours, theirs):
    owed = Counter()
    for one in match(ours=ours, theirs=theirs):
        owed.update(to_write_off(one))
    for row in ours:
        owed[row.currency] -= signed(row.kind, row.amount)
    for row in theirs:
        owed[row.currency] += signed(row.kind, row.amount)
    assert not any(owed.values())


@given(rows())
def test_a_bill_of_exactly_our_rows_has_no_difference(ours):
    theirs = [
        Side(UUID(int=n), row.kind, row.code, row.amount, row.currency, row.day)
        for n, row in enumerate(ours)
    ]
    assert {one.finding for one in match(ours=ours, theirs=theirs)} <= {Finding.MATCHED}


def side(amount, *, day=MONDAY, code="a", kind="pay", number=1):
    return Side(UUID(int=number), kind, code, amount, "CNY", day)


def findings(ours, theirs, **more: object):
    return [one.finding for one in match(ours=ours, theirs=theirs, **more)]


def test_the_same_day_is_preferred_to_another():
    sunday = MONDAY - timedelta(days=1)
    ours = [side(100, number=1), side(100, day=sunday, number=2)]
    found = match(ours=ours, theirs=[side(100, number=3)])
    assert found == [
        Found(Finding.MATCHED, ours[0], side(100, number=3)),
        Found(Finding.MISSING_THERE, ours[1]),
    ]


def test_a_payment_and_a_refund_of_one_number_are_two_things():
    assert findings([side(100)], [side(100, kind="refund")]) == [
        Finding.MISSING_THERE,
        Finding.MISSING_HERE,
    ]


def test_one_cent_is_a_difference_and_freight_may_be_cheaper():
    assert findings([side(100)], [side(99)]) == [Finding.AMOUNT]
    assert findings([side(100)], [side(99)], fits=not_dearer) == [Finding.MATCHED]
    assert findings([side(100)], [side(101)], fits=not_dearer) == [Finding.AMOUNT]
    assert findings([side(0)], [side(101)], fits=not_dearer) == [Finding.MATCHED]


def test_a_row_whose_number_was_matched_before_is_doubled():
    assert findings([], [side(100)]) == [Finding.MISSING_HERE]
    assert findings([], [side(100)], seen={("pay", "a")}) == [Finding.DOUBLED]


def test_a_carrier_may_ask_for_exactly_what_was_charged():
    assert not_dearer(side(100), side(100))
    assert not not_dearer(side(100), replace(side(100), currency="JPY"))


def test_money_comes_in_and_goes_back():
    assert (signed("pay", 7), signed("refund", 7)) == (7, -7)


def test_rows_without_a_day_are_matched_before_those_with_one():
    undated = replace(side(100, number=1), day=None)
    [first, second] = match(ours=[side(100, number=2), undated], theirs=[side(100, number=3)])
    assert {first.finding, second.finding} == {Finding.MATCHED, Finding.MISSING_THERE}
    again = match(ours=[undated, side(100, number=2)], theirs=[side(100, number=3)])
    assert again == [first, second]
