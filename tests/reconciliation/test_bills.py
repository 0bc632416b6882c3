"""A provider's bill is taken in once, booked once, and every difference ends by a fact."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from shoal.kit.ids import uuid7
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.payments.models import Notice, Refund
from shoal.payments.operations import record_notices
from shoal.payments.providers import BillKind, ProviderNotice
from shoal.payments.rules import Kind
from shoal.reconciliation import doctor, operations
from shoal.reconciliation.models import Bill, BillLine, Deed, Difference, Match
from shoal.reconciliation.operations import (
    AlreadyClosed,
    BillDiffers,
    DayNotOver,
    NothingProposed,
    ProposedAlready,
    SecondPersonNeeded,
    WhyMissing,
    decide_write_off,
    import_bill,
    propose_write_off,
)
from shoal.reconciliation.queries import deeds_of, sums_of, tallies
from shoal.settlement.goodwill import Gift, give_goodwill
from tests import trade
from tests.reconciliation.bills import (
    AT,
    DAY,
    MINUTE,
    PAID_ON,
    balances,
    is_sound,
    open_kinds,
    paid_order,
    row,
    take_in,
    the_open_one,
)

pytestmark = pytest.mark.django_db
LATER = AT + 5 * DAY


@pytest.fixture
def market():
    return trade.open_market()


def closed_how(difference):
    return Deed.objects.get(difference=difference, what="closed").how


def test_a_bill_that_agrees_empties_clearing_into_the_bank(market):
    intent = paid_order(market)
    before = balances()
    imported = take_in(row(intent))
    assert imported.is_new
    assert imported.differences == []
    tally = tallies(bills=[imported.bill.id])[imported.bill.id]
    assert (tally.matched, tally.differences) == (1, 0)
    assert before["clearing"] == -intent.amount
    after = balances()
    assert "clearing" not in after
    assert after["bank"] == -(intent.amount - 60)
    assert after["provider_fee"] == -60
    assert is_sound()


def test_the_same_bill_again_changes_nothing(market):
    intent, other = paid_order(market), paid_order(market)
    first = take_in(row(intent), row(other))
    before = balances()
    again = take_in(row(other), row(intent))  # written in another order
    assert not again.is_new
    assert again.bill == first.bill
    assert (Bill.objects.count(), BillLine.objects.count()) == (1, 2)
    assert balances() == before


def test_another_bill_of_the_same_day_is_refused(market):
    intent = paid_order(market)
    take_in(row(intent))
    before = balances()
    with pytest.raises(BillDiffers):
        take_in(row(intent, amount=intent.amount + 1))
    assert (Bill.objects.count(), balances()) == (1, before)


def test_a_day_that_is_not_over_is_refused(market):
    with pytest.raises(DayNotOver):
        import_bill(name="sandbox", day=PAID_ON, rows=[], by="olga", at=AT)
    assert not Bill.objects.exists()


def test_a_day_without_business_is_a_bill_too(market):
    assert take_in(days=1).is_new
    assert Bill.objects.get().rows == 0


def test_a_refund_in_the_bill_goes_out_of_the_bank_again(market):
    intent = paid_order(market)
    refund = give_back(intent, 4_000)
    back = row(
        intent,
        kind=BillKind.REFUND,
        code=refund.code,
        amount=4_000,
        fee=-24,
        happened_at=AT + 3 * MINUTE,
    )
    bill = take_in(row(intent), back).bill
    assert open_kinds() == []
    assert sums_of(bill=bill.id) == [("CNY", intent.amount, 4_000, 36, intent.amount - 4_036)]
    assert "clearing" not in balances()


def give_back(intent, amount):
    """A refund that has arrived."""
    refund = Refund.objects.create(
        intent=intent,
        subject=intent.id,
        amount=amount,
        currency="CNY",
        reason="",
        wanted_at=AT,
        wanted_by="olga",
        next_at=AT,
    )
    intent.refresh_from_db()
    intent.refunded += amount
    intent.save()
    tell(intent, kind=Kind.REFUNDED, code=refund.code, amount=amount, event="back")
    return refund


def tell(intent, *, at=AT + 3 * MINUTE, **changes: object):
    facts = {
        "provider": "sandbox",
        "event": f"event-{intent.code}",
        "kind": Kind.CAPTURED,
        "code": intent.code,
        "amount": intent.amount,
        "currency": intent.currency,
        "happened_at": at,
    }
    return record_notices(notices=[ProviderNotice(**(facts | changes))], at=at)


def test_what_is_missing_here_closes_when_we_hear_of_it(market):
    placed = trade.order(market)
    from shoal.payments.models import Intent

    intent = Intent.objects.get(subject=placed.id)
    bill = take_in(row(intent)).bill
    difference = the_open_one()
    assert (difference.kind, difference.line.code) == ("missing_here", intent.code)
    assert balances()["clearing"] == intent.amount  # it paid us what we did not know of
    assert is_sound()
    tell(intent, at=AT + 4 * MINUTE)
    operations.look_again(bill=bill, by="olga", at=LATER)
    assert closed_how(difference) == "matched"
    assert "clearing" not in balances()
    placed.refresh_from_db()
    assert placed.state == "paid"
    assert is_sound()


def test_what_is_missing_there_closes_when_the_next_days_bill_has_it(market):
    intent = paid_order(market)
    take_in()
    difference = the_open_one()
    assert difference.kind == "missing_there"
    assert difference.notice.our_code == intent.code
    imported = take_in(row(intent), days=1)
    assert imported.differences == []
    assert closed_how(difference) == "late"
    assert Match.objects.get().late
    assert open_kinds() == []
    assert is_sound()


def test_what_stands_in_an_earlier_bill_than_ours_is_late_at_once(market):
    intent = paid_order(market, at=AT + DAY)
    take_in(row(intent))
    difference = Difference.objects.get()
    assert (difference.kind, closed_how(difference)) == ("late", "late")
    assert open_kinds() == []


def test_a_day_without_a_bill_is_not_yet_missing_there(market):
    paid_order(market)
    take_in(days=1)
    assert open_kinds() == []
    take_in()
    assert open_kinds() == ["missing_there"]


def test_another_sum_is_a_difference_that_two_people_write_off(market):
    intent = paid_order(market)
    take_in(row(intent, amount=intent.amount - 100))
    difference = the_open_one()
    assert difference.kind == "amount"
    assert balances()["clearing"] == -100
    assert is_sound()
    propose_write_off(code=difference.code, reason="they rounded", by="olga", at=LATER)
    with pytest.raises(SecondPersonNeeded):
        decide_write_off(code=difference.code, approve=True, by="olga", at=LATER)
    with pytest.raises(ProposedAlready):
        propose_write_off(code=difference.code, reason="again", by="otto", at=LATER)
    assert balances()["clearing"] == -100
    decide_write_off(code=difference.code, approve=True, by="otto", at=LATER)
    assert "clearing" not in balances()
    assert balances()["provider_fee"] == -160
    assert is_sound()
    with pytest.raises(AlreadyClosed):
        propose_write_off(code=difference.code, reason="once more", by="olga", at=LATER)
    told = [(deed.what, deed.by, deed.reason) for deed in deeds_of(difference=difference.id)]
    assert told == [("proposed", "olga", "they rounded"), ("closed", "otto", "they rounded")]


def test_what_was_written_off_is_not_found_again(market):
    paid_order(market)
    bill = take_in().bill
    difference = the_open_one()
    propose_write_off(code=difference.code, reason="lost", by="olga", at=LATER)
    decide_write_off(code=difference.code, approve=True, by="otto", at=LATER)
    assert operations.look_again(bill=bill, by="olga", at=LATER) == []
    assert open_kinds() == []
    assert "clearing" not in balances()
    assert is_sound()


def test_a_wish_can_be_declined_and_wished_again(market):
    paid_order(market)
    take_in()
    code = the_open_one().code
    with pytest.raises(NothingProposed):
        decide_write_off(code=code, approve=True, by="otto", at=LATER)
    with pytest.raises(WhyMissing):
        propose_write_off(code=code, reason=" ", by="olga", at=LATER)
    propose_write_off(code=code, reason="lost", by="olga", at=LATER)
    decide_write_off(code=code, approve=False, by="otto", at=LATER, reason="ask first")
    propose_write_off(code=code, reason="not asked", by="olga", at=LATER)
    decide_write_off(code=code, approve=False, by="olga", at=LATER, reason="by mistake")
    propose_write_off(code=code, reason="asked", by="olga", at=LATER)
    decide_write_off(code=code, approve=True, by="otto", at=LATER)
    assert open_kinds() == []


def test_a_payment_billed_twice_is_doubled_until_we_hear_of_the_second(market):
    intent = paid_order(market)
    bill = take_in(row(intent), row(intent, reference="second")).bill
    difference = the_open_one()
    assert difference.kind == "doubled"
    tell(intent, event="second", at=AT + 4 * MINUTE)
    operations.look_again(bill=bill, by="olga", at=LATER)
    assert closed_how(difference) == "matched"
    # Hearing of it sends it back, without anybody's doing.
    refund = Refund.objects.get()
    assert (refund.amount, refund.excess) == (intent.amount, True)
    assert is_sound()


def test_a_row_doubled_over_two_days_is_doubled(market):
    intent = paid_order(market)
    take_in(row(intent))
    take_in(row(intent), days=1)
    assert open_kinds() == ["doubled"]


def test_missing_there_becomes_another_sum_when_the_row_comes(market):
    intent = paid_order(market)
    take_in()
    missing = the_open_one()
    take_in(row(intent, amount=intent.amount - 1), days=1)
    assert closed_how(missing) == "superseded"
    assert open_kinds() == ["amount"]


def test_fees_of_no_payment_are_booked_and_match_nothing(market):
    intent = paid_order(market)
    take_in(row(intent), row(intent, kind=BillKind.FEE, amount=0, fee=500, code="", reference="m"))
    assert open_kinds() == []
    assert balances()["provider_fee"] == -560
    assert is_sound()


def test_a_row_in_another_currency_is_written_off_in_both(market):
    intent = paid_order(market)
    take_in(row(intent, currency="USD", amount=1_400, fee=0))
    difference = the_open_one()
    assert difference.kind == "amount"
    assert is_sound()
    propose_write_off(code=difference.code, reason="settled in dollars", by="olga", at=LATER)
    decide_write_off(code=difference.code, approve=True, by="otto", at=LATER)
    assert "clearing" not in balances()
    assert is_sound()


def test_nobody_edits_what_was_found(market):
    paid_order(market)
    take_in()
    for table in (Bill, Difference):
        with pytest.raises(DatabaseError), transaction.atomic():
            table.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Difference.objects.update(kind="late")


def test_the_database_closes_a_difference_once(market):
    paid_order(market)
    take_in()
    found = the_open_one()
    facts = {"difference": found, "what": "closed", "how": "late", "by": "x", "at": AT}
    Deed.objects.create(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deed.objects.create(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deed.objects.create(**(facts | {"how": "written_off", "proposed_by": "x"}))


def test_an_unknown_notice_moves_no_money_and_is_not_ours(market):
    intent = paid_order(market)
    tell(intent, code="z" * 20, event="stray")
    take_in(row(intent))
    assert Notice.objects.count() == 2
    assert open_kinds() == []


def test_the_doctor_notices_what_no_notice_and_no_bill_explains(market):
    intent = paid_order(market)
    take_in(row(intent, amount=intent.amount - 100))
    assert is_sound()
    stray = NewTransfer(
        entry=uuid7(),
        kind="stray",
        debit=AccountKey(Account.Kind.BANK, "CNY"),
        credit=AccountKey(Account.Kind.CLEARING, "CNY", provider="sandbox"),
        amount=1,
        subject=intent.id,
        at=LATER,
        by="olga",
    )
    with transaction.atomic():
        post(transfers=[stray])
    wrong = [check.name for check in doctor.checks() if not check.ok and not check.warning]
    assert wrong == ["reconciliation: clearing is exactly what the provider has not paid out yet"]


def test_what_the_platform_gave_through_a_provider_is_held_against_its_bill(market):
    paid_order(market)
    gift = Gift(
        customer=market.alice.id,
        amount=500,
        currency="CNY",
        reason="a late parcel",
        reference="gift-1",
        asked_by="olga",
        approved_by="otto",
        at=AT + 3 * MINUTE,
        provider="sandbox",
    )
    give_goodwill(gifts=[gift])
    assert all(check.ok for check in doctor.checks() if not check.warning)
    intent = Notice.objects.get().intent
    take_in(row(intent))
    difference = the_open_one()
    assert (difference.kind, difference.gift.reference) == ("missing_there", "gift-1")
    back = row(intent, kind=BillKind.REFUND, code="gift-1", amount=500, fee=0)
    take_in(back, days=1)
    assert open_kinds() == []
    assert "clearing" not in balances()
    assert all(check.ok for check in doctor.checks() if not check.warning)
