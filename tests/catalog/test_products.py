"""Products from draft to live and away, their freight and pictures."""

from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shoal.brands import operations as brands
from shoal.brands.steps import ReasonMissing, WrongBrandState
from shoal.catalog import doctor, operations, queries
from shoal.catalog.entries import NewCategory, NewProduct, NewSku
from shoal.catalog.models import Category, FreightTemplate, Picture, Product, ProductStep, Sku
from shoal.catalog.operations import CategoryTaken, FreightUnclear, NothingToSell
from shoal.catalog.operations_pictures import NewPicture, TooManyPictures
from shoal.catalog.products import ReferenceTaken, ReferenceUnclear, SkuUnclear
from shoal.catalog.search import search_products
from shoal.catalog.steps import (
    SkuReferenceTaken,
    UnknownCategory,
    UnknownFreight,
    VariantsUnclear,
    WrongProductState,
)
from shoal.kit.errors import NotFound, Refused
from shoal.kit.pictures import NoPicture
from shoal.kit.texts import TextMissing, TextTooLong
from tests import goods
from tests.goods import AT, DAY, OLGA

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, int, int]:
    return Product.objects.count(), Sku.objects.count(), ProductStep.objects.count()


def states(product: Product) -> list[str]:
    product.refresh_from_db()
    steps = list(product.steps.values_list("state", flat=True))
    assert steps[-1] == product.state
    return steps


def test_a_product_goes_live_and_is_found() -> None:
    product = goods.live_product(goods.active_brand(), "A1")
    assert states(product) == ["draft", "proposed", "live"]
    assert queries.live_product(code=product.code) == product
    assert search_products(words="亚麻衬衫", limit=5) == [product.id]
    assert all(check.ok for check in doctor.checks())


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"category": "nowhere"}, UnknownCategory),
        ({"freight": "nothing"}, UnknownFreight),
        ({"reference": "A1"}, ReferenceTaken),
        ({"reference": " "}, ReferenceUnclear),
        ({"skus": [NewSku("X", [{"zh": "S", "en": "S"}], weight_g=-1)]}, SkuUnclear),
        ({"skus": [NewSku("X" * 61, [{"zh": "S", "en": "S"}])]}, SkuUnclear),
        ({"titles": {"en": "only English"}}, TextMissing),
        ({"titles": {"zh": "长" * 121}}, TextTooLong),
        ({"skus": [NewSku("X", [{"zh": "XL"}])]}, VariantsUnclear),
        ({"skus": [NewSku("X", [{"zh": "S", "en": "S"}])] * 2}, SkuReferenceTaken),
    ],
)
def test_entries_that_cannot_be_spoil_the_whole_list(
    change: dict[str, object], refusal: type[Refused]
) -> None:
    brand = goods.active_brand()
    goods.live_product(brand, "A1")
    before = counts()
    bad: NewProduct = replace(goods.new_product("B1"), **change)  # type: ignore[arg-type]
    with pytest.raises(refusal):
        operations.add_products(
            brand=brand, entries=[goods.new_product("C1"), bad], by="owner", at=AT
        )
    assert counts() == before


def test_two_brands_may_use_the_same_number() -> None:
    goods.live_product(goods.active_brand(name="Nordwind"), "A1")
    goods.live_product(goods.active_brand(name="海风"), "A1")
    assert Product.objects.filter(reference="A1").count() == 2


def test_a_thousand_products_take_as_many_statements_as_ten() -> None:
    brand = goods.active_brand()
    goods.category()
    asked = []
    for first, many in ((0, 10), (10, 300)):
        entries = [goods.new_product(f"P{number}") for number in range(first, first + many)]
        with CaptureQueriesContext(connection) as statements:
            operations.add_products(brand=brand, entries=entries, by="owner", at=AT)
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_refused_with_a_reason_and_proposed_again() -> None:
    brand = goods.active_brand()
    goods.category()
    product = operations.add_product(brand=brand, entry=goods.new_product(), by="owner", at=AT)
    operations.propose_product(product=product, by="owner", at=AT)
    with pytest.raises(ReasonMissing):
        operations.refuse_product(product=product, reason="", by=OLGA, at=AT)
    operations.refuse_product(product=product, reason="blurred", by=OLGA, at=AT)
    operations.propose_product(product=product, by="owner", at=AT)
    operations.accept_product(product=product, by=OLGA, at=AT)
    assert states(product) == ["draft", "proposed", "draft", "proposed", "live"]


