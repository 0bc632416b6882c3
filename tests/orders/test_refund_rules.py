"""Whose part of a line goes back, whatever is given back in whatever steps."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.orders.rules import Back, Left, share_line, take_back

amounts = st.integers(0, 10**7)


@st.composite
def lines(draw: st.DrawFn) -> Left:
    brand, keeper, platform = draw(amounts), draw(amounts), draw(amounts)
    promotion = draw(st.integers(0, brand + keeper + platform))
    paid = brand + keeper + platform - promotion
    return Left(
        units=draw(st.integers(1, 30)),
        paid=paid,
        promotion=promotion,
        brand=brand,
        keeper=keeper,
        platform=platform,
        tax=draw(st.integers(0, paid)),
    )


def less(left: Left, back: Back) -> Left:
    return Left(*(had - gone for had, gone in zip(astuple(left), astuple(back), strict=True)))


@given(lines(), st.data())
def test_any_steps_take_a_line_back_whole_and_nothing_twice(
    left: Left, data: st.DataObject
) -> None:
    for _ in range(4):
        units = data.draw(st.integers(0, left.units))
        amount = data.draw(st.none() | st.integers(0, left.paid))
        if units == 0 and not amount:
            continue
        back = take_back(left, units=units, amount=amount)
        assert back.paid + back.promotion == back.brand + back.keeper + back.platform
        assert back.paid == amount or amount is None
        left = less(left, back)
        assert min(astuple(left)) >= 0
    if left.units:
        left = less(left, take_back(left, units=left.units, amount=None))
    elif left.paid:
        left = less(left, take_back(left, units=0, amount=left.paid))
    assert astuple(left) == (0,) * 7


@given(lines())
def test_the_last_units_take_all_that_is_left(left: Left) -> None:
    assert astuple(take_back(left, units=left.units, amount=None)) == astuple(left)


@given(lines(), st.data())
def test_no_party_gives_more_than_a_unit_of_money_beyond_its_share(
    left: Left, data: st.DataObject
) -> None:
    units = data.draw(st.integers(1, left.units))
    back = take_back(left, units=units, amount=None)
    given_back, whole = back.paid + back.promotion, left.paid + left.promotion
    for gone, had in (
        (back.brand, left.brand),
        (back.keeper, left.keeper),
        (back.platform, left.platform),
    ):
        assert abs(gone * whole - had * given_back) <= whole  # within one minor unit
    assert abs(2 * back.paid * left.units - 2 * left.paid * units) <= left.units  # half a unit


@pytest.mark.parametrize(
    ("units", "amount"),
    [(4, None), (-1, None), (0, None), (0, 0), (1, 10_001), (1, -1), (4, 100), (-1, 100)],
)
def test_more_than_there_is_cannot_go_back(units: int, amount: int | None) -> None:
    left = Left(units=3, paid=10_000, promotion=0, brand=7_000, keeper=2_000, platform=1_000, tax=0)
    with pytest.raises(ValueError, match="cannot go back"):
        take_back(left, units=units, amount=amount)


def test_a_third_of_a_hundred() -> None:
    left = Left(units=3, paid=10_000, promotion=0, brand=7_000, keeper=2_000, platform=1_000, tax=9)
    first = take_back(left, units=1, amount=None)
    assert first == Back(1, 3_333, 0, 2_333, 667, 333, 3)
    second = take_back(less(left, first), units=1, amount=None)
    assert second.paid == 3_334  # 6,667 for two units, halves up
    third = take_back(less(less(left, first), second), units=1, amount=None)
    assert [first.brand + second.brand + third.brand, third.paid] == [7_000, 3_333]


@given(st.integers(1, 10**6), st.integers(0, 10_000), st.integers(1, 50), st.booleans(), st.data())
def test_a_discount_comes_off_its_funders_part(
    sale: int,
    rate_bp: int,
    quantity: int,
    earns: bool,  # noqa: FBT001 - hypothesis gives it
    data: st.DataObject,
) -> None:
    supply = data.draw(st.integers(0, sale - sale * rate_bp // 10_000))
    markup = data.draw(st.integers(0, 1_000))
    terms = {
        "sale": sale,
        "supply": supply,
        "markup": markup,
        "rate_bp": rate_bp,
        "quantity": quantity,
        "earns": earns,
    }
    full = share_line(**terms)
    brand_gives = data.draw(st.integers(0, full.brand))
    parts = share_line(**terms, brand_discount=brand_gives)
    keeper_gives = data.draw(st.integers(0, parts.keeper))
    parts = share_line(**terms, brand_discount=brand_gives, keeper_discount=keeper_gives)
    assert parts.brand + parts.keeper + parts.platform == full.line - brand_gives - keeper_gives
    assert parts.platform == full.platform
    commission = full.keeper - markup * quantity if earns else 0
    saved = full.brand - brand_gives
    assert saved <= parts.brand <= saved + commission
    assert parts.keeper + keeper_gives <= full.keeper
    if brand_gives == 0:
        assert (parts.brand, parts.keeper) == (full.brand, full.keeper - keeper_gives)


def test_commission_is_of_the_price_after_the_brands_discount() -> None:
    parts = share_line(
        sale=10_000,
        supply=7_000,
        markup=500,
        rate_bp=2_000,
        quantity=2,
        earns=True,
        brand_discount=1_000,
        keeper_discount=300,
    )
    # 20 % of 190.00 and her markup of 10.00, less what she gave; the brand saved 2.00.
    assert parts.keeper == 3_800 + 1_000 - 300
    assert parts.brand == 14_000 - 1_000 + 200
    assert parts.platform == 2_000
