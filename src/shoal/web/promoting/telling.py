"""Promotions in words: what they take off, from which sum on, who pays, and how they go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from shoal.kit.amounts import amount_text, units_text
from shoal.kit.money import Money
from shoal.offers.queries_terms import terms_in, terms_of
from shoal.orders.discounts import bundle_price
from shoal.orders.models import Order, OrderLine
from shoal.promotions.models import Part, Promotion
from shoal.promotions.queries import Figures, uses_by_day, uses_of_order
from shoal.shops.models import Shop
from shoal.web.components.charts import Bar, Point, bars

_KINDS = {"draft": "", "running": "good", "stopped": "bad"}
_CHART_DAYS = 14
_FEW_LEFT = 50
Kind = Promotion.Kind


@dataclass(frozen=True, slots=True)
class CouponCard:
    """A coupon as a customer sees it."""

    code: str
    url: str
    value: str
    title: str
    terms: str
    whose: str
    until_at: datetime
    left: str
    claim_url: str


def amount_of(promotion: Promotion, minor: int) -> str:
    """This will write an amount in the promotion's currency."""
    return amount_text(amount=Money(minor, promotion.currency))


def value_words(promotion: Promotion) -> str:
    """This will say in a word what a promotion gives: an amount, a percentage, a gift, a price."""
    match promotion.kind:
        case Kind.PERCENT:
            return _percent_words(promotion.percent_bp)
        case Kind.GIFT:
            return gettext("A gift")
    return amount_of(promotion, promotion.amount_minor)


def _percent_words(percent_bp: int) -> str:
    """Chinese shops say what is left to pay, in tenths: 10% off are 9 折."""
    chinese = (get_language() or "zh").startswith("zh")
    number = Decimal(10_000 - percent_bp) / 1_000 if chinese else Decimal(percent_bp) / 100
    return gettext("{number}% off").format(number=f"{number.normalize():f}")


def terms_words(promotion: Promotion) -> str:
    """This will say from which sum on a promotion holds, and where it ends."""
    parts = []
    if promotion.threshold_minor:
        whole = amount_of(promotion, promotion.threshold_minor)
        parts.append(gettext("from {amount} on").format(amount=whole))
    elif promotion.is_coupon:
        parts.append(gettext("on any order"))
    if promotion.kind == Kind.PERCENT and promotion.amount_minor:
        most = amount_of(promotion, promotion.amount_minor)
        parts.append(gettext("{amount} at most").format(amount=most))
    return gettext(" · ").join(parts)


def whose_words(promotion: Promotion) -> str:
    """This will say what a promotion is for and who pays for it."""
    if promotion.brand is not None:
        return gettext("On {brand}, who pays for it").format(brand=promotion.brand.name)
    if promotion.shop is not None:
        return gettext("On everything in {shop}, who pays for it").format(shop=promotion.shop.name)
    return gettext("The platform pays for it")


def giver_name(promotion: Promotion) -> str:
    """This will name the brand or the shop that gives a promotion; the platform has no name."""
    if promotion.brand is not None:
        return promotion.brand.name
    return promotion.shop.name if promotion.shop is not None else ""


def gift_words(promotion: Promotion, *, shop: Shop, at: datetime) -> str:
    """This will say in one sentence what a gift or a bundle, loaded with its parts, brings.

    What a bundle costs is what this shop's customers pay; one that takes nothing off has no words.
    """
    parts = list(promotion.parts.all())
    goods = gettext(" + ").join(
        row["title"] if row["quantity"] == 1 else units_text(row["title"], row["quantity"])
        for row in part_rows(parts)
    )
    if promotion.kind == Kind.GIFT:
        whole = amount_of(promotion, promotion.threshold_minor)
        return gettext("From {amount} of {brand} on: {goods} as a gift").format(
            amount=whole, brand=promotion.brand.name if promotion.brand else "", goods=goods
        )
    minor = bundle_price(promotion, shop=shop, at=at)
    if minor is None:
        return ""
    price = amount_of(promotion, minor)
    return gettext("{goods} together: {price}").format(goods=goods, price=price)


