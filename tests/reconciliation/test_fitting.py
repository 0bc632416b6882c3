"""A file that cannot well be the bill it is said to be is doubted before anything is booked."""

from datetime import timedelta

import pytest

from shoal.payments.providers import BillKind, BillRow
from shoal.reconciliation import fitting
from shoal.reconciliation.operations import Freight
from tests import trade
from tests.reconciliation.bills import AT, DAY, PAID_ON, paid_order, row, take_in

pytestmark = pytest.mark.django_db


def doubt(*rows: BillRow, name="sandbox", day=PAID_ON, written_by=""):
    with pytest.raises(fitting.Doubtful) as doubted:
        fitting.check_bill(name=name, day=day, rows=rows, written_by=written_by)
    return doubted.value


def test_the_bill_of_the_day_is_not_doubted():
    intent = paid_order(trade.open_market())
    unknown = row(intent, code="never-heard-of")
    fee = row(intent, kind=BillKind.FEE, code="", amount=0)
    for rows in ([row(intent), unknown], [fee], [row(intent, amount=1)]):
        fitting.check_bill(name="sandbox", day=PAID_ON, rows=rows, written_by="")
    assert take_in(row(intent), unknown).is_new


def test_another_days_bill_is_doubted_and_says_which_days_it_has():
    intent = paid_order(trade.open_market())
    other = PAID_ON + DAY
    assert doubt(row(intent), day=other) == fitting.OfAnotherDay(day=other, days=str(PAID_ON))
    before = row(intent, happened_at=AT - 2 * DAY)
    days = f"{PAID_ON - timedelta(days=2)} – {PAID_ON}"
    assert doubt(row(intent), before, day=other).facts["days"] == days


def test_a_bill_with_nothing_of_ours_is_doubted():
    intent = paid_order(trade.open_market())
    assert doubt(row(intent, code="x"), row(intent, code="y")) == fitting.NothingOfOurs(
        partner="sandbox"
    )
    assert doubt(row(intent), name="wechat") == fitting.NothingOfOurs(partner="wechat")


def test_a_bill_in_another_providers_own_format_is_doubted():
    intent = paid_order(trade.open_market())
    found = doubt(row(intent), written_by="wechat")
    assert found == fitting.OfAnotherProvider(provider="wechat", partner="sandbox")


def test_a_bill_without_rows_is_doubted_on_a_day_on_which_money_moved():
    paid_order(trade.open_market())
    assert doubt() == fitting.NothingOnIt(partner="sandbox", day=PAID_ON)
    fitting.check_bill(name="sandbox", day=PAID_ON - DAY, rows=[], written_by="")


def test_a_freight_bill_of_a_carrier_that_brought_none_of_it_is_doubted():
    placed = trade.order(trade.open_market())
    trade.pay(placed)
    trade.ship(placed)
    parcel = placed.parcels.get()
    rows = [Freight(code, 800, "CNY", AT) for code in ("SF404", parcel.tracking)]
    fitting.check_freight(carrier=parcel.carrier, rows=rows)
    for carrier, some in ((f"{parcel.carrier}x", rows), (parcel.carrier, rows[:1])):
        with pytest.raises(fitting.NothingSent):
            fitting.check_freight(carrier=carrier, rows=some)
