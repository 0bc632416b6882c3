"""A keeper sets her price, arranges her shelf, and lets her shop rest."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import BAO, come_in, look_closely, minor, shop_address

pytestmark = pytest.mark.journey


def test_bao_sets_her_own_price(site, visitor):
    bao, customer = visitor(), visitor()
    come_in(bao, site, "--phone", BAO)
    shop = shop_address(bao, site)
    open_goods(bao, site.url)
    product = bao.url
    seen = f"{shop}/p/{product.rsplit('/', 1)[1]}"
    price = bao.get_by_role("textbox", name="Your price").first
    back_to_rule = bao.get_by_role("button", name="Back to my shelf’s rule")
    if back_to_rule.count():  # left by an earlier walk through the same demo
        back_to_rule.click()
    lowest, highest = end(bao, "Lowest"), end(bao, "Highest")
    look_closely(bao)

    for wrong in (lowest - 100, highest + 100):
        price.fill(typed(wrong))
        bao.get_by_role("button", name="Set my price").click()
        beside = bao.locator(f"#{price.get_attribute('id')}_error")
        expect(beside).to_be_visible()
        expect(beside).to_contain_text(re.compile("[Ll]owest|between|allows"))
        expect(price).to_have_value(typed(wrong))
        expect(price).to_have_attribute("aria-invalid", "true")
        look_closely(bao)
    customer.goto(seen)
    before = shown_price(customer)

    bao.goto(product)
    earned = minor(bao.locator(".earn.is-large").inner_text())
    wanted = highest if before != highest else lowest
    price.fill(typed(wanted))
    told = minor(bao.locator("[data-earn-text]").first.inner_text())
    bao.get_by_role("button", name="Set my price").click()
    expect(bao.get_by_text("Your price stands.")).to_be_visible()
    now_earned = minor(bao.locator(".earn.is-large").inner_text())
    assert now_earned == told != earned
    customer.reload()
    assert shown_price(customer) == wanted
    # What she adds is hers, to the cent.
    assert now_earned - earned == wanted - before

    back_to_rule.click()
    expect(bao.get_by_text("Your shelf’s rule sets the price again.")).to_be_visible()
    customer.reload()
    assert shown_price(customer) == before


def test_bao_arranges_her_shelf_and_rests(site, visitor):
    bao, customer = visitor(), visitor()
    come_in(bao, site, "--phone", BAO)
    shop = shop_address(bao, site)
    open_goods(bao, site.url)
    title = bao.locator("h1").first.inner_text()
    seen = f"{shop}/p/{bao.url.rsplit('/', 1)[1]}"

    bao.get_by_role("button", name="Pin", exact=True).click()
    expect(bao.get_by_text("Pinned: it stands first in your shop.")).to_be_visible()
    customer.goto(shop)
    expect(customer.locator(".product-tile").first).to_contain_text(title)
    look_closely(customer)

    bao.get_by_role("button", name="Hide").click()
    expect(bao.get_by_text("Hidden: your customers do not see it.", exact=True)).to_be_visible()
    customer.goto(shop)
    expect(customer.locator(".product-tile", has_text=title)).to_have_count(0)
    customer.goto(seen)
    expect(customer.get_by_role("button", name="Buy now")).to_have_count(0)
    look_closely(customer)
    bao.get_by_role("button", name="Show again").click()
    customer.goto(seen)
    expect(customer.get_by_role("button", name="Buy now")).to_be_visible()

    bao.goto(f"{site.url}/keep/me/shop")
    bao.get_by_label("Reason, for yourself").fill("Three days by the sea")
    bao.get_by_role("button", name="Let my shop rest").click()
    try:
        expect(bao.get_by_text("Your shop rests. Orders placed before go on.")).to_be_visible()
        look_closely(bao)
        customer.goto(seen)
        expect(customer.get_by_text("This shop is taking a break")).to_be_visible()
        expect(customer.get_by_text("Three days by the sea")).to_have_count(0)
        expect(customer.get_by_role("button", name="Buy now")).to_have_count(0)
        look_closely(customer)
        customer.goto(shop)
        expect(customer.get_by_text("This shop is taking a break")).to_be_visible()
        look_closely(customer)
    finally:
        bao.get_by_role("button", name="Open my shop again").click()
    expect(bao.get_by_text("Your shop is open again.")).to_be_visible()
    customer.goto(seen)
    expect(customer.get_by_role("button", name="Buy now")).to_be_visible()


def open_goods(page: Page, site: str) -> None:
    """Opens a product with one price for all its variants."""
    page.goto(f"{site}/keep/goods?q=chocolate")
    page.get_by_role("main").locator(".product-tile a").first.click()
    page.wait_for_url(re.compile(r"/keep/goods/\w+$"))


def end(page: Page, label: str) -> int:
    ends = page.locator(".price-range-ends > span", has_text=label)
    return minor(ends.first.locator(".money").first.inner_text())


def shown_price(page: Page) -> int:
    return minor(page.locator(".product-price .price-now").inner_text())


def typed(amount: int) -> str:
    """An amount as a keeper types it."""
    return f"{amount / 100:.2f}"
