"""The demo's brands and goods: from the texts in goods.toml to offers that can be bought."""

import io
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random
from typing import Any

from PIL import Image

from shoal.brands.models import Brand
from shoal.brands.operations import set_logo
from shoal.catalog.entries import NewCategory, NewProduct, NewSku
from shoal.catalog.models import Product
from shoal.catalog.operations import (
    accept_products,
    add_categories,
    add_products,
    propose_products,
    set_freight_template,
)
from shoal.catalog.operations_pictures import NewPicture, add_pictures
from shoal.catalog.queries import products_by_id
from shoal.demo.admission import admit_brand
from shoal.demo.drawings import VIEWS, draw, draw_banner, draw_logo
from shoal.offers.making import NewOffer
from shoal.offers.models import FlashSale
from shoal.offers.operations import (
    apply_for_sale,
    draft_sale,
    judge_sale,
    list_standing_offers,
    set_sale_cover,
)
from shoal.offers.rules import Terms, lowest_floor
from shoal.people.models import Person
from shoal.stock.operations import receive_goods
from shoal.stock.steps import Quantity

CURRENCY = "CNY"
_TAX_BP = 1_300
PICTURE = 640  # the widest that is kept of anything narrower than 1280 pixels
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
Tell = Callable[[str, int, int], None]

# Attribute sets by name: the attribute and its values, in both languages.
_OPTIONS: Mapping[str, tuple[tuple[str, str], tuple[tuple[str, str], ...]] | None] = {
    "one": None,
    "colour": (("颜色", "Colour"), (("海蓝", "Sea"), ("沙白", "Sand"), ("苔绿", "Moss"))),
    "size": (("尺寸", "Size"), (("小号", "Small"), ("大号", "Large"))),
    "apparel": (("尺码", "Size"), (("S", "S"), ("M", "M"), ("L", "L"), ("XL", "XL"))),
    "shoes": (("鞋码", "Shoe size"), (("37", "37"), ("39", "39"), ("41", "41"), ("43", "43"))),
    "kids": (("身高", "Height"), (("110", "110 cm"), ("120", "120 cm"), ("130", "130 cm"))),
    "weight": (("规格", "Weight"), (("100 克", "100 g"), ("250 克", "250 g"))),
    "rice": (("规格", "Weight"), (("5 斤", "2.5 kg"), ("10 斤", "5 kg"))),
    "pan": (("直径", "Diameter"), (("24 厘米", "24 cm"), ("28 厘米", "28 cm"))),
    "shade": (("色号", "Shade"), (("豆沙", "Rosewood"), ("番茄", "Tomato"), ("奶茶", "Latte"))),
}

# Three sales run now, one is tomorrow's trailer: which brand, hours from now, how it is called.
_SALES: tuple[tuple[int, int, int, str, str, str, str], ...] = (
    (0, -20, 4, "海风开窑日", "Kiln day at Haifeng", "这一窑的器物，今晚收场。", "Ends tonight."),
    (2, -5, 19, "北风换季专场", "Nordwind changes season", "秋冬衣物一次备齐。", "Autumn, sorted."),
    (1, -2, 46, "山里当季", "From the mountain, in season", "茶、蜜、米，当季直发。", "Fresh."),
    (
        3,
        15,
        39,
        "白露护肤夜",
        "An evening with Bailu",
        "明晚见，先看看有什么。",
        "See you tomorrow.",
    ),
)


@dataclass(frozen=True, slots=True)
class Supplier:
    """A brand of the demo, who runs it, and its live products."""

    brand: Brand
    owner: Person
    products: tuple[Product, ...]


