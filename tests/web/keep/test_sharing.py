"""Mei's links, whatever has become of what they lead to."""

import re

import pytest
from django.urls import reverse

from shoal.brands.operations import suspend_brand
from shoal.catalog.operations import withdraw_product
from shoal.kit.clock import now
from shoal.offers.operations_sales import cancel_sale
from shoal.traffic.models import Share
from shoal.traffic.operations import make_share
from tests.goods import HOUR, live_product, scheduled_sale

pytestmark = pytest.mark.django_db


def shared(market, thing: str, code: str) -> Share:
    return make_share(
        shop=market.shop, thing=Share.Thing(thing), thing_code=code, by="mei", at=now()
    )


def page(mei, made: Share) -> str:
    """Her page of a link, as the list leads to it; every link on it leads somewhere."""
    address = reverse("keep:share", args=[made.code])
    assert address in mei.get(reverse("keep:shares")).content.decode()
    text = mei.get(address).content.decode()
    main = text[text.index("<main") :]
    for link in {*re.findall(r'href="(/keep/[^"]*)"', text)}:
        assert mei.get(link).status_code == 200, link
    return main


def test_a_link_to_goods_that_were_taken_back_says_so(mei, market, product):
    made = shared(market, "product", product.code)
    assert "share-box" in page(mei, made)
    withdraw_product(product=product, reason="sold out for good", by="owner", at=now())
    text = page(mei, made)
    assert product.title in text
    assert "Not sold at the moment" in text
    assert "share-box" not in text
    assert f'href="{reverse("keep:shares")}"' in text


def test_a_link_to_goods_of_a_stopped_brand_says_so(mei, market, product):
    made = shared(market, "product", product.code)
    suspend_brand(brand=market.brand, reason="fake goods", by="olga", at=now())
    assert "Not sold at the moment" in page(mei, made)


def test_a_link_to_a_sale_that_was_called_off_says_so(mei, market):
    at = now()
    sale = scheduled_sale(
        market.brand, live_product(market.brand), starts_at=at + HOUR, ends_at=at + 5 * HOUR
    )
    made = shared(market, "sale", sale.code)
    assert "share-box" in page(mei, made)
    cancel_sale(sale=sale, reason="the kiln is broken", by="owner", at=at)
    text = page(mei, made)
    assert sale.title in text
    assert "Not sold at the moment" in text
