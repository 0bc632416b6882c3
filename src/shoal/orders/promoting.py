"""What a quote says about promotions: the best coupons chosen for her, the others to choose."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shoal.kit.errors import Refused
from shoal.orders import known
from shoal.orders.discounts import (
    Basket,
    Discounted,
    Granted,
    LineShare,
    asked_claims,
    best_claims,
    discounts_of,
    why_not,
)
from shoal.orders.pricing import PricedLine
from shoal.promotions import rules
from shoal.promotions.models import Claim
from shoal.promotions.queries import claims_in_basket, coupon_rule
from shoal.shops.models import Shop
from shoal.stock.queries import available
from shoal.traffic.rules import Evidence, attribute, may_earn


@dataclass(frozen=True, slots=True)
class QuotedCoupon:
    """A coupon of hers: what it takes off, or would; `missing_minor` more goods have it fit."""

    claim: Claim
    chosen: bool
    amount_minor: int
    missing_minor: int
    problem: Refused | None


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who asks for a quote, and through whose share she came: both decide which coupons fit."""

    customer: UUID
    share: UUID | None = None


@dataclass(frozen=True, slots=True)
class Promoted:
    """A basket's promotions as a page shows them; a share for each line, in the lines' order."""

    shares: tuple[LineShare, ...]
    granted: tuple[Granted, ...] = ()
    coupons: tuple[QuotedCoupon, ...] = ()
    problem: Refused | None = None


def promote(
    *,
    shop: Shop,
    lines: Sequence[PricedLine],
    buyer: Buyer | None,
    coupons: Sequence[str] | None,
    at: datetime,
) -> Promoted:
    """This will apply to `lines` what comes by itself and a buyer's coupons, in few queries.

    `problem` says why the coupons that she asked for are not the ones taken off.
    """
    if not lines:
        return Promoted(())
    automatic = known.automatic((line.offer for line in lines), at=[at])
    earner = _earner(shop, buyer)
    basket = Basket(shop, earner, lines, automatic, at)
    mine = claims_in_basket(customer=buyer.customer, currency=shop.currency, at=at) if buyer else []
    chosen, problem = _chosen(basket, buyer, mine, coupons)
    found = discounts_of(basket, claims=chosen)
    taken = {row.claim.id for row in found.granted if row.claim}
    if problem is None and coupons is not None:
        problem = next(
            (why_not(found, claim.promotion) for claim in chosen if claim.id not in taken), None
        )
    return Promoted(
        shares=found.shares,
        granted=_there(found.granted, lines),
        coupons=tuple(_offered(basket, found, mine, chosen)),
        problem=problem,
    )


def _chosen(
    basket: Basket, buyer: Buyer | None, mine: Sequence[Claim], codes: Sequence[str] | None
) -> tuple[list[Claim], Refused | None]:
    if buyer is None:
        return [], None
    if codes is None:
        return best_claims(basket, claims=mine), None
    known = {claim.code: claim for claim in mine}
    try:
        return asked_claims(basket, codes=codes, known=known, customer=buyer.customer), None
    except Refused as refusal:
        return [], refusal


def _offered(
    basket: Basket, found: Discounted, mine: Sequence[Claim], chosen: Sequence[Claim]
) -> list[QuotedCoupon]:
    """One row for each promotion that she has a coupon of, and that is for this shop's goods."""
    taken = {row.claim.id: row.amount for row in found.granted if row.claim}
    one_each = {claim.promotion_id: claim for claim in reversed(mine)}
    one_each |= {claim.promotion_id: claim for claim in chosen}
    rows = []
    for claim in one_each.values():
        if not basket.fits(claim.promotion):
            continue
        missing = rules.missing(coupon_rule(claim.promotion), found.bases)
        amount = taken.get(claim.id)
        if amount is None:
            amount = 0 if missing else _instead(basket, claim, chosen)
        problem = None if amount else why_not(found, claim.promotion)
        rows.append(QuotedCoupon(claim, claim.id in taken, amount, missing, problem))
    return sorted(rows, key=lambda row: (row.missing_minor, -row.amount_minor, row.claim.id))


def _instead(basket: Basket, claim: Claim, chosen: Sequence[Claim]) -> int:
    """What a coupon would take off in the place of the chosen one of its funder."""
    others = [one for one in chosen if one.promotion.funder != claim.promotion.funder]
    found = discounts_of(basket, claims=[*others, claim])
    return next((row.amount for row in found.granted if row.claim == claim), 0)


def _there(granted: Sequence[Granted], lines: Sequence[PricedLine]) -> tuple[Granted, ...]:
    """Leaves out the gifts of which nothing is left beside what `lines` take."""
    gifts = {row.gift.offer.allotment_id for row in granted if row.gift}
    left = Counter(available(allotments=gifts)) if gifts else Counter[UUID]()
    for line in lines:
        left[line.offer.allotment_id] -= line.quantity
    return tuple(
        row
        for row in granted
        if not row.gift or left[row.gift.offer.allotment_id] >= row.gift.quantity
    )


def _earner(shop: Shop, buyer: Buyer | None) -> UUID | None:
    """The shop that would earn this order: the same decision as the desk's."""
    if buyer is None:
        return shop.id
    share = known.shares([buyer.share]).get(buyer.share) if buyer.share else None
    if share is not None and not may_earn(
        suspended=share.shop.state == Shop.State.SUSPENDED,
        same_currency=share.shop.currency == shop.currency,
    ):
        share = None
    evidence = Evidence(
        customer=buyer.customer,
        storefront=shop.id,
        share=share.id if share else None,
        share_shop=share.shop_id if share else None,
        keepers=known.keepers([shop.id, *([share.shop_id] if share else [])]),
    )
    return attribute(evidence).earner
