"""Steps that write products with their SKUs: new ones by the thousand, and a draft anew."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain

from shoal.brands.models import Brand
from shoal.catalog.entries import NewProduct, NewSku
from shoal.catalog.models import Category, FreightTemplate, Product, Sku
from shoal.catalog.rules import variants_fit
from shoal.catalog.search import refresh_search
from shoal.catalog.steps import (
    SkuReferenceTaken,
    UnknownCategory,
    UnknownFreight,
    VariantsUnclear,
    write_steps,
)
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.texts import checked_texts
from shoal.kit.transactions import step

TITLE_LENGTH = 120
DESCRIPTION_LENGTH = 20_000
_REFERENCE_LENGTH = 60
_BARCODE_LENGTH = 32
_MOST_GRAMS = 2_000_000
_AT_ONCE = 1000


class ReferenceTaken(Refused):
    """The product number “{reference}” is already in use."""

    code = "reference_taken"


class ReferenceUnclear(Refused):
    """A product needs a number of its own, of at most {longest} characters."""

    code = "reference_unclear"


class SkuUnclear(Refused):
    """The SKU “{reference}”: number at most 60 characters, barcode 32, weight in grams from 0."""

    code = "sku_unclear"


@step
def put_new(*, brand: Brand, entries: Sequence[NewProduct], by: str, at: datetime) -> list[Product]:
    """This will write `entries` as drafts of `brand` with their SKUs, in a few statements."""
    _check_references(brand, entries)
    categories, freights = categories_by_code(), freights_by_code(brand)
    products = []
    for entry in entries:
        product = Product(id=uuid7(), brand=brand, created_at=at, changed_at=at)
        describe(product, entry, categories, freights)
        products.append(product)
    Product.objects.bulk_create(products, batch_size=_AT_ONCE)
    Sku.objects.bulk_create(
        chain.from_iterable(
            new_skus(product, entry.skus) for product, entry in zip(products, entries, strict=True)
        ),
        batch_size=_AT_ONCE,
    )
    write_steps(products=products, state=Product.State.DRAFT, reason="", by=by, at=at)
    refresh_search(product_ids=[product.id for product in products])
    return products


@step
def put_draft(*, product: Product, entry: NewProduct, at: datetime) -> Product:
    """This will make a locked draft say what `entry` says; SKUs that it no longer names go."""
    brand = product.brand
    if entry.reference != product.reference:
        _check_references(brand, [entry])
    describe(product, entry, categories_by_code(), freights_by_code(brand))
    product.version += 1
    product.changed_at = at
    product.save()
    known = {sku.reference: sku for sku in product.skus.all()}
    wanted = new_skus(product, entry.skus)
    names = {sku.reference for sku in wanted}
    # A draft has never been sold; what once was live and is counted in stock stays by PROTECT.
    Sku.objects.filter(
        id__in=[row.id for row in known.values() if row.reference not in names]
    ).delete()
    for sku in wanted:
        if sku.reference in known:
            sku.id, sku.code = known[sku.reference].id, known[sku.reference].code
    Sku.objects.bulk_create(
        wanted,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["barcode", "values", "weight_g", "position"],
    )
    refresh_search(product_ids=[product.id])
    return product


def new_skus(product: Product, entries: Sequence[NewSku], *, after: int = 0) -> list[Sku]:
    """This will make unsaved SKUs of `product`, at the positions from `after` on."""
    return [
        Sku(
            id=uuid7(),
            product=product,
            reference=entry.reference,
            barcode=entry.barcode,
            values=[dict(value) for value in entry.values],
            weight_g=entry.weight_g,
            position=position,
        )
        for position, entry in enumerate(entries, start=after)
    ]


def check_variants(product: Product, entries: Iterable[NewSku]) -> None:
    """This will raise SkuReferenceTaken or VariantsUnclear unless `entries` fit the product."""
    skus = list(entries)
    seen: set[str] = set()
    for sku in skus:
        check_sku(sku)
        if sku.reference in seen:
            raise SkuReferenceTaken(reference=sku.reference)
        seen.add(sku.reference)
    if not variants_fit(product.attributes, [sku.values for sku in skus]):
        raise VariantsUnclear(reference=product.reference)


def check_sku(sku: NewSku) -> None:
    """This will raise SkuUnclear unless the variant's number, barcode and weight can be kept."""
    if (
        not 0 < len(sku.reference.strip()) <= _REFERENCE_LENGTH
        or len(sku.barcode) > _BARCODE_LENGTH
        or not 0 <= sku.weight_g <= _MOST_GRAMS
    ):
        raise SkuUnclear(reference=sku.reference)


def categories_by_code() -> dict[str, Category]:
    """This will return the whole category tree, by code."""
    return {category.code: category for category in Category.objects.all()}


def freights_by_code(brand: Brand) -> dict[str, FreightTemplate]:
    """This will return the brand's freight templates, by code."""
    rows = FreightTemplate.objects.filter(brand=brand).prefetch_related("prices")
    return {row.code: row for row in rows}


def describe(
    product: Product,
    entry: NewProduct,
    categories: Mapping[str, Category],
    freights: Mapping[str, FreightTemplate],
) -> None:
    """This will make an unsaved `product` say what `entry` says; raises what `put_new` raises."""
    if entry.category not in categories:
        raise UnknownCategory(category=entry.category)
    if entry.freight is not None and entry.freight not in freights:
        raise UnknownFreight(freight=entry.freight)
    if not 0 < len(entry.reference.strip()) <= _REFERENCE_LENGTH:
        raise ReferenceUnclear(longest=_REFERENCE_LENGTH)
    product.reference = entry.reference
    product.category = categories[entry.category]
    product.freight = freights[entry.freight] if entry.freight is not None else None
    product.base_language = entry.base_language
    product.titles = checked_texts(entry.titles, base=entry.base_language, longest=TITLE_LENGTH)
    product.descriptions = described(entry.descriptions)
    product.attributes = [dict(attribute) for attribute in entry.attributes]
    check_variants(product, entry.skus)


def described(descriptions: Mapping[str, str]) -> dict[str, str]:
    """This will return descriptions trimmed; a product may have none. Raises TextTooLong."""
    told = {key: text for key, text in descriptions.items() if text.strip()}
    return checked_texts(told, base=next(iter(told)), longest=DESCRIPTION_LENGTH) if told else {}


def _check_references(brand: Brand, entries: Sequence[NewProduct]) -> None:
    wanted = [entry.reference for entry in entries]
    taken = set(
        Product.objects.filter(brand=brand, reference__in=wanted).values_list(
            "reference", flat=True
        )
    )
    for reference in wanted:
        if reference in taken:
            raise ReferenceTaken(reference=reference)
        taken.add(reference)
