"""What is asked for in a transaction is done by the worker after its commit, and only then."""

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from shoal.kit.clock import now
from shoal.payments import operations, tasks
from shoal.payments.models import Refund
from tests.payments.makers import ask_back, books, captured, open_one, tell

pytestmark = pytest.mark.django_db(transaction=True)


def waiting_jobs():
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_a_refund_asked_for_wakes_the_worker_once_it_is_committed():
    intent = open_one()
    tell(captured(intent))
    before = waiting_jobs()  # no flush between tests reaches the jobs
    with transaction.atomic():
        ask_back(intent, 100)
        transaction.set_rollback(True)
    assert waiting_jobs() == before

    ask_back(intent, 100)
    assert waiting_jobs() == [*before, "payments.send_refunds"]


def test_both_tasks_are_known_and_run_by_themselves_every_minute():
    app.perform_import_paths()
    names = {"payments.send_refunds", "payments.settle_open_intents"}
    assert names <= set(app.tasks)
    assert names <= {name for name, _ in app.periodic_registry.periodic_tasks}


def test_the_tasks_do_what_they_say(partner):
    intent = open_one(amount=12_800)
    partner.behave(notices="never")
    page = operations.start_payment(
        intent=intent,
        return_url="http://localhost:8000/",
        at=now(),
    )
    partner.pay(page.redirect_url)
    type(intent).objects.filter(id=intent.id).update(ask_at=now())
    tasks.settle_open_intents(timestamp=1)
    assert books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}

    refund = ask_back(intent, 12_800)
    Refund.objects.filter(id=refund.id).update(next_at=now())
    tasks.send_refunds(timestamp=1)
    assert books(intent) == {}
    assert Refund.objects.get(id=refund.id).subject == refund.subject
