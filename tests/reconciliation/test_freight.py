"""A carrier's bill against the parcels it carried and the freight we charged."""

from datetime import timedelta

import pytest

from shoal.kit.clock import market_day
from shoal.orders.models import Parcel
from shoal.reconciliation.models import Bill, BillLine, Match
from shoal.reconciliation.operations import (
    Freight,
    NobodyToAsk,
    NothingBilled,
    ask_provider,
    decide_write_off,
    import_freight,
    propose_write_off,
)
from tests import trade
from tests.reconciliation.bills import AT, DAY, balances, open_kinds, the_open_one

pytestmark = pytest.mark.django_db
LATER = AT + 5 * DAY


@pytest.fixture
def parcel():
    """One parcel on its way with 顺丰, for which Alice paid 8.00 freight."""
    market = trade.open_market()
    placed = trade.order(market)
    trade.pay(placed)
    trade.ship(placed)
    Parcel.objects.filter(order=placed).update(freight_minor=800)
    return Parcel.objects.get(order=placed)


def freight(tracking="SF1", amount=700, days=1):
    return Freight(tracking, amount, "CNY", AT + timedelta(days=days))


def take_in(*rows: Freight):
    return import_freight(carrier="顺丰", rows=rows, by="olga", at=LATER)


def test_freight_up_to_what_was_charged_agrees(parcel):
    assert take_in(freight()).differences == []
    assert Match.objects.get().parcel == parcel
    again = take_in(freight())
    assert not again.is_new
    assert BillLine.objects.count() == 1


def test_dearer_unknown_and_doubled_freight_are_differences(parcel):
    take_in(freight(amount=801), freight("SF9"))
    assert open_kinds() == ["amount", "missing_here"]
    before = balances()
    for found in ("amount", "missing_here"):
        code = the_first(found).code
        propose_write_off(code=code, reason="claimed back", by="olga", at=LATER)
        decide_write_off(code=code, approve=True, by="otto", at=LATER)
    assert open_kinds() == []
    assert balances() == before  # a carrier's bill is not on our ledger


def the_first(kind):
    from shoal.reconciliation.queries import open_differences

    return open_differences().filter(kind=kind)[0]


def test_a_parcel_billed_by_two_bills_is_doubled(parcel):
    take_in(freight())
    take_in(freight(days=3))
    assert open_kinds() == ["doubled"]
    assert the_open_one().line.code == "SF1"


def test_a_parcel_never_billed_waits_for_the_next_bill(parcel):
    take_in(freight("SF8", days=0), freight("SF9", days=2))
    assert open_kinds() == ["missing_here", "missing_here", "missing_there"]
    found = the_first("missing_there")
    assert found.parcel == parcel
    take_in(freight(days=4))
    assert open_kinds() == ["missing_here", "missing_here"]


def test_a_bill_covers_the_days_of_its_rows(parcel):
    bill = take_in(freight(days=1), freight("SF9", days=4)).bill
    assert (bill.since_day, bill.day) == (market_day(AT + DAY), market_day(AT + 4 * DAY))


def test_an_empty_bill_is_refused_and_a_carrier_is_not_asked(parcel):
    with pytest.raises(NothingBilled):
        take_in()
    assert not Bill.objects.exists()
    take_in(freight("SF9"))
    with pytest.raises(NobodyToAsk):
        ask_provider(code=the_first("missing_here").code, by="olga", at=LATER)
