"""A shop is open in under a minute: a phone, a code, a name; its link is ready to be passed on."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.site import Site
from tests.journeys.walking import ENGLISH, look_closely, new_phone

pytestmark = pytest.mark.journey

_TAPS = 5


def test_a_shop_is_open_in_a_minute_and_five_taps(site: Site, visitor: Callable[..., Page]) -> None:
    bao, phone, taps = visitor(), new_phone(), 0

    def tap(what: Locator) -> None:
        nonlocal taps
        what.click()
        taps += 1

    began = time.monotonic()
    bao.goto(f"{site.url}/keep/open")
    look_closely(bao)
    tap(bao.get_by_role("link", name="Open my shop"))
    bao.get_by_label(ENGLISH.mobile).fill(phone)
    tap(bao.get_by_role("button", name=ENGLISH.send))
    expect(bao.get_by_label(ENGLISH.code)).to_be_visible()
    bao.get_by_label(ENGLISH.code).fill(site.code(phone))
    tap(bao.get_by_role("button", name=ENGLISH.sign_in))
    tap(bao.get_by_role("button", name=ENGLISH.accept))
    bao.get_by_label("Name of the shop").fill("Bao’s corner")
    look_closely(bao)
    tap(bao.get_by_role("button", name="Open my shop"))
    expect(bao.get_by_text("Bao’s corner is open")).to_be_visible()
    assert time.monotonic() - began < 60
    assert taps <= _TAPS
    look_closely(bao)

    customer = visitor()
    customer.goto(bao.get_by_label("Link").input_value())
    expect(customer.locator(".product-tile").first).to_be_visible()
    expect(customer.get_by_role("link", name="Bao’s corner")).to_be_visible()


def test_a_keeper_prices_shares_and_answers(site: Site, visitor: Callable[..., Page]) -> None:
    mei = visitor()
    mei.goto(site.link("keeper"))
    mei.goto(f"{site.url}/keep/goods")
    look_closely(mei)
    mei.locator(".product-tile-name a").first.click()
    field = mei.locator(".price-range input[type=text]").first
    slider = mei.locator("[data-slide]").first
    slider.evaluate(
        "slide => { slide.value = slide.max; slide.dispatchEvent(new Event('input')); }"
    )
    dearest = field.input_value()
    mei.get_by_role("button", name="Set my price").click()
    expect(mei.locator(".price-range input[type=text]").first).to_have_value(dearest)
    look_closely(mei)
    mei.get_by_role("button", name="Back to my shelf’s rule").click()
    mei.get_by_role("button", name="Share and earn").click()
    expect(mei.locator(".qr svg")).to_be_visible()
    look_closely(mei)


@pytest.mark.parametrize(
    "page", ["", "sales", "orders", "customers", "conversations", "shares", "me",
             "me/earnings", "me/shelf", "me/look", "me/shop"],
)  # fmt: skip
def test_every_page_of_hers_bears_a_close_look(
    site: Site, visitor: Callable[..., Page], page: str
) -> None:
    mei = visitor()
    mei.goto(site.link("keeper"))
    mei.goto(f"{site.url}/keep/{page}")
    look_closely(mei)