def test_only_an_active_brand_proposes_something_to_sell() -> None:
    brand = goods.applied_brand()
    goods.category()
    product = operations.add_product(brand=brand, entry=goods.new_product(), by="owner", at=AT)
    with pytest.raises(WrongBrandState):
        operations.propose_product(product=product, by="owner", at=AT)
    active = goods.active_brand(name="Nordwind")
    empty = replace(goods.new_product("E1"), skus=[], attributes=[])
    bare = operations.add_product(brand=active, entry=empty, by="owner", at=AT)
    with pytest.raises(NothingToSell):
        operations.propose_product(product=bare, by="owner", at=AT)
    assert states(product) == ["draft"]
    assert states(bare) == ["draft"]


def test_a_draft_is_replaced_and_keeps_its_skus() -> None:
    brand = goods.active_brand()
    goods.category()
    product = operations.add_product(brand=brand, entry=goods.new_product("A1"), by="owner", at=AT)
    code = product.skus.get(reference="A1-M").code
    entry = replace(goods.new_product("A1", sizes=("M", "L")), titles={"zh": "羊毛围巾"})
    operations.change_draft(product=product, entry=entry, at=AT + DAY)
    product = queries.product_by_code(code=product.code)
    assert [sku.reference for sku in product.skus.all()] == ["A1-M", "A1-L"]
    assert product.skus.get(reference="A1-M").code == code
    assert product.title == "羊毛围巾"
    live = goods.live_product(brand, "B1")
    with pytest.raises(WrongProductState):
        operations.change_draft(product=live, entry=goods.new_product("B1"), at=AT)
    assert queries.product_by_code(code=live.code).version == live.version + 1


def test_steps_are_never_edited() -> None:
    goods.live_product(goods.active_brand())
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        ProductStep.objects.all().delete()
    assert ProductStep.objects.count() == 3


def test_a_product_of_another_brand_is_not_found() -> None:
    product = goods.live_product(goods.active_brand(name="Nordwind"))
    with pytest.raises(NotFound):
        queries.product_by_code(code=product.code, brand=goods.active_brand(name="海风"))


def test_a_suspended_brand_hides_its_products() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    brands.suspend_brand(brand=brand, reason="reports", by=OLGA, at=AT)
    with pytest.raises(NotFound):
        queries.live_product(code=product.code)
    brands.restore_brand(brand=brand, reason="cleared", by=OLGA, at=AT)
    assert queries.live_product(code=product.code) == product


def test_a_list_of_products_asks_as_often_for_many_as_for_few() -> None:
    brand = goods.active_brand()
    asked = []
    for _ in range(2):
        goods.live_product(brand)
        with CaptureQueriesContext(connection) as statements:
            for product in queries.searched_products(brand=brand):
                assert product.brand.name
                assert product.category.name
                assert [sku.label for sku in product.skus.all()] == ["S", "M"]
                assert not product.pictures.all()
        asked.append(len(statements))
    assert asked[0] == asked[1]
    assert queries.product_counts(brand=brand) == {"live": 2}


class TestCategories:
    def test_the_tree_keeps_its_order(self) -> None:
        operations.add_categories(
            entries=[
                NewCategory("home", {"zh": "家居"}, position=2),
                NewCategory("food", {"zh": "食品"}, position=1),
                NewCategory("textiles", {"zh": "家纺"}, "home"),
                NewCategory("towels", {"zh": "毛巾"}, "textiles", tax_bp=1300),
            ]
        )
        tree = queries.category_tree()
        assert [branch.category.code for branch in tree] == ["food", "home"]
        assert tree[1].children[0].children[0].category.tax_bp == 1300
        assert queries.category_paths()["towels"] == ["towels", "textiles", "home"]

    def test_codes_are_unique_and_parents_exist(self) -> None:
        goods.category("home")
        with pytest.raises(CategoryTaken):
            operations.add_category(code="home", names={"zh": "家居"})
        with pytest.raises(UnknownCategory):
            operations.add_category(code="towels", names={"zh": "毛巾"}, parent="nowhere")
        assert Category.objects.count() == 1

    def test_a_renamed_category_renews_its_products(self) -> None:
        brand = goods.active_brand()
        product = goods.live_product(brand)
        operations.change_category(
            code="home", names={"zh": "居家日用"}, position=3, tax_bp=900, at=AT + DAY
        )
        seen = queries.product_by_code(code=product.code)
        assert (seen.category.name, seen.version) == ("居家日用", product.version + 2)
        assert search_products(words="居家日用", limit=5) == [product.id]
        with pytest.raises(NotFound):
            operations.change_category(
                code="nowhere", names={"zh": "家居"}, position=0, tax_bp=0, at=AT
            )
        assert Category.objects.count() == 1


