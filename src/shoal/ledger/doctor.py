"""What must hold in the ledger."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found

_BALANCES_OFF = """
WITH moved AS (
    SELECT account, sum(debit)::bigint AS debits, sum(credit)::bigint AS credits FROM (
        SELECT debit_id AS account, amount AS debit, 0 AS credit FROM ledger_transfer
        UNION ALL
        SELECT credit_id, 0, amount FROM ledger_transfer
    ) sides GROUP BY account
)
SELECT count(*) FROM ledger_account account
LEFT JOIN moved ON moved.account = account.id
LEFT JOIN ledger_balance balance ON balance.account_id = account.id
WHERE account.kind IN ('brand_payable', 'keeper_payable', 'brand_deposit')
    AND (coalesce(moved.debits, 0), coalesce(moved.credits, 0))
        <> (coalesce(balance.debits, 0), coalesce(balance.credits, 0))
"""

_SNAPSHOTS_OFF = """
SELECT count(*) FROM ledger_snapshot snapshot
WHERE (snapshot.debits, snapshot.credits) <> (
    SELECT coalesce(sum(amount) FILTER (WHERE debit_id = snapshot.account_id), 0),
        coalesce(sum(amount) FILTER (WHERE credit_id = snapshot.account_id), 0)
    FROM ledger_transfer
    WHERE id < snapshot.before AND snapshot.account_id IN (debit_id, credit_id)
)
"""

_APPEND_ONLY = """
SELECT 1 - count(*) FROM pg_trigger
WHERE tgrelid = 'ledger_transfer'::regclass AND tgname = 'ledger_transfer_append_only'
    AND tgenabled <> 'D'
"""


def checks() -> Iterable[Check]:
    """This will rebuild every balance from its transfers and compare."""
    yield none_found(
        "ledger: each balance is the sum of its transfers",
        _BALANCES_OFF,
        "{found} balances differ from their transfers. Stop payouts and"
        " compare ledger_balance with ledger_transfer for these accounts.",
    )
    yield none_found(
        "ledger: each snapshot is the sum of what came before it",
        _SNAPSHOTS_OFF,
        "Some snapshots are wrong. Delete them from ledger_snapshot; the next hour's run"
        " takes new ones from the transfers.",
    )
    yield none_found(
        "ledger: transfers refuse to be edited",
        _APPEND_ONLY,
        "The trigger ledger_transfer_append_only is missing or off. Run `shoal migrate`, or"
        " enable it again, and find out who switched it off.",
    )
