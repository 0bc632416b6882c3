"""A coupon from its shop to an order and back: claimed, paid with, the order cancelled."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.walking import (
    MEI,
    choose_variant,
    come_in,
    find,
    look_closely,
    minor,
    new_phone,
    pay,
    prove,
    shop_address,
    write_address,
)

pytestmark = pytest.mark.journey
TITLE = "Welcome to the market"


def test_alice_claims_a_coupon_pays_with_it_cancels_and_has_it_again(site, visitor):
    mei = visitor()
    come_in(mei, site, "--phone", MEI)
    shop = shop_address(mei, site)

    alice, phone = visitor(), new_phone()
    alice.goto(f"{shop}/coupons")
    look_closely(alice)
    card = alice.locator("article.coupon").filter(has_text=TITLE)
    link = card.locator("form").get_attribute("action")
    assert link
    alice.goto(f"{shop}/coupons/{link.split('/')[2]}")
    look_closely(alice)
    alice.get_by_role("button", name="Claim").click()
    prove(alice, site, phone)
    alice.get_by_role("button", name="Claim").click()
    expect(alice.get_by_role("link", name="Yours")).to_be_visible()
    alice.goto(f"{site.url}/coupons")
    expect(alice.get_by_role("heading", name="To use")).to_be_visible()
    expect(alice.get_by_role("main")).to_contain_text(TITLE)
    look_closely(alice)

    find(alice, shop, "hoodie")
    choose_variant(alice)
    alice.get_by_role("button", name="Buy now").click()
    alice.wait_for_url(re.compile("/checkout"))
    expect(alice.get_by_text("The best are chosen for you.")).to_be_visible()
    write_address(alice, phone)
    look_closely(alice)
    with_coupon = minor(alice.locator("#sum .price").inner_text())
    with alice.expect_response(re.compile("/checkout/totals")):
        alice.get_by_label("None of these").first.check()
    expect(alice.locator("[name=total]")).to_have_value(f"{with_coupon + 1_000}")
    with alice.expect_response(re.compile("/checkout/totals")):
        alice.get_by_label(TITLE).check()
    expect(alice.locator("[name=total]")).to_have_value(f"{with_coupon}")
    alice.get_by_role("button", name="Order and pay").click()
    pay(alice)
    alice.wait_for_url(re.compile("/orders/[^/]+/paid"))
    alice.get_by_role("link", name="See the order").click()
    expect(alice.get_by_role("main")).to_contain_text("Paid for by the platform")
    look_closely(alice)
    order = alice.url

    alice.goto(f"{site.url}/coupons")
    expect(alice.get_by_role("heading", name="In an order")).to_be_visible()
    alice.goto(f"{order}/cancellation")
    alice.get_by_role("radio").first.check()
    alice.get_by_role("button", name=re.compile("Cancel")).click()
    alice.wait_for_url(order)
    alice.goto(f"{site.url}/coupons")
    expect(alice.get_by_role("heading", name="To use")).to_be_visible()
    expect(alice.get_by_role("heading", name="In an order")).to_have_count(0)
