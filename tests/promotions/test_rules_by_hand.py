"""What promotions take off at each limit: rooms counted out, thresholds and bundles by hand."""

from dataclasses import replace
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.promotions.rules import (
    Applied,
    Bundle,
    Coupon,
    Funder,
    Gift,
    Item,
    apply,
    best_coupons,
    is_reached,
    missing,
    spread,
)

HAIFENG, NORDWIND = UUID(int=1), UUID(int=2)
TEA = Item(
    offer=UUID(int=10), brand=HAIFENG, quantity=1, supply=50, sale=100, markup=0, rate_bp=0
)  # fmt: skip
COUPON = Coupon(UUID(int=100), Funder.PLATFORM, brand=None, threshold=0, amount=10)


@st.composite
def small_items(draw: st.DrawFn) -> Item:
    """Prices of a few units, and keepers who sell as far below S as their terms allow."""
    sale, rate_bp = draw(st.integers(1, 12)), draw(st.integers(0, 10_000))
    quantity = draw(st.integers(1, 3))
    kept = _half_up(Fraction(quantity * sale * rate_bp, 10_000))
    return Item(
        offer=UUID(int=10),
        brand=HAIFENG,
        quantity=quantity,
        supply=draw(st.integers(0, sale + 2)),
        sale=sale,
        markup=draw(st.integers(-(kept // quantity), 3)),
        rate_bp=rate_bp,
        earns=draw(st.booleans()),
    )


def _half_up(amount: Fraction) -> int:
    return int((amount + Fraction(1, 2)).__floor__())


def _kept(item: Item, brand_discount: int) -> int:
    if not item.earns:
        return 0
    base = Fraction(item.quantity * item.sale - brand_discount)
    return _half_up(base * item.rate_bp / 10_000) + item.quantity * item.markup


@given(small_items(), st.integers(0, 12))
def test_a_keepers_room_is_her_commission_and_markup(item: Item, brand_discount: int) -> None:
    brand_discount = min(brand_discount, item.quantity * item.sale)
    assert item.keeper_room(brand_discount=brand_discount) == _kept(item, brand_discount)


@given(small_items())
def test_a_brands_room_is_the_largest_that_leaves_the_keeper_something(item: Item) -> None:
    most = min(item.quantity * item.supply, item.quantity * item.sale)
    counted_out = max(off for off in range(most + 1) if _kept(item, off) >= 0)
    assert item.brand_room == min(counted_out, item.amount)


def test_a_brand_gives_no_more_than_what_a_generous_keeper_has_left() -> None:
    """She gives all of her 3 away at S = 10; with 1 off, 30 % of 9 are still 3 in whole units."""
    generous = replace(TEA, sale=10, supply=10, markup=-3, rate_bp=3_000)
    assert generous.brand_room == 1
    assert replace(generous, earns=False).brand_room == 7
    assert replace(generous, markup=0).brand_room == 10


@pytest.mark.parametrize(
    ("total", "weights", "rooms", "shares"),
    [
        (10, [1, 5], [10, 10], [2, 8]),
        (10, [0, 1], [10, 10], [0, 10]),
        (15, [0, 1], [10, 10], [5, 10]),
        (15, [1, 1], [3, 20], [3, 12]),
        (99, [1, 1], [3, 20], [3, 20]),
    ],
)
def test_what_does_not_fit_goes_to_the_others(
    total: int, weights: list[int], rooms: list[int], shares: list[int]
) -> None:
    assert spread(total, weights=weights, rooms=rooms) == shares


def test_a_brand_gives_its_part_once_for_bundle_and_coupon_together() -> None:
    pack = Bundle(UUID(int=200), Funder.BRAND, price=70, parts=((TEA.offer, 1),))
    coupon = replace(COUPON, funder=Funder.BRAND, brand=HAIFENG, amount=100)
    done = apply(items=[TEA], bundles=[pack], coupons=[coupon])
    assert done.brand == (50,)
    assert done.applied == (
        Applied(pack.promotion, Funder.BRAND, 30, (0,), times=1),
        Applied(coupon.promotion, Funder.BRAND, 20, (0,), times=1),
    )


def test_the_last_minor_unit_is_never_given() -> None:
    cheap = replace(TEA, sale=1, supply=0)
    assert apply(items=[cheap], coupons=[COUPON]).total == 0
    assert apply(items=[replace(cheap, sale=2)], coupons=[COUPON]).total == 1


def test_a_gift_is_one_unit_and_needs_goods_of_its_brand() -> None:
    gift = Gift(UUID(int=300), HAIFENG, threshold=1, offer=UUID(int=11))
    assert gift.quantity == 1
    assert apply(items=[TEA], gifts=[gift]).gifts == (gift.promotion,)
    assert apply(items=[TEA], gifts=[replace(gift, threshold=0)]).gifts == ()
    assert apply(items=[TEA], gifts=[replace(gift, brand=NORDWIND)]).gifts == ()


def test_a_coupon_is_reached_by_goods_of_its_own() -> None:
    coupon = replace(COUPON, brand=HAIFENG)
    assert is_reached(coupon, {HAIFENG: 1})
    assert not is_reached(coupon, {HAIFENG: 0})
    assert not is_reached(coupon, {NORDWIND: 500})
    with_threshold = replace(coupon, threshold=100)
    assert [missing(with_threshold, {HAIFENG: has}) for has in (0, 99, 100, 101)] == [100, 1, 0, 0]
    assert missing(with_threshold, {}) == 100


def test_of_two_coupons_that_save_the_same_the_first_stays() -> None:
    other = replace(COUPON, promotion=UUID(int=101))
    assert best_coupons(items=[TEA], coupons=[COUPON, other]) == [COUPON]
    assert best_coupons(items=[TEA], coupons=[other, COUPON]) == [other]


@pytest.mark.parametrize(("price", "off"), [(100, 0), (99, 1), (101, 0)])
def test_a_bundle_that_saves_nothing_is_none(price: int, off: int) -> None:
    pack = Bundle(UUID(int=200), Funder.PLATFORM, price=price, parts=((TEA.offer, 1),))
    done = apply(items=[TEA], bundles=[pack])
    assert (done.total, len(done.applied)) == (off, min(off, 1))
