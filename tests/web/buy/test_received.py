"""After the parcel came: she confirms it, or says that the goods are not genuine."""

import pytest

from shoal.brands.models import CounterfeitReport
from shoal.kit import vault
from shoal.kit.clock import now
from shoal.orders.models import Order, Parcel, ParcelStep
from tests import trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped(market) -> Order:
    order = trade.order(market, at=now())
    trade.pay(order, at=now())
    trade.ship(order, at=now())
    return order


def test_alice_confirms_that_it_has_arrived(alice, market, shipped):
    assert "It has arrived" in alice.get(f"/orders/{shipped.code}").content.decode()
    response = alice.post(f"/orders/{shipped.code}/arrival")
    assert response["Location"] == f"/orders/{shipped.code}"
    shipped.refresh_from_db()
    assert shipped.state == Order.State.DELIVERED
    assert ParcelStep.objects.get(state="delivered").by == market.alice.code
    assert "It has arrived" not in alice.get(f"/orders/{shipped.code}").content.decode()


def test_what_has_not_left_cannot_arrive(alice, market):
    order = trade.order(market, at=now())
    trade.pay(order, at=now())
    alice.post(f"/orders/{order.code}/arrival")
    assert Parcel.objects.get().state == Parcel.State.WAITING


def test_alice_reports_goods_that_are_not_genuine(alice, market, shipped):
    page = f"/orders/{shipped.code}/counterfeit"
    assert alice.get(page).status_code == 200
    response = alice.post(page, {"line": "1", "text": "商标是歪的"})
    assert response.status_code == 302
    report = CounterfeitReport.objects.get()
    assert report.brand == market.brand
    assert vault.reveal(market.alice.id, report.sealed)["text"] == "商标是歪的"


def test_an_empty_report_or_a_line_of_nobody_is_sent_back(alice, shipped):
    page = f"/orders/{shipped.code}/counterfeit"
    for wrong in ({"line": "1", "text": " "}, {"line": "9", "text": "…"}):
        assert alice.post(page, wrong).status_code == 422
    assert not CounterfeitReport.objects.exists()


def test_an_order_that_was_never_paid_has_nothing_to_report(alice, market):
    order = trade.order(market, at=now())
    assert alice.get(f"/orders/{order.code}/counterfeit").status_code == 302