def load_texts() -> dict[str, Any]:
    """This will read goods.toml."""
    text = files("shoal.demo").joinpath("goods.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def supply(*, owners: list[Person], operator: Person, at: datetime, tell: Tell) -> list[Supplier]:
    """This will bring every brand of goods.toml to market, with goods, pictures and offers."""
    texts = load_texts()
    add_categories(
        entries=[
            NewCategory(code=row["code"], names=row["names"], position=place, tax_bp=_TAX_BP)
            for place, row in enumerate(texts["categories"])
        ]
    )
    brands = texts["brands"]
    suppliers = []
    for place, (row, owner) in enumerate(zip(brands, owners, strict=True)):
        tell("brands with goods and pictures", place, len(brands))
        suppliers.append(_supplier(row, place, owner=owner, operator=operator, at=at))
    tell("brands with goods and pictures", len(brands), len(brands))
    return suppliers


def hold_sales(suppliers: list[Supplier], *, operator: Person, at: datetime) -> list[FlashSale]:
    """This will apply for the flash sales and schedule them around `at`."""
    return [_sale(suppliers, row, seed, operator, at) for seed, row in enumerate(_SALES)]


def png(image: Image.Image) -> bytes:
    """This will return a drawing as a PNG file."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _supplier(
    row: Mapping[str, Any], place: int, *, owner: Person, operator: Person, at: datetime
) -> Supplier:
    brand = admit_brand(
        owner=owner,
        operator=operator,
        names=row["names"],
        stories=row["stories"],
        currency=CURRENCY,
        deposit_minor=1_000_000,
        at=at,
    )
    set_logo(brand=brand, data=png(draw_logo(name=row["names"]["en"], seed=place)))
    freight = set_freight_template(
        brand=brand,
        name="标准快递",
        base_minor=800,
        per_kg_minor=200,
        free_from_minor=9_900,
        # Xinjiang and Tibet are further; the carriers do not go to Taiwan, Hong Kong and Macau.
        regions={"65": 1_500, "54": 1_500, "71": None, "81": None, "82": None},
        at=at,
    )
    entries = [
        _product(texts, number, row["category"], freight.code)
        for number, texts in enumerate(row["products"], start=1)
    ]
    products = add_products(brand=brand, entries=entries, by=owner.code, at=at)
    _draw(products, row["products"], place, at)
    propose_products(products=products, by=owner.code, at=at)
    accept_products(products=products, by=operator.code, at=at)
    live = products_by_id(ids=[product.id for product in products])
    _offer(brand, live, row["products"], owner, at)
    return Supplier(brand, owner, tuple(live))


def _product(texts: Mapping[str, Any], number: int, category: str, freight: str) -> NewProduct:
    options = _OPTIONS[texts["options"]]
    reference = f"{category.upper()}-{number:02}"
    attributes: list[dict[str, Any]] = []
    values: list[list[dict[str, str]]] = [[]]
    if options:
        (zh, en), choices = options
        named = [{"zh": choice[0], "en": choice[1]} for choice in choices]
        attributes = [{"names": {"zh": zh, "en": en}, "values": named}]
        values = [[choice] for choice in named]
    return NewProduct(
        reference=reference,
        category=category,
        titles={"zh": texts["zh"], "en": texts["en"]},
        descriptions={"zh": texts["text_zh"], "en": texts["text_en"]},
        attributes=attributes,
        skus=[
            NewSku(reference=f"{reference}-{place}", values=value, weight_g=300 + 50 * number)
            for place, value in enumerate(values, start=1)
        ],
        freight=freight,
    )


def _draw(products: list[Product], rows: list[Mapping[str, Any]], place: int, at: datetime) -> None:
    """Draws each product from three sides."""
    entries = []
    for number, (product, texts) in enumerate(zip(products, rows, strict=True)):
        for view in VIEWS:
            seed = place * 100 + number
            image = draw(kind=texts["kind"], seed=seed, size=PICTURE, view=view)
            alts = {"zh": texts["zh"], "en": texts["en"]}
            entries.append(NewPicture(product, png(image), alts))
    add_pictures(entries=entries, at=at)


def _offer(
    brand: Brand,
    products: list[Product],
    rows: list[Mapping[str, Any]],
    owner: Person,
    at: datetime,
) -> None:
    """Fills the warehouse and offers every SKU until further notice; some are nearly gone."""
    random = Random(brand.names["en"])
    quantities, entries = [], []
    for product, texts in zip(products, rows, strict=True):
        for sku in product.skus.all():
            many = random.choice((4, 30, 30, 60, 60, 120, 120, 120, 300, 300))
            quantities.append(Quantity(sku.id, many))
            entries.append(
                NewOffer(
                    sku=sku.id,
                    terms=_terms(
                        texts["sale"] * 100,
                        rate_bp=random.choice((1_200, 1_500, 2_000)),
                        usual=texts["list"] * 100 if "list" in texts else None,
                    ),
                )
            )
    receive_goods(brand=brand, quantities=quantities, by=owner.code, at=at)
    list_standing_offers(brand=brand, entries=entries, by=owner.code, at=at)


def _sale(
    suppliers: list[Supplier],
    row: tuple[int, int, int, str, str, str, str],
    seed: int,
    operator: Person,
    at: datetime,
) -> FlashSale:
    place, starts, ends, zh, en, summary_zh, summary_en = row
    supplier = suppliers[place]
    starts_at, asked_at = at + starts * _HOUR, at - 3 * _DAY
    sale = draft_sale(
        brand=supplier.brand,
        titles={"zh": zh, "en": en},
        summaries={"zh": summary_zh, "en": summary_en},
        starts_at=starts_at,
        ends_at=at + ends * _HOUR,
        trailer_at=starts_at - _DAY,
        by=supplier.owner.code,
        at=asked_at,
    )
    theme = ("sea", "hills", "market")[seed % 3]
    set_sale_cover(sale=sale, data=png(draw_banner(seed=seed, theme=theme)))
    texts = load_texts()["brands"][place]["products"]
    entries = []
    for number, product in enumerate(supplier.products[:6]):
        for sku in product.skus.all():
            price = texts[number]["sale"] * 85
            entries.append(
                NewOffer(
                    sku=sku.id,
                    terms=_terms(price, rate_bp=1_800, usual=texts[number]["sale"] * 100),
                    quantity=2 if number == 1 else 30,
                    per_customer=3,
                )
            )
    # What was nearly gone from the warehouse is filled up for the sale.
    receive_goods(
        brand=supplier.brand,
        quantities=[Quantity(entry.sku, entry.quantity or 0) for entry in entries],
        by=supplier.owner.code,
        at=asked_at,
    )
    apply_for_sale(sale=sale, offers=entries, by=supplier.owner.code, at=asked_at)
    return judge_sale(sale=sale, accepted=True, reason="", by=operator.code, at=asked_at)


def _terms(sale: int, *, rate_bp: int, usual: int | None) -> Terms:
    return Terms(
        supply=sale * 70 // 100,
        sale=sale,
        floor=max(lowest_floor(sale=sale, rate_bp=rate_bp), sale * 90 // 100),
        cap=sale * 125 // 100,
        rate_bp=rate_bp,
        currency=CURRENCY,
        usual=usual,
    )
