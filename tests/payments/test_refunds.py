"""Refunds: asked for once, never more than was paid, sent, tried again, and arrived."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from shoal.kit.ids import uuid7
from shoal.payments import doctor, operations, queries
from shoal.payments.models import Intent, Refund
from shoal.payments.operations import RefundNotStuck
from shoal.payments.steps import RefundTooLarge
from tests.payments.makers import (
    NOW,
    ask_all_back,
    ask_back,
    books,
    captured,
    open_one,
    refunded,
    tell,
    want,
)

pytestmark = pytest.mark.django_db(transaction=True)
RETURN = "http://localhost:8000/orders/x"


def fresh(row):
    return type(row).objects.get(id=row.id)


def paid(amount=12_800):
    intent = open_one(amount=amount)
    tell(captured(intent))
    return fresh(intent)


def test_asking_twice_for_the_same_subject_refunds_once():
    intent, subject = paid(), uuid7()
    first = ask_back(intent, 5_000, subject=subject)
    again = ask_back(intent, 5_000, subject=subject)
    both = ask_all_back([want(intent, 5_000, subject=subject)] * 2)
    assert {first.id, again.id, both[0].id, both[1].id} == {first.id}
    assert fresh(intent).refunded == 5_000


@pytest.mark.parametrize("wishes", [[12_801], [12_800, 1], [6_400, 6_400, 1]])
def test_refunds_never_exceed_what_was_paid(wishes):
    intent = paid(12_800)
    with pytest.raises(RefundTooLarge):
        ask_all_back([want(intent, amount) for amount in wishes])
    assert fresh(intent).refunded == 0
    assert not Refund.objects.exists()


def test_nothing_paid_nothing_refunded():
    intent = open_one()
    with pytest.raises(RefundTooLarge):
        ask_back(intent, 1)
    assert not Refund.objects.exists()


def test_money_that_paid_for_nothing_is_not_there_to_refund_twice():
    intent = paid(12_800)
    tell(captured(intent))
    with pytest.raises(RefundTooLarge):
        ask_back(intent, 12_801)
    ask_back(intent, 12_800)
    assert fresh(intent).refunded == 25_600


def test_the_database_itself_refuses_too_much():
    intent = paid()
    with pytest.raises(IntegrityError, match="refunds_never_exceed"), transaction.atomic():
        Intent.objects.filter(id=intent.id).update(refunded=intent.captured + 1)


def paid_at_partner(partner, *, amount=12_800):
    """Alice has paid at the partner's page; no notice can reach anybody."""
    intent = open_one(amount=amount)
    partner.behave(notices="never")
    page = operations.start_payment(intent=intent, return_url=RETURN, at=NOW)
    partner.pay(page.redirect_url)
    operations.settle_open_intents(at=NOW + timedelta(minutes=2))
    return fresh(intent)


def test_a_refund_is_sent_and_what_became_of_it_is_known(partner):
    intent = paid_at_partner(partner)
    refund = ask_back(intent, 5_000)

    assert operations.send_refunds(at=NOW) == 1
    assert operations.send_refunds(at=NOW) == 0

    assert fresh(refund).state == "done"
    assert books(intent) == {("clearing", "CNY"): -7_800, ("escrow", "CNY"): 7_800}
    assert [check.sentence for check in doctor.checks() if not check.ok] == []


def test_a_refund_left_pending_is_asked_after(partner):
    intent = paid_at_partner(partner)
    partner.behave(notices="never", refunds="pending")
    refund = ask_back(intent, 5_000)
    operations.send_refunds(at=NOW)
    assert fresh(refund).state == "sent"

    partner.finish_refunds()
    operations.send_refunds(at=NOW + timedelta(minutes=1))

    assert fresh(refund).state == "done"
    assert fresh(intent).returned == 5_000


def test_a_refund_that_fails_is_sent_again_with_the_same_number(partner):
    intent = paid_at_partner(partner)
    partner.behave(notices="never", refunds="fail_once")
    refund = ask_back(intent, 5_000)

    operations.send_refunds(at=NOW)
    assert fresh(refund).state == "failed"
    assert operations.send_refunds(at=NOW) == 0  # not before its pause is over

    operations.send_refunds(at=NOW + timedelta(minutes=1))
    assert fresh(refund).state == "done"


def test_a_refund_that_keeps_failing_ends_with_an_operator(partner):
    intent = paid_at_partner(partner)
    partner.behave(notices="never", refunds="fail")
    refund = ask_back(intent, 5_000)
    at = NOW
    for _ in range(12):
        operations.send_refunds(at=at)
        at += timedelta(hours=7)
    assert [row.id for row in queries.stuck_refunds()] == [refund.id]
    assert operations.send_refunds(at=at) == 0
    assert fresh(intent).refunded == 5_000  # still owed

    partner.behave(notices="never")
    operations.retry_refund(code=refund.code, by="olga", at=at)
    with pytest.raises(RefundNotStuck):
        operations.retry_refund(code=refund.code, by="olga", at=at)
    operations.send_refunds(at=at)
    assert fresh(refund).state == "done"
    assert queries.stuck_refunds() == []
    story = [(step.state, step.by) for step in queries.refund_steps(refund=refund.id)]
    assert story[0] == ("wanted", "olga")
    assert story[1:3] == [("sent", "worker:refunds"), ("failed", "provider:sandbox")]
    assert story[-3:] == [
        ("wanted", "olga"),
        ("sent", "worker:refunds"),
        ("done", "provider:sandbox"),
    ]


def test_while_the_partner_is_down_nothing_is_lost(partner):
    intent = paid_at_partner(partner)
    refund = ask_back(intent, 5_000)
    partner.stop()

    assert operations.send_refunds(at=NOW) == 1
    assert fresh(refund).state == "wanted"

    partner.start()
    operations.send_refunds(at=NOW + timedelta(minutes=1))
    assert fresh(refund).state == "done"


def test_a_worker_that_died_after_the_call_does_not_refund_twice(partner):
    intent = paid_at_partner(partner)
    refund = ask_back(intent, 5_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "_confirm_refund", lambda **_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            operations.send_refunds(at=NOW)
    assert fresh(refund).state == "wanted"

    assert operations.send_refunds(at=NOW) == 0  # held by the one that died
    operations.send_refunds(at=NOW + timedelta(minutes=2))

    assert fresh(refund).state == "done"
    assert books(intent) == {("clearing", "CNY"): -7_800, ("escrow", "CNY"): 7_800}


def test_a_notice_that_overtakes_the_answer_wins(partner):
    intent = paid_at_partner(partner)
    partner.behave(notices="never", refunds="pending")
    refund = ask_back(intent, 5_000)
    confirm = operations._confirm_refund

    def overtaken(**facts: object):
        tell(refunded(refund))
        confirm(**facts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "_confirm_refund", overtaken)
        operations.send_refunds(at=NOW)
    assert fresh(refund).state == "done"
    assert fresh(intent).returned == 5_000
