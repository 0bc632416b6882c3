"""Customers, keepers and brands who try to get more than is theirs."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from shoal.orders.desk import Placed, WantedLine, place_orders
from shoal.orders.models import Order
from shoal.orders.operations import cancel_order, expire_orders
from shoal.orders.pricing import TooManyUnpaid, TotalChanged
from shoal.orders.rules import MOST_UNPAID
from shoal.payments.models import Refund
from shoal.shelves.queries import shelf_products
from shoal.shops.operations import open_shop, pause_shop, suspend_shop
from shoal.stock.models import Allotment
from shoal.traffic.models import Share
from tests import trade
from tests.trade import AT, DAY, MINUTE, Market

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return trade.open_market(stock=50)


def cancel(order: Order, *, minutes: int = 3) -> None:
    cancel_order(
        customer=order.customer_id, code=order.code, reason="changed my mind", by="alice",
        at=AT + minutes * MINUTE,
    )  # fmt: skip


def share_of(shop, by) -> Share:
    return Share.objects.create(
        shop=shop, thing="shop", thing_code=shop.code, by=by.code, created_at=AT
    )


@pytest.mark.parametrize("quantity", [0, -1, 2**31])
def test_a_line_of_no_or_endless_units_cannot_even_be_asked_for(market: Market, quantity) -> None:
    with pytest.raises(ValueError, match="units"):
        WantedLine(market.offer.id, quantity, 10_000)


def test_a_limit_is_not_passed_by_paying_for_a_cancelled_order_later() -> None:
    market = trade.open_market(stock=10, per_customer=1)
    first = trade.order(market)
    cancel(first)
    second = trade.order(market, at=AT + 4 * MINUTE)
    trade.pay(second, at=AT + 5 * MINUTE)
    trade.pay(first, at=AT + 6 * MINUTE)
    assert first.state == Order.State.CANCELLED
    assert Refund.objects.get().amount == first.total_minor
    assert Allotment.objects.get(id=market.offer.allotment_id).sold == 1
    assert trade.is_sound()


def test_within_the_limit_late_money_still_buys() -> None:
    market = trade.open_market(stock=10, per_customer=1)
    first = trade.order(market)
    cancel(first)
    trade.pay(first, at=AT + 6 * MINUTE)
    assert first.state == Order.State.PAID
    answer = place_orders(requests=[trade.wish(market, at=AT + 7 * MINUTE)])[0]
    assert not isinstance(answer, Placed)
    assert trade.is_sound()


def test_nobody_keeps_stock_from_others_by_orders_she_does_not_pay(market: Market) -> None:
    for number in range(MOST_UNPAID):
        placed = trade.order(market, at=AT + number * MINUTE)
        if number % 2:
            cancel(placed, minutes=number + 1)
    expire_orders(at=AT + DAY / 2)
    before = Order.objects.count()
    again = trade.wish(market, at=AT + DAY / 2)
    assert place_orders(requests=[again]) == [TooManyUnpaid(most=MOST_UNPAID)]
    assert Order.objects.count() == before
    assert trade.is_sound()
    trade.order(market, customer=market.bob, at=AT + DAY / 2)
    trade.order(market, at=AT + DAY + timedelta(hours=1))


def test_who_pays_may_order_as_often_as_she_likes(market: Market) -> None:
    for number in range(MOST_UNPAID + 2):
        trade.pay(trade.order(market, at=AT + number * MINUTE), at=AT + (number + 1) * MINUTE)
    assert Order.objects.filter(state=Order.State.PAID).count() == MOST_UNPAID + 2


def test_another_total_than_was_shown_is_shown_first(market: Market) -> None:
    shown = replace(trade.wish(market), total_minor=9_999)
    assert place_orders(requests=[shown]) == [TotalChanged()]
    assert not Order.objects.exists()
    right = replace(trade.wish(market), total_minor=10_000)
    assert isinstance(place_orders(requests=[right])[0], Placed)


def test_a_suspended_shop_earns_from_no_share(market: Market) -> None:
    bobs = open_shop(person=market.bob, name="Bob", currency="CNY", at=AT)
    share = share_of(bobs, market.bob)
    pause_shop(shop=bobs, reason="", by=market.bob.code, at=AT)
    assert trade.order(market, share=share.id).earner == bobs  # it rests, but it brought her
    suspend_shop(shop=bobs, reason="fraud", by="olga", at=AT)
    found = trade.order(market, share=share.id, at=AT + 2 * MINUTE)
    assert (found.earner, found.share, found.attribution) == (market.shop, None, "storefront")


def test_a_shop_in_another_currency_earns_from_no_share(market: Market) -> None:
    bobs = open_shop(person=market.bob, name="Bob", currency="EUR", at=AT)
    found = trade.order(market, share=share_of(bobs, market.bob).id)
    assert (found.earner, found.attribution) == (market.shop, "storefront")


def test_sold_counts_what_is_kept_not_what_was_bought_and_cancelled(market: Market) -> None:
    for _ in range(3):
        placed = trade.order(market, key=uuid4())
        trade.pay(placed)
        cancel(placed)
    trade.pay(trade.order(market, quantity=2))
    shown = shelf_products(shop=market.shop, at=AT + DAY)
    assert [row.sold for row in shown] == [2]
