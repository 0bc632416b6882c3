"""Puts the corpus into a database, in bulk, with the terms that `catalog.search` makes of it."""

from collections.abc import Iterator, Sequence
from itertools import islice

from bench.search_corpus import Goods, goods
from django.db import connection, transaction

from shoal.brands.models import Brand
from shoal.catalog.models import Category, Product, Sku
from shoal.catalog.search import recount_words, refresh_search
from shoal.kit.clock import now

CHUNK = 2_000


def fill(count: int) -> Iterator[int]:
    """This will write `count` products with their SKUs, yielding how many stand after each chunk.

    Products are written past `catalog.operations` here: what is measured is finding them.
    """
    brands: dict[str, Brand] = {}
    categories: dict[str, Category] = {}
    corpus = goods(count)
    done = 0
    while chunk := list(islice(corpus, CHUNK)):
        with transaction.atomic():
            products = _products(chunk, brands, categories)
            refresh_search(product_ids=[product.pk for product in products])
        done += len(chunk)
        yield done
    recount_words()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE catalog_product")
        cursor.execute("VACUUM ANALYZE catalog_searchword")


def _products(
    chunk: Sequence[Goods], brands: dict[str, Brand], categories: dict[str, Category]
) -> list[Product]:
    at = now()
    products, skus = [], []
    for one in chunk:
        zh, en = one.brand
        if zh not in brands:
            brands[zh] = Brand.objects.create(
                names={"zh": zh, "en": en}, currency="CNY", state=Brand.State.ACTIVE, applied_at=at
            )
        trade = one.kind.trade
        if trade not in categories:
            categories[trade] = Category.objects.create(
                code=f"trade-{len(categories)}", names={"zh": trade}
            )
        product = Product(
            brand=brands[zh],
            reference=one.reference,
            category=categories[trade],
            titles=one.titles,
            state=Product.State.LIVE,
            created_at=at,
            changed_at=at,
        )
        products.append(product)
        skus += [
            Sku(
                product=product,
                reference=f"{one.reference}-{place + 1}",
                barcode=str(one.barcode + place),
                values=[{"zh": colour[0], "en": colour[1]}],
            )
            for place, colour in enumerate(one.colours)
        ]
    Product.objects.bulk_create(products)
    Sku.objects.bulk_create(skus)
    return products
