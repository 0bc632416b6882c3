"""A keeper looks at what her months came to, says whom it is made out to, and keeps the paper."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.journeys.walking import BAO, MEI, come_in, look_closely, minor

pytestmark = pytest.mark.journey


def test_bao_keeps_her_months_for_the_tax_office(site, visitor, tmp_path: Path):
    bao = visitor()
    come_in(bao, site, "--phone", BAO)
    bao.goto(f"{site.url}/keep/me/earnings")
    bao.get_by_role("link", name="Statements").click()
    expect(bao.get_by_role("heading", name="Statements", exact=True)).to_be_visible()
    look_closely(bao)

    bao.get_by_role("link", name="Invoice data").click()
    bao.get_by_role("textbox", name="Legal name").fill("王宝")
    bao.get_by_role("button", name="Save").click()
    expect(bao.get_by_text("Kept.")).to_be_visible()
    expect(bao.get_by_role("textbox", name="Legal name")).to_have_value("王宝")

    bao.goto(f"{site.url}/keep/me/statements")
    bao.get_by_role("link", name="Tax summary").click()
    expect(bao.get_by_text("Net", exact=True).first).to_be_visible()
    look_closely(bao)
    with bao.expect_download() as download:
        bao.get_by_role("link", name="XLSX").click()
    path = tmp_path / "months.xlsx"
    download.value.save_as(path)
    book = load_workbook(path, read_only=True)
    texts = {str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row}
    book.close()
    assert "王宝" in texts


def test_mei_opens_a_month_that_is_over_and_its_lines_add_up(site, visitor, tmp_path: Path):
    mei = visitor()
    come_in(mei, site, "--phone", MEI)
    mei.goto(f"{site.url}/keep/me/statements")
    mei.get_by_role("link", name=re.compile("in the balance at its end")).first.click()
    expect(mei.get_by_text("Earned in this period")).to_be_visible()
    earned = minor(mei.locator(".keep-sum-value").inner_text())
    assert earned > 0
    look_closely(mei)
    for kind in ("PDF", "XLSX"):
        with mei.expect_download() as download:
            mei.get_by_role("link", name=kind, exact=True).click()
        download.value.save_as(tmp_path / f"one.{kind.lower()}")
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF")
    book = load_workbook(tmp_path / "one.xlsx", read_only=True)
    rows = [row for row in book.worksheets[0].iter_rows(values_only=True) if len(row) > 6]
    book.close()
    sold = sum(Decimal(str(row[6])) for row in rows if row[1] == "Sold")
    assert sold * 100 == earned
