"""What to ship as a sheet, and tracking numbers back: a reason for each row that cannot be."""

import csv
from pathlib import Path

import pytest
from django.utils import translation
from openpyxl import Workbook, load_workbook

from shoal.kit.clock import now
from shoal.kit.texts import TextTooLong
from shoal.orders import sheets
from shoal.orders.models import Order, Parcel, ParcelStep
from shoal.orders.sheets import (
    ParcelTwice,
    TooManyParcels,
    TrackingColumnsMissing,
    TrackingRow,
    UnknownParcel,
    export_waiting,
    read_tracking,
    ship_rows,
)
from shoal.orders.shipping import NotWaiting, TrackingMissing
from tests import goods, trade

pytestmark = pytest.mark.django_db

TAX_NUMBER = "91330100MA2ABCDE1X"


@pytest.fixture
def market():
    return trade.open_market()


def waiting(market, **changes: object) -> Parcel:
    order = trade.order(market, **changes)
    trade.pay(order)
    return order.parcels.get()


def written(path: Path, rows: list[list[str]], header=("parcel", "carrier", "tracking")) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_sheet_says_whom_it_goes_to_and_what_goes_in(market, tmp_path):
    parcel = waiting(market, quantity=2)
    trade.order(market)
    with translation.override("en"):
        count = export_waiting(path=tmp_path / "a.csv", brand=market.brand.id)
    [row] = read(tmp_path / "a.csv")
    assert count == 1
    assert row["parcel"] == parcel.code
    assert (row["recipient"], row["street"]) == ("李爱丽", "海边路 1 号")
    assert market.offer.sku.reference in row["goods"]
    assert (row["units"], row["weight_g"]) == ("2", "600")
    assert (row["carrier"], row["tracking"]) == ("", "")


@pytest.mark.parametrize(("wish", "english", "chinese"), [
    ({}, ("", "", ""), ("", "", "")),
    ({"invoice": "personal"}, ("personal", "李爱丽", ""), ("个人", "李爱丽", "")),
    (
        {"invoice": "company", "invoice_title": "听潮有限公司", "invoice_tax_number": TAX_NUMBER},
        ("company", "听潮有限公司", TAX_NUMBER), ("企业", "听潮有限公司", TAX_NUMBER),
    ),
])  # fmt: skip
def test_the_sheet_says_what_invoice_is_wanted(
    market, tmp_path, monkeypatch, wish, english, chinese
):
    monkeypatch.setattr(trade, "HOME", trade.HOME | wish)
    waiting(market)
    path = tmp_path / "a.csv"
    for language, names, told in (
        ("en", ("invoice", "invoice_title", "invoice_tax_number"), english),
        ("zh-hans", ("发票类型", "发票抬头", "税号"), chinese),
    ):
        with translation.override(language):
            export_waiting(path=path, brand=market.brand.id)
        [row] = read(path)
        assert tuple(row[name] for name in names) == told


def test_what_begins_like_a_formula_is_text(market, tmp_path, monkeypatch):
    evil = {**trade.HOME, "recipient": "=HYPERLINK(1)", "note": "@SUM(A1)"}
    monkeypatch.setattr(trade, "HOME", evil)
    waiting(market)
    with translation.override("en"):
        for kind in ("csv", "xlsx"):
            export_waiting(path=tmp_path / f"a.{kind}", brand=market.brand.id)
    [row] = read(tmp_path / "a.csv")
    assert row["recipient"] == "'=HYPERLINK(1)"
    assert row["note"] == "'@SUM(A1)"
    assert row["phone"] == "13800000001", "without the plus of a formula, as carriers dial it"
    cells = list(load_workbook(tmp_path / "a.xlsx").worksheets[0].values)[1]
    assert not [cell for cell in cells if str(cell or "").startswith(("=", "@", "+"))]


