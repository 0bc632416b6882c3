"""A paid order goes back to the customer: one operator asks, another agrees."""

import re
import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import wait_for
from tests.journeys.walking import (
    MEI,
    OLGA,
    OSKAR,
    buy,
    come_in,
    look_closely,
    minor,
    shop_address,
)

pytestmark = pytest.mark.journey

ALICE = "+8617000001005"
_WHY = "Lost on the way"


def test_two_operators_refund_a_paid_order(site, visitor):
    mei, alice = visitor(), visitor()
    olga, oskar = visitor(width=1280), visitor(width=1280)
    come_in(mei, site, "--phone", MEI)
    come_in(alice, site, "--phone", ALICE)
    come_in(olga, site, "--phone", OLGA)
    come_in(oskar, site, "--phone", OSKAR)
    code = buy(alice, site, shop_address(mei, site), "Soy candle, sea salt")

    olga.goto(f"{site.url}/desk/orders/{code}")
    look_closely(olga)
    total = olga.get_by_role("region", name="Sum").locator("dd.is-total").inner_text()
    plain = f"¥{minor(total) / 100:.2f}"
    payment = olga.locator(".facts").filter(has_text="Our number").locator("dd").first.inner_text()
    olga.get_by_text("Ask for a refund").first.click()
    olga.get_by_label("Reason", exact=True).fill(_WHY)
    olga.get_by_role("button", name="Ask for a refund").click()
    expect(olga.get_by_text("Somebody else has to decide it.").first).to_be_visible()
    olga.goto(f"{site.url}/desk/refunds")
    expect(wish(olga, code)).to_contain_text("You asked for this one")
    expect(wish(olga, code).get_by_role("button")).to_have_count(0)
    look_closely(olga)
    alice.goto(f"{site.url}/orders/{code}")
    expect(alice.locator(".order-state")).not_to_contain_text("efund")

    oskar.goto(f"{site.url}/desk/refunds")
    decide = wish(oskar, code).locator("form").get_attribute("action")
    by_herself = olga.evaluate(_SEND, decide)
    assert by_herself["text"].count("A refund needs two people"), by_herself
    wish(oskar, code).get_by_role("button", name="Agree: give it back").click()
    expect(oskar.get_by_text("the money goes back the way it came").first).to_be_visible()

    alice.reload()
    expect(alice.locator(".order-state")).to_contain_text("efund")
    look_closely(alice)
    port = (urlsplit(site.url).port or 0) + 1
    wait_for(lambda: partner_says(port, payment) == f"paid · refunded {plain}", seconds=40)
    oskar.goto(f"{site.url}/desk/money")
    look_closely(oskar)
    oskar.goto(f"{site.url}/desk/money/transfers")
    expect(oskar.get_by_role("main")).to_contain_text(plain)
    look_closely(oskar)
    oskar.goto(f"{site.url}/desk/orders/{code}")
    expect(oskar.get_by_role("main")).to_contain_text(re.compile(r"Gone back\s*¥[1-9]"))
    look_closely(oskar)


def wish(page: Page, code: str):
    """What waits for a second person, about one order."""
    return page.locator(".desk-wish", has_text=code)


def partner_says(port: int, payment: str) -> str:
    """What the payment partner's own list says of a payment."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/test?lang=en") as answer:
        page = answer.read().decode()
    found = re.search(rf"{payment}</span><b>[^<]*</b><small>([^<]*)</small>", page)
    return found[1] if found else "nothing"


# What her browser would send if the button stood on her page too.
_SEND = """async (address) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({csrfmiddlewaretoken: token, accepted: "yes"});
  const answer = await fetch(address, {method: "POST", body});
  return {status: answer.status, text: await answer.text()};
}"""
