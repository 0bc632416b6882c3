"""Brands, goods and offers for tests, made through the same operations as everything else."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from PIL import Image

from shoal.brands import operations as brands
from shoal.brands.models import Brand, Paper
from shoal.catalog import operations as catalog
from shoal.catalog.entries import NewProduct, NewSku
from shoal.catalog.models import Category, Product
from shoal.kit.ids import short_code, uuid7
from shoal.kit.transactions import one_transaction
from shoal.kit.vault import make_keys
from shoal.offers import operations as offers
from shoal.offers.making import NewOffer
from shoal.offers.models import FlashSale, Offer
from shoal.offers.rules import Terms
from shoal.people.models import Person
from shoal.stock.steps import Quantity, receive

AT = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OLGA = "olga"


def paper(text: str = "licence") -> bytes:
    """A file that is a PDF as far as anybody checks."""
    return f"%PDF-1.7\n% {text}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>\n%%EOF\n".encode()


@cache
def picture(
    width: int = 400, height: int = 300, colour: str = "#336699", kind: str = "PNG"
) -> bytes:
    """A picture of one colour, as a file."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, kind)
    return buffer.getvalue()


def person(*, at: datetime = AT) -> Person:
    """Somebody with a key in the vault."""
    made = Person(id=uuid7(), created_at=at)
    make_keys([made.id])
    made.save(force_insert=True)
    return made


def applied_brand(
    *, name: str = "海风", currency: str = "CNY", owner: Person | None = None, at: datetime = AT
) -> Brand:
    """A brand that has applied and handed in its papers, nothing judged yet."""
    brand = brands.apply_brand(
        person=owner or person(at=at), names={"zh": name}, currency=currency, at=at
    )
    for kind in (Paper.Kind.LICENCE, Paper.Kind.TRADEMARK):
        brands.hand_in_paper(brand=brand, kind=kind, data=paper(f"{kind} {brand.code}"), at=at)
    return brand


def active_brand(
    *,
    name: str = "海风",
    currency: str = "CNY",
    fees: dict[str, int] | None = None,
    owner: Person | None = None,
    at: datetime = AT,
) -> Brand:
    """A brand that is vetted and has signed."""
    brand = applied_brand(name=name, currency=currency, owner=owner, at=at)
    for row in Paper.objects.filter(brand=brand):
        brands.judge_paper(code=row.code, accepted=True, reason="", by=OLGA, at=at)
    brands.vet_brand(brand=brand, accepted=True, reason="papers in order", by=OLGA, at=at)
    brands.offer_contract(
        brand=brand, fees=fees or {"": 500}, deposit_minor=0, terms="…", by=OLGA, at=at
    )
    brands.sign_contract(brand=brand, version=1, confirms_guarantee=True, by="owner", at=at)
    brand.refresh_from_db()
    return brand


def category(code: str = "home", parent: str | None = None) -> Category:
    """The category with this code, made where it is missing."""
    found = Category.objects.filter(code=code).first()
    return found or catalog.add_category(code=code, names={"zh": code}, parent=parent)


def new_product(reference: str = "A1", *, sizes: Sequence[str] = ("S", "M")) -> NewProduct:
    """A product in `sizes`, as its brand describes it."""
    return NewProduct(
        reference=reference,
        category="home",
        titles={"zh": f"亚麻衬衫 {reference}", "en": f"Linen shirt {reference}"},
        attributes=[
            {
                "names": {"zh": "尺码", "en": "Size"},
                "values": [{"zh": size, "en": size} for size in sizes],
            }
        ],
        skus=[
            NewSku(f"{reference}-{size}", [{"zh": size, "en": size}], weight_g=300)
            for size in sizes
        ],
    )


def live_product(
    brand: Brand,
    reference: str | None = None,
    *,
    stock: int = 10,
    sizes: Sequence[str] = ("S", "M"),
    at: datetime = AT,
) -> Product:
    """A live product in `sizes`, with `stock` units of each in the warehouse."""
    category()
    entry = new_product(reference or short_code(6), sizes=sizes)
    product = catalog.add_product(brand=brand, entry=entry, by="owner", at=at)
    catalog.propose_product(product=product, by="owner", at=at)
    product = catalog.accept_product(product=product, by=OLGA, at=at)
    if stock:
        with one_transaction():
            receive(
                quantities=[Quantity(sku.id, stock) for sku in product.skus.all()],
                by="owner",
                at=at,
            )
    return product


def terms(
    sale: int = 10_000,
    *,
    supply: int = 7_000,
    rate_bp: int = 2_000,
    floor: int | None = None,
    cap: int | None = None,
    currency: str = "CNY",
) -> Terms:
    """Terms that may stand: of 100.00 the brand gets 70, the keeper 20, the platform 10."""
    return Terms(
        supply=supply,
        sale=sale,
        floor=sale * 9 // 10 if floor is None else floor,
        cap=sale * 12 // 10 if cap is None else cap,
        rate_bp=rate_bp,
        currency=currency,
    )


# What stands beside `terms()` in further currencies, at the same rate.
YEN = Terms(supply=1_400, sale=2_000, floor=1_800, cap=2_400, rate_bp=2_000, currency="JPY")
DINAR = Terms(supply=3_500, sale=5_125, floor=4_500, cap=6_000, rate_bp=2_000, currency="KWD")


def drafted_sale(
    brand: Brand, *, starts_at: datetime = AT + HOUR, ends_at: datetime = AT + DAY
) -> FlashSale:
    """A sale that nobody has applied for yet."""
    return offers.draft_sale(
        brand=brand,
        titles={"zh": "夏日专场", "en": "Summer sale"},
        starts_at=starts_at,
        ends_at=ends_at,
        by="owner",
        at=AT,
    )


def scheduled_sale(
    brand: Brand,
    product: Product,
    *,
    quantity: int = 5,
    per_customer: int | None = None,
    starts_at: datetime = AT + HOUR,
    ends_at: datetime = AT + DAY,
) -> FlashSale:
    """A sale of all of a product's SKUs, accepted by Olga."""
    sale = drafted_sale(brand, starts_at=starts_at, ends_at=ends_at)
    offers.apply_for_sale(
        sale=sale,
        offers=[
            NewOffer(sku.id, terms(), quantity, per_customer=per_customer)
            for sku in product.skus.all()
        ],
        by="owner",
        at=AT,
    )
    return offers.judge_sale(sale=sale, accepted=True, reason="", by=OLGA, at=AT)


def standing_offers(brand: Brand, product: Product, *, at: datetime = AT) -> list[Offer]:
    """Each of a product's SKUs on offer from the warehouse, until further notice."""
    return offers.list_standing_offers(
        brand=brand,
        entries=[NewOffer(sku.id, terms()) for sku in product.skus.all()],
        by="owner",
        at=at,
    )
