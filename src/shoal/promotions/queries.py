"""Every read of promotions and coupons; each takes its owner or its customer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import TruncDay

from shoal.brands.models import Brand
from shoal.kit.asking import ask
from shoal.kit.errors import NotFound, Refused
from shoal.offers.models import Offer
from shoal.offers.queries import open_offers
from shoal.promotions import rules
from shoal.promotions.models import Claim, Part, Promotion, PromotionStep, Use
from shoal.promotions.refusals import CouponEarly, CouponOver, CouponStopped, CouponUsed
from shoal.shelves.queries import on_shelf
from shoal.shops.models import Shop

_COUPONS = (Promotion.Kind.FIXED, Promotion.Kind.PERCENT)
_AUTOMATIC = (Promotion.Kind.GIFT, Promotion.Kind.BUNDLE)
_MOST_TO_CHOOSE = 500
_MOST_IN_BASKET = 100
"""The coupons a basket is tried with; who has more sees the ones that end first."""

_USABLE = """
SELECT claim.id FROM promotions_claim claim JOIN promotions_promotion promotion
    ON promotion.id = claim.promotion_id
WHERE claim.customer = %s AND claim.used_by IS NULL
    AND promotion.currency = %s AND promotion.state = %s
    AND promotion.use_from_at <= %s AND promotion.use_until_at > %s
ORDER BY promotion.use_until_at, claim.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose promotions: a brand's, a shop's, or the platform's."""

    funder: Promotion.Funder
    brand: Brand | None = None
    shop: Shop | None = None


PLATFORM = Owner(Promotion.Funder.PLATFORM)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a promotion did: orders that have it now, and what it took off them (minor units)."""

    claims: int
    uses: int
    returned: int
    cost: int


@dataclass(frozen=True, slots=True)
class Wallet:
    """A customer's coupons: to use, in use by an order, and over."""

    usable: Sequence[Claim]
    used: Sequence[Claim]
    over: Sequence[Claim]


def brand_owner(brand: Brand) -> Owner:
    """This will name a brand as the owner of promotions."""
    return Owner(Promotion.Funder.BRAND, brand=brand)


def shop_owner(shop: Shop) -> Owner:
    """This will name a keeper's shop as the owner of promotions."""
    return Owner(Promotion.Funder.KEEPER, shop=shop)


def owned(owner: Owner) -> "QuerySet[Promotion]":
    """This will return the promotions of one owner, the newest first."""
    rows = Promotion.objects.filter(funder=owner.funder, brand=owner.brand, shop=owner.shop)
    return rows.order_by("-created_at", "-id")


def every_promotion() -> "QuerySet[Promotion]":
    """This will list all promotions that were started, for the operator, the newest first."""
    rows = Promotion.objects.exclude(state=Promotion.State.DRAFT, funder__in=["brand", "keeper"])
    return rows.select_related("brand", "shop").order_by("-created_at", "-id")


def promotion_of(*, owner: Owner, code: str) -> Promotion:
    """This will return one promotion of its owner's; else raises NotFound."""
    return _one(owned(owner), code)


def any_promotion(*, code: str) -> Promotion:
    """This will return a promotion that the operator may look at; else raises NotFound."""
    return _one(every_promotion(), code)


def coupon_for_all(*, code: str) -> Promotion:
    """This will return a coupon that was started, for whoever holds its link; or raise NotFound."""
    rows = Promotion.objects.filter(kind__in=_COUPONS).exclude(state=Promotion.State.DRAFT)
    return _one(rows.select_related("brand", "shop"), code)


def offers_to_give(*, currency: str, at: datetime, brand: Brand | None = None) -> list[Offer]:
    """This will list what a gift or a bundle may be made of: open offers, the newest first."""
    rows = open_offers(at=at).filter(currency=currency)
    if brand is not None:
        rows = rows.filter(brand=brand)
    return list(rows.order_by("-created_at", "id")[:_MOST_TO_CHOOSE])


def titles_of(*, codes: Iterable[str]) -> list[str]:
    """This will name the promotions with these codes, in the language of whoever reads it."""
    return [row.named for row in Promotion.objects.filter(code__in=set(codes)).order_by("id")]


def parts_of(*, promotion: Promotion) -> list[Part]:
    """This will list a promotion's offers."""
    return list(_parts().filter(promotion=promotion).order_by("id"))


