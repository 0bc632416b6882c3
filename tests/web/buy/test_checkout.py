"""From cart to order: what it costs is shown before, and what was shown is what is ordered."""

from uuid import uuid4

import pytest

from shoal.catalog.models import FreightTemplate, Product
from shoal.kit import vault
from shoal.kit.clock import now
from shoal.orders.models import Order
from shoal.orders.models_cart import CartLine
from shoal.people.models import Address
from shoal.people.operations import add_address, remove_address
from shoal.shelves.operations import set_shelf_markup
from shoal.shelves.rules import MarkupKind
from shoal.shops.operations import pause_shop
from shoal.stock.models import Allotment
from tests.web.buy.browser import HOME

pytestmark = pytest.mark.django_db


@pytest.fixture
def freight(market, product):
    """海风 charges 8.00, 20.00 to Tibet, and does not deliver to Taiwan."""
    template = FreightTemplate.objects.create(
        brand=market.brand, name="standard", currency="CNY", base_minor=800,
        regions={"54": 1200, "71": None},
    )  # fmt: skip
    Product.objects.filter(id=product.id).update(freight=template)
    return template


def form(market, *, quantity=1, unit=10_000, **changes: str):
    return {
        "shop": market.shop.code,
        "key": str(uuid4()),
        "line": f"{market.offer.code}~{quantity}~{unit}",
        **changes,
    }


def once(market, **changes: str):
    """A form that buys one thing at once."""
    return form(market, offer=market.offer.code, quantity="1", **changes) | {
        "line": f"{market.offer.code}~1~10000", "quantity": "1",
    }  # fmt: skip


def show(client, market, **query: str):
    return client.get("/checkout", {"shop": market.shop.code, **query})


def test_a_stranger_sees_the_order_and_proves_her_phone_here(stranger, market, put):
    put(stranger)
    response = show(stranger, market)
    text = response.content.decode()
    assert "Send me a code" in text
    assert f"/checkout?shop={market.shop.code}" in text
    assert response.context["quote"].goods_minor == 10_000
    assert "Order and pay" not in text
    answer = stranger.post("/checkout", form(market))
    assert answer.status_code == 302
    assert not Order.objects.exists()


def test_freight_is_shown_before_paying(alice, market, put, home, freight):
    put(alice)
    assert show(alice, market).context["freight"].minor == 800
    far = add_address(
        person=market.alice, province="西藏自治区", at=now(), **(HOME | {"region": "540000"})
    )
    piece = alice.get("/checkout/totals", {"shop": market.shop.code, "address": far.code})
    assert piece.context["freight"].minor == 2_000
    assert piece.context["total"].minor == 12_000
    assert 'hx-swap-oob="true"' in piece.content.decode()


def test_a_region_that_a_brand_does_not_serve(alice, market, put, freight):
    put(alice)
    query = {"shop": market.shop.code, "address": "new", "region": "710000"}
    assert "does not deliver" in alice.get("/checkout/totals", query).content.decode()
    answer = alice.post("/checkout", form(market, address="new", **(HOME | {"region": "710000"})))
    assert answer.status_code == 409
    assert not Order.objects.exists()


def test_placing_an_order_without_the_partner(alice, market, put, home):
    """Nobody answers at the partner's: the order stands, and she is told."""
    put(alice, 2)
    answer = alice.post(
        "/checkout",
        form(market, quantity=2, address=home.code, note="轻放", invoice="company",
             invoice_title="海边有限公司", invoice_tax_number="91330100ma2abcde1x"),
        follow=True,
    )  # fmt: skip
    order = Order.objects.get()
    assert answer.redirect_chain == [
        (f"/orders/{order.code}/payment/start", 302),
        (f"/orders/{order.code}", 302),
    ]
    assert "Your order is placed." in answer.content.decode()
    assert (order.state, order.total_minor) == ("unpaid", 20_000)
    sealed = vault.reveal(order.customer_id, order.sealed)
    assert sealed == {
        "recipient": "李爱丽", "phone": "+8613800000011", "province": "浙江省", "city": "杭州市",
        "district": "西湖区", "street": "海边路 1 号", "note": "轻放", "invoice": "company",
        "invoice_title": "海边有限公司", "invoice_tax_number": "91330100MA2ABCDE1X",
    }  # fmt: skip
    assert not CartLine.objects.exists()


