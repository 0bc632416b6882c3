"""Gifts from a sum on, and bundles, from the desk to settlement."""

from uuid import uuid4

import pytest

from shoal.orders.carts import buy_again
from shoal.orders.desk import Placed, place_orders
from shoal.orders.discounts import bundle_price
from shoal.orders.models import Order, OrderLine
from shoal.orders.operations import (
    cancel_order,
    complete_orders,
)
from shoal.orders.quotes import cart_size, quote
from shoal.promotions import refusals
from shoal.promotions.models import Promotion
from shoal.promotions.operations import stop_promotion
from shoal.promotions.queries import gifts_on_show
from shoal.promotions.rules import Funder
from shoal.shelves.operations import set_shelf_markup
from shoal.shelves.rules import MarkupKind
from tests.orders.promoted import gift_of, refusal, standing
from tests.promotions.makers import claim, owner_of, promotion
from tests.trade import (
    AT,
    DAY,
    deliver,
    is_sound,
    open_market,
    order,
    pay,
    ship,
    standing_offer,
    wish,
)

pytestmark = pytest.mark.django_db
Kind = Promotion.Kind


def test_a_gift_comes_from_its_threshold_on_holds_stock_and_costs_nothing():
    market = open_market()
    given, made = gift_of(market)
    placed = order(market)
    lines = list(OrderLine.objects.filter(order=placed).order_by("number"))
    assert [line.gift_of_id for line in lines] == [None, made.id]
    assert (lines[1].line_minor, lines[1].rule, lines[1].offer_id) == (0, "gift/1", given.id)
    assert lines[1].parcel_id == lines[0].parcel_id
    given.allotment.refresh_from_db()
    assert given.allotment.held == 1
    pay(placed)
    ship(placed)
    deliver(placed)
    assert is_sound()


def test_a_gift_that_has_run_out_is_left_out_unless_it_was_promised():
    market = open_market()
    _, made = gift_of(market, stock=1)
    assert [row.promotion for row in quote(
        shop=market.shop, wanted=[(market.offer.id, 1)], region="330100", at=AT
    ).gifts] == [made]  # fmt: skip
    order(market, gifts=(made.code,))
    promised, silent = place_orders(requests=[wish(market, gifts=(made.code,)), wish(market)])
    assert promised == refusals.GiftGone(title="见面礼")
    assert isinstance(silent, Placed)
    assert OrderLine.objects.filter(order=silent.order).count() == 1
    assert quote(
        shop=market.shop, wanted=[(market.offer.id, 1)], region="330100", at=AT
    ).gifts == ()  # fmt: skip
    assert is_sound()


def test_a_promised_gift_that_was_stopped_meanwhile_is_said_so():
    market = open_market()
    _, made = gift_of(market)
    owner = owner_of(market, Funder.BRAND)
    stop_promotion(owner=owner, code=made.code, reason="", by="owner", at=AT)
    assert refusal(market, gifts=(made.code,)) == refusals.GiftGone(title="见面礼")
    assert len(order(market).lines.all()) == 1


def test_a_cancelled_order_puts_its_gift_back_on_the_shelf():
    market = open_market()
    given, _ = gift_of(market)
    placed = order(market)
    pay(placed)
    cancel_order(
        customer=market.alice.id,
        code=placed.code,
        reason="changed my mind",
        by="alice",
        at=AT + DAY,
    )
    given.allotment.refresh_from_db()
    assert given.allotment.available == 3
    assert is_sound()


def test_an_order_with_a_gift_and_three_coupons_is_settled():
    market = open_market()
    gift_of(market)
    codes = tuple(claim(market, promotion(market, funder)).code for funder in Funder)
    placed = order(market, coupons=codes)
    pay(placed)
    ship(placed)
    deliver(placed)
    complete_orders(at=AT + 40 * DAY)
    placed.refresh_from_db()
    assert placed.state == Order.State.COMPLETED
    assert standing("escrow") == 0
    assert (standing("promotion"), standing("platform_fee")) == (-1_000, 1_000)
    assert is_sound()


def test_a_bundle_comes_by_itself_and_its_saving_is_shared_over_its_lines():
    market = open_market()
    other = standing_offer(market.brand)
    promotion(
        market, Funder.BRAND, Kind.BUNDLE, amount=18_001,
        parts={market.offer.code: 1, other.code: 1},
    )  # fmt: skip
    assert order(market).discount_minor == 0
    placed = order(market, offers=(market.offer, other))
    assert [line.brand_discount_minor for line in placed.lines.order_by("number")] == [1_000, 999]
    assert placed.total_minor == 18_001
    pay(placed)
    assert is_sound()


@pytest.mark.parametrize(("markup", "price"), [(0, 15_000), (500, 16_000)])
def test_a_bundle_costs_what_its_price_in_the_shop_says(markup, price):
    """A keeper's markup stays on top of it."""
    market = open_market()
    set_shelf_markup(shop=market.shop, kind=MarkupKind.FIXED, value=markup)
    promotion(market, Funder.BRAND, Kind.BUNDLE, amount=15_000, parts={market.offer.code: 2})
    shown = gifts_on_show(brand=market.brand.id, currency="CNY", at=AT)[0]
    assert bundle_price(shown, shop=market.shop, at=AT) == price
    placed = order(market, quantity=2, unit_minor=10_000 + markup)
    assert placed.total_minor == price
    assert is_sound()


def test_buying_again_leaves_the_gift_out():
    market = open_market()
    gift_of(market)
    placed = order(market)
    assert placed.lines.count() == 2
    visitor = uuid4()
    kept = buy_again(
        customer=market.alice.id, order=placed.code, visitor=visitor, shop=market.shop, at=AT + DAY
    )
    assert (kept.put, kept.missing) == (1, ())
    assert cart_size(visitor=visitor) == 1