def funder_words(funder: str) -> str:
    """This will name who pays for a discount, on an order's page."""
    return {
        "brand": gettext("Paid for by the brand"),
        "keeper": gettext("Paid for by the keeper"),
        "platform": gettext("Paid for by the platform"),
    }[funder]


def line_notes(line: OrderLine, currency: str) -> list[str]:
    """This will say of an order's line what each funder took off it, or that it is a gift."""
    if line.gift_of_id:
        return [gettext("A gift from the brand")]
    amounts = (
        ("brand", line.brand_discount_minor),
        ("keeper", line.keeper_discount_minor),
        ("platform", line.platform_discount_minor),
    )
    return [
        gettext("{whose}: {amount}").format(
            whose=funder_words(funder), amount=amount_text(amount=Money(-minor, currency))
        )
        for funder, minor in amounts
        if minor
    ]


def order_discounts(order: Order) -> list[dict[str, Any]]:
    """This will tell what an order's promotions took off, and who pays."""
    if not order.discount_minor:
        return []
    return [
        {
            "title": use.promotion.title,
            "whose": funder_words(use.promotion.funder),
            "amount": Money(-use.amount_minor, order.currency),
            "times": use.times,
        }
        for use in uses_of_order(order=order.id)
        if use.amount_minor
    ]


def coupon_card(promotion: Promotion, shop: Shop | None) -> CouponCard:
    """This will make the card of a coupon that can be claimed; `shop` is where it is shown."""
    left = ""
    rest = (promotion.supply or 0) - promotion.claimed
    if promotion.supply is not None and 0 < rest <= _FEW_LEFT:
        left = ngettext("{rest} left", "{rest} left", rest).format(rest=rest)
    return CouponCard(
        code=promotion.code,
        url=reverse("buy:coupon", args=[shop.code, promotion.code]) if shop else "",
        value=value_words(promotion),
        title=promotion.title,
        terms=terms_words(promotion),
        whose=whose_words(promotion),
        until_at=promotion.use_until_at,
        left=left,
        claim_url=reverse("buy:claim", args=[promotion.code]),
    )


def state_words(promotion: Promotion, *, at: datetime) -> tuple[str, str]:
    """This will say where a promotion stands, and the colour of its badge."""
    if promotion.state == Promotion.State.RUNNING:
        if promotion.use_until_at <= at:
            return gettext("Over"), ""
        if promotion.claim_from_at > at:
            return gettext("Coming"), "warn"
    return promotion.get_state_display(), _KINDS[promotion.state]


def row_of(promotion: Promotion, figures: Figures, *, at: datetime) -> dict[str, Any]:
    """This will make a promotion's row in a list of its owner's."""
    state, kind = state_words(promotion, at=at)
    return {
        "promotion": promotion,
        "value": value_words(promotion),
        "terms": terms_words(promotion),
        "whose": whose_words(promotion),
        "giver": giver_name(promotion),
        "state": state,
        "kind": kind,
        "figures": figures,
        "cost": Money(figures.cost, promotion.currency),
    }


def chart_of(promotion: Promotion, *, at: datetime) -> list[Bar]:
    """This will count the orders that took a promotion on each of the last fourteen days."""
    today = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=back) for back in range(_CHART_DAYS - 1, -1, -1)]
    found = uses_by_day(promotion=promotion, from_at=days[0], to_at=today + timedelta(days=1))
    by_day = {timezone.localtime(day).date(): many for day, many in found.items()}
    return bars(
        points=[
            Point(day.strftime("%m-%d"), by_day.get(day.date(), 0), strong=day == today)
            for day in days
        ]
    )


def part_rows(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """This will tell which goods belong to a promotion, at their prices in its currency."""
    rows = []
    for part in parts:
        found = terms_in(part.offer, currency=part.promotion.currency)
        terms = found or terms_of(part.offer)
        rows.append(
            {
                "title": f"{part.offer.sku.product.title} {part.offer.sku.label}".strip(),
                "quantity": part.quantity,
                "price": Money(terms.sale, terms.currency),
            }
        )
    return rows
