"""Every read on the catalogue but search."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from shoal.brands.models import Brand
from shoal.catalog.models import (
    Category,
    FreightPrice,
    FreightTemplate,
    Picture,
    Product,
    ProductStep,
    Revision,
    Sku,
)
from shoal.catalog.rules import category_path
from shoal.kit.errors import NotFound

# What was accepted once: links to it are about, whatever became of it.
_PUBLIC = Q(state__in=[Product.State.LIVE, Product.State.WITHDRAWN])


@dataclass(frozen=True, slots=True)
class Branch:
    """A category with what is below it."""

    category: Category
    children: Sequence["Branch"]


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a proposed edit: what the product says now, and what it would say."""

    field: str
    present: Any
    proposed: Any


@dataclass(frozen=True, slots=True)
class ProposedRevision:
    """A revision beside its product, field by field."""

    revision: Revision
    product: Product
    changes: Sequence[Change]


def full_products() -> "QuerySet[Product]":
    """This will return products with all that a page shows of them: six queries for any number."""
    return Product.objects.select_related("brand", "category", "freight").prefetch_related(
        "skus", "pictures"
    )


def product_by_code(*, code: str, brand: Brand | None = None) -> Product:
    """This will return a product, of `brand` only when one is given. Raises NotFound."""
    rows = full_products().filter(code=code)
    product = (rows if brand is None else rows.filter(brand=brand)).first()
    if product is None:
        raise NotFound
    return product


def live_product(*, code: str) -> Product:
    """This will return a product that can be sold now. Raises NotFound."""
    product = product_by_code(code=code)
    if not is_live(product):
        raise NotFound
    return product


def is_live(product: Product) -> bool:
    """This will say whether a product can be sold now: live, of an active brand."""
    return product.state == Product.State.LIVE and product.brand.state == Brand.State.ACTIVE


def public_product(*, code: str) -> Product:
    """This will return a product that customers may see, sold now or not any more.

    Raises NotFound.
    """
    product = full_products().filter(_PUBLIC, code=code).first()
    if product is None:
        raise NotFound
    return product


def public_products(*, codes: Iterable[str]) -> list[Product]:
    """This will return those of the products with these codes that customers may see."""
    rows = Product.objects.filter(_PUBLIC, code__in=list(codes))
    return list(rows.select_related("brand"))


def products_by_id(*, ids: Sequence[UUID]) -> list[Product]:
    """This will return the products with these ids, in the order of `ids`."""
    rows = full_products().in_bulk(list(ids))
    return [rows[key] for key in ids if key in rows]


def products_by_reference(*, brand: Brand, references: Iterable[str]) -> dict[str, Product]:
    """This will return a brand's products by the brand's own numbers."""
    rows = full_products().filter(brand=brand, reference__in=list(references))
    return {product.reference: product for product in rows}


def searched_products(
    *, brand: Brand, state: Product.State | None = None, words: str = ""
) -> "QuerySet[Product]":
    """This will find a brand's products by number, barcode or title, what changed last first.

    Each carries `has_open_revision`, and `last_reason`: why it came into its present state.
    """
    waiting = Revision.objects.filter(product=OuterRef("pk"), verdict="")
    steps = ProductStep.objects.filter(product=OuterRef("pk")).order_by("-id")
    rows = (
        full_products()
        .filter(brand=brand)
        .annotate(
            has_open_revision=Exists(waiting), last_reason=Subquery(steps.values("reason")[:1])
        )
    )
    if state is not None:
        rows = rows.filter(state=state)
    if words:
        own = Sku.objects.filter(product=OuterRef("pk")).filter(
            Q(reference__icontains=words) | Q(barcode=words)
        )
        rows = rows.filter(
            Q(reference__icontains=words)
            | Q(titles__zh__icontains=words)
            | Q(titles__en__icontains=words)
            | Exists(own)
        )
    return rows.order_by("-changed_at", "-id")


def steps_of(*, product: Product) -> list[ProductStep]:
    """This will list how a product came to its present state, oldest first."""
    return list(ProductStep.objects.filter(product=product).order_by("id"))


def refused_lately(*, brand: Brand, since_at: datetime) -> list[Revision]:
    """This will list a brand's edits that were refused since then, the newest first."""
    rows = Revision.objects.filter(
        product__brand=brand, verdict=Revision.Verdict.REFUSED, judged_at__gte=since_at
    )
    return list(rows.select_related("product").order_by("-judged_at", "-id"))


def product_counts(*, brand: Brand) -> dict[str, int]:
    """This will return how many products a brand has in each state; states with none left out."""
    rows = Product.objects.filter(brand=brand).order_by().values_list("state")
    return dict(rows.annotate(count=Count("id")))


