"""What Mei and 海风 have, and what is on its way: less what went back, wherever it stands."""

from datetime import timedelta

import pytest

from shoal.kit.transactions import operation
from shoal.orders.operations import cancel_order, complete_orders
from shoal.orders.refunds import freeze, thaw
from shoal.settlement.queries import (
    earnings_of_brand,
    earnings_of_shop,
    lines_of_brand,
    lines_of_shop,
)
from tests import trade
from tests.trade import AT, DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def market():
    return trade.open_market()


def of_mei(market) -> tuple[int, int, int]:
    found = earnings_of_shop(shop=market.shop.id, currency="CNY", since_at=AT)
    return found.settled.minor, found.on_its_way.minor, found.since.minor


def of_brand(market) -> tuple[int, int, int]:
    [found] = earnings_of_brand(brand=market.brand, since_at=AT)
    return found.settled.minor, found.on_its_way.minor, found.since.minor


def delivered(market, quantity: int = 3):
    order = trade.order(market, quantity=quantity)
    trade.pay(order)
    trade.ship(order)
    trade.deliver(order)
    return order


def test_what_went_back_is_not_on_its_way(market):
    order = delivered(market)
    assert (of_mei(market), of_brand(market)) == ((0, 6_000, 6_000), (0, 21_000, 21_000))
    trade.give_back(order, units=1)
    assert (of_mei(market), of_brand(market)) == ((0, 4_000, 4_000), (0, 14_000, 14_000))


def test_what_went_back_after_settling_is_off_the_balance(market):
    order = delivered(market)
    complete_orders(at=AT + 12 * DAY)
    assert of_mei(market) == (6_000, 0, 6_000)
    trade.give_back(order, units=2, at=AT + 13 * DAY)
    assert (of_mei(market), of_brand(market)) == ((2_000, 0, 2_000), (7_000, 0, 7_000))


def test_a_line_with_an_open_case_is_still_on_its_way(market):
    order = delivered(market)
    lines = [line.id for line in order.lines.all()]
    operation(freeze)(lines=lines)
    complete_orders(at=AT + 12 * DAY)
    assert of_mei(market) == (0, 6_000, 6_000)
    operation(thaw)(order=order, lines=lines, at=AT + 12 * DAY + timedelta(hours=1))
    assert of_mei(market) == (6_000, 0, 6_000)


def test_an_order_given_back_whole_brings_nothing(market):
    order = delivered(market, quantity=1)
    trade.give_back(order, units=1)
    assert (of_mei(market), of_brand(market)) == ((0, 0, 0), (0, 0, 0))


def test_the_lines_of_brand_and_keeper_are_those_that_were_paid_for(market):
    def cancel(order, at):
        cancel_order(customer=market.alice.id, code=order.code, reason="", by="alice", at=at)

    def sold():
        brands = [line.order_id for line in lines_of_brand(brand=market.brand.id)]
        assert [line.order_id for line in lines_of_shop(shop=market.shop.id)] == brands
        return brands

    given_up = trade.order(market)
    cancel(given_up, AT + timedelta(minutes=2))
    assert sold() == []
    taken_back = trade.order(market)
    trade.pay(taken_back)
    cancel(taken_back, AT + timedelta(minutes=5))
    assert sold() == [taken_back.id]
