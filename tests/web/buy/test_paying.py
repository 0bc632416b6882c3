"""The way to the partner and back: the page says what is true, never more."""

import pytest

from shoal.kit.clock import now
from shoal.orders.models import Order
from shoal.orders.operations import cancel_order
from shoal.payments.models import Intent
from tests import trade
from tests.partner import harbour, partner  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(market) -> Order:
    return trade.order(market, at=now())


def test_to_the_partner_and_back(alice, market, order, partner, settings):  # noqa: F811
    answer = alice.post(f"/orders/{order.code}/payment")
    assert answer.status_code == 302
    assert answer["Location"].startswith(partner.url)
    back = alice.get(f"/orders/{order.code}/payment/return")
    assert "Waiting for the payment partner" in back.content.decode()
    assert alice.get(f"/orders/{order.code}/payment/state").status_code == 200
    trade.pay(order, at=now())
    told = alice.get(f"/orders/{order.code}/payment/state")
    assert (told.status_code, told["HX-Redirect"]) == (204, f"/orders/{order.code}/paid")
    assert alice.get(f"/orders/{order.code}/payment/return")["Location"].endswith("/paid")
    assert "What happens next" in alice.get(f"/orders/{order.code}/paid").content.decode()


def test_coming_back_pays_nothing(alice, order):
    alice.get(f"/orders/{order.code}/payment/return")
    order.refresh_from_db()
    assert order.state == "unpaid"
    assert Intent.objects.get(subject=order.id).captured == 0
    assert alice.get(f"/orders/{order.code}/paid")["Location"] == f"/orders/{order.code}"


def test_a_long_wait_says_so_and_stops_asking(alice, order):
    address = f"/orders/{order.code}/payment/state"
    assert "has not told us yet" in alice.get(address, {"asked": "15"}).content.decode()
    assert "hx-trigger" not in alice.get(address, {"asked": "90"}).content.decode()


def test_what_is_not_unpaid_is_not_paid_again(alice, market, order):
    cancel_order(
        customer=market.alice.id, code=order.code, reason="another reason", by="alice", at=now()
    )
    assert alice.post(f"/orders/{order.code}/payment")["Location"] == f"/orders/{order.code}"
    assert alice.get(f"/orders/{order.code}/payment/return")["Location"] == f"/orders/{order.code}"