def steps_of(*, promotion: Promotion) -> list[PromotionStep]:
    """This will list what happened to a promotion, newest first."""
    return list(PromotionStep.objects.filter(promotion=promotion).order_by("-id"))


def figures_of(*, promotions: Iterable[Promotion]) -> dict[UUID, Figures]:
    """This will sum the uses of promotions, by id."""
    rows = list(promotions)
    taken, returned = Q(kind=Use.Kind.TAKEN), Q(kind=Use.Kind.RETURNED)
    sums = Use.objects.filter(promotion__in=rows).order_by().values("promotion")
    found: dict[UUID, Mapping[str, Any]] = {
        row["promotion"]: dict(row)
        for row in sums.annotate(
            taken=Count("id", filter=taken),
            returned=Count("id", filter=returned),
            given=Sum("amount_minor", filter=taken),
            back=Sum("amount_minor", filter=returned),
        )
    }
    return {row.id: _figures(row, found.get(row.id, {})) for row in rows}


def _figures(promotion: Promotion, sums: Mapping[str, Any]) -> Figures:
    taken, returned = sums.get("taken") or 0, sums.get("returned") or 0
    cost = (sums.get("given") or 0) - (sums.get("back") or 0)
    return Figures(promotion.claimed, taken - returned, returned, int(cost))


def uses_by_day(*, promotion: Promotion, from_at: datetime, to_at: datetime) -> dict[datetime, int]:
    """This will count the orders that took a promotion in [from_at, to_at), by the day."""
    rows = Use.objects.filter(
        promotion=promotion, kind=Use.Kind.TAKEN, at__gte=from_at, at__lt=to_at
    )
    days = rows.order_by().annotate(day=TruncDay("at")).values("day")
    return {row["day"]: row["many"] for row in days.annotate(many=Count("id")).order_by("day")}


def coupons_on_show(
    *, shop: Shop, at: datetime, most: int, brand: UUID | None = None
) -> list[Promotion]:
    """This will list the coupons that can be claimed in `shop` now, what ends first coming first.

    They are the keeper's own, the platform's and those of `brand`, or of every brand on the shop's
    shelf; what is all claimed is left out.
    """
    brands = [brand] if brand else on_shelf(shop=shop, at=at).order_by().values("brand")
    rows = Promotion.objects.filter(
        Q(funder=Promotion.Funder.PLATFORM) | Q(shop=shop) | Q(brand__in=brands),
        kind__in=_COUPONS,
        state=Promotion.State.RUNNING,
        currency=shop.currency,
        claim_from_at__lte=at,
        claim_until_at__gt=at,
    ).filter(Q(supply=None) | Q(claimed__lt=F("supply")))
    return list(rows.select_related("brand", "shop").order_by("claim_until_at", "id")[:most])


def gifts_on_show(*, brand: UUID, currency: str, at: datetime) -> list[Promotion]:
    """This will list the gifts and bundles that a brand's goods bring now, with their parts."""
    rows = Promotion.objects.filter(
        kind__in=_AUTOMATIC,
        brand=brand,
        state=Promotion.State.RUNNING,
        currency=currency,
        use_from_at__lte=at,
        use_until_at__gt=at,
    )
    return list(rows.order_by("id").prefetch_related(Prefetch("parts", _parts())))


def automatic_promotions(
    *, brands: Collection[UUID], from_at: datetime, to_at: datetime
) -> dict[UUID, list[Promotion]]:
    """This will list, for each brand, its gifts and the bundles with goods of its.

    Those that run at some moment of [from_at, to_at), with their parts loaded: two queries for all.
    """
    rows = (
        Promotion.objects.filter(
            state=Promotion.State.RUNNING, use_from_at__lt=to_at, use_until_at__gt=from_at
        )
        .filter(
            Q(kind=Promotion.Kind.GIFT, brand__in=brands)
            | Q(kind=Promotion.Kind.BUNDLE, parts__offer__brand__in=brands)
        )
        .distinct()
        .order_by("id")
        .prefetch_related(Prefetch("parts", _parts()))
    )
    found: dict[UUID, list[Promotion]] = {brand: [] for brand in brands}
    for row in rows:
        is_gift = row.kind == Promotion.Kind.GIFT
        touched = {row.brand_id} if is_gift else {part.offer.brand_id for part in row.parts.all()}
        for brand in found.keys() & touched:
            found[brand].append(row)
    return found


