"""Making offers: what is handed in is checked as a whole, then written in a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shoal.brands.models import Brand
from shoal.brands.queries import signed_contract
from shoal.brands.rules import least_fee_bp
from shoal.catalog.models import Product, Sku
from shoal.catalog.queries import category_paths
from shoal.kit.ids import uuid7
from shoal.kit.transactions import step
from shoal.offers import refusals
from shoal.offers.models import FlashSale, Offer
from shoal.offers.rules import Terms, check_terms
from shoal.offers.steps import write_offer_steps
from shoal.stock.queries import warehouse_of
from shoal.stock.steps import Quantity, allot, receive

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class NewOffer:
    """One SKU for sale on terms.

    `quantity` units are set aside for it; None sells what the warehouse has, which only a
    standing offer may. `list_minor` is the usual price elsewhere, `per_customer` a limit in units.
    """

    sku: UUID
    terms: Terms
    quantity: int | None = None
    per_customer: int | None = None
    list_minor: int | None = None


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
            currency=entry.terms.currency,
            supply_minor=entry.terms.supply,
            sale_minor=entry.terms.sale,
            list_minor=entry.list_minor,
            floor_minor=entry.terms.floor,
            cap_minor=entry.terms.cap,
            rate_bp=entry.terms.rate_bp,
            per_customer=entry.per_customer,
            opens_at=opens_at,
            closes_at=closes_at,
            state=Offer.State.DRAFT if sale is not None else Offer.State.LISTED,
            created_at=at,
        )
        for entry, allotment in zip(entries, allotments, strict=True)
    ]
    Offer.objects.bulk_create(offers, batch_size=_AT_ONCE)
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
        ).select_related("product__category")
    }
    fees, paths = _fees(brand), category_paths()
    for entry in entries:
        sku = skus.get(entry.sku)
        if sku is None:
            known = Sku.objects.filter(id=entry.sku, product__brand=brand).first()
            raise refusals.ProductNotLive(reference=known.reference if known else "")
        least = least_fee_bp(fees, paths[sku.product.category.code])
        check_entry(entry=entry, reference=sku.reference, brand=brand, least_fee_bp=least)
    return skus


def check_entry(*, entry: NewOffer, reference: str, brand: Brand, least_fee_bp: int) -> None:
    """This will raise the refusal of the first thing that is wrong with `entry`."""
    if entry.terms.currency != brand.currency:
        raise refusals.OtherCurrency(reference=reference, currency=brand.currency)
    flaws = check_terms(entry.terms, least_fee_bp=least_fee_bp)
    if flaws:
        percent = Decimal(least_fee_bp) / 100
        raise refusals.OF_FLAW[flaws[0]](reference=reference, percent=f"{percent:g}")
    if entry.per_customer is not None and entry.per_customer < 1:
        raise refusals.BadLimit(reference=reference)
    if entry.list_minor is not None and entry.list_minor <= entry.terms.sale:
        raise refusals.ListPriceBelowSale(reference=reference)
    if entry.quantity is not None and entry.quantity < 1:
        raise refusals.QuantityMissing(reference=reference)


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
