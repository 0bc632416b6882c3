"""What an offer costs in a currency: the one way to its amounts.

Its brand's own currency stands in the offer's columns, further ones in rows beside it.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce

from shoal.offers.models import Offer, OfferPrice
from shoal.offers.rules import Terms


def priced_in(rows: "QuerySet[Offer]", *, currency: str) -> "QuerySet[Any]":
    """This will keep the offers that have amounts in `currency`, for the database to reckon with.

    Each has `here_sale`, `here_floor` and `here_cap` in minor units of it.
    """
    further = FilteredRelation("prices", condition=Q(prices__currency=currency))
    return (
        rows.annotate(further=further)
        .filter(Q(currency=currency) | Q(further__isnull=False))
        .annotate(
            here_sale=Coalesce("further__sale_minor", "sale_minor"),
            here_floor=Coalesce("further__floor_minor", "floor_minor"),
            here_cap=Coalesce("further__cap_minor", "cap_minor"),
        )
    )


def load_prices(*, offers: Iterable[Offer], currencies: Iterable[str] | None = None) -> None:
    """This will load what `offers` cost in further currencies, in one query for all of them.

    With `currencies` only where one of them is not the offer's own, so that a market in one
    currency asks nothing more.
    """
    wanted = None if currencies is None else set(currencies)
    asked = [offer for offer in offers if wanted is None or wanted - {offer.currency}]
    if asked:
        prefetch_related_objects(asked, "prices")


def terms_in(offer: Offer, *, currency: str) -> Terms | None:
    """This will read an offer's terms in `currency`; None where its brand named none in it.

    Whoever wants an amount of an offer asks here. Call `load_prices` first for several offers.
    """
    if offer.currency == currency:
        return terms_of(offer)
    return next((row for row in further_terms(offer) if row.currency == currency), None)


def further_terms(offer: Offer) -> tuple[Terms, ...]:
    """This will read an offer's terms in its further currencies, by currency."""
    return tuple(_terms(row) for row in offer.prices.all())


def terms_of(offer: Offer) -> Terms:
    """This will read an offer's terms in its brand's own currency."""
    return _terms(offer)


def _terms(row: Offer | OfferPrice) -> Terms:
    return Terms(
        supply=row.supply_minor,
        sale=row.sale_minor,
        floor=row.floor_minor,
        cap=row.cap_minor,
        rate_bp=row.rate_bp,
        currency=row.currency,
        usual=row.list_minor,
    )
