"""The demo's first earnings are paid out and stated; one payout came back, one waits in a run."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shoal.demo.goods import Supplier
from shoal.demo.payouts import leave_a_run, pay_first_earnings, state_periods
from shoal.orders.operations import complete_orders
from shoal.settlement.models_payouts import Payout, PayoutRun
from shoal.settlement.models_statements import Statement
from shoal.settlement.operations_payouts import decide_run
from shoal.settlement.parties import brand_party, shop_party
from tests import payouts, trade
from tests.trade import AT, DAY, open_market

pytestmark = pytest.mark.django_db
# All of it is settled and paid before June.
PAID = AT + 20 * DAY
STARTS = datetime(2026, 6, 30, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def market(settings):
    settings.SHOAL_PAYOUTS = "file"
    market = open_market()
    settle(market, at=AT)
    return market


def settle(market, *, at: datetime) -> None:
    placed = trade.order(market, at=at)
    trade.pay(placed, at=at)
    trade.ship(placed, at=at + DAY)
    trade.deliver(placed, at=at + 3 * DAY)
    assert complete_orders(at=at + 15 * DAY)


def supplier(market) -> Supplier:
    market.brand.refresh_from_db()
    return Supplier(market.brand, market.bob, ())


def pay(market) -> None:
    pay_first_earnings(
        shop=market.shop,
        keeper=market.mei,
        supplier=supplier(market),
        operators=[market.alice, market.bob],
        at=PAID,
    )


def test_hers_arrives_and_the_brands_comes_back_once(market):
    pay(market)
    states = list(Payout.objects.order_by("id").values_list("party_kind", "state", "amount"))
    assert states == [
        ("keeper", "paid", 2_000),
        ("brand", "failed", 7_000),
        ("brand", "paid", 7_000),
    ]
    assert payouts.balance(shop_party(market.shop)) == 0
    assert payouts.balance(brand_party(market.brand)) == 0
    assert trade.is_sound()


def test_each_period_that_is_over_is_stated_and_no_other(market):
    pay(market)
    assert state_periods(since=AT, at=STARTS) == 2
    by_kind = {row.account.kind: row.by_kind for row in Statement.objects.all()}
    assert by_kind["keeper_payable"] == {"settlement": 2_000, "payout": -2_000}
    assert by_kind["brand_payable"] == {
        "settlement": 7_000, "payout": -14_000, "payout_failed": 7_000,
    }  # fmt: skip
    assert {row.run.ends_at.month for row in Statement.objects.all()} == {5}
    assert state_periods(since=AT, at=STARTS) == 0


def test_the_run_that_waits_is_for_the_first_operator(market):
    leave_a_run(supplier=supplier(market), operators=[market.alice, market.bob], at=STARTS)
    run = PayoutRun.objects.get()
    assert (run.state, run.prepared_by) == ("prepared", market.bob.code)
    decide_run(code=run.code, approve=True, by=market.alice.code, at=STARTS)
    assert Payout.objects.get().state == "released"
