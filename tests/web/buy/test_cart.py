"""The cart: grouped by who ships, honest about what cannot be bought."""

from uuid import uuid4

import pytest

from shoal.brands.operations import restore_brand, suspend_brand
from shoal.kit.clock import now
from shoal.offers.models import Offer
from shoal.orders.models import Order
from shoal.orders.models_cart import CartLine
from shoal.shelves.operations import set_shelf_markup
from shoal.shelves.rules import MarkupKind
from shoal.shops.operations import open_shop
from tests import trade
from tests.goods import active_brand
from tests.web.buy.browser import HERE

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(market):
    """An offer of another brand."""
    return trade.standing_offer(active_brand(name="Nordwind"))


def cart(client, market):
    return client.get("/cart", {"shop": market.shop.code})


def change(client, market, **form: object):
    return client.post("/cart", {"shop": market.shop.code, **form})


def test_two_brands_are_two_parcels(
    alice, market, put, second, known_shop, django_assert_max_num_queries
):
    put(alice, 2)
    put(alice, offer=second.code)
    cart(alice, market)  # what she looked at before is known
    with django_assert_max_num_queries(8):
        response = cart(alice, market)
    parcels = response.context["parcels"]
    assert [parcel.brand for parcel in parcels] == [market.brand, second.brand]
    assert response.context["quote"].goods_minor == 30_000


def test_a_strangers_cart_waits_for_her(stranger, market, put):
    response = put(stranger)
    assert response.status_code == 302
    assert response["Location"] == f"/cart?shop={market.shop.code}"
    assert cart(stranger, market).context["quote"].goods_minor == 10_000


def test_with_htmx_the_page_stays(alice, market, put):
    response = alice.post(
        "/cart/lines",
        {"shop": market.shop.code, "offer": market.offer.code},
        headers=HERE | {"hx-request": "true"},
    )
    text = response.content.decode()
    assert "It is in your cart" in text
    assert 'hx-swap-oob="true"' in text
    nothing = alice.post(
        "/cart/lines", {"shop": market.shop.code}, headers=HERE | {"hx-request": "true"}
    )
    assert "choose a variant first" in nothing.content.decode()
    assert CartLine.objects.get().quantity == 1


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
     {"origin": "https://evil.example"}],
)  # fmt: skip
def test_another_site_cannot_fill_a_cart(market, headers):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    form = {"shop": market.shop.code, "offer": market.offer.code}
    assert client.post("/cart/lines", form, headers=headers).status_code == 403
    assert not CartLine.objects.exists()
    assert client.post("/cart/lines", form, headers=HERE).status_code == 302
    assert (
        client.post("/cart/lines", form, headers={"origin": "http://testserver"}).status_code == 302
    )


def test_quantities_choices_and_removal(alice, market, put, second):
    put(alice)
    put(alice, offer=second.code)
    ours, theirs = f"quantity-{market.offer.code}", f"quantity-{second.code}"
    change(alice, market, **{ours: "3", theirs: "1", "chosen": [market.offer.code]})
    assert cart(alice, market).context["quote"].goods_minor == 30_000
    change(alice, market, **{ours: "0", theirs: "many", "chosen": [second.code]})
    assert dict(CartLine.objects.values_list("offer__code", "quantity")) == {
        market.offer.code: 1, second.code: 1,
    }  # fmt: skip
    change(alice, market, **{ours: "1", theirs: "1", "remove": second.code})
    assert CartLine.objects.get().offer == market.offer


def test_a_change_of_anothers_cart_changes_nothing(alice, stranger, market, put):
    put(alice, 2)
    change(stranger, market, **{f"quantity-{market.offer.code}": "9", "remove": market.offer.code})
    assert CartLine.objects.get().quantity == 2


def test_what_cannot_be_bought_says_why_and_is_left_out(alice, market, put, second):
    put(alice, 99)
    put(alice, offer=second.code)
    first = cart(alice, market)
    assert "There are only 10" in first.content.decode()
    assert first.context["quote"].goods_minor == 10_000
    suspend_brand(brand=second.brand, reason="checking", by="olga", at=now())
    after = cart(alice, market)
    assert "is not on sale at the moment" in after.content.decode()
    assert after.context["quote"].goods_minor == 0
    assert CartLine.objects.count() == 2


def test_a_brand_that_comes_back_is_still_in_the_cart_and_can_be_bought(
    alice, market, put, second, home
):
    put(alice)
    put(alice, 2, offer=second.code)
    suspend_brand(brand=second.brand, reason="checking", by="olga", at=now())
    assert cart(alice, market).context["quote"].goods_minor == 10_000
    order = {"shop": market.shop.code, "key": str(uuid4()), "address": home.code}
    lines = [f"{market.offer.code}~1~10000", f"{second.code}~2~10000"]
    alice.post("/checkout", order | {"line": lines})
    assert not Order.objects.exists()
    restore_brand(brand=second.brand, reason="all is well", by="olga", at=now())
    assert cart(alice, market).context["quote"].goods_minor == 30_000
    alice.post("/checkout", order | {"line": lines})
    placed = Order.objects.get()
    assert sorted(placed.lines.values_list("offer__code", "quantity")) == sorted(
        [(market.offer.code, 1), (second.code, 2)]
    )
    assert not CartLine.objects.exists()


def test_a_price_that_changed_is_told(alice, market, put):
    put(alice)
    assert "when you chose it" not in cart(alice, market).content.decode()
    set_shelf_markup(shop=market.shop, kind=MarkupKind.PERCENT, value=500)
    text = cart(alice, market).content.decode()
    assert "The price was ¥100.00 when you chose it." in text
    assert Offer.objects.get(id=market.offer.id).sale_minor == 10_000


def test_the_corner_counts_and_remembers_the_shop(alice, market, put):
    put(alice)
    response = alice.get(f"/shop/{market.shop.code}/corner")
    assert '<span class="count">1</span>' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    side = alice.get(f"/shop/{market.shop.code}/corner", {"look": "buy-bar"})
    assert "buy-bar-side" in side.content.decode()


def test_an_empty_cart_shows_the_way(stranger, market):
    assert "Find a shop" in stranger.get("/cart").content.decode()
    assert "Look around" in cart(stranger, market).content.decode()


def test_other_shops_have_carts_of_their_own(alice, market, put):
    put(alice)
    assert cart(alice, market).context["shops"] == []
    other = open_shop(person=market.bob, name="宝的小店", currency="CNY", at=now())
    alice.post("/cart/lines", {"shop": other.code, "offer": market.offer.code}, headers=HERE)
    response = cart(alice, market)
    assert response.context["quote"].goods_minor == 10_000
    assert [place.label for place in response.context["shops"]] == ["宝的小店", "美的小店"]


def test_on_a_new_phone_her_cart_is_found_without_a_shop_to_go_by(alice, market, put):
    put(alice, 2)
    alice.cookies.pop("shop", None)
    response = alice.get("/cart")
    assert response.context["shop"] == market.shop
    assert response.context["quote"].goods_minor == 20_000
