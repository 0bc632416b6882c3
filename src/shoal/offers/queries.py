"""Every read on offers and flash sales. What is open at a moment is said here and nowhere else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Count,
    F,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import Cast

from shoal.brands.models import Brand
from shoal.brands.queries import signed_contract
from shoal.brands.rules import least_fee_bp
from shoal.catalog.models import Product
from shoal.catalog.queries import category_paths
from shoal.kit.errors import NotFound
from shoal.kit.known_codes import KnownCodes
from shoal.kit.money import BASIS, portion
from shoal.offers.models import FlashSale, Offer, SaleStep
from shoal.offers.queries_beside import codes_beside
from shoal.offers.queries_terms import further_terms, load_prices, terms_of
from shoal.offers.rules import Phase, Terms, keeper_part, phase, sale_phase

_offer_ids = KnownCodes(Offer, load=codes_beside)


@dataclass(frozen=True, slots=True)
class SaleCard:
    """A flash sale with the few figures that a card shows; amounts in minor units."""

    sale: FlashSale
    offers: int
    from_minor: int
    most_earned_minor: int
    received: int
    sold: int
    available: int

    @property
    def sold_percent(self) -> int:
        """How much of what was set aside is sold, in whole percent, rounded down."""
        return 100 * self.sold // self.received if self.received else 0


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer with what each party gets of one unit at the sale price, in one currency."""

    offer: Offer
    terms: Terms
    platform_minor: int
    keeper_minor: int
    least_fee_minor: int


@dataclass(frozen=True, slots=True)
class SaleFile:
    """A flash sale as its brand and the operator weigh it."""

    sale: FlashSale
    steps: Sequence[SaleStep]
    rows: Sequence[OfferRow]


def sells(*, path: str = "") -> Q:
    """This will say what must hold of an offer's brand, product and state for it to sell at all.

    `path` leads from the filtered model to its offers ("offers__").
    """
    return Q(
        **{
            f"{path}state": Offer.State.LISTED,
            f"{path}brand__state": Brand.State.ACTIVE,
            f"{path}sku__product__state": Product.State.LIVE,
        }
    )


def open_at(at: datetime, *, path: str = "") -> Q:
    """This will say what holds of an offer that is open at `at`. See `sells` for `path`."""
    closes = Q(**{f"{path}closes_at": None}) | Q(**{f"{path}closes_at__gt": at})
    return sells(path=path) & Q(**{f"{path}opens_at__lte": at}) & closes


def full_offers() -> "QuerySet[Offer]":
    """This will return offers with all that a page shows of them."""
    return Offer.objects.select_related(
        "brand", "sale", "allotment", "sku__product__category", "sku__product__brand"
    ).prefetch_related("sku__product__pictures")


def open_offers(*, at: datetime) -> "QuerySet[Offer]":
    """This will return the offers open at `at`, to be narrowed, sorted and sliced by the caller."""
    return full_offers().filter(open_at(at))


def offer_by_code(*, code: str, brand: Brand) -> Offer:
    """This will return an offer of `brand`. Raises NotFound."""
    offer = full_offers().filter(code=code, brand=brand).first()
    if offer is None:
        raise NotFound
    return offer


def offer_ids(*, codes: Iterable[str]) -> dict[str, UUID]:
    """This will return the ids of the offers with these codes, by code."""
    return _offer_ids.of(codes)


def offer_id(*, code: str) -> UUID:
    """This will return the id of the offer with this code. Raises NotFound."""
    found = _offer_ids.of([code]).get(code)
    if found is None:
        raise NotFound
    return found


def best_offers(*, product_ids: Iterable[UUID], at: datetime) -> dict[UUID, Offer]:
    """This will return each product's open offer for a card, by product; those without have none.

    A flash sale goes before a standing offer, what is in stock before what is sold out, then the
    lower price in its brand's currency.
    """
    rows = open_offers(at=at).filter(sku__product__in=list(product_ids))
    return best_by_product({offer: offer.sale_minor for offer in rows})


def best_by_product(offers: Mapping[Offer, int]) -> dict[UUID, Offer]:
    """This will choose each product's offer for a card, as `best_offers` does, by product.

    `offers` are told with their sale prices in the currency of whoever sells them.
    """
    best: dict[UUID, Offer] = {}
    for offer in _best_first(offers):
        best.setdefault(offer.sku.product_id, offer)
    return best


def best_by_sku(offers: Mapping[Offer, int]) -> dict[UUID, Offer]:
    """This will choose for each SKU the offer to sell by, as `best_by_product` does, by SKU."""
    best: dict[UUID, Offer] = {}
    for offer in _best_first(offers):
        best.setdefault(offer.sku_id, offer)
    return best


