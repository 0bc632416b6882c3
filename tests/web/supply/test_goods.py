"""Products from draft to live, edits of live ones, pictures, stock, freight, the sheet."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shoal.catalog.models import FreightTemplate, Picture, Product, Revision
from shoal.catalog.operations import judge_revision
from shoal.kit.clock import now
from shoal.people.models import Person
from shoal.stock.models import Allotment
from shoal.web.supply import uploads
from shoal.web.supply.diffs import Piece, diff
from tests import goods
from tests.web.supply.cast import signed_in

pytestmark = pytest.mark.django_db

TEXTS = {
    "reference": "NEW-1",
    "title_zh": "亚麻桌布",
    "title_en": "Linen cloth",
    "category": "home",
}
COLOURS = {
    "a0-name_zh": "颜色", "a0-name_en": "Colour", "a0-values": "深蓝 / Navy\n白 / White",
    "a1-values": "", "a2-values": "",
}  # fmt: skip


def url(name: str, *args: str) -> str:
    return reverse(f"supply:{name}", args=args)


def draft(staff) -> Product:
    staff.goods.post(url("new-product"), TEXTS)
    return Product.objects.get(reference="NEW-1")


def test_a_product_from_nothing_to_live(staff, market):
    made = draft(staff)
    page = staff.goods.post(url("variants", made.code), {**COLOURS, "rows": "0", "combine": "1"})
    assert [row["reference"].value() for row in page.context["rows"]] == ["NEW-1-1", "NEW-1-2"]
    rows = {
        "rows": "2", "v0-reference": "N-1", "v0-value_0": "0", "v0-barcode": "690", "v0-weight_g":
        "300", "v1-reference": "N-2", "v1-value_0": "1", "v1-barcode": "", "v1-weight_g": "",
    }  # fmt: skip
    assert staff.goods.post(url("variants", made.code), {**COLOURS, **rows}).status_code == 302
    assert [sku.values[0]["zh"] for sku in made.skus.all()] == ["深蓝", "白"]
    assert staff.goods.post(url("proposal", made.code)).status_code == 302
    made.refresh_from_db()
    assert made.state == "proposed"


def test_a_variant_without_a_value_is_said_beside_it_and_nothing_is_kept(staff, market):
    made = draft(staff)
    rows = {"rows": "1", "v0-reference": "N-1", "v0-value_0": "", "v0-barcode": "",
            "v0-weight_g": ""}  # fmt: skip
    page = staff.goods.post(url("variants", made.code), {**COLOURS, **rows})
    assert page.status_code == 422
    assert page.context["rows"][0].errors["value_0"] == ["Choose one."]
    assert not made.skus.exists()


def test_a_number_that_is_taken(staff, market):
    draft(staff)
    page = staff.goods.post(url("new-product"), TEXTS)
    assert page.status_code == 422
    assert "already in use" in page.content.decode()
    assert Product.objects.filter(reference="NEW-1").count() == 1


def test_pictures_are_checked_for_what_they_are(staff, market):
    made = draft(staff)
    liar = SimpleUploadedFile("a.png", b"<script>", content_type="image/png")
    page = staff.goods.post(url("pictures", made.code), {"pictures": liar})
    assert page.status_code == 422
    assert "not a picture we can read" in page.content.decode()
    files = [
        SimpleUploadedFile(f"{colour}.png", goods.picture(colour=colour))
        for colour in ("#113355", "#aa3311")
    ]
    assert staff.goods.post(url("pictures", made.code), {"pictures": files}).status_code == 302
    first, second = Picture.objects.filter(product=made)
    staff.goods.post(url("picture-order", made.code), {"first": second.digest})
    assert Picture.objects.filter(product=made)[0].digest == second.digest
    staff.goods.post(url("picture-order", made.code), {"gone": first.digest})
    assert Picture.objects.get(product=made).digest == second.digest


def edit(product: Product, **changes: str) -> dict[str, str]:
    sent = {"title_zh": product.titles["zh"], "title_en": product.titles["en"],
            "category": product.category.code, "rows": "0"}  # fmt: skip
    for sku in product.skus.all():
        sent[f"k{sku.code}-barcode"] = sku.barcode
        sent[f"k{sku.code}-weight_g"] = str(sku.weight_g)
    return sent | changes


def test_an_edit_of_a_live_product_shows_its_difference_and_verdict(staff, market):
    product = goods.live_product(market.brand)
    sku = product.skus.all()[0]
    sent = edit(product, title_zh="亚麻衬衣", **{f"k{sku.code}-weight_g": "450"})
    assert staff.goods.post(url("revise", product.code), sent).status_code == 302
    revision = Revision.objects.get(product=product)
    assert set(revision.changes) == {"titles", "weights"}
    page = staff.goods.get(url("revision", revision.code)).content.decode()
    assert "<ins>" in page
    assert "<del>" in page
    judge_revision(code=revision.code, accepted=False, reason="keep the size", by="olga", at=now())
    assert "keep the size" in staff.goods.get(url("revision", revision.code)).content.decode()
    assert "keep the size" in staff.goods.get(url("today")).content.decode()


def test_an_edit_that_changes_nothing(staff, market):
    product = goods.live_product(market.brand)
    page = staff.goods.post(url("revise", product.code), edit(product))
    assert page.status_code == 422
    assert "changes nothing" in page.content.decode()
    assert not Revision.objects.exists()


def test_a_difference_letter_by_letter():
    assert diff("深蓝杯", "海蓝杯") == (
        Piece("gone", "深"), Piece("new", "海"), Piece("same", "蓝杯"),
    )  # fmt: skip
    long = "a line\n" * 400
    assert diff(long, long + "more")[-1] == Piece("new", "more")


def test_units_arrive_and_are_lost(staff, market):
    sku = market.offer.sku
    staff.warehouse.post(url("delivery", sku.code), {"quantity": "5"})
    staff.warehouse.post(url("loss", sku.code), {"quantity": "3", "reason": "broken"})
    home = Allotment.objects.get(sku=sku, is_warehouse=True)
    assert (home.received, home.available, home.written_off) == (15, 12, 3)
    page = staff.warehouse.post(url("loss", sku.code), {"quantity": "99", "reason": "broken"})
    assert page.status_code == 422
    assert "12 available, 99 wanted" in page.content.decode()
    home.refresh_from_db()
    assert home.available == 12


def test_freight_by_region(staff, market):
    sent = {"name": "standard", "base": "8.00", "per_kg": "2", "free_from": "99",
            "regions": "65 12.00\n54 不发货"}  # fmt: skip
    assert staff.goods.post(url("new-freight"), sent).status_code == 302
    template = FreightTemplate.objects.get(name="standard")
    assert template.regions == {"65": 1200, "54": None}
    again = staff.goods.post(url("new-freight"), sent)
    assert "already is a freight template" in again.content.decode()
    wrong = staff.goods.post(url("freight-template", template.code), {**sent, "regions": "x y"})
    assert wrong.status_code == 422
    template.refresh_from_db()
    assert template.base_minor == 800


def sheet(text: str) -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = "goods.csv"
    return file


def test_a_sheet_is_checked_then_taken_in(staff, market):
    text = "货号,SKU编号,类目,中文标题\nS1,S1-1,home,桌布\nS2,S2-1,home,餐巾\n"
    page = staff.goods.post(url("check-sheet"), {"file": sheet(text)})
    assert (page.context["outcome"].new, page.context["outcome"].fault_count) == (2, 0)
    assert not Product.objects.filter(reference="S1").exists()
    kept = page.context["kept"]
    assert staff.goods.post(url("run-sheet"), {"kept": kept}).status_code == 302
    assert Product.objects.filter(reference__in=["S1", "S2"]).count() == 2
    assert staff.goods.post(url("run-sheet"), {"kept": kept}).status_code == 409


def test_a_sheet_with_mistakes_names_row_and_column_and_takes_nothing_in(staff, market):
    text = "product,sku,category,title_zh,weight_g\nS1,S1-1,home,桌布,heavy\n"
    page = staff.goods.post(url("check-sheet"), {"file": sheet(text)})
    [fault] = page.context["outcome"].faults
    assert (fault.row, fault.column) == (2, "weight_g")
    assert page.context["kept"] == ""
    assert not Product.objects.filter(reference="S1").exists()


def test_a_sheet_that_is_too_large_for_a_page_has_another_way(staff, market, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 10)
    page = staff.goods.post(url("check-sheet"), {"file": sheet("product,category,sku\n")})
    assert page.status_code == 422
    [told] = page.context["form"].errors["file"]
    assert "larger than 8 MB" in told
    assert "`shoal import-products`" in told
    parcels = staff.warehouse.post(url("check-tracking"), {"file": sheet("parcel,carrier\n")})
    assert parcels.context["form"].errors["file"] == [
        "This file is larger than 8 MB. Split it and take the parts in."
    ]


def test_a_sheet_of_another_brand_is_not_found(staff, market):
    text = "product,sku,category,title_zh\nS1,S1-1,home,桌布\n"
    kept = staff.goods.post(url("check-sheet"), {"file": sheet(text)}).context["kept"]
    other = goods.active_brand(name="Nordwind")
    stranger = signed_in(Person.objects.get(brand_roles__brand=other))
    assert stranger.post(url("run-sheet"), {"kept": kept}).status_code == 409
    climbing = f"../{market.brand.code}/{kept}"
    assert stranger.post(url("run-sheet"), {"kept": climbing}).status_code == 409
    assert not Product.objects.filter(reference="S1").exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_downloaded_can_go_in_again_and_changes_nothing(staff, market, kind):
    answer = staff.goods.get(url("download-sheet"), {"as": kind})
    file = io.BytesIO(b"".join(answer.streaming_content))
    file.name = f"goods.{kind}"
    page = staff.goods.post(url("check-sheet"), {"file": file})
    outcome = page.context["outcome"]
    assert (outcome.fault_count, outcome.new, outcome.changed, outcome.proposed) == (0, 0, 0, 0)
    assert staff.goods.post(url("run-sheet"), {"kept": page.context["kept"]}).status_code == 302


def test_a_withdrawn_product(staff, market):
    product = market.offer.sku.product
    assert staff.goods.post(url("withdrawal", product.code), {}).status_code == 422
    staff.goods.post(url("withdrawal", product.code), {"reason": "season is over"})
    product.refresh_from_db()
    assert product.state == "withdrawn"