class TestFreight:
    def test_setting_again_changes_and_renews_what_shows_it(self) -> None:
        brand = goods.active_brand()
        goods.category()
        freight = operations.set_freight_template(brand=brand, name="标准", base_minor=800, at=AT)
        entry = replace(goods.new_product(), freight=freight.code)
        product = operations.add_product(brand=brand, entry=entry, by="owner", at=AT)
        operations.set_freight_template(
            brand=brand, name="标准", base_minor=900, regions={"65": None}, at=AT + DAY
        )
        assert queries.freight_templates(brand=brand)[0].base_minor == 900
        assert queries.product_by_code(code=product.code).version == product.version + 1

    @pytest.mark.parametrize(
        "change",
        [{"base_minor": -1}, {"regions": {"Xinjiang": 5}}, {"regions": {"65": -5}}, {"name": " "}],
    )
    def test_unclear_amounts_are_refused(self, change: dict[str, object]) -> None:
        facts: dict[str, object] = {"name": "标准", "base_minor": 800}
        with pytest.raises(FreightUnclear):
            operations.set_freight_template(
                brand=goods.active_brand(),
                at=AT,
                **(facts | change),  # type: ignore[arg-type]
            )
        assert not FreightTemplate.objects.exists()


class TestPictures:
    def draft(self) -> Product:
        goods.category()
        return operations.add_product(
            brand=goods.active_brand(), entry=goods.new_product(), by="owner", at=AT
        )

    def test_pictures_stand_in_the_order_they_came_each_once(self) -> None:
        product = self.draft()
        red, blue = goods.picture(colour="#cc0000"), goods.picture(colour="#0000cc")
        made = operations.add_pictures(
            entries=[
                NewPicture(product, red, {"zh": "红色"}),
                NewPicture(product, blue),
                NewPicture(product, red),
            ],
            at=AT,
        )
        assert made[0] == made[2]
        found = list(queries.product_by_code(code=product.code).pictures.all())
        assert [picture.tint for picture in found] == ["#cc0000", "#0000cc"]
        assert (found[0].alts, found[0].width, found[0].height) == ({"zh": "红色"}, 400, 300)
        assert all(default_storage.exists(found[0].stored.name(320, kind)) for kind in ("webp",))
        operations.arrange_pictures(
            product=product, digests=[found[1].digest, found[0].digest], at=AT
        )
        assert [picture.tint for picture in product.pictures.all()] == ["#0000cc", "#cc0000"]
        operations.arrange_pictures(product=product, digests=[found[1].digest], at=AT)
        assert Picture.objects.get().position == 0
        assert all(check.ok for check in doctor.checks())

    def test_one_bad_file_spoils_the_upload(self) -> None:
        product = self.draft()
        entries = [NewPicture(product, goods.picture()), NewPicture(product, b"no")]
        with pytest.raises(NoPicture):
            operations.add_pictures(entries=entries, at=AT)
        assert not Picture.objects.exists()

    def test_a_live_product_needs_a_revision(self) -> None:
        product = goods.live_product(goods.active_brand())
        with pytest.raises(WrongProductState):
            operations.add_picture(product=product, data=goods.picture(), at=AT)
        assert not Picture.objects.exists()

    def test_there_is_a_limit(self) -> None:
        product = self.draft()
        entries = [
            NewPicture(product, goods.picture(80, 80, f"#0000{shade:02x}")) for shade in range(13)
        ]
        with pytest.raises(TooManyPictures):
            operations.add_pictures(entries=entries, at=AT)
        assert not Picture.objects.exists()


def test_a_brand_is_found_under_its_new_name() -> None:
    brand = goods.applied_brand(name="海风")
    goods.category()
    product = operations.add_product(brand=brand, entry=goods.new_product(), by="owner", at=AT)
    brands.describe_brand(brand=brand, names={"zh": "北风", "en": "Nordwind"}, stories={}, at=AT)
    product.refresh_from_db()
    assert "nordwind" in product.search_text


def test_doctor_finds_a_state_that_no_step_gave_and_lost_pictures() -> None:
    product = goods.live_product(goods.active_brand())
    Product.objects.filter(id=product.id).update(state=Product.State.WITHDRAWN)
    picture = operations.add_picture(product=product, data=goods.picture(90, 90), at=AT)
    default_storage.delete(picture.stored.largest)
    assert [check.name for check in doctor.checks() if not check.ok] == [
        "catalog: state is the last step",
        "catalog: pictures are there",
    ]
