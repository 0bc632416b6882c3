"""A brand applies for a sale, is refused, applies again; keepers and customers see it coming."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import (
    MEI,
    NORDWIND,
    OLGA,
    come_in,
    look_closely,
    new_number,
    shop_address,
)

pytestmark = pytest.mark.journey

_MARKET = ZoneInfo("Asia/Shanghai")
_WHY = "The pictures show the winter lining, the text does not."


def test_nordwinds_sale_is_refused_then_scheduled(site, visitor):
    brand, olga, mei, customer = visitor(width=1280), visitor(width=1280), visitor(), visitor()
    come_in(brand, site, "--phone", NORDWIND)
    come_in(olga, site, "--phone", OLGA)
    come_in(mei, site, "--phone", MEI)
    title = f"A warm week {new_number()}"

    draft(brand, site.url, title)
    choose_goods(brand)
    apply_for_it(brand)
    sale = brand.url
    look_closely(brand)

    olga.goto(f"{site.url}/desk/sales")
    look_closely(olga)
    olga.get_by_role("link", name=title).click()
    look_closely(olga)
    olga.get_by_text("Refuse the sale").first.click()
    olga.get_by_label("Reason", exact=True).fill(_WHY)
    olga.get_by_role("button", name="Refuse the sale").click()
    expect(olga.get_by_text("The sale is refused")).to_be_visible()

    brand.goto(sale)
    expect(brand.get_by_text(_WHY).first).to_be_visible()
    look_closely(brand)
    brand.get_by_role("link", name="Apply again").click()
    apply_for_it(brand)

    olga.goto(f"{site.url}/desk/sales")
    olga.get_by_role("link", name=title).click()
    olga.get_by_role("button", name="Accept and schedule").click()
    expect(olga.get_by_text("is scheduled")).to_be_visible()
    olga.goto(f"{site.url}/desk/sales/calendar")
    expect(olga.get_by_role("main")).to_contain_text(title)

    mei.goto(f"{site.url}/keep/sales")
    look_closely(mei)
    card = mei.get_by_role("main").locator("article, li, section", has_text=title).last
    expect(card).to_contain_text(re.compile(r"[Ee]arn.*¥\d", re.DOTALL))
    mei.get_by_role("link", name=title).click()
    expect(mei.locator(".product-tile .earn").first).to_contain_text("¥")
    look_closely(mei)
    mei.goto(f"{site.url}/keep/goods?view=coming")
    expect(mei.locator(".product-tile .earn").first).to_contain_text("¥")

    customer.goto(shop_address(mei, site))
    expect(customer.get_by_role("heading", name="Coming soon")).to_be_visible()
    customer.get_by_role("link", name=title).click()
    expect(customer.get_by_role("heading", name=title)).to_be_visible()
    look_closely(customer)


def draft(page: Page, site: str, title: str) -> None:
    """Says what the sale is called and that it opens in an hour."""
    opens = datetime.now(UTC).astimezone(_MARKET) + timedelta(hours=1)
    page.goto(f"{site}/supply/sales/new")
    look_closely(page)
    page.get_by_label("Title in Chinese").fill(title)
    page.get_by_label("Title in English").fill(title)
    page.get_by_label("Starts").fill(f"{opens:%Y-%m-%dT%H:%M}")
    page.get_by_label("Ends").fill(f"{opens + timedelta(days=1):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Keep the draft").click()
    page.wait_for_url(re.compile("/supply/sales/[^/]+/offers"))


def choose_goods(page: Page) -> None:
    """Sets three of the first variant that the warehouse has aside."""
    look_closely(page)
    boxes = page.locator(".supply-choose input[type=checkbox]")
    for place in range(min(3, boxes.count())):
        boxes.nth(place).check()
    page.get_by_role("button", name="Show the ticked ones").click()
    stocked = page.locator(".supply-row").filter(has=page.locator(".badge:not(.is-bad)"))
    stocked.first.get_by_label("Set aside").fill("1")
    look_closely(page)


def apply_for_it(page: Page) -> None:
    page.get_by_role("button", name="Apply for the sale").click()
    expect(page.get_by_text("Applied for. The platform answers with a reason.")).to_be_visible()
