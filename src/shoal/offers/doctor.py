"""What must hold of offers."""

from collections.abc import Iterable

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from shoal.kit.health import Check
from shoal.kit.projections import state_follows
from shoal.offers.models import FlashSale, Offer, OfferStep, SaleStep


def checks() -> Iterable[Check]:
    """This will check states against steps, offers against their sales, and what they sell from."""
    yield state_follows(
        "offers: a sale's state is its last step", rows=FlashSale, steps=SaleStep, key="sale"
    )
    last_offer = OfferStep.objects.filter(offer=OuterRef("pk")).order_by("-id")
    yield _none(
        "offers: an offer stands as its last step says",
        Offer.objects.annotate(
            last_state=Subquery(last_offer.values("state")[:1]),
            last_version=Subquery(last_offer.values("version")[:1]),
        ).exclude(state=F("last_state"), version=F("last_version")),
        "These offers differ from their last step: {codes}.",
    )
    yield _none(
        "offers: an offer has its sale's window",
        Offer.objects.filter(
            sale__state=FlashSale.State.SCHEDULED, state=Offer.State.LISTED
        ).exclude(opens_at=F("sale__starts_at"), closes_at=F("sale__ends_at")),
        "These offers are open at other times than their sale: {codes}.",
    )
    yield _none(
        "offers: only scheduled sales list offers",
        Offer.objects.filter(
            ~Q(sale__state=FlashSale.State.SCHEDULED), state=Offer.State.LISTED
        ).filter(sale__isnull=False),
        "These offers are listed though their sale is not scheduled: {codes}.",
    )
    yield _none(
        "offers: an offer sells its own SKU",
        Offer.objects.exclude(allotment__sku=F("sku")),
        "These offers sell from the stock of another SKU: {codes}.",
    )

    yield _none(
        "offers: a further price is of another currency, at the offer's rate",
        Offer.objects.filter(
            Q(prices__currency=F("currency")) | ~Q(prices__rate_bp=F("rate_bp")),
            prices__isnull=False,
        ).distinct(),
        "These offers name a currency twice, or another commission in it: {codes}.",
    )


def _none(name: str, wrong: "QuerySet[Offer]", sentence: str) -> Check:
    codes = list(wrong.values_list("code", flat=True)[:5])
    told = sentence.format(codes=", ".join(codes))
    return Check(
        name=name,
        ok=not codes,
        sentence=f"{told} Look at who changed the table by hand and set it back.",
    )
