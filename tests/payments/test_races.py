"""Two at the same moment: without the guard both win, with it one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from shoal.kit import events
from shoal.kit.ids import uuid7
from shoal.payments import booking
from shoal.payments.events import PaymentCaptured
from shoal.payments.models import Intent, Refund
from shoal.payments.steps import RefundTooLarge, close_intents
from tests.payments.makers import NOW, ask_back, books, captured, open_one, tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def both(first, second):
    """Runs two functions at once in threads of their own and returns what each gave or raised."""

    def run(function):
        try:
            return function()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return [future.result(20) for future in [pool.submit(run, first), pool.submit(run, second)]]


def paid(amount=1_000):
    intent = open_one(amount=amount)
    tell(captured(intent))
    return intent


def asked_back(intent):
    return Refund.objects.filter(intent=intent).aggregate(sum=Sum("amount"))["sum"]


def test_unguarded_both_see_room_and_more_goes_back_than_was_paid():
    intent, seen = paid(1_000), threading.Barrier(2, timeout=10)

    def unguarded():
        with transaction.atomic():
            row = Intent.objects.get(id=intent.id)
            assert row.captured - row.refunded >= 800
            seen.wait()  # both have looked before either writes
            Refund.objects.create(
                intent=row,
                subject=uuid7(),
                amount=800,
                currency="CNY",
                reason="race",
                wanted_at=NOW,
                wanted_by="olga",
            )
            row.refunded += 800
            row.save(update_fields=["refunded"])

    assert both(unguarded, unguarded) == [None, None]
    assert asked_back(intent) == 1_600  # of 1,000


def test_guarded_one_wins_and_the_other_is_refused():
    intent, start = paid(1_000), threading.Barrier(2, timeout=10)

    def guarded():
        start.wait()
        return ask_back(intent, 800)

    outcomes = both(guarded, guarded)
    assert sorted(type(outcome) for outcome in outcomes if isinstance(outcome, Refund)) == [Refund]
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, Refund)] == [
        RefundTooLarge
    ]
    assert asked_back(intent) == 800
    assert Intent.objects.get(id=intent.id).refunded == 800


def test_the_same_refund_asked_for_twice_at_once_is_one():
    intent, start, subject = paid(1_000), threading.Barrier(2, timeout=10), uuid7()

    def ask():
        start.wait()
        return ask_back(intent, 500, subject=subject).id

    first, second = both(ask, ask)
    assert first == second
    assert asked_back(intent) == 500


def test_unguarded_the_same_notice_twice_at_once_is_booked_twice(monkeypatch):
    intent, notice = open_one(amount=1_000), None
    notice, seen = captured(intent), threading.Barrier(2, timeout=10)
    told_before = booking._told_before

    def looked_too_early(notices):
        known = told_before(notices)
        seen.wait()
        return known

    monkeypatch.setattr(booking, "lock_rows", lambda model, ids: model.objects.in_bulk(list(ids)))
    monkeypatch.setattr(booking, "_told_before", looked_too_early)
    outcomes = both(lambda: tell(notice), lambda: tell(notice))
    # The lock is gone, so both mean to book it: the last line, the unique event, refuses one.
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["IntegrityError", "list"]


def test_guarded_the_same_notice_twice_at_once_is_booked_once():
    intent, start = open_one(amount=1_000), threading.Barrier(2, timeout=10)
    notice = captured(intent)

    def hear():
        start.wait()
        return tell(notice)

    outcomes = both(hear, hear)
    assert [None] in outcomes
    assert ["accepted"] in outcomes
    assert books(intent) == {("clearing", "CNY"): -1_000, ("escrow", "CNY"): 1_000}


def test_closing_and_paying_at_once_agree_on_who_was_first():
    for _ in range(5):
        intent, start = open_one(amount=1_000), threading.Barrier(2, timeout=10)
        notice, late = captured(intent), []
        events.route({PaymentCaptured: (lambda facts, late=late: late.extend(facts),)})

        def close(intent=intent, start=start):
            start.wait()
            with transaction.atomic():
                return close_intents(subjects=[intent.subject], at=NOW)

        def pay(notice=notice, start=start):
            start.wait()
            return tell(notice)

        closed, verdicts = both(close, pay)
        assert verdicts == ["accepted"]
        assert [fact.late for fact in late] == [closed == {intent.subject}]
        assert Intent.objects.get(id=intent.id).state == "captured"
