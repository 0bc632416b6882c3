"""Promotions for tests, made and started through their operations."""

from datetime import timedelta
from typing import Any

from shoal.kit.clock import now
from shoal.promotions.models import Claim, Promotion
from shoal.promotions.operations import (
    NewPromotion,
    claim_coupon,
    make_promotion,
    start_promotion,
)
from shoal.promotions.queries import PLATFORM, Owner, brand_owner, shop_owner
from shoal.promotions.rules import Funder
from tests.trade import AT, DAY, Market

MONTH = timedelta(days=30)


def owner_of(market: Market, funder: Funder) -> Owner:
    """Whoever pays for `funder`'s promotions in this market."""
    match funder:
        case Funder.BRAND:
            return brand_owner(market.brand)
        case Funder.KEEPER:
            return shop_owner(market.shop)
    return PLATFORM


def promotion(
    market: Market,
    funder: Funder = Funder.PLATFORM,
    kind: Promotion.Kind = Promotion.Kind.FIXED,
    *,
    starts: bool = True,
    **changes: Any,
) -> Promotion:
    """A running promotion; a coupon of 10.00 when nothing else is said."""
    known: dict[str, Any] = {
        "titles": {"zh": "见面礼", "en": "Welcome"},
        "use_from_at": AT,
        "use_until_at": AT + MONTH,
        "claim_until_at": AT + MONTH - DAY,
    }
    if kind == Promotion.Kind.FIXED:
        known["amount"] = 1_000
    owner = owner_of(market, funder)
    made = make_promotion(
        owner=owner,
        currency=market.shop.currency,
        entry=NewPromotion(kind=kind, **{**known, **changes}),
        by="owner",
        at=AT,
    )
    if starts:
        made = start_promotion(owner=owner, code=made.code, by="owner", at=AT)
    return made


def lasting(market: Market, *args: Any, **changes: Any) -> Promotion:
    """As `promotion`, and still running today, for pages that read the clock."""
    today = now()
    window = {"use_until_at": today + MONTH, "claim_until_at": today + MONTH - DAY}
    return promotion(market, *args, **{**window, **changes})


def claim(market: Market, given: Promotion, **changes: Any) -> Claim:
    """Alice's coupon of a promotion."""
    known = {"customer": market.alice.id, "code": given.code, "at": AT}
    return claim_coupon(**{**known, **changes})
