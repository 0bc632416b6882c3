"""The demo's promotions: one of each kind runs, and coupons are in people's hands."""

from random import Random

import pytest

from shoal.demo.goods import Supplier
from shoal.demo.promotions import claim_some, promote
from shoal.promotions.models import Claim, Promotion
from tests.trade import AT, DAY, open_market, standing_offer

pytestmark = pytest.mark.django_db


def test_one_of_each_kind_runs_and_some_are_claimed():
    market = open_market()
    standing_offer(market.brand)
    coupons = promote(
        shop=market.shop,
        keeper=market.mei,
        supplier=Supplier(market.brand, market.bob, ()),
        operator=market.bob,
        began_at=AT,
        now=AT + 20 * DAY,
    )
    claim_some(coupons=coupons, customers=[market.alice, market.bob], random=Random(1), at=AT + DAY)
    assert {row.kind for row in Promotion.objects.all()} == {"fixed", "percent", "gift", "bundle"}
    assert {row.funder for row in coupons} == {"brand", "keeper", "platform"}
    assert set(Promotion.objects.values_list("state", flat=True)) == {"running"}
    assert Claim.objects.exists()
