"""Making, starting and stopping promotions, and claiming coupons."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.promotions import doctor, operations
from shoal.promotions.models import Claim, Promotion
from shoal.promotions.operations import claim_coupon, start_promotion, stop_promotion
from shoal.promotions.queries import (
    PLATFORM,
    coupon_for_all,
    coupons_on_show,
    figures_of,
    owned,
    steps_of,
    wallet_of,
)
from shoal.promotions.refusals import ClaimClosed, CouponGone, CouponHad
from shoal.promotions.rules import Funder
from shoal.shops.operations import open_shop
from tests import goods
from tests.promotions.makers import MONTH, claim, owner_of, promotion
from tests.trade import AT, DAY, open_market, standing_offer

pytestmark = pytest.mark.django_db
Kind = Promotion.Kind
SECOND = timedelta(seconds=1)


def is_sound() -> bool:
    return all(check.ok for check in doctor.checks())


def test_a_draft_is_nobodys_to_claim_and_a_start_makes_it_so():
    market = open_market()
    draft = promotion(market, starts=False)
    with pytest.raises(NotFound):
        claim(market, draft)
    with pytest.raises(NotFound):
        coupon_for_all(code=draft.code)
    start_promotion(owner=PLATFORM, code=draft.code, by="olga", at=AT)
    made = claim(market, draft)
    assert (made.number, made.customer, made.used_by) == (1, market.alice.id, None)
    assert [step.state for step in steps_of(promotion=draft)] == ["running", "draft"]
    assert is_sound()


def test_nobody_starts_or_stops_what_is_anothers():
    market = open_market()
    hers = promotion(market, Funder.KEEPER)
    for owner in (PLATFORM, owner_of(market, Funder.BRAND)):
        with pytest.raises(NotFound):
            stop_promotion(owner=owner, code=hers.code, reason="", by="olga", at=AT)
    hers.refresh_from_db()
    assert hers.state == Promotion.State.RUNNING
    assert [row.id for row in owned(owner_of(market, Funder.KEEPER))] == [hers.id]


def test_a_stopped_one_is_not_claimed_and_starts_again_until_it_is_over():
    market = open_market()
    made = promotion(market)
    stop_promotion(owner=PLATFORM, code=made.code, reason="too dear", by="olga", at=AT)
    with pytest.raises(ClaimClosed):
        claim(market, made)
    with pytest.raises(operations.PromotionFixed):
        stop_promotion(owner=PLATFORM, code=made.code, reason="", by="olga", at=AT)
    start_promotion(owner=PLATFORM, code=made.code, by="olga", at=AT)
    stop_promotion(owner=PLATFORM, code=made.code, reason="", by="olga", at=AT)
    with pytest.raises(operations.PromotionFixed):
        start_promotion(owner=PLATFORM, code=made.code, by="olga", at=AT + MONTH)
    assert Claim.objects.count() == 0
    assert is_sound()


@pytest.mark.parametrize(
    ("after", "taken"),
    [(-SECOND, False), (timedelta(0), True), (DAY - SECOND, True), (DAY, False)],
)
def test_the_claim_window_is_half_open(after, taken):
    market = open_market()
    made = promotion(market, claim_from_at=AT, claim_until_at=AT + DAY)
    if taken:
        assert claim(market, made, at=AT + after)
    else:
        with pytest.raises(ClaimClosed):
            claim(market, made, at=AT + after)
    assert Claim.objects.count() == int(taken)


def test_a_person_claims_as_many_as_the_limit_says():
    market = open_market()
    made = promotion(market, per_person=2)
    assert [claim(market, made).number for _ in range(2)] == [1, 2]
    with pytest.raises(CouponHad):
        claim(market, made)
    assert Claim.objects.count() == 2
    assert claim(market, made, customer=market.bob.id).number == 1
    assert is_sound()


def test_no_more_are_claimed_than_there_are():
    market = open_market()
    made = promotion(market, supply=1)
    claim(market, made)
    with pytest.raises(CouponGone):
        claim(market, made, customer=market.bob.id)
    assert Claim.objects.count() == 1
    assert is_sound()
    assert figures_of(promotions=[made])[made.id].claims == 0  # as loaded
    made.refresh_from_db()
    assert figures_of(promotions=[made])[made.id].claims == 1


@pytest.mark.parametrize(
    ("kind", "funder", "changes", "refusal"),
    [
        (Kind.FIXED, Funder.BRAND, {"amount": 0}, operations.PromotionAmount),
        (Kind.FIXED, Funder.BRAND, {"per_person": 0}, operations.PromotionAmount),
        (Kind.FIXED, Funder.BRAND, {"threshold": -1}, operations.PromotionAmount),
        (Kind.PERCENT, Funder.KEEPER, {"percent_bp": 10_000}, operations.PromotionAmount),
        (Kind.PERCENT, Funder.KEEPER, {"percent_bp": 0}, operations.PromotionAmount),
        (Kind.GIFT, Funder.PLATFORM, {"threshold": 1}, operations.PromotionAmount),
        (Kind.GIFT, Funder.BRAND, {"threshold": 1}, operations.PartsMissing),
        (Kind.BUNDLE, Funder.KEEPER, {"amount": 1}, operations.PromotionAmount),
        (Kind.FIXED, Funder.BRAND, {"use_until_at": AT}, operations.PromotionWindows),
        (
            Kind.FIXED,
            Funder.BRAND,
            {"claim_until_at": AT + MONTH + DAY},
            operations.PromotionWindows,
        ),
    ],
)
def test_what_makes_no_promotion_is_refused(kind, funder, changes, refusal):
    market = open_market()
    with pytest.raises(refusal):
        promotion(market, funder, kind, **changes)
    assert not Promotion.objects.exists()


def test_the_goods_of_a_gift_and_of_a_bundle_are_looked_at():
    market = open_market()
    foreign = standing_offer(goods.active_brand(name="北风"))
    limited = standing_offer(market.brand, per_customer=1)
    gift = {"threshold": 10_000, "parts": {limited.code: 1}}
    with pytest.raises(operations.PartLimited):
        promotion(market, Funder.BRAND, Kind.GIFT, **gift)
    with pytest.raises(operations.PartForeign):
        promotion(market, Funder.BRAND, Kind.GIFT, threshold=10_000, parts={foreign.code: 1})
    with pytest.raises(operations.BundleTooDear):
        promotion(market, Funder.BRAND, Kind.BUNDLE, amount=20_000, parts={market.offer.code: 2})
    two = {market.offer.code: 2}
    with pytest.raises(operations.BundleTooCheap) as refused:
        promotion(market, Funder.BRAND, Kind.BUNDLE, amount=5_999, parts=two)
    assert refused.value.facts == {
        "least": Money(6_000, "CNY")
    }  # of 200.00 the brand's part is 140.00
    assert not Promotion.objects.exists()
    promotion(market, Funder.BRAND, Kind.BUNDLE, amount=6_000, parts=two)
    made = promotion(market, Funder.PLATFORM, Kind.BUNDLE, amount=19_999,
                     parts={market.offer.code: 1, foreign.code: 1})  # fmt: skip
    assert made.parts.count() == 2


def test_a_shop_shows_the_platforms_coupons_its_own_and_those_of_brands_in_sight():
    market = open_market()
    bobs = open_shop(person=market.bob, name="鲍的小店", currency="CNY", at=AT)
    other = replace(market, shop=bobs, brand=goods.active_brand(name="北风"))
    platform = promotion(market)
    hers = promotion(market, Funder.KEEPER)
    brands = promotion(market, Funder.BRAND)
    promotion(other, Funder.KEEPER)
    promotion(other, Funder.BRAND)
    promotion(market, supply=1, titles={"zh": "一张"})
    gone = Promotion.objects.get(supply=1)
    claim(market, gone)
    for brand in (None, market.brand.id):
        shown = coupons_on_show(shop=market.shop, brand=brand, at=AT, most=9)
        assert {row.id for row in shown} == {platform.id, hers.id, brands.id}


def test_a_wallet_sorts_what_can_be_used_from_what_is_over():
    market = open_market()
    usable, over = claim(market, promotion(market)), claim(market, promotion(market))
    stop_promotion(owner=PLATFORM, code=over.promotion.code, reason="", by="olga", at=AT)
    wallet = wallet_of(customer=market.alice.id, at=AT)
    assert (wallet.usable, wallet.used, wallet.over) == ([usable], [], [over])
    later = wallet_of(customer=market.alice.id, at=AT + MONTH)
    assert len(later.over) == 2
    assert claim_coupon(customer=market.bob.id, code=usable.promotion.code, at=AT).number == 1
