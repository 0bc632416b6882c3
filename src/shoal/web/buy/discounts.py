"""Discounts in cart, checkout and orders: whose they are, which coupons she may choose."""

from typing import Any

from django.http import HttpRequest, QueryDict

from shoal.kit.money import Money
from shoal.orders import known
from shoal.orders.promoting import Buyer, QuotedCoupon
from shoal.orders.quotes import Quote
from shoal.promotions.rules import Funder
from shoal.traffic.queries import share_id
from shoal.web.access import person_of
from shoal.web.promoting.telling import (
    funder_words,
    terms_words,
    value_words,
    whose_words,
)
from shoal.web.visitor import share_of


def buyer_of(request: HttpRequest) -> Buyer | None:
    """This will say who asks, and through whose share; None before she has signed in."""
    person = person_of(request)
    code = share_of(request)
    return Buyer(person.pk, share_id(code) if code else None) if person else None


def coupons_in(typed: QueryDict) -> tuple[str, ...] | None:
    """This will read the coupons that a form chooses; None where it has nothing to choose from."""
    if "coupons" not in typed:
        return None
    return tuple(code for funder in Funder if (code := typed.get(f"coupon-{funder}", "")))


def told_discounts(quote: Quote) -> dict[str, Any]:
    """This will tell what a quote takes off, who pays for it, and what else she may choose."""
    currency = quote.shop.currency
    groups: list[dict[str, Any]] = [
        {
            "funder": funder.value,
            "words": funder_words(funder),
            "rows": [
                _coupon(row, currency)
                for row in quote.coupons
                if row.claim.promotion.funder == funder
            ],
        }
        for funder in Funder
    ]
    return {
        "discount": Money(quote.discount_minor, currency),
        "discounts": [
            {
                "title": row.promotion.title,
                "whose": funder_words(row.promotion.funder),
                "amount": Money(-row.amount, currency),
                "times": row.times,
            }
            for row in quote.granted
            if row.amount
        ],
        "gifts": _gifts(quote),
        "coupon_groups": [
            {**group, "none": not any(row["chosen"] for row in group["rows"])}
            for group in groups
            if group["rows"]
        ],
        "coupon_problem": quote.coupon_problem,
    }


def _gifts(quote: Quote) -> list[dict[str, Any]]:
    parts = [(row.promotion, row.gift) for row in quote.gifts if row.gift is not None]
    pictures = known.covers(part.offer for _, part in parts)
    return [
        {
            "code": promotion.code,
            "title": promotion.title,
            "part": part,
            "picture": pictures.get(part.offer.sku.product_id),
        }
        for promotion, part in parts
    ]


def _coupon(row: QuotedCoupon, currency: str) -> dict[str, Any]:
    promotion = row.claim.promotion
    return {
        "code": row.claim.code,
        "chosen": row.chosen,
        "fits": row.problem is None,
        "value": value_words(promotion),
        "title": promotion.title,
        "terms": terms_words(promotion),
        "whose": whose_words(promotion),
        "amount": Money(-row.amount_minor, currency),
        "missing": Money(row.missing_minor, currency) if row.missing_minor else None,
        "problem": row.problem.sentence if row.problem else "",
    }