def test_buying_at_once_leaves_the_cart_alone(alice, market, put, home):
    put(alice, 3)
    alice.post("/checkout", once(market, address=home.code))
    assert Order.objects.get().goods_minor == 10_000
    assert CartLine.objects.get().quantity == 3


@pytest.mark.parametrize("address", ["new", ""])
def test_sending_a_typed_address_twice_orders_once(alice, market, address):
    twice = once(market, **({"address": address} if address else {}), **HOME)
    first, second = alice.post("/checkout", twice), alice.post("/checkout", twice)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert (Order.objects.count(), Address.objects.count()) == (1, 1)


def test_sending_twice_orders_once(alice, market, home):
    twice = once(market, address=home.code)
    first = alice.post("/checkout", twice)
    second = alice.post("/checkout", twice)
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1
    assert Allotment.objects.get(id=market.offer.allotment_id).held == 1


def test_an_address_typed_here_goes_into_the_book(alice, market):
    alice.post("/checkout", once(market, address="new", **HOME))
    assert Order.objects.get().region == "330000"
    assert Address.objects.get().person == market.alice


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"recipient": ""}, "required"),
        ({"region": "12"}, "valid choice"),
        ({"phone": "12"}, "not a mobile number"),
        ({"invoice": "company"}, "full name"),
        ({"invoice": "company", "invoice_title": "海", "invoice_tax_number": "12"}, "tax number"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_ordered(alice, market, changes, words):
    wrong = alice.post("/checkout", once(market, address="new", **(HOME | changes)))
    assert wrong.status_code in {409, 422}
    assert words in wrong.content.decode()
    assert not Order.objects.exists()
    assert Allotment.objects.get(id=market.offer.allotment_id).held == 0


def test_a_price_that_changed_meanwhile_is_refused(alice, market, home):
    shown = once(market, address=home.code)
    set_shelf_markup(shop=market.shop, kind=MarkupKind.PERCENT, value=500)
    answer = alice.post("/checkout", shown)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Nothing was ordered yet" in text
    assert "The price of" in text
    assert f"{market.offer.code}~1~10500" in text
    assert not Order.objects.exists()


@pytest.mark.parametrize("line", ["", "nonsense", "a~b~c", "{code}~0~10000", "{code}~1~-5"])
def test_lines_made_up_by_hand_order_nothing(alice, market, home, line):
    made_up = once(market, address=home.code) | {"line": line.format(code=market.offer.code)}
    assert alice.post("/checkout", made_up).status_code == 409
    assert not Order.objects.exists()


def test_a_shop_that_rests_takes_no_order(alice, market, put, home):
    put(alice)
    pause_shop(shop=market.shop, reason="", by="mei", at=now())
    page = show(alice, market)
    assert "taking a break" in page.content.decode()
    assert alice.post("/checkout", form(market, address=home.code)).status_code == 409
    assert not Order.objects.exists()


def test_somebody_elses_address_is_not_taken(alice, market, put):
    theirs = add_address(person=market.bob, province="浙江省", at=now(), **HOME)
    answer = alice.post("/checkout", once(market, address=theirs.code))
    assert answer.status_code == 409
    assert "no longer in your address book" in answer.content.decode()
    assert not Order.objects.exists()


def test_an_address_given_up_meanwhile_goes_nowhere_else(alice, market, put, home):
    add_address(person=market.alice, province="浙江省", at=now(), **HOME)
    remove_address(person=market.alice, code=home.code, at=now())
    answer = alice.post("/checkout", once(market, address=home.code))
    assert answer.status_code == 409
    assert "no longer in your address book" in answer.content.decode()
    assert not Order.objects.exists()


def test_without_scripts_the_freight_is_counted_by_a_button(alice, market, put, freight):
    put(alice)
    counted = alice.post("/checkout", form(market, address="new", do="count", **HOME))
    assert counted.status_code == 200
    assert counted.context["freight"].minor == 800
    assert "海边路 1 号" in counted.content.decode()


def test_an_empty_checkout_leads_back_to_the_cart(alice, market):
    assert show(alice, market)["Location"] == f"/cart?shop={market.shop.code}"
    assert show(alice, market, offer="nothing000").status_code == 404
