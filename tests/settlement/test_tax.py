"""The tax summary: what Mei and 海风 earned, gave back, had withheld and were paid in a month."""

from datetime import UTC, date, datetime

import pytest

from shoal.kit.money import Money
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey
from shoal.orders.operations import complete_orders
from shoal.settlement.tax import TaxMonth, tax_months, tax_of_all, tax_rates, tax_totals
from tests import trade
from tests.settlement.test_statements import BRAND, COMPLETED, KEEPER, move, pay_out, settled
from tests.trade import DAY

pytestmark = pytest.mark.django_db

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture
def market():
    return trade.open_market(stock=50)


def months(party, kind=KEEPER, until=JUNE) -> dict[date, tuple[int, ...]]:
    found = tax_months(kind=kind, party=party.id, currency="CNY", until=until, count=2)
    return {row.month: numbers(row) for row in found}


def numbers(row: TaxMonth) -> tuple[int, ...]:
    amounts = (
        row.earned, row.discounts, row.taken_back, row.net, row.withheld, row.paid_out, row.other
    )  # fmt: skip
    return tuple(amount.minor for amount in amounts)


def test_each_month_says_what_came_and_went(market):
    order = settled(market, quantity=3)
    tax = AccountKey(Account.Kind.TAX, "CNY")
    keeper = AccountKey(KEEPER, "CNY", market.shop.id)
    move(debit=keeper, credit=tax, amount=300, kind="withholding", at=COMPLETED + DAY)
    pay_out(market.shop, 5_700, at=COMPLETED + DAY)
    trade.give_back(order, units=1, at=COMPLETED + 25 * DAY)
    assert months(market.shop) == {
        MAY: (6_000, 0, 0, 6_000, -300, -5_700, 0),
        JUNE: (0, 0, -2_000, -2_000, 0, 0, 0),
    }
    assert months(market.brand, BRAND)[JUNE] == (0, 0, -7_000, -7_000, 0, 0, 0)
    [(party, row)] = tax_of_all(kind=KEEPER, currency="CNY", month=date(2026, 5, 20))
    assert (party, numbers(row)) == (market.shop.id, months(market.shop)[MAY])
    assert tax_totals(kind=KEEPER, currency="CNY", month=MAY) == row


def test_a_month_begins_at_the_markets_midnight(market):
    pay_out(market.shop, 1, at=datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC))
    pay_out(market.shop, 2, at=datetime(2026, 5, 31, 16, tzinfo=UTC))
    assert {day: row[5] for day, row in months(market.shop).items()} == {MAY: -1, JUNE: -2}


def test_another_currency_is_another_summary(market):
    settled(market)
    assert list(tax_of_all(kind=KEEPER, currency="EUR", month=MAY)) == []
    assert tax_totals(kind=KEEPER, currency="EUR", month=MAY).earned == Money(0, "EUR")


def test_sales_by_rate_with_the_tax_inside_them(market):
    product = market.offer.sku.product
    product.category.tax_bp = 1_300
    product.category.save()
    order = settled(market, quantity=2)
    [may] = tax_rates(brand=market.brand.id, currency="CNY", month=MAY)
    # 13% inside 200.00: 200 x 13 / 113.
    assert (may.rate_bp, may.sales.minor, may.tax.minor) == (1_300, 20_000, 2_301)
    trade.give_back(order, units=1, at=COMPLETED + 25 * DAY)
    [june] = tax_rates(brand=market.brand.id, currency="CNY", month=JUNE)
    assert june.sales.minor == -10_000
    assert june.tax.minor in {-1_150, -1_151}


def test_what_went_back_before_settling_carries_no_tax(market):
    product = market.offer.sku.product
    product.category.tax_bp = 1_300
    product.category.save()
    order = trade.order(market, quantity=2)
    trade.pay(order)
    trade.ship(order)
    trade.deliver(order)
    trade.give_back(order, units=1)
    complete_orders(at=COMPLETED)
    [may] = tax_rates(brand=market.brand.id, currency="CNY", month=MAY)
    assert may.sales.minor == 10_000
    assert may.tax.minor in {1_150, 1_151}
