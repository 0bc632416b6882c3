"""A cart over two brands: what may change in it and around it, until it is paid and sent."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import (
    ENGLISH,
    MEI,
    come_in,
    find,
    look_closely,
    minor,
    order_here,
    pay,
    shop_address,
)

pytestmark = pytest.mark.journey

ALICE, NINA = "+8617000001001", "+8617000001002"
CANDLE, WINE = "Soy candle, sea salt", "Bayberry wine"


def test_a_cart_over_two_brands(site, visitor):
    mei, alice, nina = visitor(), visitor(), visitor()
    come_in(mei, site, "--phone", MEI)
    shop = shop_address(mei, site)
    come_in(alice, site, "--phone", ALICE)
    come_in(nina, site, "--phone", NINA)

    empty_cart(alice, f"{site.url}/cart?shop={shop.rsplit('/', 1)[1]}")
    for words in (CANDLE, WINE):
        find(alice, shop, words)
        alice.get_by_role("button", name="Add to cart").click()
        expect(alice.get_by_text("It is in your cart.")).to_be_visible()
    alice.get_by_role("link", name="To the cart").click()
    expect(alice.get_by_role("heading", name=re.compile("Haifeng"))).to_be_visible()
    expect(alice.get_by_role("heading", name=re.compile("Shanye"))).to_be_visible()
    look_closely(alice)

    candle, wine = line(alice, CANDLE), line(alice, WINE)
    one_of_each = goods(alice)
    candle.get_by_role("button", name="One more").click()
    expect(candle.get_by_role("spinbutton")).to_have_value("2")
    expect(bar(alice)).not_to_have_text(re.compile(re.escape(f"{one_of_each // 100}.")))
    with_two = goods(alice)
    wine.get_by_role("checkbox").uncheck()
    expect(alice.get_by_role("button", name="Order 1 thing")).to_be_enabled()
    assert goods(alice) == 2 * (with_two - one_of_each)
    wine.get_by_role("checkbox").check()
    expect(alice.get_by_role("button", name="Order 2 things")).to_be_enabled()

    sell_out_and_back(alice, nina, site, shop)

    raise_price(mei, site.url, CANDLE)
    try:
        alice.reload()
        expect(candle).to_contain_text("The price was")
        first = check_out(alice)
        expect(alice.locator(".parcel-foot", has_text="Freight")).to_have_count(2)
        look_closely(alice)
        code = order_here(alice)
        expect(alice.get_by_role("button", name="Pay now")).to_be_visible()
        look_closely(alice)
        cancel(alice, f"{site.url}/orders/{code}")
    finally:
        mei.get_by_role("button", name="Back to my shelf’s rule").click()
        expect(mei.get_by_text("Your shelf’s rule sets the price again.")).to_be_visible()

    alice.get_by_role("button", name="Buy again").click()
    expect(alice).to_have_url(re.compile("/cart"))
    expect(line(alice, CANDLE).get_by_role("spinbutton")).to_have_value("2")
    assert check_out(alice) < first
    alice.get_by_role("button", name=ENGLISH.order).click()
    pay(alice)
    alice.wait_for_url(re.compile("/paid"))
    alice.get_by_role("link", name="See the order").click()
    send_elsewhere(alice)


def sell_out_and_back(alice: Page, nina: Page, site, shop: str) -> None:
    """Nina holds all the wine there is while it lies in Alice's cart, and gives it up again."""
    wine = line(alice, WINE)
    held = take_all(nina, shop, WINE)
    alice.reload()
    expect(wine).to_contain_text("is sold out")
    expect(wine.get_by_role("checkbox")).to_be_disabled()
    look_closely(alice)
    cancel(nina, f"{site.url}/orders/{held}")
    expect(nina.get_by_text("No payment had arrived for it").first).to_be_visible()
    look_closely(nina)
    alice.reload()
    expect(wine).not_to_contain_text("is sold out")
    wine.get_by_role("checkbox").check()


def send_elsewhere(alice: Page) -> None:
    """The parcel goes to another door of the same town."""
    alice.get_by_role("link", name="Change", exact=True).click()
    look_closely(alice)
    typed = alice.get_by_role("region", name="Or type it")
    typed.get_by_label("Street, building, door").fill("新华路 7 号")
    typed.get_by_role("button", name="Send it there").click()
    expect(alice.get_by_text("The parcel goes to the new address.")).to_be_visible()
    expect(alice.get_by_role("region", name="Where to")).to_contain_text("新华路 7 号")
    look_closely(alice)


def empty_cart(page: Page, cart: str) -> None:
    """Takes out what an earlier walk through the same demo left behind."""
    page.goto(cart)
    remove = page.get_by_role("button", name="Remove")
    for left in range(remove.count(), 0, -1):
        remove.first.click()
        expect(remove).to_have_count(left - 1)


def line(page: Page, words: str):
    """The line of a product in the cart."""
    return page.locator(".cart-line", has_text=words)


def bar(page: Page):
    return page.locator(".buy-bar-sum .price")


def goods(page: Page) -> int:
    """What the chosen goods of the cart cost."""
    return minor(bar(page).inner_text())


def check_out(page: Page) -> int:
    """From the cart to the checkout; what is to be paid there."""
    page.get_by_role("button", name=re.compile("^Order 2 things")).click()
    page.wait_for_url(re.compile("/checkout"))
    return minor(bar(page).inner_text())


def take_all(page: Page, shop: str, words: str) -> str:
    """Orders all that is left of a product, without paying for it."""
    find(page, shop, words)
    quantity = page.get_by_role("spinbutton")
    most = quantity.get_attribute("max")
    assert most
    quantity.fill(most)
    page.get_by_role("button", name="Buy now").click()
    return order_here(page)


def cancel(page: Page, order: str) -> None:
    page.goto(order)
    page.get_by_role("link", name="Cancel the order").click()
    look_closely(page)
    page.get_by_label("I changed my mind").check()
    page.get_by_role("button", name="Cancel the order").click()
    page.wait_for_url(order)


def raise_price(keeper: Page, site: str, words: str) -> None:
    """Asks the highest price that the brand allows."""
    keeper.goto(f"{site}/keep/goods?q={words}")
    keeper.get_by_role("main").locator(".product-tile a").first.click()
    highest = minor(keeper.locator(".price-range-cap .money").first.inner_text())
    keeper.get_by_role("textbox", name="Your price").fill(f"{highest / 100:.2f}")
    keeper.get_by_role("button", name="Set my price").click()
    expect(keeper.get_by_text("Your price stands.")).to_be_visible()
