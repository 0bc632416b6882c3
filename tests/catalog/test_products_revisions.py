"""Edits of a live product: proposed, then accepted or refused."""

from typing import Any

import pytest

from shoal.brands.steps import ReasonMissing
from shoal.catalog import operations, queries
from shoal.catalog.models import Product, Revision
from shoal.catalog.operations_pictures import TooManyPictures
from shoal.catalog.operations_revisions import (
    FieldNotRevisable,
    NothingChanges,
    PictureMissing,
    RevisionJudged,
    RevisionOpen,
    UnknownSku,
)
from shoal.catalog.search import search_products
from shoal.catalog.steps import (
    SkuReferenceTaken,
    UnknownCategory,
    UnknownFreight,
    VariantsUnclear,
    WrongProductState,
)
from shoal.kit import pictures
from shoal.kit.errors import NotFound, Refused
from shoal.kit.texts import TextMissing
from tests import goods
from tests.goods import AT, DAY, OLGA

pytestmark = pytest.mark.django_db


def propose(product: Product, **changes: Any) -> Revision:
    return operations.propose_revision(product=product, changes=changes, by="owner", at=AT)


def accept(revision: Revision) -> Product:
    operations.judge_revision(code=revision.code, accepted=True, reason="", by=OLGA, at=AT + DAY)
    return queries.product_by_code(code=revision.product.code)


def test_people_see_the_old_text_until_the_new_one_is_accepted() -> None:
    product = goods.live_product(goods.active_brand(), "A1")
    revision = propose(product, titles={"zh": "羊毛围巾", "en": "Wool scarf"})
    seen = queries.product_by_code(code=product.code)
    assert (seen.titles["en"], seen.version) == ("Linen shirt A1", product.version + 1)
    proposed = queries.revisions_to_judge()[0]
    assert [(change.field, change.present["en"]) for change in proposed.changes] == [
        ("titles", "Linen shirt A1")
    ]
    changed = accept(revision)
    assert changed.titles["en"] == "Wool scarf"
    assert changed.version == seen.version + 1
    assert search_products(words="wool scarf", limit=3) == [product.id]
    assert queries.revisions_to_judge() == []


def test_everything_listed_can_change() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    goods.category("textiles")
    freight = operations.set_freight_template(brand=brand, name="标准", base_minor=800, at=AT)
    sku = product.skus.all()[0]
    stored = pictures.store_picture(goods.picture(colour="#abcdef"))
    revision = propose(
        product,
        descriptions={"zh": "很暖和"},
        category="textiles",
        freight=freight.code,
        pictures=[{**stored.as_json(), "alts": {"zh": "正面"}}],
        barcodes={sku.code: "6901234567892"},
        weights={sku.code: 450},
    )
    changed = accept(revision)
    assert changed.description == "很暖和"
    assert (changed.category.code, changed.freight) == ("textiles", freight)
    assert [picture.alts for picture in changed.pictures.all()] == [{"zh": "正面"}]
    first = changed.skus.all()[0]
    assert (first.barcode, first.weight_g) == ("6901234567892", 450)
    again = propose(changed, freight=None, pictures=[])
    assert accept(again).freight is None


def test_a_new_sku_needs_a_value_that_the_product_knows() -> None:
    brand = goods.active_brand()
    goods.category()
    entry = goods.new_product("A1", sizes=("S", "M", "L"))
    two = type(entry)(
        reference="A1",
        category="home",
        titles=entry.titles,
        attributes=entry.attributes,
        skus=entry.skus[:2],
    )
    product = operations.add_product(brand=brand, entry=two, by="owner", at=AT)
    operations.propose_product(product=product, by="owner", at=AT)
    product = operations.accept_product(product=product, by=OLGA, at=AT)
    large = {"reference": "A1-L", "values": [{"zh": "L", "en": "L"}]}
    changed = accept(propose(product, new_skus=[large]))
    assert [sku.reference for sku in changed.skus.all()] == ["A1-S", "A1-M", "A1-L"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"state": "withdrawn"}, FieldNotRevisable),
        ({"attributes": []}, FieldNotRevisable),
        ({}, NothingChanges),
        ({"category": "home"}, NothingChanges),
        ({"category": "nowhere"}, UnknownCategory),
        ({"freight": "nothing"}, UnknownFreight),
        ({"titles": {"en": "only English"}}, TextMissing),
        ({"weights": {"nobody": 5}}, UnknownSku),
        ({"pictures": [{}] * 13}, TooManyPictures),
        ({"new_skus": [{"reference": "X", "values": [{"zh": "XL"}]}]}, VariantsUnclear),
        (
            {"new_skus": [{"reference": "A1-S", "values": [{"zh": "S", "en": "S"}]}]},
            SkuReferenceTaken,
        ),
        (
            {
                "pictures": [
                    {"digest": "f" * 64, "width": 1, "height": 1, "widths": [1], "tint": "#000000"}
                ]
            },
            PictureMissing,
        ),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], refusal: type[Refused]) -> None:
    product = goods.live_product(goods.active_brand(), "A1")
    with pytest.raises(refusal):
        propose(product, **changes)
    assert not Revision.objects.exists()


def test_one_proposal_at_a_time_until_taken_back() -> None:
    product = goods.live_product(goods.active_brand())
    other = goods.live_product(goods.active_brand(name="Nordwind"))
    first = propose(product, titles={"zh": "围巾"})
    with pytest.raises(RevisionOpen):
        propose(product, titles={"zh": "帽子"})
    with pytest.raises(NotFound):
        operations.take_back_revision(product=other, code=first.code, by="bao", at=AT)
    operations.take_back_revision(product=product, code=first.code, by="owner", at=AT)
    with pytest.raises(RevisionJudged):
        accept(first)
    propose(product, titles={"zh": "帽子"})
    assert [row.verdict for row in queries.revisions_of(product=product)] == ["", "taken_back"]


def test_a_refusal_has_a_reason_and_changes_nothing() -> None:
    product = goods.live_product(goods.active_brand())
    revision = propose(product, titles={"zh": "围巾"})
    with pytest.raises(ReasonMissing):
        operations.judge_revision(code=revision.code, accepted=False, reason=" ", by=OLGA, at=AT)
    operations.judge_revision(
        code=revision.code, accepted=False, reason="another thing", by=OLGA, at=AT
    )
    assert queries.product_by_code(code=product.code).titles == product.titles


def test_an_edit_that_no_longer_fits_is_not_accepted() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    freight = operations.set_freight_template(brand=brand, name="标准", base_minor=800, at=AT)
    revision = propose(product, freight=freight.code)
    freight.delete()
    with pytest.raises(UnknownFreight):
        accept(revision)
    revision.refresh_from_db()
    assert revision.verdict == ""


def test_a_draft_is_edited_directly() -> None:
    goods.category()
    draft = operations.add_product(
        brand=goods.active_brand(), entry=goods.new_product(), by="owner", at=AT
    )
    with pytest.raises(WrongProductState):
        propose(draft, titles={"zh": "围巾"})
    assert not Revision.objects.exists()
