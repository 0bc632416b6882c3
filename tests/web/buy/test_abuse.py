"""Forms sent by hand, in two tabs, late, or by somebody who wants to pay less."""

import time
from uuid import uuid4

import pytest

from shoal.kit import vault
from shoal.kit.clock import now
from shoal.orders.models import Order
from shoal.people.models import Address
from shoal.people.operations import add_address, remove_address
from shoal.traffic.operations import make_share
from tests import trade
from tests.web.buy.browser import HERE, HOME
from tests.web.buy.test_checkout import freight, once  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

FAR = HOME | {"region": "540000", "city": "拉萨市"}
MANY = "9" * 5_000


def test_an_address_removed_in_another_tab_is_replaced_by_none(alice, market, home):
    other = add_address(
        person=market.alice, province="浙江省", at=now(), **(HOME | {"street": "二"})
    )
    remove_address(person=market.alice, code=other.code, at=now())
    answer = alice.post("/checkout", once(market, address=other.code))
    assert answer.status_code == 409
    assert "no longer in your address book" in answer.content.decode()
    assert not Order.objects.exists()


def test_the_total_that_was_shown_is_the_total_that_is_ordered(alice, market, home, freight):  # noqa: F811
    page = alice.get("/checkout", {"shop": market.shop.code, "offer": market.offer.code})
    assert '<input type="hidden" name="total" value="10800">' in page.content.decode()
    freight.base_minor = 5_000
    freight.save()
    answer = alice.post("/checkout", once(market, address=home.code, total="10800"))
    assert answer.status_code == 409
    assert "The total has changed" in answer.content.decode()
    assert not Order.objects.exists()
    again = alice.post("/checkout", once(market, address=home.code, total="15000"))
    assert again.status_code == 302
    assert Order.objects.get().total_minor == 15_000


def test_freight_nobody_has_seen_is_shown_first(alice, market, freight):  # noqa: F811
    """Without scripts the page knows the region only once the order is sent."""
    typed = {"address": "new", "total": "10000", **FAR}
    answer = alice.post("/checkout", once(market, **typed))
    assert answer.status_code == 409
    assert answer.context["total"].minor == 12_000
    # What she typed is kept, once, and chosen now.
    kept = Address.objects.get()
    assert answer.context["desk"].address.code == kept.code
    shown = once(market, address=kept.code, total="12000")
    assert alice.post("/checkout", shown).status_code == 302
    assert Address.objects.count() == 1


def test_a_parcel_sent_elsewhere_has_a_phone_that_rings(alice, market):
    order = trade.order(market, at=now())
    before = bytes(order.sealed)
    typed = HOME | {"region": order.region, "phone": "call me", "address": "new"}
    Order.objects.filter(id=order.id).update(region="330000")
    typed["region"] = "330000"
    answer = alice.post(f"/orders/{order.code}/address", typed)
    assert answer.status_code == 422
    order.refresh_from_db()
    assert bytes(order.sealed) == before
    alice.post(f"/orders/{order.code}/address", typed | {"phone": "138 0000 0012"})
    order.refresh_from_db()
    assert vault.reveal(order.customer_id, order.sealed)["phone"] == "+8613800000012"


@pytest.mark.parametrize(
    "line", ["{code}~1~" + MANY, "{code}~" + MANY + "~10000", "{code}~99999~10000", "\0~1~10000"]
)
def test_endless_numbers_order_nothing(alice, market, home, line):
    form = once(market, address=home.code) | {"line": line.format(code=market.offer.code)}
    assert alice.post("/checkout", form).status_code in {404, 409}
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "/?shop=%00", "/cart?shop=%00", "/checkout?shop=%00", "/checkout?shop={shop}&offer=%00",
        "/orders?from=" + MANY, "/orders?state=%00", "/orders/%00", "/s/%00",
        "/shop/{shop}?page=" + MANY, "/shop/{shop}?sort=%00", "/shop/{shop}/search?q=%00",
        "/shop/{shop}/search?q=" + "(" * 3_000, "/shop/{shop}/p/%00", "/shop/{shop}/c/%00",
        "/shop/{shop}/ask?about=product&code=%00", "/sign-in/?next=%00",
    ],
)  # fmt: skip
def test_nonsense_in_an_address_is_answered_calmly(alice, market, address):
    assert alice.get(address.format(shop=market.shop.code)).status_code < 500


def test_nonsense_in_a_form_is_answered_calmly(alice, market):
    for name in ("shop", "offer", "quantity"):
        form = {"shop": market.shop.code, "offer": market.offer.code, "quantity": "1", name: "\0"}
        assert alice.post("/cart/lines", form, headers=HERE).status_code < 500


def test_a_share_counts_for_seven_days_whatever_the_browser_keeps(alice, market, monkeypatch):
    share = make_share(
        shop=market.shop, thing="shop", thing_code=market.shop.code, by="mei", at=now()
    )
    alice.get(f"/s/{share.code}")
    week = 7 * 86_400
    today = time.time()
    monkeypatch.setattr(time, "time", lambda: today + week + 60)
    alice.post("/checkout", once(market, address="new", key=str(uuid4()), **HOME))
    found = Order.objects.get()
    assert (found.share, found.attribution) == (None, "storefront")
