"""What promotions make of a basket: one place for cart, quote and desk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shoal.kit.errors import Refused
from shoal.orders.pricing import OfferClosed, PricedLine, check_open
from shoal.promotions import refusals, rules
from shoal.promotions.models import Claim, Part, Promotion
from shoal.promotions.queries import (
    bundle_rule,
    coupon_rule,
    gift_rule,
    problem_of,
    runs_at,
    titles_of,
)
from shoal.shelves.queries import prices
from shoal.shops.models import Shop


@dataclass(frozen=True, slots=True)
class LineShare:
    """What each funder takes off one line, in minor units."""

    brand: int = 0
    keeper: int = 0
    platform: int = 0

    @property
    def total(self) -> int:
        """All that is taken off the line."""
        return self.brand + self.keeper + self.platform


NOTHING_OFF = LineShare()


@dataclass(frozen=True, slots=True)
class Granted:
    """A promotion that an order gets: what it takes off, by which coupon, or what it adds."""

    promotion: Promotion
    amount: int
    times: int = 1
    claim: Claim | None = None
    gift: Part | None = None


@dataclass(frozen=True, slots=True)
class Discounted:
    """A basket after its promotions: a share for each line, in the lines' order."""

    shares: tuple[LineShare, ...] = ()
    granted: tuple[Granted, ...] = ()
    bases: Mapping[UUID | None, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All that is taken off."""
        return sum(share.total for share in self.shares)

    @property
    def gifts(self) -> tuple[Granted, ...]:
        """What is added for nothing."""
        return tuple(row for row in self.granted if row.gift is not None)


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines in a shop, who earns them, and the promotions that come by themselves."""

    shop: Shop
    earner: UUID | None
    lines: Sequence[PricedLine]
    automatic: Sequence[Promotion]
    at: datetime

    @property
    def items(self) -> list[rules.Item]:
        """The lines as the rules read them."""
        return [
            rules.Item(
                offer=line.offer.id,
                brand=line.offer.brand_id,
                quantity=line.quantity,
                supply=line.terms.supply,
                sale=line.terms.sale,
                markup=line.markup,
                rate_bp=line.terms.rate_bp,
                earns=self.earner is not None,
            )
            for line in self.lines
        ]

    @property
    def running(self) -> list[Promotion]:
        """The gifts and bundles that hold here at this moment."""
        return [
            row
            for row in self.automatic
            if row.currency == self.shop.currency and runs_at(row, at=self.at)
        ]

    @property
    def bundles(self) -> list[rules.Bundle]:
        """The bundles as the rules read them."""
        kind = Promotion.Kind.BUNDLE
        return [bundle_rule(row) for row in self.running if row.kind == kind]

    def fits(self, promotion: Promotion) -> bool:
        """Whether a coupon is for this shop: a keeper pays only for what she herself earns."""
        if promotion.currency != self.shop.currency:
            return False
        mine = promotion.shop_id in {None, self.shop.id} and (
            promotion.shop_id is None or promotion.shop_id == self.earner
        )
        brands = {line.offer.brand_id for line in self.lines}
        return mine and (promotion.brand_id is None or promotion.brand_id in brands)


def bundle_price(promotion: Promotion, *, shop: Shop, at: datetime) -> int | None:
    """This will return what a bundle, loaded with its parts, costs in a shop, in minor units.

    The keeper's markup stays on top, and its funder bears no more than its part: where nothing
    comes off, or a part is not sold here, None.
    """
    parts = list(promotion.parts.all())
    found = prices(shop=shop, offers=[part.offer for part in parts])
    if any(part.offer_id not in found for part in parts):
        return None
    lines = [PricedLine(part.offer, part.quantity, found[part.offer_id]) for part in parts]
    off = discounts_of(Basket(shop, shop.id, lines, [promotion], at), claims=()).total
    return sum(line.line_minor for line in lines) - off if off else None


def discounts_of(basket: Basket, *, claims: Sequence[Claim]) -> Discounted:
    """This will apply the coupons `claims`, at most one of each funder, and what comes by itself.

    A gift whose offer is not on sale is left out; whether it is in stock is asked by the caller.
    """
    gifts = [row for row in basket.running if row.kind == Promotion.Kind.GIFT and row.brand_id]
    found = rules.apply(
        items=basket.items,
        coupons=[coupon_rule(claim.promotion) for claim in claims],
        bundles=basket.bundles,
        gifts=[gift_rule(row, row.brand_id) for row in gifts if row.brand_id],
    )
    promotions = {row.id: row for row in basket.running}
    by_coupon = {claim.promotion_id: claim for claim in claims}
    granted = []
    for one in found.applied:
        claim = by_coupon.get(one.promotion)
        promotion = claim.promotion if claim else promotions[one.promotion]
        granted.append(Granted(promotion, one.amount, one.times, claim))
    for key in found.gifts:
        part = promotions[key].parts.all()[0]
        if _is_open(part, at=basket.at):
            granted.append(Granted(promotions[key], 0, 1, gift=part))
    shares = zip(found.brand, found.keeper, found.platform, strict=True)
    return Discounted(tuple(LineShare(*row) for row in shares), tuple(granted), found.bases)


def best_claims(basket: Basket, *, claims: Iterable[Claim]) -> list[Claim]:
    """This will choose the coupons that save the customer most, one of each funder at most."""
    fitting = {claim.promotion_id: claim for claim in claims if basket.fits(claim.promotion)}
    best = rules.best_coupons(
        items=basket.items,
        coupons=[coupon_rule(claim.promotion) for claim in fitting.values()],
        bundles=basket.bundles,
    )
    return [fitting[coupon.promotion] for coupon in best]


def asked_claims(
    basket: Basket, *, codes: Sequence[str], known: Mapping[str, Claim], customer: UUID
) -> list[Claim]:
    """This will return the coupons that a customer asks for by their codes, if she may use them.

    Raises CouponUnknown, CouponStopped, CouponOver, CouponUsed, CouponEarly, CouponElsewhere,
    CouponTwice or CouponBelow for the first one that she may not.
    """
    claims = []
    for code in dict.fromkeys(codes):
        claim = known.get(code)
        if claim is None or claim.customer != customer:
            raise refusals.CouponUnknown
        problem = problem_of(claim, at=basket.at)
        if problem is not None:
            raise problem
        if not basket.fits(claim.promotion):
            raise refusals.CouponElsewhere(title=claim.promotion.named)
        claims.append(claim)
    if len({claim.promotion.funder for claim in claims}) < len(claims):
        raise refusals.CouponTwice
    return claims


def check_granted(found: Discounted, *, claims: Sequence[Claim]) -> None:
    """This will raise CouponBelow or CouponElsewhere for a coupon that takes nothing off."""
    granted = {row.claim.id for row in found.granted if row.claim}
    for claim in claims:
        if claim.id not in granted:
            raise why_not(found, claim.promotion)


def check_promised(found: Discounted, *, codes: Sequence[str]) -> None:
    """This will raise GiftGone for a gift that a page promised and that is not given any more."""
    missing = set(codes) - {row.promotion.code for row in found.gifts}
    if missing:
        raise refusals.GiftGone(title=next(iter(titles_of(codes=missing)), ""))


def why_not(found: Discounted, promotion: Promotion) -> Refused:
    """This will say why a coupon takes nothing off a basket with these discounts."""
    if rules.missing(coupon_rule(promotion), found.bases):
        return refusals.CouponBelow(title=promotion.named)
    return refusals.CouponElsewhere(title=promotion.named)


def _is_open(part: Part, *, at: datetime) -> bool:
    try:
        check_open(part.offer, at=at)
    except OfferClosed:
        return False
    return True
