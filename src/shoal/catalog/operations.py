"""What changes the catalogue: categories, freight, products from draft to live and away."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F, Q

from shoal.brands.models import Brand
from shoal.brands.steps import WrongBrandState, lock_brand, need_reason
from shoal.catalog.entries import NewCategory, NewProduct
from shoal.catalog.models import Category, FreightPrice, FreightTemplate, Product, Sku
from shoal.catalog.operations_pictures import (
    NewPicture,
    add_picture,
    add_pictures,
    arrange_pictures,
)
from shoal.catalog.operations_revisions import (
    judge_revision,
    propose_revision,
    take_back_revision,
)
from shoal.catalog.products import put_draft, put_new
from shoal.catalog.search import refresh_search
from shoal.catalog.steps import (
    UnknownCategory,
    WrongProductState,
    bump_products,
    change_states,
    lock_product,
)
from shoal.kit.errors import NotFound, Refused
from shoal.kit.locks import lock_rows
from shoal.kit.texts import checked_texts
from shoal.kit.transactions import operation

__all__ = [
    "NewPicture",
    "accept_product",
    "accept_products",
    "add_categories",
    "add_category",
    "add_picture",
    "add_pictures",
    "add_product",
    "add_products",
    "arrange_pictures",
    "change_category",
    "change_draft",
    "judge_revision",
    "propose_product",
    "propose_products",
    "propose_revision",
    "refuse_product",
    "set_freight_template",
    "take_back_revision",
    "withdraw_product",
]

_CATEGORY_LENGTH = 40
_AT_ONCE = 1000


class CategoryTaken(Refused):
    """There already is a category “{category}”."""

    code = "category_taken"


class FreightUnclear(Refused):
    """Freight amounts cannot be negative, and regions are administrative codes in digits."""

    code = "freight_unclear"


class NothingToSell(Refused):
    """“{title}” has no SKU yet: nobody could buy it."""

    code = "nothing_to_sell"


@operation
def add_categories(*, entries: Sequence[NewCategory]) -> list[Category]:
    """This will add places to the category tree, parents before children.

    Raises CategoryTaken, or UnknownCategory for a parent that does not exist.
    """
    known = {category.code: category for category in Category.objects.all()}
    made = []
    for entry in entries:
        if entry.code in known:
            raise CategoryTaken(category=entry.code)
        if entry.parent is not None and entry.parent not in known:
            raise UnknownCategory(category=entry.parent)
        known[entry.code] = Category.objects.create(
            code=entry.code,
            parent=known[entry.parent] if entry.parent is not None else None,
            names=checked_texts(entry.names, base="zh", longest=_CATEGORY_LENGTH),
            position=entry.position,
            tax_bp=entry.tax_bp,
        )
        made.append(known[entry.code])
    return made


def add_category(
    *,
    code: str,
    names: Mapping[str, str],
    parent: str | None = None,
    position: int = 0,
    tax_bp: int = 0,
) -> Category:
    """This will add one place to the category tree. See `add_categories`."""
    return add_categories(entries=[NewCategory(code, names, parent, position, tax_bp)])[0]


@operation
def change_category(
    *, code: str, names: Mapping[str, str], position: int, tax_bp: int, at: datetime
) -> Category:
    """This will rename a category, move it among its brothers and sisters, or set its tax.

    Its products get a new version and are found under the new name. Raises NotFound.
    """
    category = Category.objects.select_for_update().filter(code=code).first()
    if category is None:
        raise NotFound
    category.names = checked_texts(names, base="zh", longest=_CATEGORY_LENGTH)
    category.position, category.tax_bp = position, tax_bp
    category.save(update_fields=["names", "position", "tax_bp"])
    within = Product.objects.filter(Q(category=category) | Q(category__parent=category))
    ids = list(within.values_list("id", flat=True))
    bump_products(products=ids, at=at)
    refresh_search(product_ids=ids)
    return category


@operation
def set_freight_template(
    *,
    brand: Brand,
    name: str,
    base_minor: int,
    at: datetime,
    per_kg_minor: int = 0,
    free_from_minor: int | None = None,
    regions: Mapping[str, int | None] | None = None,
    currency: str = "",
) -> FreightTemplate:
    """This will set what the brand charges for a parcel under `name`, making it where missing.

    Amounts are minor units of the brand's currency, or of a further `currency` of a template that
    there is; `regions` is region code prefix to an extra amount, None refuses the region. Raises
    FreightUnclear or NotFound.
    """
    locked, name = lock_brand(brand.id), name.strip()[:60]
    extras = dict(regions or {})
    amounts = [base_minor, per_kg_minor, free_from_minor or 0, *filter(None, extras.values())]
    if min(amounts) < 0 or not all(region.isdigit() for region in extras) or not name:
        raise FreightUnclear
    said = {
        "base_minor": base_minor,
        "per_kg_minor": per_kg_minor,
        "free_from_minor": free_from_minor,
        "regions": extras,
    }
    if currency in {"", locked.currency}:
        template, made = FreightTemplate.objects.update_or_create(
            brand=locked, name=name, defaults={"currency": locked.currency, **said}
        )
    else:
        found = FreightTemplate.objects.filter(brand=locked, name=name).first()
        if found is None:
            raise NotFound
        template, made = found, False
        FreightPrice.objects.update_or_create(template=template, currency=currency, defaults=said)
    if not made:
        Product.objects.filter(freight=template).update(version=F("version") + 1, changed_at=at)
    return template


@operation
def add_products(
    *, brand: Brand, entries: Sequence[NewProduct], by: str, at: datetime
) -> list[Product]:
    """This will add products as drafts, with their SKUs; in the order of `entries`.

    Raises ReferenceTaken, SkuReferenceTaken, UnknownCategory, UnknownFreight, VariantsUnclear,
    TextMissing or TextTooLong for the first entry that cannot be; nothing is added then.
    """
    locked = lock_brand(brand.id)
    if locked.state == Brand.State.REFUSED:
        raise WrongBrandState(state=locked.get_state_display())
    return put_new(brand=locked, entries=entries, by=by, at=at)


def add_product(*, brand: Brand, entry: NewProduct, by: str, at: datetime) -> Product:
    """This will add one product as a draft. See `add_products`."""
    return add_products(brand=brand, entries=[entry], by=by, at=at)[0]


@operation
def change_draft(*, product: Product, entry: NewProduct, at: datetime) -> Product:
    """This will replace everything a draft says by `entry`; SKUs are matched by their numbers.

    Raises what `add_products` raises, or WrongProductState for a product that is no draft.
    """
    locked = lock_product(product.id)
    if locked.state != Product.State.DRAFT:
        raise WrongProductState(title=locked.title, state=locked.get_state_display())
    return put_draft(product=locked, entry=entry, at=at)


@operation
def propose_products(*, products: Sequence[Product], by: str, at: datetime) -> list[Product]:
    """This will hand drafts, or withdrawn products, to the operator to be accepted.

    Raises WrongBrandState unless their brands are active, NothingToSell, WrongProductState.
    """
    locked = _locked(products)
    selling = set(
        Sku.objects.filter(product__in=locked).values_list("product_id", flat=True).distinct()
    )
    for product in locked:
        if product.id not in selling:
            raise NothingToSell(title=product.title)
    change_states(products=locked, state=Product.State.PROPOSED, reason="", by=by, at=at)
    return locked


def propose_product(*, product: Product, by: str, at: datetime) -> Product:
    """This will hand one product to the operator. See `propose_products`."""
    return propose_products(products=[product], by=by, at=at)[0]


@operation
def accept_products(
    *, products: Sequence[Product], by: str, at: datetime, reason: str = ""
) -> list[Product]:
    """This will accept proposed products: they are live, and offers can be made of them."""
    locked = _locked(products)
    change_states(products=locked, state=Product.State.LIVE, reason=reason, by=by, at=at)
    return locked


def accept_product(*, product: Product, by: str, at: datetime, reason: str = "") -> Product:
    """This will accept one proposed product. See `accept_products`."""
    return accept_products(products=[product], by=by, at=at, reason=reason)[0]


@operation
def refuse_product(*, product: Product, reason: str, by: str, at: datetime) -> Product:
    """This will send a proposed product back to its brand as a draft, with the reason."""
    locked = lock_product(product.id)
    change_states(
        products=[locked], state=Product.State.DRAFT, reason=need_reason(reason), by=by, at=at
    )
    return locked


@operation
def withdraw_product(*, product: Product, reason: str, by: str, at: datetime) -> Product:
    """This will take a product out of sale; its offers are not open while it is withdrawn."""
    locked = lock_product(product.id)
    change_states(
        products=[locked], state=Product.State.WITHDRAWN, reason=need_reason(reason), by=by, at=at
    )
    return locked


def _locked(products: Sequence[Product]) -> list[Product]:
    """Lock all, in the caller's order; all of them belong to active brands."""
    rows = lock_rows(Product, [product.id for product in products])
    if len(rows) != len({product.id for product in products}):
        raise NotFound
    brands = Brand.objects.filter(id__in={row.brand_id for row in rows.values()})
    for brand in brands:
        if brand.state != Brand.State.ACTIVE:
            raise WrongBrandState(state=brand.get_state_display())
    return [rows[product.id] for product in products]
