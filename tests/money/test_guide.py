"""The order that the guide to money follows is told again here, and the ledger compared."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from shoal.catalog.models import Product
from shoal.catalog.operations import set_freight_template
from shoal.ledger.models import Transfer
from shoal.ledger.queries import platform_balances
from shoal.orders.operations import complete_orders
from tests import trade
from tests.promotions import makers
from tests.trade import AT, DAY

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "money.md"
_ROW = re.compile(r"^\| [a-z ]+ \| (\w+) \| (\w+) \| (\w+) \| ([\d.]+) \|$", re.MULTILINE)


def test_the_guides_order_moves_just_this_money() -> None:
    market = trade.open_market()
    freight = set_freight_template(brand=market.brand, name="标准", base_minor=800, at=AT)
    Product.objects.update(freight=freight)
    coupon = makers.claim(market, makers.promotion(market))
    placed = trade.order(market, quantity=2, coupons=(coupon.code,))
    trade.pay(placed)
    trade.ship(placed)
    trade.deliver(placed)
    complete_orders(at=AT + 20 * DAY)
    trade.give_back(placed, units=1, at=AT + 21 * DAY)
    trade.money_arrives_back(at=AT + 21 * DAY + timedelta(hours=1))
    rows = Transfer.objects.select_related("debit", "credit").order_by("id")
    moved = [(row.kind, row.debit.kind, row.credit.kind, f"{row.amount / 100:.2f}") for row in rows]
    assert sorted(moved) == sorted(_ROW.findall(GUIDE.read_text(encoding="utf-8")))
    assert {kind: money.minor for kind, _, money in platform_balances()}["escrow"] == 0
