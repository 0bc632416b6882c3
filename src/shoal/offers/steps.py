"""Writes on offers that operations compose, and how they react to what brands tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shoal.brands.events import BrandStateChanged
from shoal.catalog.models import Sku
from shoal.catalog.steps import bump_products
from shoal.kit.asking import ask_together
from shoal.kit.bulk import write
from shoal.kit.ids import uuid7
from shoal.kit.locks import lock_row
from shoal.kit.transactions import step
from shoal.offers.models import FlashSale, Offer, OfferPrice, OfferStep, SaleStep
from shoal.offers.queries_terms import further_terms, load_prices, terms_of
from shoal.offers.refusals import WrongSaleState
from shoal.offers.rules import Terms, sale_may_become
from shoal.stock.steps import give_back

_AT_ONCE = 1000
_FIRST_PURCHASES = """
INSERT INTO offers_purchase (id, offer_id, customer, quantity)
SELECT id, offer, customer, 0
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS given (id, offer, customer)
ON CONFLICT DO NOTHING
"""
_PURCHASES = """
SELECT offer_id, customer, quantity FROM offers_purchase
WHERE (offer_id, customer) IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[]))
ORDER BY offer_id, customer FOR UPDATE
"""
_NOTE_PURCHASES = """
UPDATE offers_purchase AS kept SET quantity = given.quantity
FROM unnest(%s::uuid[], %s::uuid[], %s::int[]) AS given (offer, customer, quantity)
WHERE kept.offer_id = given.offer AND kept.customer = given.customer
"""


@step
def lock_sale(sale: UUID) -> FlashSale:
    """This will lock a flash sale's row and return it. Raises NotFound."""
    return lock_row(FlashSale, sale)


@step
def change_sale_state(
    *, sale: FlashSale, state: FlashSale.State, reason: str, by: str, at: datetime
) -> None:
    """This will move a locked sale to `state` and write the step down.

    Raises WrongSaleState when its present state does not lead there.
    """
    if not sale_may_become(sale.state, state):
        raise WrongSaleState(state=sale.get_state_display())
    SaleStep.objects.create(sale=sale, state=state, reason=reason, by=by, at=at)
    sale.state = state
    sale.version += 1
    sale.save(update_fields=["state", "version", "starts_at", "ends_at", "trailer_at"])


def columns_of(terms: Terms) -> dict[str, int | str | None]:
    """This will return terms as the columns of an offer or of one of its further prices."""
    return {
        "currency": terms.currency,
        "supply_minor": terms.supply,
        "sale_minor": terms.sale,
        "list_minor": terms.usual,
        "floor_minor": terms.floor,
        "cap_minor": terms.cap,
        "rate_bp": terms.rate_bp,
    }


@step
def set_further_prices(*, further: Mapping[UUID, Iterable[Terms]]) -> None:
    """This will let offers, by id, stand at exactly these terms besides their own currency's."""
    OfferPrice.objects.filter(offer__in=further).delete()
    OfferPrice.objects.bulk_create(
        (
            OfferPrice(id=uuid7(), offer_id=offer, **columns_of(terms))
            for offer, found in further.items()
            for terms in found
        ),
        batch_size=_AT_ONCE,
    )


@step
def write_offer_steps(*, offers: Sequence[Offer], reason: str, by: str, at: datetime) -> None:
    """This will append how `offers` stand from `at`, and renew what shows them."""
    load_prices(offers=offers)
    OfferStep.objects.bulk_create(
        (
            OfferStep(
                id=uuid7(),
                offer=offer,
                version=offer.version,
                state=offer.state,
                terms=asdict(terms_of(offer))
                | {"further": [asdict(terms) for terms in further_terms(offer)]},
                reason=reason,
                by=by,
                at=at,
            )
            for offer in offers
        ),
        batch_size=_AT_ONCE,
    )
    skus = {offer.sku_id for offer in offers}
    bump_products(products=Sku.objects.filter(id__in=skus).values_list("product", flat=True), at=at)


@step
def end_offers(*, offers: Iterable[Offer], reason: str, by: str, at: datetime) -> None:
    """This will withdraw offers; what is set aside for them alone goes back to the warehouse."""
    ending = [offer for offer in offers if offer.state != Offer.State.WITHDRAWN]
    for offer in ending:
        offer.state = Offer.State.WITHDRAWN
        offer.version += 1
    Offer.objects.filter(id__in=[offer.id for offer in ending]).update(
        state=Offer.State.WITHDRAWN, version=F("version") + 1
    )
    write_offer_steps(offers=ending, reason=reason, by=by, at=at)
    allotments = {offer.allotment_id for offer in ending}
    in_use = set(
        Offer.objects.filter(allotment__in=allotments)
        .exclude(state=Offer.State.WITHDRAWN)
        .values_list("allotment", flat=True)
    )
    give_back(allotments=allotments - in_use, by=by, at=at, reason=reason)


@step
def brands_changed(facts: Sequence[BrandStateChanged]) -> None:
    """This will renew the versions of the brands' sales: they came into sight or went."""
    FlashSale.objects.filter(
        brand__in=[fact.brand for fact in facts], state=FlashSale.State.SCHEDULED
    ).update(version=F("version") + 1)


@step
def lock_purchases(*, pairs: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], int]:
    """This will lock how many units customers have of limited offers, and return it.

    `pairs` are (offer id, customer), sorted, so that two operations cannot wait for each other.
    """
    columns = [[offer for offer, _ in pairs], [customer for _, customer in pairs]]
    _, locked = ask_together(
        [(_FIRST_PURCHASES, [[uuid7() for _ in pairs], *columns]), (_PURCHASES, columns)]
    )
    return {(offer, customer): units for offer, customer, units in locked.fetchall()}


@step
def note_purchases(*, units: Mapping[tuple[UUID, UUID], int]) -> None:
    """This will write what customers now have of limited offers; `lock_purchases` came before."""
    if not units:
        return
    offers, customers = [offer for offer, _ in units], [customer for _, customer in units]
    write(_NOTE_PURCHASES, [offers, customers, list(units.values())])
