"""What a sheet's product would change: compared with what there is, nothing written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from shoal.brands.models import Brand
from shoal.brands.queries import signed_contract
from shoal.brands.rules import least_fee_bp
from shoal.catalog.entries import NewProduct, NewSku
from shoal.catalog.models import Category, FreightTemplate, Product, Revision, Sku
from shoal.catalog.products import categories_by_code, describe, freights_by_code
from shoal.catalog.queries import category_paths, products_by_reference
from shoal.catalog.steps import (
    SkuReferenceTaken,
    UnknownCategory,
    UnknownFreight,
    VariantsUnclear,
)
from shoal.kit.errors import Refused
from shoal.kit.texts import TextMissing, TextTooLong
from shoal.offers import refusals
from shoal.offers.making import NewOffer, check_entry, check_freight
from shoal.offers.models import Offer
from shoal.offers.product_sheet import Fail, Fault, Line, Listed
from shoal.offers.queries_terms import further_terms, load_prices, terms_of
from shoal.offers.rules import in_order
from shoal.offers.sheet_columns import AMOUNTS
from shoal.stock.queries import deliveries_of

_COLUMN_OF: Mapping[type[Refused], str] = {
    TextMissing: "title_zh",
    TextTooLong: "title_zh",
    UnknownCategory: "category",
    UnknownFreight: "freight",
    VariantsUnclear: "value_1_zh",
    SkuReferenceTaken: "sku",
    refusals.NoPrice: "sale_price",
    refusals.PriceTooHigh: "cap_price",
    refusals.BadRate: "commission_percent",
    refusals.FloorAboveSale: "floor_price",
    refusals.CapBelowSale: "cap_price",
    refusals.NothingForPlatform: "supply_price",
    refusals.NothingForKeeper: "floor_price",
    refusals.BelowContractFee: "commission_percent",
    refusals.BadLimit: "per_customer",
    refusals.ListPriceBelowSale: "list_price",
    refusals.FreightMissing: "freight",
}
_NO_SKU = UUID(int=0)


class ProductBeingJudged(Refused):
    """This product is “{state}” at the moment and cannot be changed."""

    code = "product_being_judged"


class LiveVariantsFixed(Refused):
    """A live product keeps its attributes and values. Offer others as a new product."""

    code = "live_variants_fixed"


class ProposalWaiting(Refused):
    """An earlier proposal for this product is still waiting to be judged."""

    code = "proposal_waiting"


@dataclass(frozen=True, slots=True)
class Present:
    """What there is of the products that a chunk of the sheet names."""

    brand: Brand
    categories: Mapping[str, Category]
    freights: Mapping[str, FreightTemplate]
    fees: Mapping[str, int]
    paths: Mapping[str, Sequence[str]]
    products: Mapping[str, Product]
    proposals: Mapping[UUID, Mapping[str, Any]]
    offers: Mapping[UUID, Offer]
    deliveries: frozenset[tuple[UUID, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for one product; SKUs by their references."""

    product: Product | None
    new: NewProduct | None = None
    draft: NewProduct | None = None
    changes: Mapping[str, Any] | None = None
    units: tuple[tuple[str, int, str], ...] = ()
    new_offers: tuple[Line, ...] = ()
    changed_offers: tuple[tuple[Offer, Line], ...] = ()
    waiting: int = 0


def present_for(*, brand: Brand, listed: Sequence[Listed], deliveries: Iterable[str]) -> Present:
    """This will read what there is of the products in `listed`, with a fixed number of queries."""
    references = [one.entry.reference for one in listed]
    products = products_by_reference(brand=brand, references=references)
    ids = [product.id for product in products.values()]
    skus = [sku.id for product in products.values() for sku in product.skus.all()]
    contract = signed_contract(brand_id=brand.id)
    standing = Offer.objects.filter(sku__in=skus, sale=None, state=Offer.State.LISTED)
    # The latest stands last, and stays.
    offers = {offer.sku_id: offer for offer in standing.order_by("id")}
    load_prices(offers=offers.values())
    return Present(
        brand=brand,
        categories=categories_by_code(),
        freights=freights_by_code(brand),
        fees=contract.fees if contract is not None else {},
        paths=category_paths(),
        products=products,
        proposals=dict(
            Revision.objects.filter(product__in=ids, verdict="").values_list(
                "product_id", "changes"
            )
        ),
        offers=offers,
        deliveries=deliveries_of(skus=skus, reasons=deliveries),
    )


