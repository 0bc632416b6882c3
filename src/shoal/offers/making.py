"""Making offers: what is handed in is checked as a whole, then written in a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import prefetch_related_objects

from shoal.brands.models import Brand
from shoal.brands.queries import signed_contract
from shoal.brands.rules import least_fee_bp
from shoal.catalog.models import FreightTemplate, Product, Sku
from shoal.catalog.queries import category_paths, freight_in
from shoal.kit.ids import uuid7
from shoal.kit.transactions import step
from shoal.offers import refusals
from shoal.offers.models import FlashSale, Offer
from shoal.offers.rules import Terms, check_terms
from shoal.offers.steps import columns_of, set_further_prices, write_offer_steps
from shoal.stock.queries import warehouse_of
from shoal.stock.steps import Quantity, allot, receive

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class NewOffer:
    """One SKU for sale on terms.

    `quantity` units are set aside for it; None sells what the warehouse has, which only a
    standing offer may. `per_customer` is a limit in units. `further` are its terms in currencies
    besides the brand's own, at the same rate.
    """

    sku: UUID
    terms: Terms
    quantity: int | None = None
    per_customer: int | None = None
    further: tuple[Terms, ...] = ()


@step
def make_offers(
    *,
    brand: Brand,
    entries: Sequence[NewOffer],
    sale: FlashSale | None,
    opens_at: datetime,
    closes_at: datetime | None,
    by: str,
    at: datetime,
) -> list[Offer]:
    """This will write `entries` as offers of `brand`, drafts when they belong to a sale.

    Raises the refusal of the first entry that cannot be, or NotEnoughStock.
    """
    skus = check_entries(brand=brand, entries=entries)
    allotments = _allotments(entries, by=by, at=at)
    offers = [
        Offer(
            id=uuid7(),
            brand=brand,
            sku=skus[entry.sku],
            sale=sale,
            allotment_id=allotment,
            **columns_of(entry.terms),
            per_customer=entry.per_customer,
            opens_at=opens_at,
            closes_at=closes_at,
            state=Offer.State.DRAFT if sale is not None else Offer.State.LISTED,
            created_at=at,
        )
        for entry, allotment in zip(entries, allotments, strict=True)
    ]
    Offer.objects.bulk_create(offers, batch_size=_AT_ONCE)
    further = {offer.id: entry.further for offer, entry in zip(offers, entries, strict=True)}
    set_further_prices(further=further)
    write_offer_steps(offers=offers, reason="", by=by, at=at)
    return offers


def check_entries(*, brand: Brand, entries: Iterable[NewOffer]) -> dict[UUID, Sku]:
    """This will return the SKUs of `entries` if each entry may stand; raises its refusal if not."""
    entries = list(entries)
    if brand.state != Brand.State.ACTIVE:
        raise refusals.BrandNotSelling(state=brand.get_state_display())
    skus = {
        sku.id: sku
        for sku in Sku.objects.filter(
            id__in={entry.sku for entry in entries},
            product__brand=brand,
            product__state=Product.State.LIVE,
        ).select_related("product__category", "product__freight")
    }
    further = {entry.sku for entry in entries if entry.further}
    prefetch_related_objects(
        [sku.product for sku in skus.values() if sku.id in further], "freight__prices"
    )
    fees, paths = _fees(brand), category_paths()
    for entry in entries:
        sku = skus.get(entry.sku)
        if sku is None:
            known = Sku.objects.filter(id=entry.sku, product__brand=brand).first()
            raise refusals.ProductNotLive(reference=known.reference if known else "")
        least = least_fee_bp(fees, paths[sku.product.category.code])
        check_entry(entry=entry, reference=sku.reference, brand=brand, least_fee_bp=least)
        check_freight(entry=entry, reference=sku.reference, template=sku.product.freight)
    return skus


def check_entry(*, entry: NewOffer, reference: str, brand: Brand, least_fee_bp: int) -> None:
    """This will raise the refusal of the first thing that is wrong with `entry`."""
    if entry.terms.currency != brand.currency:
        raise refusals.OtherCurrency(reference=reference, currency=brand.currency)
    currencies = [terms.currency for terms in (entry.terms, *entry.further)]
    if len(set(currencies)) < len(currencies):
        raise refusals.CurrencyTwice(reference=reference)
    for terms in (entry.terms, *entry.further):
        if terms.rate_bp != entry.terms.rate_bp:
            raise refusals.RatesDiffer(reference=reference)
        flaws = check_terms(terms, least_fee_bp=least_fee_bp)
        if flaws:
            percent = Decimal(least_fee_bp) / 100
            raise refusals.OF_FLAW[flaws[0]](
                reference=_named(reference, terms, brand),
                percent=f"{percent:g}",
                currency=terms.currency,
            )
        if terms.usual is not None and terms.usual <= terms.sale:
            raise refusals.ListPriceBelowSale(
                reference=_named(reference, terms, brand), currency=terms.currency
            )
    if entry.per_customer is not None and entry.per_customer < 1:
        raise refusals.BadLimit(reference=reference)
    if entry.quantity is not None and entry.quantity < 1:
        raise refusals.QuantityMissing(reference=reference)


def _named(reference: str, terms: Terms, brand: Brand) -> str:
    """What to call the variant: with the currency, where it is not the brand's own."""
    return reference if terms.currency == brand.currency else f"{reference} · {terms.currency}"


def check_freight(*, entry: NewOffer, reference: str, template: FreightTemplate | None) -> None:
    """This will raise FreightMissing unless `template` says amounts in every currency of `entry`.

    Without them the goods could be seen in that currency and not be ordered.
    """
    for terms in entry.further:
        if template is not None and freight_in(template, currency=terms.currency) is None:
            raise refusals.FreightMissing(
                reference=reference, freight=template.name, currency=terms.currency
            )


def _fees(brand: Brand) -> Mapping[str, int]:
    contract = signed_contract(brand_id=brand.id)
    return contract.fees if contract is not None else {}


def _allotments(entries: Sequence[NewOffer], *, by: str, at: datetime) -> list[UUID]:
    """The allotment each entry sells from, in the order of `entries`."""
    # A standing offer may come before the first delivery: its SKU then has an empty warehouse.
    from_warehouse = sorted({entry.sku for entry in entries if entry.quantity is None})
    homes = warehouse_of(skus=from_warehouse)
    receive(
        quantities=[Quantity(sku, 0) for sku in from_warehouse if sku not in homes], by=by, at=at
    )
    homes = warehouse_of(skus=from_warehouse)
    own: dict[int, UUID] = {}
    # In one order for all, so that two brands' applications cannot wait for each other in a ring.
    for place in sorted(range(len(entries)), key=lambda place: entries[place].sku):
        entry = entries[place]
        if entry.quantity is not None:
            own[place] = allot(sku=entry.sku, quantity=entry.quantity, by=by, at=at).id
    return [
        own[place] if entry.quantity is not None else homes[entry.sku].id
        for place, entry in enumerate(entries)
    ]
