"""Mei's orders tell what she earns, and only where somebody paid and kept something."""

from datetime import timedelta

import pytest
from django.urls import reverse

from shoal.kit.clock import now
from shoal.orders.operations import cancel_order, expire_orders
from tests import trade

pytestmark = pytest.mark.django_db


def paid(market, **changes: object):
    order = trade.order(market, at=now(), **changes)
    trade.pay(order, at=now())
    return order


def cancel(order) -> None:
    cancel_order(customer=order.customer_id, code=order.code, reason="mind", by="alice", at=now())


def shown(mei, order) -> tuple[str, str]:
    """An order's page, and what the list says of it."""
    page = mei.get(reverse("keep:order", args=[order.code])).content.decode()
    listed = mei.get(reverse("keep:orders")).content.decode()
    [row] = [part for part in listed.split("<article") if f"Order {order.code}" in part]
    return page, row


def lines(mei) -> list[tuple[str, int, str]]:
    rows = mei.get(reverse("keep:earnings")).context["rows"]
    return [(row.order_code, row.earn.minor, row.state) for row in rows]


def test_nothing_is_earned_from_what_was_never_paid(mei, market):
    expired, cancelled = trade.order(market, at=now()), trade.order(market, at=now())
    cancel(cancelled)
    expire_orders(at=now() + timedelta(days=1))
    for order in (expired, cancelled):
        for told in shown(mei, order):
            assert "It was never paid: nothing is earned from it" in told
            assert 'class="earn' not in told
    assert lines(mei) == []


def test_an_unpaid_order_may_still_bring_something_and_is_no_earning_yet(mei, market):
    order = trade.order(market, at=now())
    for told in shown(mei, order):
        assert "Earn" in told
        assert "¥20.00" in told
    assert lines(mei) == []


def test_what_all_went_back_brings_nothing(mei, market):
    order = paid(market)
    cancel(order)
    for told in shown(mei, order):
        assert "It went back to the customer: nothing is earned from it" in told
        assert 'class="earn' not in told
    assert lines(mei) == [(order.code, 0, "Went back to the customer")]


def test_what_partly_went_back_is_told_beside_what_is_left(mei, market):
    order = paid(market, quantity=3)
    trade.ship(order, at=now())
    trade.give_back(order, units=1, at=now())
    page, row = shown(mei, order)
    assert "¥40.00" in page
    assert "¥20.00 of it went back to the customer." in page
    assert "¥40.00" in row
    assert lines(mei) == [(order.code, 4_000, "On its way: On the way")]
