from datetime import timedelta

import pytest

from shoal.brands import operations as brands
from shoal.offers.models import Offer
from shoal.shelves import operations, queries
from shoal.shelves.models import Markup, Placement, Shelf, Words
from shoal.shelves.operations import (
    MarkupTooLarge,
    NothingFollowed,
    PriceOutOfRange,
    TooManyPinned,
    WordsTooLong,
)
from shoal.shelves.queries import Choice, Sorting
from shoal.shelves.rules import MarkupKind
from shoal.shops.models import Shop
from shoal.shops.operations import open_shop
from tests.goods import (
    AT,
    DAY,
    HOUR,
    OLGA,
    active_brand,
    live_product,
    person,
    scheduled_sale,
    standing_offers,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meis():
    return open_shop(person=person(), name="美的小店", currency="CNY", at=AT)


@pytest.fixture
def bao():
    return open_shop(person=person(), name="宝的小店", currency="CNY", at=AT)


@pytest.fixture
def sea():
    return active_brand(name="海风")


@pytest.fixture
def shirt(sea):
    product = live_product(sea, "shirt")
    standing_offers(sea, product)
    return product


def shown(shop, *, at=AT, **choice: object):
    products = queries.shelf_products(shop=shop, at=at, choice=Choice(**choice))
    return [row.product for row in products]


def offer_of(product) -> Offer:
    return Offer.objects.select_related("sku").filter(sku__product=product).order_by("id")[0]


def markup_in(shop: Shop, offer: Offer) -> int:
    return queries.prices(shop=shop, offers=[offer])[offer.id].markup


def test_a_new_shop_follows_everything(meis, shirt):
    assert shown(meis) == [shirt]
    [small, medium] = queries.shelf_offers(shop=meis, at=AT)
    assert (small.price.unit, small.price.earn, small.price.markup) == (10_000, 2_000, 0)
    assert small.offer.sku.position < medium.offer.sku.position
    assert not Shelf.objects.exists()


def test_other_currencies_stay_out(shirt):
    pounds = open_shop(person=person(), name="Mei", currency="GBP", at=AT)
    assert shown(pounds) == []


def test_windows_are_half_open(meis, sea):
    product = live_product(sea)
    sale = scheduled_sale(sea, product, starts_at=AT + HOUR, ends_at=AT + DAY)
    moments = [
        (sale.trailer_at - timedelta(microseconds=1), [], []),
        (AT + HOUR - timedelta(microseconds=1), [], [product]),
        (AT + HOUR, [product], []),
        (AT + DAY - timedelta(microseconds=1), [product], []),
        (AT + DAY, [], []),
    ]
    for at, now, coming in moments:
        assert shown(meis, at=at) == now
        assert shown(meis, at=at, coming=True) == coming


def test_a_suspended_brand_leaves_every_shelf_and_comes_back(meis, sea, shirt):
    brands.suspend_brand(brand=sea, reason="reports", by=OLGA, at=AT)
    assert shown(meis) == []
    brands.restore_brand(brand=sea, reason="cleared up", by=OLGA, at=AT)
    assert shown(meis) == [shirt]


def test_rule_by_brand_and_category(meis, bao, sea, shirt):
    other = active_brand(name="Nordwind")
    mug = live_product(other, "mug")
    standing_offers(other, mug)
    operations.follow(shop=meis, brands=[sea.code, "unknown"], categories=[])
    assert shown(meis) == [shirt]
    assert set(shown(bao)) == {shirt, mug}
    operations.follow(shop=meis, brands=[sea.code], categories=["home"])
    assert set(shown(meis)) == {shirt, mug}
    operations.follow_all(shop=meis)
    assert set(shown(meis)) == {shirt, mug}


def test_following_nothing_is_refused(meis, shirt):
    with pytest.raises(NothingFollowed):
        operations.follow(shop=meis, brands=["unknown"], categories=[])
    assert not Shelf.objects.exists()
    assert Shop.objects.get(id=meis.id).version == 1


def test_hidden_in_one_shop_only(meis, bao, shirt):
    operations.hide_product(shop=meis, product=shirt)
    assert (shown(meis), shown(bao)) == ([], [shirt])
    assert shown(meis, hidden=True) == [shirt]
    assert queries.placement_of(shop=meis, product=shirt.id) == "hidden"
    operations.place_plainly(shop=meis, product=shirt)
    assert shown(meis) == [shirt]


def test_pinned_goes_first_the_newest_in_front(meis, sea, shirt):
    second, third = live_product(sea), live_product(sea)
    for product in (second, third):
        standing_offers(sea, product)
    operations.pin_product(shop=meis, product=shirt)
    operations.pin_product(shop=meis, product=third)
    assert shown(meis) == [third, shirt, second]
    assert shown(meis, pinned=True) == [third, shirt]
    operations.pin_product(shop=meis, product=shirt)
    assert shown(meis) == [shirt, third, second]
    operations.hide_product(shop=meis, product=shirt)
    assert Placement.objects.filter(shop=meis).count() == 2


def test_pins_are_few(meis, sea, shirt, monkeypatch):
    monkeypatch.setattr(operations, "MOST_PINNED", 1)
    operations.pin_product(shop=meis, product=shirt)
    with pytest.raises(TooManyPinned):
        operations.pin_product(shop=meis, product=live_product(sea))
    assert Placement.objects.count() == 1


def test_shelf_markup_stays_within_floor_and_cap(meis, bao, shirt):
    operations.set_shelf_markup(shop=meis, kind=MarkupKind.PERCENT, value=500)
    assert {item.price.unit for item in queries.shelf_offers(shop=meis, at=AT)} == {10_500}
    operations.set_shelf_markup(shop=meis, kind=MarkupKind.FIXED, value=5_000)
    [first, _] = queries.shelf_offers(shop=meis, at=AT)
    assert (first.price.unit, first.price.earn) == (12_000, 4_000)
    operations.set_shelf_markup(shop=meis, kind=MarkupKind.FIXED, value=-5_000)
    assert {item.price.unit for item in queries.shelf_offers(shop=meis, at=AT)} == {9_000}
    assert {item.price.unit for item in queries.shelf_offers(shop=bao, at=AT)} == {10_000}


def test_own_price_stands_before_the_shelf(meis, shirt):
    offer = offer_of(shirt)
    operations.set_shelf_markup(shop=meis, kind=MarkupKind.PERCENT, value=500)
    operations.set_offer_markups(shop=meis, wanted=[(offer, 0)])
    assert markup_in(meis, offer) == 0
    assert queries.own_markups(shop=meis, offers=[offer]) == {offer.id: 0}
    operations.set_offer_markups(shop=meis, wanted=[(offer, -1_000)])
    assert markup_in(meis, offer) == -1_000
    operations.set_offer_markups(shop=meis, wanted=[(offer, None)])
    assert markup_in(meis, offer) == 500


@pytest.mark.parametrize("markup", [-1_001, 2_001])
def test_a_price_out_of_range_is_refused(meis, shirt, markup):
    with pytest.raises(PriceOutOfRange):
        operations.set_offer_markups(shop=meis, wanted=[(offer_of(shirt), markup)])
    assert not Markup.objects.exists()
    assert Shop.objects.get(id=meis.id).version == 1


def test_a_markup_without_measure_is_refused(meis):
    with pytest.raises(MarkupTooLarge):
        operations.set_shelf_markup(shop=meis, kind=MarkupKind.PERCENT, value=10_001)
    assert not Shelf.objects.exists()


def test_markups_of_many_shops_take_two_queries(meis, bao, shirt, django_assert_num_queries):
    offer = offer_of(shirt)
    operations.set_shelf_markup(shop=meis, kind=MarkupKind.FIXED, value=300)
    operations.set_offer_markups(shop=bao, wanted=[(offer, -100)])
    with django_assert_num_queries(2):
        found = queries.prices_in(wanted={meis: [offer], bao: [offer]})
    assert {key: price.markup for key, price in found.items()} == {
        (meis.id, offer.id): 300,
        (bao.id, offer.id): -100,
    }


def test_sorted_by_what_she_earns_here(meis, sea, shirt):
    mug = live_product(sea, "mug")
    standing_offers(sea, mug)
    operations.set_offer_markups(shop=meis, wanted=[(offer_of(mug), 500)])
    rows = queries.shelf_products(shop=meis, at=AT, sorting=Sorting.EARN)
    assert [(row.product, row.most_earned_minor) for row in rows] == [(mug, 2_500), (shirt, 2_000)]
    operations.set_offer_markups(shop=meis, wanted=[(offer_of(shirt), -700)])
    rows = queries.shelf_products(shop=meis, at=AT, sorting=Sorting.PRICE)
    assert [(row.product, row.from_minor) for row in rows] == [(shirt, 9_300), (mug, 10_000)]


def test_every_sorting_pages_without_gaps(meis, sea, shirt):
    for _ in range(4):
        standing_offers(sea, live_product(sea))
    for sorting in Sorting:
        pages = [
            row.product.id
            for offset in (0, 2, 4)
            for row in queries.shelf_products(
                shop=meis, at=AT, sorting=sorting, limit=2, offset=offset
            )
        ]
        assert len(pages) == len(set(pages)) == 5


def test_sales_show_prices_of_this_shop(meis, sea):
    product = live_product(sea)
    sale = scheduled_sale(sea, product)
    operations.set_shelf_markup(shop=meis, kind=MarkupKind.PERCENT, value=-500)
    assert queries.shelf_sales(shop=meis, at=AT + HOUR, coming=True) == []
    [found] = queries.shelf_sales(shop=meis, at=AT + HOUR)
    assert (found.card.sale, found.from_minor, found.most_earned_minor) == (sale, 9_500, 1_500)
    assert shown(meis, at=AT + HOUR, sale=sale.id) == [product]


def test_own_words(meis, bao, shirt):
    operations.write_words(shop=meis, product=shirt, text=" 我自己也穿 ")
    assert queries.words_of(shop=meis, product=shirt.id) == "我自己也穿"
    assert queries.words_of(shop=bao, product=shirt.id) == ""
    with pytest.raises(WordsTooLong):
        operations.write_words(shop=meis, product=shirt, text="长" * 301)
    assert queries.words_of(shop=meis, product=shirt.id) == "我自己也穿"
    operations.write_words(shop=meis, product=shirt, text=" ")
    assert not Words.objects.exists()


def test_database_and_rules_agree_on_every_price(meis, sea, shirt):
    odd = Offer.objects.filter(sku__product=shirt)
    odd.update(sale_minor=9_999, floor_minor=8_001, cap_minor=11_337, rate_bp=2_150)
    for kind, value in [
        (MarkupKind.NONE, 0), (MarkupKind.FIXED, 333), (MarkupKind.FIXED, -9_999),
        (MarkupKind.PERCENT, 333), (MarkupKind.PERCENT, -335), (MarkupKind.PERCENT, 10_000),
        (MarkupKind.PERCENT, -1),
    ]:  # fmt: skip
        operations.set_shelf_markup(shop=meis, kind=kind, value=value)
        told = {row.id: (row.unit, row.earn) for row in queries.on_shelf(shop=meis, at=AT)}
        worked_out = {
            item.offer.id: (item.price.unit, item.price.earn)
            for item in queries.shelf_offers(shop=meis, at=AT)
        }
        assert told == worked_out
