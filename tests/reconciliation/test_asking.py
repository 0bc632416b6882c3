"""Bills as the sandbox writes them, right and wrong, and what asking it brings."""

from datetime import timedelta

import pytest

from shoal.kit.clock import market_day, now
from shoal.kit.money import Money
from shoal.orders.models import Order
from shoal.payments.models import Intent, Refund
from shoal.payments.operations import record_notices, send_refunds
from shoal.payments.providers import (
    BillKind,
    BillNotReady,
    BillRow,
    Prepayment,
    ProviderDown,
    provider,
)
from shoal.reconciliation import operations, tasks
from shoal.reconciliation.models import Bill, Deed
from shoal.reconciliation.queries import missing_days, open_differences
from tests import trade
from tests.reconciliation.bills import balances, is_sound, open_kinds, the_open_one

pytestmark = pytest.mark.django_db(transaction=True)
NOWHERE = "http://127.0.0.1:9/notices"


@pytest.fixture
def yesterday():
    """The last day that is over."""
    return market_day(now()) - timedelta(days=1)


def charged(partner, *, market=None, charge="exact"):
    """Alice paid at the partner yesterday, and it has told nobody."""
    placed = trade.order(market or trade.open_market())
    intent = Intent.objects.get(subject=placed.id)
    prepayment = Prepayment(
        code=intent.code,
        money=Money(intent.amount, intent.currency),
        title="Shoal",
        return_url="http://localhost/",
        notify_url=NOWHERE,
    )
    prepaid = provider("sandbox").prepay(prepayment=prepayment)
    partner.behave(notices="never", charge=charge)
    partner.pay(prepaid.redirect_url)
    partner.let_a_day_pass()
    return intent


def hear(intent):
    """What a query tells of it; of two charges, only of the first."""
    record_notices(notices=provider("sandbox").query(code=intent.code)[:1], at=now())
    return intent


def fetch(day):
    return operations.fetch_bill(name="sandbox", day=day, by="olga", at=now())


def of_intent(intent):
    """What of the partner's bill is about this payment: it remembers other tests too."""
    return open_differences().filter(line__code=intent.code)


def test_a_right_bill_matches_and_is_fetched_once(partner, yesterday):
    intent = hear(charged(partner))
    bill = fetch(yesterday).bill
    assert not of_intent(intent).exists()
    partner.behave(answers="down")
    assert fetch(yesterday).bill == bill
    assert Bill.objects.count() == 1
    assert is_sound()


def test_asking_books_what_never_reached_us(partner, yesterday):
    intent = charged(partner)
    fetch(yesterday)
    difference = of_intent(intent).get()
    assert difference.kind == "missing_here"
    said = operations.ask_provider(code=difference.code, by="olga", at=now())
    assert said == "captured 100.00 CNY"
    assert not of_intent(intent).exists()
    assert Order.objects.get(id=intent.subject).state == "paid"
    told = Deed.objects.filter(difference=difference).order_by("id").values_list("what", "by")
    assert list(told) == [("asked", "olga"), ("closed", "reconciliation")]
    assert is_sound()


def test_asking_about_a_second_charge_sends_it_back(partner, yesterday):
    intent = hear(charged(partner, charge="twice"))
    fetch(yesterday)
    difference = of_intent(intent).get()
    assert difference.kind == "doubled"
    operations.ask_provider(code=difference.code, by="olga", at=now())
    assert not of_intent(intent).exists()
    refund = Refund.objects.get()
    assert (refund.amount, refund.excess) == (intent.amount, True)
    send_refunds(at=now())
    refund.refresh_from_db()
    assert refund.state == "done"


def test_a_bill_a_day_late_closes_what_was_missing(new_partner, yesterday):
    intent = hear(charged(new_partner))
    new_partner.behave(bills="left_out")
    fetch(yesterday)
    missing = the_open_one()
    assert (missing.kind, missing.notice.our_code) == ("missing_there", intent.code)
    assert operations.ask_provider(code=missing.code, by="olga", at=now()) == "captured 100.00 CNY"
    new_partner.behave(bills="day_late")
    rows = provider("sandbox").download_bill(day=yesterday)
    assert rows == []
    new_partner.behave()
    rows = provider("sandbox").download_bill(day=yesterday)
    tomorrow = now() + timedelta(days=1)
    operations.import_bill(
        name="sandbox", day=yesterday + timedelta(days=1), rows=rows, by="olga", at=tomorrow
    )
    assert open_kinds() == []
    assert Deed.objects.get(difference=missing, what="closed").how == "late"
    assert "clearing" not in balances()


def test_a_bill_with_another_amount_is_noticed(new_partner, yesterday):
    hear(charged(new_partner))
    new_partner.behave(bills="other_amount")
    fetch(yesterday)
    assert open_kinds() == ["amount"]


def test_that_the_provider_refuses_is_an_answer_too(partner, yesterday):
    intent = hear(charged(partner))
    operations.import_bill(name="sandbox", day=yesterday, rows=[], by="olga", at=now())
    difference = open_differences().get(notice__our_code=intent.code)
    stray = BillRow(
        kind=BillKind.PAY,
        code="stray",
        reference="r1",
        amount=100,
        fee=0,
        currency="CNY",
        happened_at=now(),
    )
    operations.import_bill(
        name="sandbox", day=yesterday - timedelta(days=1), rows=[stray], by="olga", at=now()
    )
    code = open_differences().get(line__code="stray").code
    said = operations.ask_provider(code=code, by="olga", at=now())
    assert said == "refused: no such payment"
    assert difference in open_differences()


def test_a_bill_that_is_not_out_is_asked_for_again(partner, yesterday):
    hear(charged(partner))
    partner.behave(bills="unready")
    with pytest.raises(BillNotReady):
        fetch(yesterday)
    assert operations.catch_up(at=now(), by="worker") == []
    partner.behave(answers="down")
    with pytest.raises(ProviderDown):
        fetch(yesterday)
    assert not Bill.objects.exists()


def test_the_worker_catches_up_on_missed_days(partner, yesterday):
    market = trade.open_market()
    hear(charged(partner, market=market))
    other = charged(partner, market=market)
    assert missing_days(provider="sandbox", at=now()) == [yesterday]
    tasks.fetch_bills(timestamp=0)
    assert missing_days(provider="sandbox", at=now()) == []
    assert of_intent(other).exists()
    tasks.fetch_bills()
    assert Bill.objects.count() == 1
