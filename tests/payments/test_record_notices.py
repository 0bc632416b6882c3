"""Every way a notice can come has its defined end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from shoal.kit import events
from shoal.kit.ids import uuid7
from shoal.payments.events import PaymentCaptured, PaymentRefunded, RefundFailed
from shoal.payments.models import Intent, Notice, Refund
from shoal.payments.rules import Verdict
from shoal.payments.steps import close_intents
from tests.payments.makers import (
    NOW,
    alice,
    ask_back,
    books,
    captured,
    open_one,
    refund_failed,
    refunded,
    tell,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard():
    """What stands above payments hears, in order."""
    told: list[object] = []

    def listen(facts: Sequence[object]) -> None:
        told.extend(facts)

    events.route({PaymentCaptured: (listen,), PaymentRefunded: (listen,), RefundFailed: (listen,)})
    return told


def fresh(row):
    return type(row).objects.get(id=row.id)


def test_a_payment_moves_from_clearing_to_escrow_once(heard):
    intent = open_one(amount=12_800)
    notice = captured(intent)

    assert tell(notice, notice) == [Verdict.ACCEPTED, None]
    assert tell(notice) == [None]

    intent = fresh(intent)
    assert (intent.state, intent.captured, intent.captured_at) == ("captured", 12_800, NOW)
    assert books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}
    assert heard == [PaymentCaptured(intent.id, intent.subject, 12_800, "CNY", at=NOW, late=False)]


@pytest.mark.parametrize("difference", [-1, 1, 5_000])
def test_a_wrong_amount_is_booked_asked_back_and_the_order_stays_payable(heard, difference):
    intent = open_one(amount=12_800)

    assert tell(captured(intent, amount=12_800 + difference)) == [Verdict.WRONG_AMOUNT]

    intent = fresh(intent)
    arrived = 12_800 + difference
    assert (intent.state, intent.captured, intent.refunded) == ("open", arrived, arrived)
    assert books(intent) == {("clearing", "CNY"): -arrived, ("escrow", "CNY"): arrived}
    assert heard == []
    back = Refund.objects.get(intent=intent)
    assert (back.amount, back.excess, back.state) == (arrived, True, "wanted")

    assert tell(captured(intent)) == [Verdict.ACCEPTED]
    assert fresh(intent).state == "captured"


def test_another_currency_goes_back_and_counts_in_none_of_the_sums(heard):
    intent = open_one(amount=12_800)

    assert tell(captured(intent, currency="USD")) == [Verdict.WRONG_AMOUNT]

    intent = fresh(intent)
    assert (intent.state, intent.captured, intent.refunded) == ("open", 0, 0)
    back = Refund.objects.get(intent=intent)
    assert (back.amount, back.currency) == (12_800, "USD")
    tell(refunded(back))
    assert books(intent) == {}
    assert fresh(intent).returned == 0


def test_a_second_payment_goes_back(heard):
    intent = open_one(amount=12_800)

    assert tell(captured(intent), captured(intent)) == [Verdict.ACCEPTED, Verdict.REPEATED]

    intent = fresh(intent)
    assert (intent.captured, intent.refunded) == (25_600, 12_800)
    assert len(heard) == 1
    back = Refund.objects.get(intent=intent)
    tell(refunded(back))
    assert books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}


def test_a_payment_after_closing_is_taken_in_and_told_as_late(heard):
    intent = open_one()
    with transaction.atomic():
        assert close_intents(subjects=[intent.subject], at=NOW) == {intent.subject}
        assert close_intents(subjects=[intent.subject], at=NOW) == set()

    assert tell(captured(intent)) == [Verdict.ACCEPTED]

    assert [fact.late for fact in heard] == [True]
    assert fresh(intent).state == "captured"


def test_what_was_paid_meanwhile_is_not_closed():
    intent = open_one()
    tell(captured(intent))
    with transaction.atomic():
        assert close_intents(subjects=[intent.subject], at=NOW) == set()
    assert fresh(intent).state == "captured"


def test_unknown_numbers_are_kept_and_move_nothing(heard):
    intent = open_one()
    stranger = captured(intent, code="nobody")
    elsewhere = captured(intent, provider="otherpay")

    assert tell(stranger, elsewhere) == [Verdict.UNKNOWN, Verdict.UNKNOWN]
    assert tell(stranger) == [None]

    assert Notice.objects.filter(intent=None).count() == 2
    assert fresh(intent).captured == 0
    assert books(intent) == {}
    assert heard == []


def test_a_refund_comes_back_once(heard):
    intent = open_one(amount=12_800)
    tell(captured(intent))
    refund = ask_back(intent, 5_000)
    heard.clear()

    assert tell(refunded(refund), refunded(refund)) == [Verdict.ACCEPTED, Verdict.REPEATED]

    intent = fresh(intent)
    assert (intent.refunded, intent.returned) == (5_000, 5_000)
    assert books(intent) == {("clearing", "CNY"): -7_800, ("escrow", "CNY"): 7_800}
    [fact] = heard
    assert (fact.subject, fact.paid_for, fact.excess) == (refund.subject, intent.subject, False)


def test_words_about_a_refund_in_the_wrong_order(heard):
    intent = open_one()
    tell(captured(intent))
    refund = ask_back(intent, intent.amount)
    heard.clear()

    # It arrived before we even knew that it was sent; the failure of an earlier try comes last.
    assert tell(refunded(refund), refund_failed(refund)) == [Verdict.ACCEPTED, Verdict.TOO_LATE]

    assert fresh(refund).state == "done"
    assert [type(fact) for fact in heard] == [PaymentRefunded]


def test_a_refund_of_another_sum_than_asked_is_kept_for_the_operator(heard):
    intent = open_one(amount=12_800)
    tell(captured(intent))
    refund = ask_back(intent, 5_000)

    assert tell(refunded(refund, amount=4_000)) == [Verdict.WRONG_AMOUNT]

    assert fresh(refund).state == "wanted"
    assert fresh(intent).returned == 0


def test_a_failed_refund_is_tried_again_later(heard):
    intent = open_one()
    tell(captured(intent))
    refund = ask_back(intent, intent.amount)
    heard.clear()

    assert tell(refund_failed(refund)) == [Verdict.ACCEPTED]

    refund = fresh(refund)
    assert refund.state == "failed"
    assert refund.next_at > NOW
    assert [(fact.refund, fact.final) for fact in heard] == [(refund.id, False)]


def test_a_notice_counts_from_when_it_happened_but_never_from_the_future():
    intent, other = open_one(), open_one()
    hour = timedelta(hours=1)
    tell(captured(intent, happened_at=NOW - hour), captured(other, happened_at=NOW + hour))
    assert fresh(intent).captured_at == NOW - hour
    assert fresh(other).captured_at == NOW


def test_a_reactor_that_fails_leaves_nothing_behind(heard):
    def fail(facts: Sequence[PaymentCaptured]) -> None:
        raise RuntimeError("no")

    events.route({PaymentCaptured: (fail,)})
    intent = open_one()
    with pytest.raises(RuntimeError):
        tell(captured(intent))
    assert not Notice.objects.exists()
    assert fresh(intent).captured == 0
    assert books(intent) == {}


def test_a_thousand_notices_are_a_few_statements(django_assert_max_num_queries):
    payer = alice()
    intents = [open_one(payer=payer) for _ in range(200)]
    notices = [captured(intent) for intent in intents]
    with django_assert_max_num_queries(20):
        verdicts = tell(*notices, *notices)
    assert verdicts == [Verdict.ACCEPTED] * 200 + [None] * 200


def test_notices_are_never_edited():
    intent = open_one()
    tell(captured(intent))
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.update(amount=1)


def test_one_event_of_two_intents_counts_for_the_first():
    intent, other = open_one(), open_one()
    first = captured(intent)
    tell(first)
    assert tell(replace(first, code=other.code)) == [None]
    assert fresh(other).captured == 0


def test_one_open_intent_per_subject():
    intent = open_one()
    with pytest.raises(DatabaseError), transaction.atomic():
        Intent.objects.create(
            subject=intent.subject,
            payer=intent.payer,
            provider="sandbox",
            amount=1,
            currency="CNY",
            created_at=NOW,
        )
    assert Intent.objects.filter(subject=uuid7()).count() == 0