def claims_in_basket(*, customer: UUID, currency: str, at: datetime) -> list[Claim]:
    """This will list the coupons that a customer could use now, what ends first coming first."""
    # Most customers have none, and each of their carts asks.
    usable = ask(_USABLE, [customer, currency, Promotion.State.RUNNING, at, at, _MOST_IN_BASKET])
    if not usable:
        return []
    found = Claim.objects.select_related("promotion__brand", "promotion__shop").in_bulk(
        [claim for (claim,) in usable]
    )
    return [found[claim] for (claim,) in usable if claim in found]


def claims_by_code(*, codes: Iterable[str]) -> dict[str, Claim]:
    """This will return coupons by their codes; who asks compares the customer."""
    rows = Claim.objects.filter(code__in=set(codes)).select_related("promotion")
    return {row.code: row for row in rows}


def wallet_of(*, customer: UUID, at: datetime) -> Wallet:
    """This will sort a customer's coupons, the ones that end first coming first."""
    rows = Claim.objects.filter(customer=customer)
    claims = list(
        rows.select_related("promotion__brand", "promotion__shop").order_by(
            "promotion__use_until_at", "id"
        )
    )
    used = [claim for claim in claims if claim.used_by is not None]
    free = [claim for claim in claims if claim.used_by is None]
    over = [claim for claim in free if isinstance(problem_of(claim, at=at), _OVER)]
    return Wallet([claim for claim in free if claim not in over], used[::-1], over[::-1])


_OVER = (CouponOver, CouponStopped)


def problem_of(claim: Claim, *, at: datetime) -> Refused | None:
    """This will say why a coupon cannot be used at `at`, or None."""
    promotion = claim.promotion
    if promotion.state != Promotion.State.RUNNING:
        return CouponStopped(title=promotion.named)
    if promotion.use_until_at <= at:
        return CouponOver(title=promotion.named)
    if claim.used_by is not None:
        return CouponUsed(title=promotion.named)
    if promotion.use_from_at > at:
        return CouponEarly(title=promotion.named)
    return None


def runs_at(promotion: Promotion, *, at: datetime) -> bool:
    """This will say whether a promotion is in its window of use and not stopped."""
    in_window = promotion.use_from_at <= at < promotion.use_until_at
    return in_window and promotion.state == Promotion.State.RUNNING


def uses_of_order(*, order: UUID) -> list[Use]:
    """This will list what an order took of promotions, first to last; returns are left out."""
    rows = Use.objects.filter(order=order, kind=Use.Kind.TAKEN).select_related(
        "promotion__brand", "promotion__shop"
    )
    return list({row.promotion_id: row for row in rows.order_by("id")}.values())


def coupon_rule(promotion: Promotion) -> rules.Coupon:
    """This will give a coupon's terms to the rules."""
    return rules.Coupon(
        promotion=promotion.id,
        funder=rules.Funder(promotion.funder),
        brand=promotion.brand_id,
        threshold=promotion.threshold_minor,
        amount=promotion.amount_minor,
        percent_bp=promotion.percent_bp,
    )


def bundle_rule(promotion: Promotion) -> rules.Bundle:
    """This will give a bundle's terms to the rules; its parts are loaded."""
    return rules.Bundle(
        promotion=promotion.id,
        funder=rules.Funder(promotion.funder),
        price=promotion.amount_minor,
        parts=tuple(sorted((part.offer_id, part.quantity) for part in promotion.parts.all())),
    )


def gift_rule(promotion: Promotion, brand: UUID) -> rules.Gift:
    """This will give a gift's terms to the rules; its part is loaded."""
    part = promotion.parts.all()[0]
    return rules.Gift(promotion.id, brand, promotion.threshold_minor, part.offer_id, part.quantity)


def _parts() -> "QuerySet[Part]":
    return Part.objects.select_related(
        "promotion",
        "offer__brand",
        "offer__sku__product__category",
        "offer__sku__product__freight",
    )


def _one(rows: "QuerySet[Promotion]", code: str) -> Promotion:
    found = rows.filter(code=code).first()
    if found is None:
        raise NotFound
    return found
