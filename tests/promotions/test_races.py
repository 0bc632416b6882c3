"""Two taps at one moment: without the guard both win, with it one."""

import threading
from uuid import UUID

import pytest
from django.db import IntegrityError

from shoal.kit.ids import uuid7
from shoal.orders.desk import Placed, place_orders
from shoal.orders.models import Order
from shoal.promotions import doctor
from shoal.promotions.models import Claim, Promotion, Use
from shoal.promotions.refusals import CouponGone, CouponHad, CouponUsed
from tests.offers.test_races import at_once
from tests.promotions.makers import claim, promotion
from tests.trade import AT, Market, open_market, wish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def looked_then_claimed(given: Promotion, customer: UUID, number: int) -> None:
    """A claim that first looks and then writes, as it must not be made."""
    left = Promotion.objects.get(id=given.id)
    had = Claim.objects.filter(promotion=given, customer=customer).count()
    LOOKED.wait()
    assert left.supply is None or left.claimed < left.supply
    assert had < left.per_person
    Claim.objects.create(
        id=uuid7(), promotion=given, customer=customer, number=number, claimed_at=AT
    )


LOOKED = threading.Barrier(2, timeout=10)


def claims() -> int:
    return Claim.objects.count()


def people(market: Market) -> tuple[UUID, UUID]:
    return market.alice.id, market.bob.id


def test_unguarded_the_last_coupon_is_given_twice() -> None:
    market = open_market()
    given = promotion(market, supply=1)
    alice, bob = people(market)
    at_once(
        lambda: looked_then_claimed(given, alice, 1), lambda: looked_then_claimed(given, bob, 1)
    )
    assert claims() == 2
    assert not all(check.ok for check in doctor.checks())


def test_the_last_coupon_is_given_once() -> None:
    market = open_market()
    given = promotion(market, supply=1)
    both = at_once(
        lambda: claim(market, given), lambda: claim(market, given, customer=market.bob.id)
    )
    assert {type(one) for one in both} == {Claim, CouponGone}
    assert claims() == 1
    assert all(check.ok for check in doctor.checks())


def test_without_numbers_one_person_has_two_and_with_them_the_database_refuses() -> None:
    market = open_market()
    given = promotion(market)
    alice, _ = people(market)
    at_once(
        lambda: looked_then_claimed(given, alice, 1), lambda: looked_then_claimed(given, alice, 2)
    )
    assert claims() == 2
    with pytest.raises(IntegrityError, match="one_claim_per_number"):
        Claim.objects.create(id=uuid7(), promotion=given, customer=alice, number=1, claimed_at=AT)


def test_two_taps_of_one_person_give_one_coupon() -> None:
    market = open_market()
    given = promotion(market)
    both = at_once(lambda: claim(market, given), lambda: claim(market, given))
    assert {type(one) for one in both} == {Claim, CouponHad}
    assert claims() == 1
    assert all(check.ok for check in doctor.checks())


def looked_then_used(coupon: Claim, order: UUID) -> None:
    """A use that first looks and then writes, as the desk must not."""
    found = Claim.objects.get(id=coupon.id)
    LOOKED.wait()
    assert found.used_by is None
    Claim.objects.filter(id=coupon.id).update(used_by=order)
    Use.objects.create(
        id=uuid7(), kind=Use.Kind.TAKEN, promotion_id=coupon.promotion_id, claim=coupon,
        order=order, amount_minor=1_000, by="desk", at=AT,
    )  # fmt: skip


def test_unguarded_two_orders_have_one_coupon() -> None:
    market = open_market()
    coupon = claim(market, promotion(market))
    at_once(lambda: looked_then_used(coupon, uuid7()), lambda: looked_then_used(coupon, uuid7()))
    assert Use.objects.count() == 2


def test_one_of_two_orders_has_the_coupon_and_the_other_is_told() -> None:
    market = open_market()
    coupon = claim(market, promotion(market))
    wishes = [wish(market, coupons=(coupon.code,)) for _ in range(2)]
    both = at_once(
        lambda: place_orders(requests=wishes[:1])[0], lambda: place_orders(requests=wishes[1:])[0]
    )
    assert {type(one) for one in both} == {Placed, CouponUsed}
    assert (Order.objects.count(), Use.objects.count()) == (1, 1)
    assert all(check.ok for check in doctor.checks())