def plan_product(*, listed: Listed, present: Present, delivery: str, fail: Fail) -> Plan | None:
    """This will decide what `listed` asks for. What cannot be goes to `fail`: then None.

    `delivery` names the units of rows that have no delivery note of their own.
    """
    faults: list[Fault] = []
    product = present.products.get(listed.entry.reference)
    plan = Plan(product)
    try:
        plan = _described(listed, product, present)
    except Refused as refusal:
        faults.append(Fault(listed.row, _COLUMN_OF.get(type(refusal), ""), refusal))
    merged = plan.new or plan.draft
    category = merged.category if merged else listed.entry.category
    freight = merged.freight if merged else _freight_of(product)
    for line in listed.lines:
        _check_terms(line, category, freight, present, faults.append)
    for fault in faults:
        fail(fault)
    return None if faults else _with_lines(plan, listed.lines, present, delivery)


def _described(listed: Listed, product: Product | None, present: Present) -> Plan:
    if product is None:
        _check(listed.entry, present)
        return Plan(None, new=listed.entry)
    merged = _merged(listed.entry, product)
    if _as_entry(product) == merged:
        return Plan(product)
    _check(merged, present)
    if product.state == Product.State.DRAFT:
        return Plan(product, draft=merged)
    if product.state != Product.State.LIVE:
        raise ProductBeingJudged(state=product.get_state_display())
    changes = _changes(product, merged)
    waiting = present.proposals.get(product.id)
    if waiting is None or waiting == changes:
        return Plan(product, changes=None if waiting else changes)
    raise ProposalWaiting


def _check(entry: NewProduct, present: Present) -> None:
    describe(Product(brand=present.brand), entry, present.categories, present.freights)


def _as_entry(product: Product) -> NewProduct:
    return NewProduct(
        reference=product.reference,
        category=product.category.code,
        titles=product.titles,
        skus=[_as_sku(sku) for sku in _in_order(product)],
        descriptions=product.descriptions,
        attributes=product.attributes,
        base_language=product.base_language,
        freight=product.freight.code if product.freight is not None else None,
    )


def _in_order(product: Product) -> list[Sku]:
    return sorted(product.skus.all(), key=lambda sku: (sku.position, sku.id))


def _as_sku(sku: Sku) -> NewSku:
    return NewSku(sku.reference, sku.values, sku.barcode, sku.weight_g)


def _merged(entry: NewProduct, product: Product) -> NewProduct:
    """What `product` would say: an empty cell leaves what there is, a SKU not named stays."""
    old = _as_entry(product)
    attributes = _merged_attributes(entry.attributes, old.attributes)
    given = {sku.reference: sku for sku in entry.skus}
    skus = []
    for sku in old.skus:
        new = given.pop(sku.reference, None)
        skus.append(
            sku
            if new is None
            else NewSku(
                sku.reference,
                _canonical(new.values, attributes) if new.values else sku.values,
                new.barcode or sku.barcode,
                new.weight_g or sku.weight_g,
            )
        )
    skus += [replace(sku, values=_canonical(sku.values, attributes)) for sku in given.values()]
    return replace(
        old,
        category=entry.category or old.category,
        titles={**old.titles, **entry.titles},
        descriptions={**old.descriptions, **entry.descriptions},
        freight=entry.freight or old.freight,
        attributes=attributes,
        skus=skus,
    )


def _merged_attributes(
    given: Sequence[Mapping[str, Any]], old: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    if not given:
        return old
    if len(given) != len(old):
        return given
    return [
        {
            "names": {**before["names"], **after["names"]},
            "values": before["values"] + _unknown(after["values"], before["values"]),
        }
        for before, after in zip(old, given, strict=True)
    ]


def _unknown(
    values: Iterable[Mapping[str, str]], among: Sequence[Mapping[str, str]]
) -> list[Mapping[str, str]]:
    return [value for value in values if not any(value.items() <= known.items() for known in among)]


def _canonical(
    values: Sequence[Mapping[str, str]], attributes: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, str]]:
    """The values as the attributes write them: "深蓝" alone means {"zh": "深蓝", "en": "navy"}."""
    if len(values) != len(attributes):
        return list(values)
    return [
        _known(value, attribute["values"])
        for value, attribute in zip(values, attributes, strict=True)
    ]


