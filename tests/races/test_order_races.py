"""An order is paid, given up and sent at one moment: whoever is second finds it so."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from shoal.kit.batches import until_none
from shoal.kit.errors import Busy, Refused
from shoal.offers.models import Purchase
from shoal.orders.desk import Placed, place_orders
from shoal.orders.models import Order, Parcel
from shoal.orders.operations import (
    ask_refund,
    cancel_order,
    complete_orders,
    decide_refund,
    expire_orders,
)
from shoal.orders.shipping import Shipment, ship_parcels
from shoal.payments.models import Refund
from shoal.settlement.models import SettledLine
from shoal.stock.models import Allotment
from tests import trade
from tests.races.test_last_unit import at_once
from tests.trade import AT, DAY, MINUTE, Market

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

_ROUNDS = 8
_LATE = AT + DAY
_OVER = AT + 30 * DAY


def or_refused(act):
    def tried():
        try:
            return act()
        except Refused as refused:
            return refused

    return tried


def cancel(order: Order, *, at=AT + 3 * MINUTE) -> Order:
    return cancel_order(
        customer=order.customer_id, code=order.code, reason="changed my mind", by="alice", at=at
    )


@pytest.fixture
def market() -> Market:
    return trade.open_market(stock=50)


def test_cancelling_while_the_notice_comes(market: Market) -> None:
    for _ in range(_ROUNDS):
        order = trade.order(market, at=AT + MINUTE)
        gone, paid = at_once(
            or_refused(lambda order=order: cancel(order)),
            or_refused(lambda order=order: trade.pay(Order.objects.get(id=order.id))),
        )
        assert not isinstance(gone, Busy)
        assert paid is None
        order.refresh_from_db()
        refunds = Refund.objects.filter(intent__subject=order.id)
        # Cancelled first, and the money that came bought it again; or paid first, and given back.
        if order.state == Order.State.PAID:
            assert not refunds.exists()
        else:
            assert order.state == Order.State.CANCELLED
            assert [one.amount for one in refunds] == [order.total_minor]
        assert trade.is_sound()


def test_expiring_while_the_notice_comes(market: Market) -> None:
    for _ in range(_ROUNDS):
        order = trade.order(market, at=AT + MINUTE)
        expired, paid = at_once(
            or_refused(lambda: expire_orders(at=_LATE)),
            or_refused(lambda order=order: trade.pay(Order.objects.get(id=order.id), at=_LATE)),
        )
        assert (expired in {0, 1}, paid) == (True, None)
        order.refresh_from_db()
        assert order.state == Order.State.PAID
        assert trade.is_sound()


def test_cancelling_while_it_is_sent(market: Market) -> None:
    for _ in range(_ROUNDS):
        order = trade.order(market, at=AT + MINUTE)
        trade.pay(order)
        parcel = Parcel.objects.get(order=order)
        shipment = Shipment(parcel.brand_id, parcel.code, "顺丰", "SF1", AT + DAY)
        at_once(
            or_refused(lambda order=order: cancel(order)),
            lambda shipment=shipment: ship_parcels(shipments=[shipment], by="owner"),
        )
        order.refresh_from_db()
        parcel.refresh_from_db()
        assert (order.state, parcel.state) in {("cancelled", "cancelled"), ("shipped", "shipped")}
        refunds = Refund.objects.filter(intent__subject=order.id)
        assert refunds.count() == (1 if order.state == "cancelled" else 0)
        assert trade.is_sound()


def test_refunding_while_it_settles(market: Market) -> None:
    for _ in range(_ROUNDS):
        order = trade.order(market, at=AT + MINUTE)
        trade.pay(order)
        trade.ship(order)
        trade.deliver(order)
        approval = ask_refund(code=order.code, reason="broken", by="olga", at=AT + 4 * DAY)
        at_once(
            lambda: complete_orders(at=_OVER),
            or_refused(
                lambda code=approval.code: decide_refund(
                    code=code, approve=True, by="otto", at=_OVER
                )
            ),
        )
        order.refresh_from_db()
        refunds = Refund.objects.filter(intent__subject=order.id).count()
        settled = SettledLine.objects.filter(order=order).count()
        assert (order.state, refunds, settled) in {("completed", 0, 1), ("refunded", 1, 0)}
        assert trade.is_sound()


def test_two_refunds_of_one_order_at_once(market: Market) -> None:
    order = trade.order(market)
    trade.pay(order)
    approval = ask_refund(code=order.code, reason="broken", by="olga", at=AT + DAY)
    at_once(
        or_refused(lambda: cancel(order, at=AT + DAY)),
        or_refused(lambda: decide_refund(code=approval.code, approve=True, by="otto", at=AT + DAY)),
        or_refused(lambda: decide_refund(code=approval.code, approve=True, by="otto", at=AT + DAY)),
    )
    assert [one.amount for one in Refund.objects.all()] == [order.total_minor]
    assert trade.is_sound()


def test_ordering_again_while_the_old_order_is_given_up() -> None:
    """Both take a limit's row and an allotment's, in one order: nobody waits in a ring."""
    market = trade.open_market(stock=50, per_customer=40)
    order = trade.order(market)
    wish = trade.wish(market, at=AT + 2 * MINUTE)
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            Purchase.objects.select_for_update().get()
            placing = pool.submit(on_its_own(lambda: place_orders(requests=[wish])[0]))
            wait_for_waiting(1)
            cancelling = pool.submit(on_its_own(or_refused(lambda: cancel(order))))
            wait_for_waiting(2)
        gone, placed = cancelling.result(20), placing.result(20)
    assert (type(gone), type(placed)) == (Order, Placed)
    assert Purchase.objects.get().quantity == 1
    assert Allotment.objects.get(id=market.offer.allotment_id).held == 1
    assert trade.is_sound()


def on_its_own(act):
    """Does `act` and gives its thread's connection back."""

    def done():
        try:
            return act()
        finally:
            connection.close()

    return done


def wait_for_waiting(number: int) -> None:
    """Returns when so many others wait for a lock."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= number:
                return
        time.sleep(0.01)
    pytest.fail("nobody waits")


def test_two_complete_side_by_side_and_each_line_settles_once(market: Market) -> None:
    orders = [trade.order(market, at=AT + MINUTE) for _ in range(_ROUNDS)]
    for order in orders:
        trade.pay(order)
        trade.ship(order)
        trade.deliver(order)
    with transaction.atomic():
        Order.objects.select_for_update().get(id=orders[0].id)
        # Whoever comes meanwhile does not wait for the first order and takes the next ones.
        with ThreadPoolExecutor(1) as other:
            took = other.submit(completed_elsewhere, most=3).result(timeout=2)
        assert took == 3
        assert not SettledLine.objects.filter(order=orders[0].id).exists()
    batches = until_none(lambda: complete_orders(at=_OVER, most=1), side_by_side=2)
    assert batches == _ROUNDS - 3
    assert sorted(SettledLine.objects.values_list("order", flat=True)) == sorted(
        order.id for order in orders
    )
    assert trade.is_sound()


def completed_elsewhere(*, most: int) -> int:
    try:
        return complete_orders(at=_OVER, most=most)
    finally:
        connection.close()