def skus_by_code(*, brand: Brand, codes: Iterable[str]) -> dict[str, Sku]:
    """This will return a brand's SKUs by their codes, with their products."""
    rows = Sku.objects.filter(product__brand=brand, code__in=list(codes))
    return {sku.code: sku for sku in rows.select_related("product__category", "product__brand")}


def products_to_judge(*, limit: int = 50, offset: int = 0) -> list[Product]:
    """This will list proposed products for the operator, those who wait longest first."""
    rows = full_products().filter(state=Product.State.PROPOSED)
    return list(rows.order_by("changed_at", "id")[offset : offset + limit])


def revisions_to_judge(*, limit: int = 50, offset: int = 0) -> list[ProposedRevision]:
    """This will list proposed edits for the operator, those who wait longest first."""
    rows = Revision.objects.filter(verdict="").order_by("proposed_at", "id")
    revisions = list(rows[offset : offset + limit])
    products = full_products().in_bulk([revision.product_id for revision in revisions])
    return [_compared(revision, products[revision.product_id]) for revision in revisions]


def waiting_counts() -> tuple[int, int]:
    """This will count the products and the edits that wait for the operator."""
    products = Product.objects.filter(state=Product.State.PROPOSED).count()
    return products, Revision.objects.filter(verdict="").count()


def revision_by_code(*, code: str, brand: Brand | None = None) -> ProposedRevision:
    """This will return an edit beside its product, of `brand` only when one is given."""
    rows = Revision.objects.filter(code=code)
    revision = (rows if brand is None else rows.filter(product__brand=brand)).first()
    if revision is None:
        raise NotFound
    return _compared(revision, full_products().get(id=revision.product_id))


def revisions_of(*, product: Product) -> list[Revision]:
    """This will list a product's proposed edits, the newest first."""
    return list(Revision.objects.filter(product=product).order_by("-proposed_at", "-id"))


def category_tree() -> list[Branch]:
    """This will return the whole tree, brothers and sisters in their order."""
    rows = list(Category.objects.order_by("position", "code"))
    below: dict[UUID | None, list[Category]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)

    def branch(category: Category) -> Branch:
        return Branch(category, [branch(child) for child in below.get(category.id, [])])

    return [branch(root) for root in below.get(None, [])]


def category_by_code(*, code: str) -> Category:
    """This will return the category with this code. Raises NotFound."""
    category = Category.objects.filter(code=code).select_related("parent").first()
    if category is None:
        raise NotFound
    return category


def category_paths() -> dict[str, list[str]]:
    """This will return each category's code with its ancestors', the nearest first, by code."""
    parents: Mapping[str, str | None] = dict(Category.objects.values_list("code", "parent__code"))
    return {code: category_path(parents, code) for code in parents}


def freight_by_code(*, brand: Brand, code: str) -> FreightTemplate:
    """This will return one freight template of a brand's. Raises NotFound."""
    template = FreightTemplate.objects.filter(brand=brand, code=code).first()
    if template is None:
        raise NotFound
    return template


def freight_in(
    template: FreightTemplate, *, currency: str
) -> FreightTemplate | FreightPrice | None:
    """This will return what a template charges in `currency`; None where it says nothing in it."""
    if template.currency == currency:
        return template
    return next((row for row in template.prices.all() if row.currency == currency), None)


def freight_templates(*, brand: Brand) -> list[FreightTemplate]:
    """This will list a brand's freight templates by name, with their further currencies."""
    rows = FreightTemplate.objects.filter(brand=brand).prefetch_related("prices")
    return list(rows.order_by("name"))


def covers(*, product_ids: Iterable[UUID]) -> dict[UUID, Picture]:
    """This will return each product's first picture, by product; those without have none."""
    rows = Picture.objects.filter(product__in=set(product_ids))
    first = rows.order_by("product", "position", "id").distinct("product")
    return {picture.product_id: picture for picture in first}


def present_values(product: Product) -> dict[str, Any]:
    """This will return what a product says now, in the shape of a revision's `changes`."""
    return {
        "titles": product.titles,
        "descriptions": product.descriptions,
        "category": product.category.code,
        "freight": product.freight.code if product.freight is not None else None,
        "pictures": [
            {**picture.stored.as_json(), "alts": picture.alts} for picture in product.pictures.all()
        ],
        "new_skus": [],
        "barcodes": {},
        "weights": {},
    }


def _compared(revision: Revision, product: Product) -> ProposedRevision:
    present = present_values(product)
    present["barcodes"] = {sku.code: sku.barcode for sku in product.skus.all()}
    present["weights"] = {sku.code: sku.weight_g for sku in product.skus.all()}
    return ProposedRevision(
        revision,
        product,
        [Change(name, present[name], value) for name, value in revision.changes.items()],
    )
