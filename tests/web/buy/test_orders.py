"""Her orders: every state told in plain words, and what she may still do."""

import pytest

from shoal.kit import vault
from shoal.kit.clock import now
from shoal.orders.models import Order, Parcel
from shoal.orders.models_cart import CartLine
from shoal.orders.operations import expire_orders
from shoal.orders.shipping import Shipment, report_problem, ship_parcels
from shoal.people.operations import add_address
from tests import trade
from tests.goods import DAY, HOUR, active_brand, live_product, scheduled_sale, standing_offers
from tests.web.buy.browser import BACKEND

pytestmark = pytest.mark.django_db

NEW_HOME = {
    "recipient": "李爱丽", "phone": "13800000011", "region": "330100", "city": "杭州市",
    "district": "", "street": "新路 2 号",
}  # fmt: skip


@pytest.fixture
def order(market) -> Order:
    return trade.order(market, at=now())


def text(client, order) -> str:
    response = client.get(f"/orders/{order.code}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_takes_few_queries(alice, market, django_assert_max_num_queries):
    for _ in range(5):
        trade.order(market, at=now())
    with django_assert_max_num_queries(14):
        response = alice.get("/orders")
    assert len(response.context["orders"]) == 5
    assert "no-store" in response["Cache-Control"]


def test_folders(alice, market, order):
    trade.pay(order, at=now())
    trade.order(market, at=now())
    assert len(alice.get("/orders", {"state": "unpaid"}).context["orders"]) == 1
    assert len(alice.get("/orders", {"state": "paid"}).context["orders"]) == 1
    assert alice.get("/orders", {"state": "shipped"}).context["orders"] == []
    assert "Nothing in this folder" in alice.get("/orders", {"state": "shipped"}).content.decode()
    assert len(alice.get("/orders", {"state": "nonsense"}).context["orders"]) == 2


def test_a_long_list_goes_on(alice, market):
    for _ in range(10):
        trade.pay(trade.order(market, at=now()), at=now())
    assert alice.get("/orders").context["more_url"] == ""
    extra = trade.standing_offer(market.brand)
    trade.order(market, offers=(extra,), at=now())
    more = alice.get("/orders").context["more_url"]
    assert len(alice.get(f"/orders{more}").context["orders"]) == 1


def test_every_state_is_told(alice, market, order, django_assert_max_num_queries):
    unpaid = text(alice, order)
    assert "Waiting for payment" in unpaid
    assert "data-countdown" in unpaid
    assert "Pay now" in unpaid
    trade.pay(order, at=now())
    assert "The brand is packing your parcel" in text(alice, order)
    trade.ship(order, at=now())
    assert "SF1" in text(alice, order)
    trade.deliver(order, at=now())
    with django_assert_max_num_queries(18):
        delivered = text(alice, order)
    assert "Something wrong?" in delivered
    assert "Cancel the order" not in delivered


def test_nobody_is_told_that_she_was_not_charged(alice, market, order):
    # Her payment may be on its way: what a partner took is known when its notice comes.
    claims = ("Nothing was charged", "not been charged")
    asked = alice.get(f"/orders/{order.code}/cancellation").content.decode()
    pages = [text(alice, order), asked]
    expire_orders(at=now() + HOUR)
    pages.append(text(alice, order))
    other = trade.order(market, at=now())
    there = f"/orders/{other.code}/cancellation"
    pages.append(alice.post(there, {"reason": "another reason"}, follow=True).content.decode())
    assert "No payment had arrived" in pages[-1]
    assert not [claim for claim in claims for page in pages if claim in page]


def test_a_brand_that_cannot_ship_is_told(alice, market, order):
    trade.pay(order, at=now())
    parcel = order.parcels.get()
    report_problem(
        brand=market.brand.id, parcel=parcel.code, reason="台风停运", by="owner", at=now()
    )
    told = text(alice, order)
    assert "something is in the way" in told
    assert "台风停运" in told


def test_nobody_is_told_that_she_can_cancel_once_a_parcel_left(alice, market):
    other = trade.standing_offer(active_brand(name="Nordwind"))
    order = trade.order(market, offers=(market.offer, other), at=now())
    trade.pay(order, at=now())
    assert "You can still cancel" in text(alice, order)
    parcel = order.parcels.get(brand=market.brand)
    shipment = Shipment(market.brand.id, parcel.code, "顺丰", "SF1", now())
    assert isinstance(ship_parcels(shipments=[shipment], by="owner")[0], Parcel)
    told = text(alice, order)
    assert "Partly on the way" in told
    assert "cancel" not in told.lower()


def test_another_customers_order_is_not_found(client, market, order):
    client.force_login(market.bob, backend=BACKEND)
    for address in ("", "/cancellation", "/address", "/paid", "/payment/return", "/payment/state"):
        assert client.get(f"/orders/{order.code}{address}").status_code == 404
    for address in ("/cancellation", "/address", "/again", "/payment"):
        response = client.post(f"/orders/{order.code}{address}", {"reason": "another reason"})
        assert response.status_code == 404
    order.refresh_from_db()
    assert order.state == "unpaid"


def test_cancelling_asks_why_and_gives_the_money_back(alice, order):
    trade.pay(order, at=now())
    assert "¥100.00 goes back" in alice.get(f"/orders/{order.code}/cancellation").content.decode()
    assert alice.post(f"/orders/{order.code}/cancellation", {"reason": ""}).status_code in {
        200,
        422,
    }
    order.refresh_from_db()
    assert order.state == "paid"
    done = alice.post(
        f"/orders/{order.code}/cancellation", {"reason": "changed my mind"}, follow=True
    )
    assert "on its way back to you" in done.content.decode()
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert "I changed my mind" in text(alice, order)


def test_what_has_left_is_not_cancelled(alice, order):
    trade.pay(order, at=now())
    trade.ship(order, at=now())
    answer = alice.post(f"/orders/{order.code}/cancellation", {"reason": "changed my mind"})
    assert answer["Location"] == f"/orders/{order.code}"
    order.refresh_from_db()
    assert order.state == "shipped"


def test_another_address_before_it_leaves(alice, market, order):
    known = add_address(person=market.alice, province="浙江省", at=now(), **NEW_HOME)
    answer = alice.post(f"/orders/{order.code}/address", {"address": known.code}, follow=True)
    assert "goes to the new address" in answer.content.decode()
    order.refresh_from_db()
    assert vault.reveal(order.customer_id, order.sealed)["street"] == "新路 2 号"


def test_another_province_is_another_freight(alice, market, order):
    before = bytes(order.sealed)
    far = NEW_HOME | {"region": "540000"}
    known = add_address(person=market.alice, province="西藏自治区", at=now(), **far)
    answer = alice.post(f"/orders/{order.code}/address", {"address": known.code})
    assert answer.status_code == 422
    assert "Freight differs" in answer.content.decode()
    order.refresh_from_db()
    assert bytes(order.sealed) == before


def test_buying_again(alice, market, order):
    trade.pay(order, at=now())
    answer = alice.post(f"/orders/{order.code}/again", follow=True)
    assert "1 thing is in your cart again" in answer.content.decode()
    assert CartLine.objects.get().offer == market.offer


def test_buying_again_what_was_bought_in_a_sale(alice, market):
    product, at = live_product(market.brand), now()
    sale = scheduled_sale(market.brand, product, starts_at=at - 2 * DAY, ends_at=at - DAY)
    bought = sale.offers.order_by("sku__position")[0]
    order = trade.order(market, offers=(bought,), at=at - DAY - HOUR)
    gone = alice.post(f"/orders/{order.code}/again", follow=True)
    assert "is not on sale at the moment" in gone.content.decode()
    assert not CartLine.objects.exists()
    standing = standing_offers(market.brand, product)
    alice.post(f"/orders/{order.code}/again")
    assert CartLine.objects.get().offer == standing[0]


def test_an_order_that_ran_out_of_time(alice, market):
    order = trade.order(market, at=now() - HOUR)
    expire_orders(at=now())
    told = text(alice, order)
    assert "Not paid in time" in told
    assert "Buy again" in told
    assert "Pay now" not in told