def offer_state(offer: Offer, *, at: datetime) -> Phase:
    """This will say where an offer stands at `at`; its brand and product should be loaded."""
    return phase(
        opens_at=offer.opens_at,
        closes_at=offer.closes_at,
        state=offer.state,
        brand_sells=offer.brand.state == Brand.State.ACTIVE
        and offer.sku.product.state == Product.State.LIVE,
        at=at,
    )


def sale_state(sale: FlashSale, *, at: datetime) -> Phase:
    """This will say where a flash sale stands at `at`; its brand should be loaded."""
    return sale_phase(
        starts_at=sale.starts_at,
        ends_at=sale.ends_at,
        state=sale.state,
        brand_sells=sale.brand.state == Brand.State.ACTIVE,
        at=at,
    )


def sale_by_code(*, code: str, brand: Brand | None = None) -> FlashSale:
    """This will return a flash sale in any state, of `brand` only when one is given."""
    rows = FlashSale.objects.filter(code=code).select_related("brand")
    sale = (rows if brand is None else rows.filter(brand=brand)).first()
    if sale is None:
        raise NotFound
    return sale


def public_sale(*, code: str, at: datetime) -> FlashSale:
    """This will return a sale that customers may see at `at`: scheduled and announced, or over."""
    sale = sale_by_code(code=code)
    if not is_public(sale, at=at):
        raise NotFound
    return sale


def is_public(sale: FlashSale, *, at: datetime) -> bool:
    """This will say whether a sale, loaded with its brand, is one that `public_sale` returns."""
    sells = sale.state == FlashSale.State.SCHEDULED and sale.brand.state == Brand.State.ACTIVE
    return sells and at >= sale.trailer_at


def open_sales(*, at: datetime, brand: Brand | None = None, limit: int = 50) -> list[SaleCard]:
    """This will list the flash sales that run at `at`, what ends soonest first."""
    rows = _cards().filter(_public(), starts_at__lte=at, ends_at__gt=at)
    rows = rows if brand is None else rows.filter(brand=brand)
    return _as_cards(rows.order_by("ends_at", "id")[:limit])


def trailers(*, at: datetime, brand: Brand | None = None, limit: int = 50) -> list[SaleCard]:
    """This will list the sales that are announced at `at` but do not run yet, soonest first."""
    rows = _cards().filter(_public(), trailer_at__lte=at, starts_at__gt=at)
    rows = rows if brand is None else rows.filter(brand=brand)
    return _as_cards(rows.order_by("starts_at", "id")[:limit])


def sale_card(*, sale: FlashSale) -> SaleCard:
    """This will return one sale with the figures of its card."""
    return _as_cards(_cards().filter(id=sale.id))[0]


def sales_of_brand(
    *, brand: Brand, state: FlashSale.State | None = None, limit: int = 50, offset: int = 0
) -> list[SaleCard]:
    """This will list a brand's sales in any state, the newest first."""
    rows = _cards().filter(brand=brand)
    rows = rows if state is None else rows.filter(state=state)
    return _as_cards(rows.order_by("-created_at", "-id")[offset : offset + limit])


def sales_to_judge(*, limit: int = 50, offset: int = 0) -> list[SaleCard]:
    """This will list the sales applied for, what wants to start soonest first."""
    rows = _cards().filter(state=FlashSale.State.APPLIED)
    return _as_cards(rows.order_by("starts_at", "id")[offset : offset + limit])


def all_sales(*, state: FlashSale.State, limit: int = 50, offset: int = 0) -> list[SaleCard]:
    """This will list every brand's sales in a state, what starts last first."""
    rows = _cards().filter(state=state).order_by("-starts_at", "-id")
    return _as_cards(rows[offset : offset + limit])


def scheduled_sales(*, from_at: datetime, to_at: datetime) -> list[SaleCard]:
    """This will list the scheduled sales whose window meets [from_at, to_at), by start."""
    rows = _cards().filter(
        state=FlashSale.State.SCHEDULED, starts_at__lt=to_at, ends_at__gt=from_at
    )
    return _as_cards(rows.order_by("starts_at", "id"))


def offers_of_sale(*, sale: FlashSale) -> list[Offer]:
    """This will list a sale's offers that were not withdrawn, by product and variant."""
    rows = full_offers().filter(sale=sale).exclude(state=Offer.State.WITHDRAWN)
    return list(rows.order_by("sku__product__reference", "sku__position", "id"))


def standing_offers(*, brand: Brand, limit: int = 200, offset: int = 0) -> list[Offer]:
    """This will list a brand's standing offers that were not withdrawn, the newest first."""
    rows = full_offers().filter(brand=brand, sale=None).exclude(state=Offer.State.WITHDRAWN)
    return list(rows.order_by("-created_at", "-id")[offset : offset + limit])


