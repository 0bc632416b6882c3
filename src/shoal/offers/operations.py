"""What changes offers: standing ones, and the end of what a sale had set aside."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from shoal.brands.models import Brand
from shoal.brands.steps import lock_brand, need_reason
from shoal.kit.errors import NotFound
from shoal.kit.locks import lock_row, lock_rows
from shoal.kit.transactions import operation
from shoal.offers import refusals
from shoal.offers.making import NewOffer, check_entries, make_offers
from shoal.offers.models import Offer
from shoal.offers.operations_sales import (
    apply_for_sale,
    cancel_sale,
    change_sale,
    draft_sale,
    judge_sale,
    set_sale_cover,
)
from shoal.offers.queries_terms import further_terms, terms_of
from shoal.offers.rules import Terms, in_order
from shoal.offers.steps import (
    columns_of,
    end_offers,
    set_further_prices,
    write_offer_steps,
)
from shoal.stock.steps import give_back

__all__ = [
    "NewOffer",
    "apply_for_sale",
    "cancel_sale",
    "change_offer",
    "change_sale",
    "close_ended_sales",
    "draft_sale",
    "judge_sale",
    "list_standing_offers",
    "set_sale_cover",
    "withdraw_offer",
    "withdraw_offers",
]

_SWEEP = 500


@operation
def list_standing_offers(
    *,
    brand: Brand,
    entries: Sequence[NewOffer],
    by: str,
    at: datetime,
    opens_at: datetime | None = None,
) -> list[Offer]:
    """This will offer SKUs until further notice, open from `opens_at` (default: at once).

    An entry without a quantity sells what the warehouse has. Raises the refusal of the first entry
    that cannot be, or NotEnoughStock; nothing is offered then.
    """
    locked = lock_brand(brand.id)
    return make_offers(
        brand=locked,
        entries=entries,
        sale=None,
        opens_at=opens_at or at,
        closes_at=None,
        by=by,
        at=at,
    )


@operation
def change_offer(
    *,
    offer: Offer,
    terms: Terms,
    by: str,
    at: datetime,
    further: Sequence[Terms] = (),
    per_customer: int | None = None,
    reason: str = "",
) -> Offer:
    """This will put a standing offer on new terms; carts that saw the old price are told.

    `offer` is the row as its editor saw it; `further` are all its terms besides those in the
    brand's own currency: who leaves a currency out takes the goods from its shops. Raises
    OfferChangedMeanwhile when it has changed since, OfferOfSale, OfferEnded, NoChange, or what is
    wrong with the terms.
    """
    brand = lock_brand(offer.brand_id)
    locked = lock_row(Offer, offer.id)
    if locked.state == Offer.State.WITHDRAWN:
        raise refusals.OfferEnded
    if locked.sale_id is not None:
        raise refusals.OfferOfSale
    if locked.version != offer.version:
        raise refusals.OfferChangedMeanwhile
    entry = NewOffer(locked.sku_id, terms, None, per_customer, in_order(further))
    present = (terms_of(locked), locked.per_customer, further_terms(locked))
    if present == (terms, per_customer, entry.further):
        raise refusals.NoChange
    check_entries(brand=brand, entries=[entry])
    for column, value in columns_of(terms).items():
        setattr(locked, column, value)
    locked.per_customer = per_customer
    locked.version += 1
    locked.save()
    set_further_prices(further={locked.id: entry.further})
    write_offer_steps(offers=[locked], reason=reason, by=by, at=at)
    return locked


@operation
def withdraw_offers(*, offers: Sequence[Offer], reason: str, by: str, at: datetime) -> None:
    """This will end offers at once; unsold units set aside for them go back to the warehouse."""
    locked = lock_rows(Offer, [offer.id for offer in offers])
    if len(locked) != len({offer.id for offer in offers}):
        raise NotFound
    if any(offer.state == Offer.State.WITHDRAWN for offer in locked.values()):
        raise refusals.OfferEnded
    end_offers(offers=locked.values(), reason=need_reason(reason), by=by, at=at)


def withdraw_offer(*, offer: Offer, reason: str, by: str, at: datetime) -> None:
    """This will end one offer at once. See `withdraw_offers`."""
    withdraw_offers(offers=[offer], reason=reason, by=by, at=at)


@operation
def close_ended_sales(*, at: datetime) -> int:
    """This will bring unsold units of offers that are over back to the warehouse.

    Units held by unpaid orders stay until they are bought or released, and come back in a later
    sweep. Looks at 500 allotments at a time and returns how many units went back: repeat until 0.
    """
    over = Q(closes_at__lte=at) | Q(state=Offer.State.WITHDRAWN)
    alive = Offer.objects.filter(~over, allotment=OuterRef("allotment"))
    ended = (
        Offer.objects.filter(over, allotment__is_warehouse=False, allotment__available__gt=0)
        .exclude(Exists(alive))
        .order_by()
        .values_list("allotment", flat=True)
        .distinct()[:_SWEEP]
    )
    return give_back(
        allotments=list(ended), by="worker:close_ended_sales", at=at, reason="the offer is over"
    )
