"""Finding products: what people type, in both languages, with their mistakes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.brands.models import Brand
from shoal.catalog import operations as catalog
from shoal.catalog import search, typed, words
from shoal.catalog.entries import NewProduct, NewSku
from shoal.catalog.models import Product, SearchWord
from shoal.kit.transactions import OutsideTransaction
from tests import goods

FLASK = ("316不锈钢保温杯 500ml", "316 stainless steel vacuum flask, 500 ml")
MUG = ("骨瓷马克杯 350毫升", "Bone china mug, 350ml")
SHIRT = ("亚麻衬衫 女 宽松 XXL", "Linen shirt, women, loose, XXL")
TEE = ("纯棉圆领T恤 男", "Cotton crew neck T-shirt, men")
EARS = ("真无线蓝牙耳机 降噪", "True wireless bluetooth earphones, noise cancelling")


def _sell(brand: Brand, titles: tuple[str, str], reference: str, colour: str = "深蓝") -> Product:
    goods.category()
    entry = NewProduct(
        reference=reference,
        category="home",
        titles={"zh": titles[0], "en": titles[1]},
        attributes=[{"names": {"zh": "颜色"}, "values": [{"zh": colour}]}],
        skus=[NewSku(f"{reference}-1", [{"zh": colour}], barcode="6901234567892")],
    )
    product = catalog.add_product(brand=brand, entry=entry, by="mei", at=goods.AT)
    catalog.propose_product(product=product, by="mei", at=goods.AT)
    return catalog.accept_product(product=product, by=goods.OLGA, at=goods.AT)


@pytest.fixture
def shelf(db: None) -> dict[str, Product]:
    """Five products of two brands, live."""
    nordwind, cotton = goods.active_brand(name="海风"), goods.active_brand(name="初棉")
    return {
        "flask": _sell(nordwind, FLASK, "NW-1042"),
        "mug": _sell(nordwind, MUG, "NW-2001", "米白"),
        "ears": _sell(nordwind, EARS, "NW-3003"),
        "shirt": _sell(cotton, SHIRT, "CM-0001"),
        "tee": _sell(cotton, TEE, "CM-0002"),
    }


@pytest.mark.parametrize(
    ("typed_words", "meant"),
    [
        ("保温杯", "flask"),
        ("vacuum flask", "flask"),
        ("flask vacuum", "flask"),
        ("保温怀", "flask"),  # a wrong character
        ("海凤保温杯", "flask"),  # in the brand's name
        ("不鏽鋼保溫杯", "flask"),  # traditional
        ("0.5升 不锈钢", "flask"),  # another unit
        ("500 毫升保温杯", "flask"),
        ("stainles flask", "flask"),
        ("NW-1042", "flask"),
        ("nw1042", "flask"),
        ("NW-1042-1", "flask"),
        ("mgu bone china", "mug"),
        ("mugs", "mug"),
        ("马克 350ml 海风", "mug"),
        ("米白 杯", "mug"),
        ("bluetoothearphones", "ears"),
        ("blue tooth earphones", "ears"),
        ("蓝牙 earphones", "ears"),
        ("耳机蓝牙", "ears"),
        ("尔机 蓝牙", "ears"),
        ("bluetooht", "ears"),
        ("linen shirt 2XL", "shirt"),
        ("ｌｉｎｅｎ 女", "shirt"),
        ("初棉 衬衫", "shirt"),
        ("t恤 男", "tee"),
        ("Tshirt cotton", "tee"),
        ("纯绵圆领", "tee"),
    ],
)
def test_finds_what_was_meant(shelf: dict[str, Product], typed_words: str, meant: str) -> None:
    found = search.search_products(words=typed_words)
    assert found[0] == shelf[meant].id


def test_nothing_typed_and_nothing_there(shelf: dict[str, Product]) -> None:
    for empty in (
        "",
        "   ",
        "的",
        "!?",
        "冲浪板",
        "zzzzqqqq",
        "'; DROP TABLE --",
        "\\",
        "a:*|b&!c",
    ):
        assert search.search_products(words=empty) == [], empty


def test_only_live_products(shelf: dict[str, Product]) -> None:
    catalog.withdraw_product(
        product=shelf["flask"], reason="sold out for good", by="mei", at=goods.AT
    )
    assert shelf["flask"].id not in search.search_products(words="保温杯")


def test_only_this_shelf(shelf: dict[str, Product]) -> None:
    brand, category = shelf["tee"].brand_id, shelf["tee"].category_id
    assert set(search.search_products(words="杯", brand_ids=[brand])) == set()
    assert len(search.search_products(words="杯", category_ids=[category])) == 2
    assert search.search_products(words="杯", category_ids=[]) == []


def test_pages_do_not_overlap(shelf: dict[str, Product]) -> None:
    whole = search.search_products(words="海风 深蓝 500ml", limit=10)
    pages = [
        search.search_products(words="海风 深蓝 500ml", limit=1, offset=place)
        for place in range(len(whole) + 1)
    ]
    assert [one for page in pages for one in page] == whole
    assert whole[0] == shelf["flask"].id


def test_a_new_brand_name_is_found(shelf: dict[str, Product]) -> None:
    brand = shelf["tee"].brand
    brand.names = {"zh": "拾光集"}
    brand.save()
    with goods.one_transaction():
        assert search.refresh_search(product_ids=[shelf["tee"].id, shelf["shirt"].id]) == 2
        assert search.refresh_search(product_ids=[shelf["tee"].id]) == 0
    assert search.search_products(words="拾光集 T恤")[0] == shelf["tee"].id


@pytest.mark.django_db(transaction=True)
def test_refreshing_needs_a_transaction() -> None:
    with pytest.raises(OutsideTransaction):
        search.refresh_search(product_ids=[])


@pytest.mark.django_db(transaction=True)
def test_words_are_counted_and_forgotten() -> None:
    brand = goods.active_brand()
    flask, mug = _sell(brand, FLASK, "NW-1"), _sell(brand, MUG, "NW-2")
    left = search.recount_words()
    assert left == SearchWord.objects.count()
    assert SearchWord.objects.get(word="海风").products == 2
    assert SearchWord.objects.get(word="保温杯").products == 1
    catalog.withdraw_product(product=flask, reason="gone", by="mei", at=goods.AT)
    assert search.recount_words() < left
    assert not SearchWord.objects.filter(word="保温杯").exists()
    assert search.search_products(words="马克杯") == [mug.id]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("1.5L", "1500ml"),
        ("２公斤", "2000g"),
        ("3斤", "1500g"),
        ("1,200克", "1200g"),
        ("30×40cm", "30 400mm"),
        ("XXXL", "3xl"),
        ("42码", "42"),
        ("Café", "cafe"),
        ("30片面膜", "30pc 面膜"),
        ("T恤 t-shirt", "tshirt tshirt"),
        ("5kgs", "5kgs"),
    ],
)
def test_one_way_of_writing(text: str, normal: str) -> None:
    assert words.normalise(text).split() == normal.split()


_WORDS = st.text(alphabet="abcdeilnost", min_size=3, max_size=9)


@given(_WORDS, st.data())
def test_one_mistake_is_forgiven(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 2))
    wrong = data.draw(
        st.sampled_from(
            [
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
                word[:place] + "x" + word[place:],
                word[:place] + "x" + word[place + 1 :],
            ]
        )
    )
    assert typed.likeness(wrong, word) > 0


@given(_WORDS, _WORDS)
def test_distance_is_symmetric_and_bounded(one: str, other: str) -> None:
    there, back = typed.distance(one, other, most=9), typed.distance(other, one, most=9)
    assert there == back
    assert abs(len(one) - len(other)) <= there <= max(len(one), len(other))
    assert (there == 0) == (one == other)


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    normal = words.normalise(text)
    known = {
        word: typed.Known(3, is_whole=True) for word in list(typed.possible_words(normal))[::2]
    }
    groups = typed.settle(typed.read(normal, known), {})
    assert all(first.products <= second.products for first, second in pairwise(groups))
    terms = words.document_terms(texts=[text], names=[text], codes=[text])
    assert all(" " not in term and term for term in terms.words | terms.pieces)
