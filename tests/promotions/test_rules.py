"""What promotions take off a basket: laws that hold for every basket, and a few told by hand."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.orders.rules import share_line
from shoal.promotions.rules import (
    Bundle,
    Coupon,
    Discounts,
    Funder,
    Gift,
    Item,
    apply,
    best_coupons,
    missing,
    spread,
)

HAIFENG, NORDWIND = UUID(int=1), UUID(int=2)
BRANDS = st.sampled_from([HAIFENG, NORDWIND])


@st.composite
def items(draw: st.DrawFn) -> Item:
    """A line on terms that an offer may have: platform's part >= 0 at S, keeper's at the floor."""
    sale = draw(st.integers(1, 50_000))
    rate_bp = draw(st.integers(0, 9_000))
    most_supply = sale * (10_000 - rate_bp) // 10_000
    lowest = -(sale * rate_bp // 10_000)
    return Item(
        offer=UUID(int=draw(st.integers(10, 13))),
        brand=draw(BRANDS),
        quantity=draw(st.integers(1, 5)),
        supply=draw(st.integers(0, most_supply)),
        sale=sale,
        markup=draw(st.integers(max(lowest, 1 - sale), sale)),
        rate_bp=rate_bp,
        earns=draw(st.booleans()),
    )


@st.composite
def baskets(draw: st.DrawFn) -> list[Item]:
    rows = draw(st.lists(items(), min_size=1, max_size=5))
    return list({row.offer: row for row in rows}.values())


@st.composite
def coupons(draw: st.DrawFn) -> list[Coupon]:
    funders = draw(st.lists(st.sampled_from(list(Funder)), unique=True, max_size=3))
    return [
        Coupon(
            promotion=UUID(int=100 + place),
            funder=funder,
            brand=draw(BRANDS) if funder == Funder.BRAND else None,
            threshold=draw(st.integers(0, 60_000)),
            amount=draw(st.integers(1, 80_000)),
            percent_bp=draw(st.sampled_from([0, 0, 1, 500, 3_333, 9_999])),
        )
        for place, funder in enumerate(funders)
    ]


@st.composite
def bundles(draw: st.DrawFn) -> list[Bundle]:
    return [
        Bundle(
            promotion=UUID(int=200 + place),
            funder=draw(st.sampled_from([Funder.BRAND, Funder.PLATFORM])),
            price=draw(st.integers(1, 30_000)),
            parts=tuple(
                draw(
                    st.dictionaries(
                        st.integers(10, 13).map(lambda n: UUID(int=n)),
                        st.integers(1, 3),
                        min_size=1,
                        max_size=2,
                    )
                ).items()
            ),
        )
        for place in range(draw(st.integers(0, 2)))
    ]


def item(**changes: object) -> Item:
    """100.00, of which the brand gets 70, the keeper 20, the platform 10."""
    known: dict[str, object] = {
        "offer": UUID(int=10), "brand": HAIFENG, "quantity": 1, "supply": 7_000, "sale": 10_000,
        "markup": 0, "rate_bp": 2_000,
    }  # fmt: skip
    return Item(**{**known, **changes})  # type: ignore[arg-type]


def coupon(funder: Funder = Funder.PLATFORM, **changes: object) -> Coupon:
    known: dict[str, object] = {
        "promotion": UUID(int=100), "funder": funder, "brand": None, "threshold": 0, "amount": 0,
    }  # fmt: skip
    return Coupon(**{**known, **changes})  # type: ignore[arg-type]


@given(
    st.integers(0, 10**6), st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1)
)
def test_spreading_loses_nothing_and_fits_everywhere(total, pairs):
    weights, rooms = [weight for weight, _ in pairs], [room for _, room in pairs]
    shares = spread(total, weights=weights, rooms=rooms)
    assert sum(shares) == min(total, sum(rooms))
    assert all(0 <= share <= room for share, room in zip(shares, rooms, strict=True))


@given(baskets(), coupons(), bundles())
def test_the_lines_shares_are_the_discount_and_leave_everybody_a_part(rows, chosen, packs):
    found = apply(items=rows, coupons=chosen, bundles=packs)
    assert found.total == sum(one.amount for one in found.applied)
    for place, row in enumerate(rows):
        brand, keeper, platform = found.brand[place], found.keeper[place], found.platform[place]
        assert min(brand, keeper, platform) >= 0
        assert brand + keeper + platform <= row.amount
        parts = share_line(
            sale=row.sale,
            supply=row.supply,
            markup=row.markup,
            rate_bp=row.rate_bp,
            quantity=row.quantity,
            earns=row.earns,
            brand_discount=brand,
            keeper_discount=keeper,
        )
        assert min(parts.brand, parts.keeper) >= 0
        assert keeper == 0 or row.earns
        full = share_line(
            sale=row.sale, supply=row.supply, markup=row.markup, rate_bp=row.rate_bp,
            quantity=row.quantity, earns=row.earns,
        )  # fmt: skip
        assert parts.platform == full.platform
    assert sum(row.amount for row in rows) - found.total >= 1


@given(baskets(), coupons(), bundles(), st.randoms())
def test_the_order_in_which_things_are_given_changes_nothing(rows, chosen, packs, random):
    found = apply(items=rows, coupons=chosen, bundles=packs)
    mixed_coupons, mixed_bundles = chosen[:], packs[:]
    random.shuffle(mixed_coupons)
    random.shuffle(mixed_bundles)
    assert apply(items=rows, coupons=mixed_coupons, bundles=mixed_bundles) == found


@given(baskets(), coupons(), bundles())
def test_one_more_coupon_never_costs_the_customer_more(rows, chosen, packs):
    before = apply(items=rows, coupons=[], bundles=packs).total
    for many in range(1, len(chosen) + 1):
        ordered = sorted(chosen, key=lambda one: list(Funder).index(one.funder))[:many]
        after = apply(items=rows, coupons=ordered, bundles=packs).total
        assert after >= before
        before = after


@given(baskets(), coupons(), st.integers(0, 40_000))
def test_a_larger_fixed_coupon_never_takes_less(rows, chosen, more):
    fixed = [
        Coupon(one.promotion, one.funder, one.brand, one.threshold, one.amount) for one in chosen
    ]
    for one in fixed:
        larger = Coupon(one.promotion, one.funder, one.brand, one.threshold, one.amount + more)
        assert apply(items=rows, coupons=[larger]).total >= apply(items=rows, coupons=[one]).total


@given(baskets(), st.lists(coupons(), max_size=2), bundles())
def test_the_best_coupons_are_one_of_each_funder_and_beat_the_first_alone(rows, lists, packs):
    every = [one for chosen in lists for one in chosen]
    best = best_coupons(items=rows, coupons=every, bundles=packs)
    total = apply(items=rows, coupons=best, bundles=packs).total
    assert len({one.funder for one in best}) == len(best)
    first = [one for one in every if one.funder == Funder.BRAND]
    assert all(total >= apply(items=rows, coupons=[one], bundles=packs).total for one in first)


def test_a_fixed_coupon_is_shared_over_its_lines_to_the_cent():
    rows = [item(offer=UUID(int=place)) for place in (10, 11, 12)]
    found = apply(items=rows, coupons=[coupon(Funder.BRAND, brand=HAIFENG, amount=1_000)])
    assert found.brand == (334, 333, 333)


def test_a_brands_coupon_leaves_other_brands_alone_and_ends_at_the_brands_part():
    rows = [item(), item(offer=UUID(int=11), brand=NORDWIND)]
    found = apply(items=rows, coupons=[coupon(Funder.BRAND, brand=HAIFENG, amount=9_000)])
    assert found.brand == (7_000, 0)


def test_a_keepers_coupon_ends_at_her_part_and_needs_her_to_earn():
    found = apply(items=[item()], coupons=[coupon(Funder.KEEPER, amount=5_000)])
    assert found.keeper == (2_000,)
    assert (
        apply(items=[item(earns=False)], coupons=[coupon(Funder.KEEPER, amount=5_000)]).total == 0
    )


def test_one_minor_unit_always_stays_to_be_paid():
    found = apply(items=[item()], coupons=[coupon(amount=50_000)])
    assert found.platform == (9_999,)


def test_a_percentage_is_of_what_is_left_and_has_a_most():
    both = [coupon(Funder.BRAND, brand=HAIFENG, amount=1_000),
            coupon(percent_bp=1_000, promotion=UUID(int=101))]  # fmt: skip
    assert apply(items=[item()], coupons=both).platform == (900,)
    bounded = coupon(percent_bp=5_000, amount=300)
    assert apply(items=[item()], coupons=[bounded]).platform == (300,)


@pytest.mark.parametrize(("threshold", "given_off"), [(9_999, 500), (10_000, 500), (10_001, 0)])
def test_a_threshold_counts_the_goods_before_coupons(threshold, given_off):
    first = coupon(Funder.BRAND, brand=HAIFENG, amount=1_000)
    second = coupon(threshold=threshold, amount=500, promotion=UUID(int=101))
    found = apply(items=[item()], coupons=[first, second])
    assert sum(found.platform) == given_off
    assert missing(second, found.bases) == max(0, threshold - 10_000)


def test_a_bundle_counts_each_unit_once_and_the_larger_saving_first():
    shirt, cap = UUID(int=10), UUID(int=11)
    rows = [item(quantity=3), item(offer=cap, quantity=1)]
    pair = Bundle(UUID(int=200), Funder.BRAND, 15_000, ((shirt, 1), (cap, 1)))
    two = Bundle(UUID(int=201), Funder.PLATFORM, 18_000, ((shirt, 2),))
    found = apply(items=rows, bundles=[two, pair])
    assert [(one.promotion, one.amount, one.times) for one in found.applied] == [
        (pair.promotion, 5_000, 1),
        (two.promotion, 2_000, 1),
    ]
    assert (found.brand, found.platform) == ((2_500, 2_500), (2_000, 0))


def test_a_keepers_markup_stays_on_top_of_a_bundle():
    rows = [item(quantity=2, markup=500)]
    pack = Bundle(UUID(int=200), Funder.BRAND, 18_000, ((UUID(int=10), 2),))
    found = apply(items=rows, bundles=[pack])
    assert rows[0].amount - found.total == 18_000 + 2 * 500


@pytest.mark.parametrize(("threshold", "granted"), [(10_000, True), (10_001, False)])
def test_a_gift_comes_from_its_threshold_of_its_brands_goods_on(threshold, granted):
    rows = [item(), item(offer=UUID(int=11), brand=NORDWIND)]
    gift = Gift(UUID(int=300), HAIFENG, threshold, UUID(int=12))
    assert apply(items=rows, gifts=[gift]).gifts == ((gift.promotion,) if granted else ())


def test_two_coupons_of_one_funder_are_a_bug():
    with pytest.raises(ValueError, match="one coupon"):
        apply(items=[item()], coupons=[coupon(), coupon()])


def test_nothing_off_an_empty_basket():
    empty = apply(items=[], coupons=[coupon(amount=5)])
    assert empty == Discounts(brand=(), keeper=(), platform=())
