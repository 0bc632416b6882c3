"""A keeper's link leads to what she shared, and leaves a cookie, not a row."""

import pytest

from shoal.kit.clock import now
from shoal.orders.models import Order
from shoal.traffic.operations import make_share
from tests.web.buy.browser import HERE

pytestmark = pytest.mark.django_db


def test_a_share_leads_to_its_thing_and_writes_no_row(
    stranger, market, product, known_shop, django_assert_num_queries
):
    share = make_share(
        shop=market.shop, thing="product", thing_code=product.code, by="mei", at=now()
    )
    stranger.get(f"/s/{share.code}")  # the first one through it
    with django_assert_num_queries(0):
        response = stranger.get(f"/s/{share.code}")
    assert response.status_code == 302
    assert response["Location"] == f"/shop/{market.shop.code}/p/{product.code}"
    assert response.cookies["shoal_share"]["httponly"]
    assert response.cookies["shop"].value == market.shop.code


def test_the_newest_share_counts(stranger, market, product):
    for thing, code in (("shop", market.shop.code), ("product", product.code)):
        share = make_share(shop=market.shop, thing=thing, thing_code=code, by="mei", at=now())
        stranger.get(f"/s/{share.code}")
    assert share.code in stranger.cookies["shoal_share"].value


def test_an_old_link_says_what_to_do(stranger, market):
    response = stranger.get("/s/nothing000")
    assert response.status_code == 404
    assert "leads nowhere any more" in response.content.decode()


def test_a_share_travels_into_the_order(alice, market, product):
    share = make_share(
        shop=market.shop, thing="product", thing_code=product.code, by="mei", at=now()
    )
    alice.get(f"/s/{share.code}")
    form = {
        "shop": market.shop.code, "offer": market.offer.code, "quantity": "1",
        "line": f"{market.offer.code}~1~10000", "address": "new", "recipient": "李爱丽",
        "phone": "13800000011", "region": "330000", "city": "杭州市", "street": "海边路 1 号",
    }  # fmt: skip
    assert alice.post("/checkout", form).status_code == 302
    order = Order.objects.get()
    assert order.share == share
    assert order.attribution == "share"
    assert order.earner == market.shop


def test_the_front_door(stranger, market):
    assert "Find your shop" in stranger.get("/").content.decode()
    wrong = stranger.get("/", {"shop": "nothing000"})
    assert wrong.status_code == 404
    assert "no shop with this code" in wrong.content.decode()
    assert stranger.get("/", {"shop": market.shop.code})["Location"] == f"/shop/{market.shop.code}"
    stranger.post(
        "/cart/lines", {"shop": market.shop.code, "offer": market.offer.code}, headers=HERE
    )
    assert stranger.get("/")["Location"] == f"/shop/{market.shop.code}"
