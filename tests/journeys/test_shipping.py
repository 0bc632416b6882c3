"""A brand ships what was paid: one by one, by a sheet, or says why it cannot."""

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import Site
from tests.journeys.walking import (
    HAIFENG,
    MEI,
    buy,
    come_in,
    look_closely,
    new_number,
    shop_address,
)

pytestmark = pytest.mark.journey

ALICE = "+8617000001003"
CANDLE = "Soy candle, sea salt"


def test_haifeng_ships_three_parcels(site, visitor, tmp_path):
    mei, alice, brand = visitor(), visitor(), visitor(width=1280)
    come_in(mei, site, "--phone", MEI)
    shop = shop_address(mei, site)
    come_in(alice, site, "--phone", ALICE)
    come_in(brand, site, "--phone", HAIFENG)
    marks = [f"{name} {new_number()}" for name in ("first", "second", "third")]
    orders = [buy(alice, site, shop, CANDLE, note=mark) for mark in marks]
    parcels = codes_by_note(brand, site)
    first, second, third = (parcels[mark] for mark in marks)

    brand.goto(f"{site.url}/supply/parcels")
    look_closely(brand)
    brand.goto(f"{site.url}/supply/parcels/{first}")
    expect(brand.get_by_role("region", name="Ship to")).to_contain_text(marks[0])
    look_closely(brand)
    brand.get_by_label("Carrier").fill("顺丰速运")
    brand.get_by_label("Tracking number").fill("SF7000000001")
    brand.get_by_role("button", name="It is on its way").click()
    expect(brand.get_by_text("Shipped. The customer sees the number.")).to_be_visible()
    alice.goto(f"{site.url}/orders/{orders[0]}")
    expect(alice.get_by_role("main")).to_contain_text("SF7000000001")
    look_closely(alice)

    by_sheet(brand, site, tmp_path, [(second, "ZT7000000002"), ("nosuch0000", "ZT7000000003")])
    alice.goto(f"{site.url}/orders/{orders[1]}")
    expect(alice.get_by_role("main")).to_contain_text("ZT7000000002")

    brand.goto(f"{site.url}/supply/parcels/{third}")
    brand.get_by_text("It cannot be shipped").click()
    brand.get_by_label("Why, and what comes next").fill("窑炉检修，周五发出")
    brand.get_by_role("button", name="Say so").click()
    expect(brand.get_by_text("Noted. The customer and the platform see why.")).to_be_visible()
    alice.goto(f"{site.url}/orders/{orders[2]}")
    expect(alice.get_by_text("The brand cannot ship it at the moment")).to_be_visible()
    expect(alice.get_by_text("窑炉检修，周五发出").first).to_be_visible()
    look_closely(alice)

    brand.goto(f"{site.url}/supply/parcels/{first}")
    brand.once("dialog", lambda dialog: dialog.accept())
    brand.get_by_role("button", name="It has arrived").click()
    expect(brand.get_by_text("Noted as arrived.")).to_be_visible()
    look_closely(brand)
    alice.goto(f"{site.url}/orders/{orders[0]}")
    expect(alice.locator(".order-state")).to_contain_text(re.compile("[Aa]rrived"))
    mei.goto(f"{site.url}/keep/orders/{orders[0]}")
    expect(mei.get_by_role("main")).to_contain_text("SF7000000001")


def codes_by_note(page: Page, site: Site) -> dict[str, str]:
    """What waits for the brand, from the sheet it takes: note to parcel."""
    page.goto(f"{site.url}/supply/parcels/sheet")
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    rows = csv.DictReader(io.StringIO(taken.value.path().read_text(encoding="utf-8-sig")))
    return {row["note"]: row["parcel"] for row in rows}


def by_sheet(page: Page, site: Site, folder, rows) -> None:
    """Hands in tracking numbers of which the last row is wrong, and ships the others."""
    sheet = folder / "numbers.csv"
    with sheet.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["parcel", "carrier", "tracking"])
        writer.writerows((parcel, "中通快递", number) for parcel, number in rows)
    page.goto(f"{site.url}/supply/parcels/sheet")
    look_closely(page)
    page.locator("input[type=file]").set_input_files(sheet)
    page.get_by_role("button", name="Check the sheet").click()
    wrong = page.get_by_role("region", name="What is wrong")
    expect(wrong).to_contain_text(f"Row {len(rows) + 1}")
    expect(wrong).to_contain_text(f"You have no parcel {rows[-1][0]}.")
    look_closely(page)
    page.get_by_role("button", name="Ship 1 parcel").click()
    expect(page.get_by_text("1 parcel shipped.")).to_be_visible()
