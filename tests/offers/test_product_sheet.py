"""The product sheet: in, out and in again; every fault with its row and column."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shoal.brands.models import Brand
from shoal.catalog import operations as catalog
from shoal.catalog.models import Product, Revision, Sku
from shoal.offers import imports, sheet_columns
from shoal.offers.exports import export_sheet
from shoal.offers.models import Offer
from shoal.offers.queries_terms import further_terms
from shoal.stock.models import Allotment, Movement
from tests import goods

SHIRT = {
    "product": "A1", "title_zh": "亚麻衬衫", "title_en": "Linen shirt", "category": "home",
    "attribute_1_zh": "尺码", "attribute_1_en": "Size", "value_1_zh": "S", "sku": "A1-S",
    "barcode": "6901234567892", "weight_g": "300", "units_to_add": "10", "supply_price": "60",
    "sale_price": "100.00", "floor_price": "95", "cap_price": "130", "commission_percent": "15%",
    "per_customer": "2",
}  # fmt: skip
SHIRT_M = {"product": "", "value_1_zh": "M", "sku": "A1-M", "units_to_add": "5"}
MUG = {"product": "B1", "title_zh": "马克杯", "category": "home", "sku": "B1"}


@pytest.fixture
def brand(db: None) -> Brand:
    goods.category()
    return goods.active_brand()


def _sheet(folder: Path, *rows: dict[str, str], columns: Sequence[str] = ()) -> Path:
    path = folder / "in.csv"
    names = list(columns) or list(sheet_columns.COLUMNS)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _take_in(path: Path, brand: Brand) -> imports.Outcome:
    return imports.import_sheet(path=path, brand=brand, by="mei", at=goods.AT)


def _accept_all(brand: Brand) -> None:
    for product in Product.objects.filter(brand=brand, state=Product.State.DRAFT):
        catalog.propose_product(product=product, by="mei", at=goods.AT)
        catalog.accept_product(product=product, by=goods.OLGA, at=goods.AT)


def _counts() -> tuple[int, ...]:
    models = (Product, Sku, Revision, Offer, Movement)
    return tuple(model._default_manager.count() for model in models)


def test_a_dry_run_writes_nothing(tmp_path: Path, brand: Brand) -> None:
    before = _counts()
    outcome = imports.check_sheet(path=_sheet(tmp_path, SHIRT, SHIRT_M, MUG), brand=brand)
    assert (outcome.rows, outcome.new, outcome.units, outcome.waiting) == (3, 2, 15, 1)
    assert outcome.faults == []
    assert _counts() == before


def test_new_products_are_drafts_with_stock_and_the_second_time_nothing(
    tmp_path: Path, brand: Brand
) -> None:
    path = _sheet(tmp_path, SHIRT, SHIRT_M, MUG)
    assert _take_in(path, brand).new == 2
    shirt = Product.objects.get(reference="A1")
    assert shirt.state == Product.State.DRAFT
    assert [sku.reference for sku in shirt.skus.order_by("position")] == ["A1-S", "A1-M"]
    assert Allotment.objects.get(sku__reference="A1-S").available == 10
    before = _counts()
    again = _take_in(path, brand)
    assert (again.new, again.changed, again.units, again.waiting) == (0, 0, 0, 1)
    assert _counts() == before


def test_terms_wait_until_the_product_is_live(tmp_path: Path, brand: Brand) -> None:
    path = _sheet(tmp_path, SHIRT, SHIRT_M)
    _take_in(path, brand)
    _accept_all(brand)
    outcome = _take_in(path, brand)
    assert (outcome.offers_new, outcome.waiting, outcome.units) == (1, 0, 0)
    offer = Offer.objects.get()
    assert (offer.sale_minor, offer.rate_bp, offer.per_customer) == (10_000, 1_500, 2)
    dearer = _take_in(_sheet(tmp_path, SHIRT | {"sale_price": "110"}, SHIRT_M), brand)
    assert (dearer.offers_new, dearer.offers_changed) == (0, 1)
    offer.refresh_from_db()
    assert (offer.sale_minor, offer.version) == (11_000, 2)


def test_a_draft_changes_and_keeps_what_is_not_named(tmp_path: Path, brand: Brand) -> None:
    _take_in(_sheet(tmp_path, SHIRT, SHIRT_M), brand)
    edit = {
        "product": "A1", "title_en": "Linen shirt, loose", "category": "home", "sku": "A1-L",
        "attribute_1_zh": "尺码", "value_1_zh": "L",
    }  # fmt: skip
    assert _take_in(_sheet(tmp_path, edit), brand).changed == 1
    shirt = Product.objects.get(reference="A1")
    assert shirt.titles == {"zh": "亚麻衬衫", "en": "Linen shirt, loose"}
    assert set(shirt.skus.values_list("reference", flat=True)) == {"A1-S", "A1-M", "A1-L"}


def test_an_edit_of_a_live_product_is_proposed_once(tmp_path: Path, brand: Brand) -> None:
    _take_in(_sheet(tmp_path, SHIRT, SHIRT_M), brand)
    _accept_all(brand)
    path = _sheet(tmp_path, SHIRT | {"title_zh": "亚麻长袖衬衫", "units_to_add": ""}, SHIRT_M)
    assert _take_in(path, brand).proposed == 1
    assert Product.objects.get(reference="A1").titles["zh"] == "亚麻衬衫"
    assert Revision.objects.get().changes == {"titles": {"zh": "亚麻长袖衬衫", "en": "Linen shirt"}}
    assert _take_in(path, brand).proposed == 0
    other = _take_in(_sheet(tmp_path, SHIRT | {"title_zh": "另一个名字"}, SHIRT_M), brand)
    assert [fault.refusal.code for fault in other.faults] == ["proposal_waiting"]
    assert Revision.objects.count() == 1


def test_one_delivery_note_counts_once(tmp_path: Path, brand: Brand) -> None:
    mug = MUG | {"units_to_add": "7", "delivery": "D-1"}
    _take_in(_sheet(tmp_path, mug), brand)
    _take_in(_sheet(tmp_path, mug | {"title_en": "Mug"}), brand)
    assert Allotment.objects.get().available == 7
    _take_in(_sheet(tmp_path, mug | {"delivery": "D-2"}), brand)
    assert Allotment.objects.get().available == 14


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_what_goes_out_comes_in_without_a_change(tmp_path: Path, brand: Brand, name: str) -> None:
    odd = MUG | {"title_en": "=HYPERLINK(1)", "description_zh": "第一行\n第二行", "barcode": "0012"}
    _take_in(_sheet(tmp_path, SHIRT, SHIRT_M, odd), brand)
    _accept_all(brand)
    _take_in(_sheet(tmp_path, SHIRT, SHIRT_M, odd), brand)
    path = tmp_path / name
    assert export_sheet(path=path, brand=brand) == 3
    before = _counts()
    outcome = _take_in(path, brand)
    assert outcome.rows == 3
    assert outcome.faults == []
    assert (outcome.new, outcome.changed, outcome.proposed, outcome.offers_changed) == (0, 0, 0, 0)
    assert _counts() == before


def test_headers_may_be_chinese(tmp_path: Path, brand: Brand) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("货号;中文标题;类目;SKU编号;条码\nB1;杯;home;B1;69\n".encode("gb18030"))
    assert _take_in(path, brand).new == 1
    assert Sku.objects.get().barcode == "69"


@pytest.mark.parametrize(
    ("change", "row", "column", "code"),
    [
        ({"sku": ""}, 2, "sku", "cell_missing"),
        ({"title_zh": "", "title_en": ""}, 2, "title_zh", "text_missing"),
        ({"category": "nowhere"}, 2, "category", "unknown_category"),
        ({"freight": "nowhere"}, 2, "freight", "unknown_freight"),
        ({"title_zh": "长" * 121}, 2, "title_zh", "text_too_long"),
        ({"weight_g": "heavy"}, 2, "weight_g", "not_whole"),
        ({"units_to_add": "-1"}, 2, "units_to_add", "not_whole"),
        ({"barcode": "6.90123E+12"}, 2, "barcode", "number_shortened"),
        ({"sale_price": "12.345"}, 2, "sale_price", "not_an_amount"),
        ({"sale_price": "ten"}, 2, "sale_price", "not_an_amount"),
        ({"supply_price": ""}, 2, "supply_price", "cell_missing"),
        ({"commission_percent": "150"}, 2, "commission_percent", "not_a_percentage"),
        ({"supply_price": "90"}, 2, "supply_price", "nothing_for_platform"),
        ({"floor_price": "50"}, 2, "floor_price", "nothing_for_keeper"),
        ({"supply_price": "84"}, 2, "commission_percent", "below_contract_fee"),
        ({"list_price": "90"}, 2, "list_price", "list_price_below_sale"),
        ({"commission_percent": "1e999999999"}, 2, "commission_percent", "not_a_percentage"),
        ({"sale_price": "1e900000"}, 2, "sale_price", "not_an_amount"),
        ({"per_customer": "0"}, 2, "per_customer", "not_whole"),
        ({"weight_g": "0" * 18 + "9" * 30}, 2, "weight_g", "not_whole"),
        ({"value_1_zh": ""}, 2, "value_1_zh", "cell_missing"),
        ({"value_2_zh": "红"}, 2, "value_2_zh", "value_without_name"),
    ],
)
def test_faults_name_row_and_column(
    tmp_path: Path, brand: Brand, change: dict[str, str], row: int, column: str, code: str
) -> None:
    before = _counts()
    outcome = _take_in(_sheet(tmp_path, SHIRT | change, MUG), brand)
    found = [(fault.row, fault.column, fault.refusal.code) for fault in outcome.faults]
    assert found == [(row, column, code)]
    assert outcome.faults[0].sentence
    assert _counts() == before


@pytest.mark.parametrize(
    ("rows", "row", "code"),
    [
        ([SHIRT, SHIRT_M | {"sku": "A1-S"}], 3, "row_twice"),
        ([SHIRT, SHIRT_M | {"title_zh": "别的"}], 3, "rows_differ"),
        ([SHIRT, MUG, SHIRT_M | {"product": "A1", "category": "home"}], 4, "rows_apart"),
        ([SHIRT, SHIRT_M | {"value_1_zh": "S"}], 2, "variants_unclear"),
    ],
)
def test_rows_that_do_not_fit_together(
    tmp_path: Path, brand: Brand, rows: list[dict[str, str]], row: int, code: str
) -> None:
    outcome = _take_in(_sheet(tmp_path, *rows), brand)
    assert (row, code) in [(fault.row, fault.refusal.code) for fault in outcome.faults]
    assert not Product.objects.exists()


def test_prices_in_further_currencies(tmp_path: Path, brand: Brand, settings: Any) -> None:
    settings.SHOAL_CURRENCIES = ["CNY", "JPY", "KWD"]
    yen = {"supply_price_JPY": "1,200", "sale_price_JPY": "2000", "floor_price_JPY": "1900",
           "cap_price_JPY": "2600"}  # fmt: skip
    rows = {**SHIRT, **yen}
    _take_in(_sheet(tmp_path, SHIRT), brand)
    _accept_all(brand)
    faulty = _sheet(tmp_path, {**rows, "sale_price_JPY": "12.5"}, columns=list(rows))
    outcome = _take_in(faulty, brand)
    assert [(fault.column, fault.refusal.code) for fault in outcome.faults] == [
        ("sale_price_JPY", "not_an_amount")
    ]
    poor = _sheet(tmp_path, {**rows, "supply_price_JPY": "1999"}, columns=list(rows))
    outcome = _take_in(poor, brand)
    assert [(fault.column, fault.refusal.code) for fault in outcome.faults] == [
        ("supply_price_JPY", "nothing_for_platform")
    ]
    path = _sheet(tmp_path, rows, columns=list(rows))
    _take_in(path, brand)
    offer = Offer.objects.get(sku__reference="A1-S")
    [terms] = further_terms(offer)
    assert (terms.currency, terms.sale, terms.rate_bp) == ("JPY", 2_000, 1_500)
    again = tmp_path / "out.csv"
    export_sheet(path=again, brand=brand)
    assert "sale_price_JPY" in again.read_text("utf-8-sig").splitlines()[0]
    outcome = _take_in(again, brand)
    assert (outcome.fault_count, outcome.offers_changed) == (0, 0)
    dearer = _sheet(tmp_path, {**SHIRT, "cap_price": "140"}, columns=list(rows))
    outcome = _take_in(dearer, brand)
    assert outcome.offers_changed == 1
    assert further_terms(offer) == (terms,)


def test_columns_that_mean_nothing(tmp_path: Path, brand: Brand) -> None:
    with pytest.raises(sheet_columns.ColumnsUnknown):
        imports.check_sheet(path=_sheet(tmp_path, columns=["product", "price"]), brand=brand)
    with pytest.raises(sheet_columns.ColumnsMissing):
        imports.check_sheet(path=_sheet(tmp_path, columns=["product", "sku"]), brand=brand)


@pytest.mark.django_db(transaction=True)
def test_a_kill_between_chunks_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods.category()
    brand = goods.active_brand()
    monkeypatch.setattr(imports, "CHUNK_ROWS", 2)
    rows = [
        {"product": f"P{place}", "title_zh": "杯", "category": "home", "sku": "S",
         "units_to_add": "3"}
        for place in range(7)
    ]  # fmt: skip
    path = _sheet(tmp_path, *rows)

    class Killed(BaseException):
        pass

    def kill(stage: str, done: int, _: int | None) -> None:
        if stage == "write" and done >= 4:
            raise Killed

    with pytest.raises(Killed):
        imports.import_sheet(path=path, brand=brand, by="mei", at=goods.AT, progress=kill)
    assert Product.objects.count() == 4
    outcome = _take_in(path, brand)
    assert (outcome.rows, outcome.new) == (7, 3)
    assert Product.objects.count() == 7
    assert [row.available for row in Allotment.objects.all()] == [3] * 7
