"""Giving a brand's products out as a product sheet: what `offers.imports` takes in again."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from shoal.brands.models import Brand
from shoal.catalog.models import Product, Sku
from shoal.catalog.queries import full_products
from shoal.catalog.spreadsheets import write_sheet
from shoal.kit.money import Money
from shoal.offers.models import Offer
from shoal.offers.queries_terms import further_terms, load_prices, terms_of
from shoal.offers.rules import Terms
from shoal.offers.sheet_columns import AMOUNTS, LANGUAGES, MOST_ATTRIBUTES, columns_for
from shoal.stock.models import Allotment
from shoal.stock.queries import warehouse_of

_AT_ONCE = 500


def export_sheet(
    *,
    path: Path,
    brand: Brand,
    progress: Callable[[int, int | None], None] = lambda _done, _total: None,
) -> int:
    """This will write all products of `brand` to `path`, one row per SKU; returns the rows.

    The file is XLSX or CSV by its name. `units_to_add` stays empty and `available` is there to be
    read: taken in again, the sheet changes nothing.
    """
    total = Sku.objects.filter(product__brand=brand).count()
    columns = list(columns_for(currency=brand.currency))
    return write_sheet(path, columns, _rows(brand, total, progress))


def _rows(
    brand: Brand, total: int, progress: Callable[[int, int | None], None]
) -> Iterator[list[str]]:
    done, columns = 0, columns_for(currency=brand.currency)
    for products in _chunks(brand):
        skus = [sku.id for product in products for sku in product.skus.all()]
        stock = warehouse_of(skus=skus)
        standing = Offer.objects.filter(sku__in=skus, sale=None, state=Offer.State.LISTED)
        offers = {offer.sku_id: offer for offer in standing.order_by("id")}
        load_prices(offers=offers.values())
        for product in products:
            for sku in sorted(product.skus.all(), key=lambda sku: (sku.position, sku.id)):
                cells = _cells(product, sku, stock.get(sku.id), offers.get(sku.id))
                yield [cells.get(column, "") for column in columns]
                done += 1
        progress(done, total)


def _chunks(brand: Brand) -> Iterator[list[Product]]:
    last = UUID(int=0)
    while True:
        rows = full_products().filter(brand=brand, id__gt=last, skus__isnull=False)
        products = list(rows.order_by("id").distinct()[:_AT_ONCE])
        if not products:
            return
        yield products
        last = products[-1].id


def _cells(
    product: Product, sku: Sku, stock: Allotment | None, offer: Offer | None
) -> dict[str, str]:
    cells = {
        "product": product.reference,
        "category": product.category.code,
        "freight": product.freight.code if product.freight is not None else "",
        "sku": sku.reference,
        "barcode": sku.barcode,
        "weight_g": str(sku.weight_g or ""),
        "available": str(stock.available) if stock is not None else "",
    }
    for language in LANGUAGES:
        cells[f"title_{language}"] = product.titles.get(language, "")
        cells[f"description_{language}"] = product.descriptions.get(language, "")
        for place in range(1, min(len(product.attributes), MOST_ATTRIBUTES) + 1):
            attribute: dict[str, Any] = product.attributes[place - 1]
            cells[f"attribute_{place}_{language}"] = attribute["names"].get(language, "")
            cells[f"value_{place}_{language}"] = sku.values[place - 1].get(language, "")
    return cells | _terms(offer)


def _terms(offer: Offer | None) -> dict[str, str]:
    if offer is None:
        return {}
    own = terms_of(offer)
    cells = _amounts(own, "")
    for terms in further_terms(offer):
        cells |= _amounts(terms, f"_{terms.currency}")
    cells["commission_percent"] = f"{Decimal(own.rate_bp) / 100:f}"
    cells["per_customer"] = str(offer.per_customer or "")
    return cells


def _amounts(terms: Terms, suffix: str) -> dict[str, str]:
    amounts = (terms.supply, terms.sale, terms.floor, terms.cap, terms.usual)
    return {
        f"{column}{suffix}": f"{Money(minor, terms.currency).decimal:f}"
        for column, minor in zip(AMOUNTS, amounts, strict=True)
        if minor is not None
    }
