"""The demo's promotions: one of each kind, from everybody who may give one."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shoal.demo.goods import CURRENCY, Supplier
from shoal.kit.errors import Refused
from shoal.offers.queries import open_offers
from shoal.people.models import Person
from shoal.promotions.models import Promotion
from shoal.promotions.operations import (
    NewPromotion,
    claim_coupon,
    make_promotion,
    start_promotion,
)
from shoal.promotions.queries import PLATFORM, Owner, brand_owner, shop_owner
from shoal.shops.models import Shop

_DAY = timedelta(days=1)
_KIND = Promotion.Kind
_LONG = 60 * _DAY
_WANTED = 2


def promote(
    *,
    shop: Shop,
    keeper: Person,
    supplier: Supplier,
    operator: Person,
    began_at: datetime,
    now: datetime,
) -> list[Promotion]:
    """This will start a coupon of each funder, a gift and a bundle; the coupons come back."""
    ends_at = now + _LONG
    window: dict[str, Any] = {
        "use_from_at": began_at,
        "use_until_at": ends_at,
        "claim_until_at": now + 30 * _DAY,
    }
    brand = brand_owner(supplier.brand)
    coupons = [
        _start(PLATFORM, operator, began_at, NewPromotion(
            kind=_KIND.FIXED, titles={"zh": "新客见面礼", "en": "Welcome to the market"},
            threshold=9_900, amount=1_000, supply=5_000, **window,
        )),
        _start(brand, supplier.owner, began_at, NewPromotion(
            kind=_KIND.PERCENT, titles={"zh": "海风老友 9 折", "en": "Friends of Haifeng"},
            threshold=5_000, percent_bp=1_000, amount=3_000, per_person=2, **window,
        )),
        _start(shop_owner(shop), keeper, began_at, NewPromotion(
            kind=_KIND.FIXED, titles={"zh": "店主请你喝茶", "en": "Tea on me"},
            threshold=6_000, amount=300, supply=200, **window,
        )),
    ]  # fmt: skip
    offers = open_offers(at=began_at).filter(brand=supplier.brand, per_customer=None)
    chosen = sorted(offers, key=lambda offer: (offer.sale_minor, offer.code))[:_WANTED]
    if len(chosen) == _WANTED:
        always: dict[str, Any] = {"use_from_at": began_at, "use_until_at": ends_at}
        small, first = chosen
        _start(brand, supplier.owner, began_at, NewPromotion(
            kind=_KIND.GIFT, titles={"zh": "满 99 元送小器", "en": "A little something from 99"},
            threshold=9_900, parts={small.code: 1}, **always,
        ))  # fmt: skip
        _start(brand, supplier.owner, began_at, NewPromotion(
            kind=_KIND.BUNDLE, titles={"zh": "两件一起更省", "en": "Better in pairs"},
            amount=first.sale_minor * 2 * 9 // 10, parts={first.code: 2}, **always,
        ))  # fmt: skip
    return coupons


def claim_some(
    *, coupons: Sequence[Promotion], customers: Sequence[Person], random: Random, at: datetime
) -> None:
    """This will let half of the customers claim each coupon."""
    for coupon in coupons:
        for customer in customers:
            if random.random() < 0.5:
                with suppress(Refused):
                    claim_coupon(customer=customer.id, code=coupon.code, at=at)


def _start(owner: Owner, person: Person, at: datetime, entry: NewPromotion) -> Promotion:
    made = make_promotion(owner=owner, currency=CURRENCY, entry=entry, by=person.code, at=at)
    return start_promotion(owner=owner, code=made.code, by=person.code, at=at)
