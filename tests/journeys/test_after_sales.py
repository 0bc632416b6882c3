"""Something is not right: a return, an exchange, and a case that the platform decides."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import Site
from tests.journeys.test_shipping import codes_by_note
from tests.journeys.walking import (
    HAIFENG,
    MEI,
    OLGA,
    buy,
    come_in,
    look_closely,
    new_number,
    shop_address,
)

pytestmark = pytest.mark.journey

ALICE = "+8617000001007"
CANDLE = "Soy candle, sea salt"


def test_a_return_an_exchange_and_an_arbitration(site, visitor):
    mei, alice, brand = visitor(), visitor(), visitor(width=1280)
    come_in(mei, site, "--phone", MEI)
    come_in(alice, site, "--phone", ALICE)
    come_in(brand, site, "--phone", HAIFENG)
    shop = shop_address(mei, site)
    returned = arrived(site, alice, brand, shop)
    olga = visitor(width=1280)
    come_in(olga, site, "--phone", OLGA)
    give_it_back(site, alice, mei, brand, olga, returned)
    exchanged = arrived(site, alice, brand, shop)
    swap(site, alice, mei, brand, exchanged)
    refused = arrived(site, alice, brand, shop)
    let_the_platform_decide(site, alice, mei, brand, olga, refused)


def give_it_back(site: Site, alice: Page, mei: Page, brand: Page, olga: Page, order: str) -> None:
    """Goods go back, and the money after them; what sending them cost comes from the brand."""
    case = ask(site, alice, order, "Return for a refund", "Arrived broken")
    pass_on(site, mei, case, "I saw the picture: it is cracked")
    brand.goto(f"{site.url}/supply/cases")
    look_closely(brand)
    brand.goto(f"{site.url}/supply/cases/{case}")
    expect(brand.get_by_role("main")).to_contain_text("I saw the picture")
    brand.get_by_role("button", name="Agree to all of it").click()
    alice.goto(f"{site.url}/cases/{case}")
    look_closely(alice)
    alice.get_by_label("Carrier").fill("顺丰速运")
    alice.get_by_label("Tracking number").fill("SF7000000011")
    cost = alice.get_by_label("What sending it cost you")
    cost.fill("99")
    alice.get_by_role("button", name="I have sent it").click()
    expect(alice.get_by_text("For the way back you can ask for ¥30.00 at most.")).to_be_visible()
    cost.fill("12.50")
    alice.get_by_role("button", name="I have sent it").click()
    expect(alice.get_by_text("On its way back", exact=True)).to_be_visible()
    brand.reload()
    brand.get_by_role("button", name="Received").click()
    alice.reload()
    expect(alice.get_by_text("Refunded", exact=True).first).to_be_visible()
    expect(alice.get_by_role("main")).to_contain_text(re.compile("Given back.*¥"))
    expect(alice.get_by_role("main")).to_contain_text("¥12.50: the brand has paid it")
    look_closely(alice)
    olga.goto(f"{site.url}/desk/cases?state=postage")
    olga.get_by_role("link", name=case).click()
    olga.get_by_label("The bank’s number").fill(f"BANK-{case}")
    look_closely(olga)
    olga.get_by_role("button", name="Transferred").click()
    alice.reload()
    expect(alice.get_by_role("main")).to_contain_text("the platform has transferred it")


def swap(site: Site, alice: Page, mei: Page, brand: Page, order: str) -> None:
    """New goods leave before the old ones are back."""
    case = ask(site, alice, order, "Exchange", "Wrong goods were sent")
    pass_on(site, mei, case, "")
    brand.goto(f"{site.url}/supply/cases/{case}")
    brand.get_by_label("Send the new goods before the old ones are back").check()
    brand.get_by_role("button", name="Agree to all of it").click()
    brand.get_by_label("Carrier").fill("顺丰速运")
    brand.get_by_label("Tracking number").fill("SF7000000012")
    brand.get_by_role("button", name="They are on their way").click()
    alice.goto(f"{site.url}/cases/{case}")
    expect(alice.get_by_role("main")).to_contain_text("SF7000000012")
    look_closely(alice)
    alice.get_by_role("button", name="They have arrived and are right").click()
    expect(alice.get_by_text("To be sent back", exact=True)).to_be_visible()
    alice.get_by_label("Carrier").fill("顺丰速运")
    alice.get_by_label("Tracking number").fill("SF7000000013")
    alice.get_by_role("button", name="I have sent it").click()
    brand.reload()
    brand.get_by_role("button", name="Received").click()
    alice.reload()
    expect(alice.get_by_text("Exchanged", exact=True).first).to_be_visible()


def let_the_platform_decide(
    site: Site, alice: Page, mei: Page, brand: Page, olga: Page, order: str
) -> None:
    """The brand refuses, the customer asks the platform, and that decides for good."""
    case = ask(site, alice, order, "Money back, goods stay", "Poor quality")
    pass_on(site, mei, case, "")
    brand.goto(f"{site.url}/supply/cases/{case}")
    refusal = brand.locator("details", has_text="Refuse it")
    refusal.locator("summary").click()
    refusal.get_by_label("In your words").fill("It was burnt already")
    refusal.get_by_role("button", name="Refuse it").click()
    alice.goto(f"{site.url}/cases/{case}")
    expect(alice.get_by_role("main")).to_contain_text("It was burnt already")
    look_closely(alice)
    alice.get_by_label("Why you do not agree").fill("It never burnt")
    alice.get_by_role("button", name="Ask the platform to decide").click()
    expect(alice.get_by_text("With the platform", exact=True)).to_be_visible()
    olga.goto(f"{site.url}/desk/cases/{case}")
    look_closely(olga)
    decision = olga.get_by_role("region", name="Decide")
    decision.get_by_label("In your words").fill("The wick never caught")
    olga.get_by_label("She gets all she asked for").check()
    olga.get_by_role("button", name="Decide", exact=True).click()
    alice.reload()
    expect(alice.get_by_text("Refunded", exact=True).first).to_be_visible()
    expect(alice.get_by_role("main")).to_contain_text("The wick never caught")
    mei.goto(f"{site.url}/keep/cases")
    look_closely(mei)


def arrived(site: Site, alice: Page, brand: Page, shop: str) -> str:
    """Alice buys a candle, the brand ships it, she has it; the order's code."""
    mark = f"case {new_number()}"
    code = buy(alice, site, shop, CANDLE, note=mark)
    brand.goto(f"{site.url}/supply/parcels/{codes_by_note(brand, site)[mark]}")
    brand.get_by_label("Carrier").fill("顺丰速运")
    brand.get_by_label("Tracking number").fill("SF7000000010")
    brand.get_by_role("button", name="It is on its way").click()
    alice.goto(f"{site.url}/orders/{code}")
    alice.once("dialog", lambda dialog: dialog.accept())
    alice.get_by_role("button", name="It has arrived").click()
    expect(alice.get_by_role("link", name="Return, exchange, refund")).to_be_visible()
    return code


def ask(site: Site, alice: Page, order: str, kind: str, reason: str) -> str:
    """Alice asks for something; the case's code."""
    alice.goto(f"{site.url}/orders/{order}")
    alice.get_by_role("link", name="Return, exchange, refund").click()
    look_closely(alice)
    alice.get_by_role("link", name=re.compile(f"^{kind}")).click()
    look_closely(alice)
    alice.get_by_label("Why").select_option(label=reason)
    alice.get_by_label("What happened").fill("Look at the rim")
    alice.get_by_role("button", name="Send the request").click()
    alice.wait_for_url(re.compile(r"/cases/\w+$"))
    expect(alice.get_by_text("With the keeper", exact=True)).to_be_visible()
    return alice.url.rsplit("/", 1)[1]


def pass_on(site: Site, mei: Page, case: str, words: str) -> None:
    """Mei passes it on to the brand."""
    mei.goto(f"{site.url}/keep/cases/{case}")
    look_closely(mei)
    mei.get_by_label("Your word to the brand (optional)").fill(words)
    mei.get_by_role("button", name="Pass on to the brand").click()
    expect(mei.get_by_text("With the brand", exact=True)).to_be_visible()
