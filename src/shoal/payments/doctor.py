"""What must hold for payments; `shoal doctor` asks."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from shoal.kit.health import Check
from shoal.kit.projections import state_follows
from shoal.payments import queries
from shoal.payments.models import Refund, RefundStep
from shoal.payments.providers import offered, what_is_missing

_EXAMPLES = 5
_OWN_HOSTS = {"localhost", "127.0.0.1", "::1"}

# Each finds codes of intents, refunds or notices for which something does not hold.
_TRANSFERS = """
SELECT notice.event FROM payments_notice notice
LEFT JOIN ledger_transfer transfer ON transfer.entry = notice.id
    AND transfer.amount = notice.amount AND transfer.currency = notice.currency
    AND transfer.kind = CASE notice.kind WHEN 'captured' THEN 'capture' ELSE 'refund' END
WHERE (transfer.id IS NOT NULL) <> (
    notice.kind = 'captured' AND notice.verdict IN ('accepted', 'wrong_amount', 'repeated')
    OR notice.kind = 'refunded' AND notice.verdict = 'accepted'
)
"""
_CAPTURED = """
SELECT intent.code FROM payments_intent intent
LEFT JOIN payments_notice notice ON notice.intent_id = intent.id
    AND notice.kind = 'captured' AND notice.currency = intent.currency
    AND notice.verdict IN ('accepted', 'wrong_amount', 'repeated')
GROUP BY intent.id HAVING coalesce(sum(notice.amount), 0) <> intent.captured
    OR (count(*) FILTER (WHERE notice.verdict = 'accepted') = 1) <> (intent.state = 'captured')
"""
_REFUNDED = """
SELECT intent.code FROM payments_intent intent
LEFT JOIN payments_refund refund ON refund.intent_id = intent.id
    AND refund.currency = intent.currency
GROUP BY intent.id HAVING coalesce(sum(refund.amount), 0) <> intent.refunded
    OR coalesce(sum(refund.amount) FILTER (WHERE refund.state = 'done'), 0) <> intent.returned
"""
_EXCESS = """
SELECT notice.event FROM payments_notice notice
LEFT JOIN payments_refund refund ON refund.subject = notice.id AND refund.excess
    AND refund.amount = notice.amount AND refund.currency = notice.currency
WHERE notice.kind = 'captured' AND notice.verdict IN ('wrong_amount', 'repeated')
    AND refund.id IS NULL
"""
_ASKED_AGAIN = """
SELECT open.code FROM payments_intent open
JOIN payments_intent paid ON paid.subject = open.subject AND paid.state = 'captured'
WHERE open.state = 'open'
"""


def checks() -> Iterable[Check]:
    """This will check that payments, notices, refunds and the ledger tell one story."""
    yield _holds(
        "Every payment and refund has its transfer", _TRANSFERS, "notices without their transfer"
    )
    yield _holds(
        "What was captured is what notices told", _CAPTURED, "payments that differ from them"
    )
    yield _holds(
        "What was refunded is what was asked for", _REFUNDED, "payments that differ from refunds"
    )
    yield _holds(
        "Money that paid for nothing was asked back", _EXCESS, "captures that were not asked back"
    )
    yield _holds(
        "What is paid is asked for no more", _ASKED_AGAIN, "open payments for what has been paid"
    )
    yield state_follows(
        "A refund's state is its last step", rows=Refund, steps=RefundStep, key="refund"
    )
    stuck = [refund.code for refund in queries.stuck_refunds()[:_EXAMPLES]]
    yield Check(
        name="No refund is stuck",
        ok=not stuck,
        sentence=f"Refunds that the provider will not do: {', '.join(stuck)}. Ask the provider, "
        "then send them again from the operator's money page.",
        warning=True,
    )
    yield _is_set_up()
    host = urlsplit(settings.SHOAL_PUBLIC_URL).hostname
    yield Check(
        name="Payments are for real",
        ok="sandbox" not in offered() or host in _OWN_HOSTS,
        sentence=f"{host} is open to others, but the sandbox takes payments and moves no money: "
        "set SHOAL_PAY to a real provider before customers come.",
        warning=True,
    )


def _is_set_up() -> Check:
    return Check(
        name="Every payment partner has its keys",
        ok=not (missing := what_is_missing()),
        sentence=" ".join(missing),
    )


def _holds(name: str, query: str, wrong: str) -> Check:
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT {_EXAMPLES}")
        found = [row[0] for row in cursor.fetchall()]
    return Check(
        name=name,
        ok=not found,
        sentence=f"There are {wrong}: {', '.join(found)}. Do not edit rows: find what wrote them, "
        "then append a correction.",
    )