def _known(value: Mapping[str, str], among: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    return next((known for known in among if value.items() <= known.items()), value)


def _changes(product: Product, merged: NewProduct) -> dict[str, Any]:
    """The edit to propose of a live product. Raises LiveVariantsFixed."""
    old = _as_entry(product)
    skus = {sku.reference: sku for sku in _in_order(product)}
    known = [sku for sku in merged.skus if sku.reference in skus]
    if merged.attributes != old.attributes or any(
        list(sku.values) != skus[sku.reference].values for sku in known
    ):
        raise LiveVariantsFixed
    changes: dict[str, Any] = {
        name: getattr(merged, name)
        for name in ("titles", "descriptions", "category", "freight")
        if getattr(merged, name) != getattr(old, name)
    }
    fresh = [sku for sku in merged.skus if sku.reference not in skus]
    if fresh:
        changes["new_skus"] = [
            {
                "reference": sku.reference,
                "values": [dict(value) for value in sku.values],
                "barcode": sku.barcode,
                "weight_g": sku.weight_g,
            }
            for sku in fresh
        ]
    for name, column in (("barcodes", "barcode"), ("weights", "weight_g")):
        edits = {
            skus[sku.reference].code: getattr(sku, column)
            for sku in known
            if getattr(sku, column) != getattr(skus[sku.reference], column)
        }
        if edits:
            changes[name] = edits
    return changes


def _freight_of(product: Product | None) -> str | None:
    return product.freight.code if product is not None and product.freight is not None else None


def _check_terms(
    line: Line, category: str, freight: str | None, present: Present, fail: Fail
) -> None:
    if line.terms is None:
        return
    path = present.paths.get(category, [category])
    offer = NewOffer(_NO_SKU, line.terms, None, line.per_customer, line.further)
    try:
        check_entry(
            entry=offer,
            reference=line.sku.reference,
            brand=present.brand,
            least_fee_bp=least_fee_bp(present.fees, path),
        )
        template = present.freights.get(freight or "")
        check_freight(entry=offer, reference=line.sku.reference, template=template)
    except Refused as refusal:
        column = _COLUMN_OF.get(type(refusal), "")
        currency = str(refusal.facts.get("currency", ""))
        of_further = currency in {terms.currency for terms in line.further}
        suffix = f"_{currency}" if of_further and column in AMOUNTS else ""
        fail(Fault(line.row, f"{column}{suffix}", refusal))


def _with_lines(plan: Plan, lines: Iterable[Line], present: Present, delivery: str) -> Plan:
    product = plan.product
    known = {sku.reference: sku.id for sku in product.skus.all()} if product is not None else {}
    arriving = product is None or plan.draft is not None
    sells = (
        product is not None
        and product.state == Product.State.LIVE
        and present.brand.state == Brand.State.ACTIVE
    )
    units, new_offers, changed, waiting = [], [], [], 0
    for line in lines:
        sku = known.get(line.sku.reference)
        reason = f"delivery {line.delivery or delivery}"
        if line.units and sku is None and not arriving:
            waiting += 1
        elif line.units and (sku is None or (sku, reason) not in present.deliveries):
            units.append((line.sku.reference, line.units, reason))
        if line.terms is None:
            continue
        offer = present.offers.get(sku) if sku is not None else None
        if not sells or sku is None:
            waiting += 1
        elif offer is None:
            new_offers.append(line)
        elif _differs(offer, full := _with_kept_prices(offer, line)):
            changed.append((offer, full))
    return replace(
        plan,
        units=tuple(units),
        new_offers=tuple(new_offers),
        changed_offers=tuple(changed),
        waiting=waiting,
    )


def _with_kept_prices(offer: Offer, line: Line) -> Line:
    """The row with what the offer costs in the currencies that the row leaves empty."""
    if line.terms is None:
        return line
    named = {terms.currency for terms in line.further}
    kept = [
        replace(terms, rate_bp=line.terms.rate_bp)
        for terms in further_terms(offer)
        if terms.currency not in named
    ]
    return replace(line, further=in_order([*line.further, *kept]))


def _differs(offer: Offer, line: Line) -> bool:
    present = (terms_of(offer), offer.per_customer, further_terms(offer))
    return present != (line.terms, line.per_customer, line.further)