def test_another_brands_parcels_are_not_in_it(market, tmp_path):
    waiting(market)
    other = goods.active_brand(name="Nordwind")
    assert export_waiting(path=tmp_path / "a.csv", brand=other.id) == 0


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_same_sheet_comes_back_with_numbers(market, tmp_path, language, kind):
    parcels = [waiting(market), waiting(market)]
    path = tmp_path / f"a.{kind}"
    with translation.override(language):
        export_waiting(path=path, brand=market.brand.id)
    filled = _filled(path, {parcels[0].code: ("顺丰速运", "SF100")})
    found = read_tracking(path=filled, brand=market.brand.id)
    assert [(row.parcel, row.tracking) for row in found.rows] == [(parcels[0].code, "SF100")]
    assert (found.faults, found.empty) == ([], 1)
    shipped, faults = ship_rows(
        rows=found.rows, brand=market.brand.id, by="packer", at=trade.AT + trade.DAY
    )
    assert (shipped, faults) == (1, [])
    states = [Parcel.objects.get(id=row.id).state for row in parcels]
    assert states == ["shipped", "waiting"]
    assert Order.objects.get(id=parcels[0].order_id).state == "shipped"


def _filled(path: Path, numbers: dict[str, tuple[str, str]]) -> Path:
    if path.suffix == ".xlsx":
        rows = [[str(cell or "") for cell in row] for row in load_workbook(path).active.values]
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    for row in rows[1:]:
        row[1:3] = numbers.get(row[0], ("", ""))
    if path.suffix == ".xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
        return path
    return written(path, rows[1:], header=rows[0])


def test_a_reason_for_each_row_that_cannot_be_and_nothing_is_written(market, tmp_path):
    good, gone = waiting(market), waiting(market)
    trade.ship(gone.order)
    other = waiting(market)
    Parcel.objects.filter(id=other.id).update(brand=goods.active_brand(name="Nordwind"))
    before = ParcelStep.objects.count()
    path = written(
        tmp_path / "a.csv",
        [
            [good.code, "顺丰", "SF1"],
            [good.code, "顺丰", "SF2"],
            [gone.code, "顺丰", "SF3"],
            [other.code, "顺丰", "SF4"],
            ["nonsense", "顺丰", "SF5"],
            ["nobody", "", "SF6"],
            ["nobody2", "顺丰", "9" * 61],
        ],
    )
    found = read_tracking(path=path, brand=market.brand.id)
    assert [row.row for row in found.rows] == [2]
    assert [(fault.row, fault.column, fault.refusal) for fault in found.faults] == [
        (3, "parcel", ParcelTwice(code=good.code, row=2)),
        (4, "parcel", NotWaiting(code=gone.code)),
        (5, "parcel", UnknownParcel(code=other.code)),
        (6, "parcel", UnknownParcel(code="nonsense")),
        (7, "carrier", TrackingMissing(code="nobody")),
        (8, "tracking", TextTooLong(longest=60)),
    ]
    assert ParcelStep.objects.count() == before


def test_shipping_twice_ships_once_and_says_so(market):
    parcel = waiting(market)
    rows = [TrackingRow(2, parcel.code, "顺丰", "SF1"), TrackingRow(3, "nobody", "顺丰", "SF2")]
    first = ship_rows(rows=rows, brand=market.brand.id, by="packer", at=now())
    second = ship_rows(rows=rows, brand=market.brand.id, by="packer", at=now())
    assert (first[0], second[0]) == (1, 0)
    assert [fault.refusal for fault in first[1]] == [UnknownParcel(code="nobody")]
    assert [fault.refusal for fault in second[1]] == [
        NotWaiting(code=parcel.code), UnknownParcel(code="nobody"),
    ]  # fmt: skip
    assert ParcelStep.objects.filter(parcel=parcel, state="shipped").count() == 1


def test_a_sheet_without_the_columns_or_with_too_many_rows(market, tmp_path, monkeypatch):
    path = written(tmp_path / "a.csv", [["a", "b", "c"]], header=("one", "two", "three"))
    with pytest.raises(TrackingColumnsMissing):
        read_tracking(path=path, brand=market.brand.id)
    monkeypatch.setattr(sheets, "MOST_ROWS", 1)
    path = written(tmp_path / "b.csv", [["a", "b", "c"], ["d", "e", "f"]])
    with pytest.raises(TooManyParcels):
        read_tracking(path=path, brand=market.brand.id)
