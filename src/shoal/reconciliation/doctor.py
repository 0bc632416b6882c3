"""What must hold between our books and the bills of partners."""

from collections.abc import Iterable
from datetime import timedelta

from shoal.kit.health import Check, none_found
from shoal.ledger.queries import platform_balances
from shoal.reconciliation import queries

_EXAMPLES = 5
_PATIENCE = timedelta(days=3)

_APPEND_ONLY = """
SELECT 5 - count(*) FROM pg_trigger
WHERE tgname IN ('reconciliation_bill_append_only', 'reconciliation_billline_append_only',
    'reconciliation_match_append_only', 'reconciliation_difference_append_only',
    'reconciliation_deed_append_only') AND tgenabled <> 'D'
"""
_MATCHES_OFF = """
SELECT count(*) FROM reconciliation_match pair
JOIN reconciliation_billline line ON line.id = pair.line_id
JOIN payments_notice notice ON notice.id = pair.notice_id
WHERE (line.amount, line.currency, line.code)
    IS DISTINCT FROM (notice.amount, notice.currency, notice.our_code)
    OR (line.kind = 'pay') <> (notice.kind = 'captured')
"""
_BOOKED_OFF = """
WITH billed AS (
    SELECT bill.id, line.currency, sum(CASE line.kind WHEN 'refund' THEN -line.amount
        ELSE line.amount END) AS net, sum(line.fee) AS fee
    FROM reconciliation_bill bill JOIN reconciliation_billline line ON line.bill_id = bill.id
    WHERE bill.source = 'provider' GROUP BY bill.id, line.currency
), moved AS (
    SELECT transfer.entry AS id, transfer.currency,
        sum(CASE WHEN credit.kind = 'clearing' THEN amount ELSE -amount END) AS net,
        sum(CASE WHEN debit.kind = 'provider_fee' THEN amount
            WHEN credit.kind = 'provider_fee' THEN -amount ELSE 0 END) AS fee
    FROM ledger_transfer transfer
    JOIN ledger_account debit ON debit.id = transfer.debit_id
    JOIN ledger_account credit ON credit.id = transfer.credit_id
    WHERE transfer.kind IN ('provider_payout', 'provider_fee')
    GROUP BY transfer.entry, transfer.currency
)
SELECT count(*) FROM billed FULL JOIN moved USING (id, currency)
WHERE coalesce(billed.net, 0) <> coalesce(moved.net, 0)
    OR coalesce(billed.fee, 0) <> coalesce(moved.fee, 0)
"""


def checks() -> Iterable[Check]:
    """This will check that bills, matches and the ledger tell one story."""
    yield none_found(
        "reconciliation: what was billed and found is never edited",
        _APPEND_ONLY,
        "{found} triggers that refuse edits are missing or off. Run `shoal migrate`, or enable"
        " them again, and find out who switched them off.",
    )
    yield none_found(
        "reconciliation: what is matched is the same to the cent",
        _MATCHES_OFF,
        "{found} matched rows differ from the notices they were matched with. Compare"
        " reconciliation_match with payments_notice.",
    )
    yield none_found(
        "reconciliation: each bill is booked once and whole",
        _BOOKED_OFF,
        "{found} bills moved another sum than their rows say. Compare reconciliation_billline"
        " with ledger_transfer, entry by entry.",
    )
    yield _clearing()
    yield _unread()


def _clearing() -> Check:
    """Clearing is an asset: what stands at a provider is a debit."""
    off = [
        f"{provider} {currency}"
        for kind, provider, balance in platform_balances()
        if kind == "clearing"
        for currency in [balance.currency]
        if -balance.minor != queries.not_paid_out(provider=provider, currency=currency).minor
    ]
    return Check(
        name="reconciliation: clearing is exactly what the provider has not paid out yet",
        ok=not off,
        sentence=f"Clearing differs from what is in no bill yet for {', '.join(off)}. Look for a"
        " transfer from or to clearing that no notice, bill or write-off explains.",
    )


def _unread() -> Check:
    heard_at = queries.last_heard_at()
    late = [
        f"{name} {days[0].isoformat()}"
        for name in (queries.providers_in_use() if heard_at else [])
        if heard_at and (days := queries.missing_days(provider=name, at=heard_at - _PATIENCE))
    ]
    return Check(
        name="Every day's bill has come",
        ok=not late,
        sentence=f"No bill yet since {', '.join(late[:_EXAMPLES])}. Run `shoal reconcile`, or take"
        " the provider's file in on the page of reconciliation.",
        warning=True,
    )