def searched_offers(*, brand: Brand, words: str = "") -> "QuerySet[Offer]":
    """This will find a brand's standing offers by number or title, the newest first."""
    rows = full_offers().filter(brand=brand, sale=None).exclude(state=Offer.State.WITHDRAWN)
    if words:
        rows = rows.filter(
            Q(sku__reference__icontains=words)
            | Q(sku__product__reference__icontains=words)
            | Q(sku__product__titles__zh__icontains=words)
            | Q(sku__product__titles__en__icontains=words)
        )
    return rows.order_by("-created_at", "-id")


def standing_by_sku(*, skus: Iterable[UUID]) -> dict[UUID, Offer]:
    """This will return the newest standing offer of each SKU that has one, by SKU."""
    rows = Offer.objects.filter(sku__in=list(skus), sale=None, state=Offer.State.LISTED)
    return {offer.sku_id: offer for offer in rows.order_by("id")}


def running_low(*, brand: Brand, most: int, limit: int = 20) -> list[Offer]:
    """This will list a brand's standing offers with at most `most` units left, fewest first."""
    rows = full_offers().filter(sells(), brand=brand, sale=None, allotment__available__lte=most)
    return list(rows.order_by("allotment__available", "id")[:limit])


def sale_counts(*, brand: Brand | None = None) -> dict[str, int]:
    """This will return how many sales are in each state, of `brand` only when one is given.

    States with none are left out.
    """
    rows = FlashSale.objects.all() if brand is None else FlashSale.objects.filter(brand=brand)
    return dict(rows.order_by().values_list("state").annotate(count=Count("id")))


def last_offers_of_sale(*, sale: FlashSale) -> list[Offer]:
    """This will list a sale's newest offer for each SKU, withdrawn ones too: to apply again."""
    rows = full_offers().filter(sale=sale).order_by("sku_id", "-id").distinct("sku_id")
    return sorted(rows, key=lambda offer: (offer.sku.product.reference, offer.sku.position))


def least_fees(*, brand: Brand, categories: Iterable[str]) -> dict[str, int]:
    """This will return the least platform fee in basis points for each of these categories."""
    paths, contract = category_paths(), signed_contract(brand_id=brand.id)
    fees = contract.fees if contract is not None else {}
    return {code: least_fee_bp(fees, paths[code]) for code in set(categories)}


def sale_file(*, code: str, brand: Brand | None = None) -> SaleFile:
    """This will return a sale with its steps and what each offer leaves for whom."""
    rows = FlashSale.objects.filter(code=code).select_related("brand").prefetch_related("steps")
    sale = (rows if brand is None else rows.filter(brand=brand)).first()
    if sale is None:
        raise NotFound
    offers = offers_of_sale(sale=sale)
    codes = {offer.sku.product.category.code for offer in offers}
    fees = least_fees(brand=sale.brand, categories=codes)
    load_prices(offers=offers)
    priced = [
        _row(offer, terms, fees)
        for offer in offers
        for terms in (terms_of(offer), *further_terms(offer))
    ]
    return SaleFile(sale, list(sale.steps.all()), priced)


def _row(offer: Offer, terms: Terms, fees: Mapping[str, int]) -> OfferRow:
    keeper = keeper_part(terms)
    return OfferRow(
        offer=offer,
        terms=terms,
        platform_minor=terms.sale - terms.supply - keeper,
        keeper_minor=keeper,
        least_fee_minor=portion(terms.sale, fees[offer.sku.product.category.code]),
    )


def _best_first(offers: Mapping[Offer, int]) -> list[Offer]:
    return sorted(
        offers,
        key=lambda offer: (
            offer.sale_id is None,
            offer.allotment.available == 0,
            offers[offer],
            offer.id,
        ),
    )


def _public() -> Q:
    return Q(state=FlashSale.State.SCHEDULED, brand__state=Brand.State.ACTIVE)


def _cards() -> "QuerySet[Any]":
    shown = ~Q(offers__state=Offer.State.WITHDRAWN)
    earn = Cast(F("offers__rate_bp"), BigIntegerField()) * F("offers__sale_minor") / BASIS
    return FlashSale.objects.select_related("brand").annotate(
        offer_count=Count("offers", filter=shown),
        from_minor=Min("offers__sale_minor", filter=shown),
        most_earned_minor=Max(earn, filter=shown),
        received=Sum("offers__allotment__received", filter=shown),
        sold=Sum(F("offers__allotment__sold") - F("offers__allotment__returned"), filter=shown),
        available=Sum("offers__allotment__available", filter=shown),
    )


def _as_cards(rows: Iterable[Any]) -> list[SaleCard]:
    return [
        SaleCard(
            sale=row,
            offers=row.offer_count,
            from_minor=row.from_minor or 0,
            most_earned_minor=row.most_earned_minor or 0,
            received=row.received or 0,
            sold=row.sold or 0,
            available=row.available or 0,
        )
        for row in rows
    ]
