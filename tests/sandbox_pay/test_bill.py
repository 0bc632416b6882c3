"""The sandbox partner's bill, right and wrong."""

from datetime import timedelta

import pytest

from shoal.kit.clock import day_bounds, market_day, now
from shoal.kit.money import Money
from shoal.payments.providers import BillNotReady, ProviderSaidNo, provider
from tests.sandbox_pay.test_partner import NOWHERE, page_of


@pytest.fixture
def paid_yesterday(partner):
    """Alice paid 128.00 and got 28.00 of it back; since then a day has passed."""
    partner.behave(notices="never")
    partner.pay(page_of(code="a" * 20))
    provider("sandbox").refund(
        code="r" * 20,
        intent_code="a" * 20,
        money=Money(2_800, "CNY"),
        reason="",
        notify_url=NOWHERE,
    )
    partner.let_a_day_pass()
    return market_day(now()) - timedelta(days=1)


def rows_of(day):
    return [
        (row.kind, row.code, row.amount, row.fee)
        for row in provider("sandbox").download_bill(day=day)
    ]


PAID, BACK = ("pay", "a" * 20, 12_800, 77), ("refund", "r" * 20, 2_800, -17)


def test_a_days_bill_says_what_came_and_went_and_what_it_cost(paid_yesterday):
    assert sorted(rows_of(paid_yesterday)) == [PAID, BACK]
    assert rows_of(paid_yesterday - timedelta(days=1)) == []


def test_a_day_that_is_not_over_has_no_bill(partner):
    with pytest.raises(BillNotReady):
        rows_of(market_day(now()))


@pytest.mark.parametrize(
    ("manner", "told"),
    [("left_out", 1), ("twice_billed", 3), ("other_amount", 2), ("day_late", 0)],
)
def test_the_bill_can_be_wrong(partner, paid_yesterday, manner, told):
    right = rows_of(paid_yesterday)
    partner.behave(bills=manner)
    wrong = rows_of(paid_yesterday)
    assert len(wrong) == told
    assert wrong != right


def test_the_bill_can_take_its_time(partner, paid_yesterday):
    partner.behave(bills="unready")
    with pytest.raises(BillNotReady):
        rows_of(paid_yesterday)


def test_a_bill_of_no_span_is_refused(partner):
    with pytest.raises(ProviderSaidNo):
        provider("sandbox").ask("GET", "/v1/bills/yesterday-today")


def test_the_markets_day_runs_from_midnight_to_midnight():
    since, until = day_bounds(market_day(now()))
    assert until - since == timedelta(days=1)
    assert since <= now() < until
