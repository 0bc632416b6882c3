"""A difference with the provider's bill is asked about and written off by two; a file is mended."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.walking import OLGA, OSKAR, come_in, look_closely

pytestmark = pytest.mark.journey

_WHY = "Lost at the provider"


def test_two_operators_clear_a_difference(site, visitor, tmp_path):
    olga, oskar = visitor(), visitor(width=1280)
    come_in(olga, site, "--phone", OLGA)
    come_in(oskar, site, "--phone", OSKAR)
    olga.goto(f"{site.url}/desk/reconciliation")
    look_closely(olga)
    missing = olga.get_by_role("row").filter(has_text="Missing there").first
    missing.get_by_role("rowheader").get_by_role("link").click()
    expect(olga.get_by_role("heading", name="Missing there")).to_be_visible()
    olga.get_by_role("button", name="Ask now").click()
    expect(olga.get_by_role("main")).to_contain_text(re.compile(r"(Paid|Refunded) ¥\d"))
    olga.get_by_text("Propose to write it off").first.click()
    olga.get_by_label("Reason", exact=True).fill(_WHY)
    olga.get_by_role("button", name="Propose to write it off").click()
    expect(olga.get_by_text("You proposed this: somebody else has to decide it.")).to_be_visible()
    look_closely(olga)

    oskar.goto(olga.url)
    expect(oskar.get_by_role("main")).to_contain_text(_WHY)
    oskar.get_by_role("button", name="Agree").click()
    expect(oskar.get_by_text("Written off by two people")).to_be_visible()
    look_closely(oskar)
    oskar.locator(".page-back").click()
    expect(oskar.get_by_text("All cleared up")).to_be_visible()
    look_closely(oskar)

    bill = tmp_path / "bill.csv"
    bill.write_text("tracking,amount,date\nSF404,eight,2026-06-01\n", encoding="utf-8")
    olga.goto(f"{site.url}/desk/reconciliation/upload?of=carrier")
    olga.get_by_label("Name of the provider or carrier").fill("海风快运")
    olga.get_by_label("Bill", exact=True).set_input_files(bill)
    olga.get_by_role("button", name="Take it in").click()
    expect(olga.get_by_role("main")).to_contain_text("“eight” is no amount in CNY.")
    look_closely(olga)
    bill.write_text("tracking,amount,date\nSF404,8,2026-06-01\n", encoding="utf-8")
    olga.get_by_label("Bill", exact=True).set_input_files(bill)
    olga.get_by_role("button", name="Take it in").click()
    expect(olga.get_by_role("main")).to_contain_text("parcel that went by 海风快运")
    look_closely(olga)
    olga.get_by_label("It is this bill all the same").check()
    olga.get_by_label("Bill", exact=True).set_input_files(bill)
    olga.get_by_role("button", name="Take it in").click()
    expect(olga.get_by_role("main")).to_contain_text("No parcel of ours")
    look_closely(olga)
