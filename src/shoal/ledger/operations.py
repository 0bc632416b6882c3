"""Durable work on the ledger itself."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from shoal.kit.partitions import first_id_at
from shoal.kit.transactions import operation
from shoal.ledger.steps import PARTY_KINDS

# Ids are ordered by the moment they were made, but a transaction may commit later: a snapshot
# covers only what is older than any transaction can be.
_SAFE_AGE = timedelta(hours=1)

_SNAPSHOT = """
INSERT INTO ledger_snapshot (id, account_id, before, debits, credits, taken_at)
SELECT gen_random_uuid(), account.id, %(before)s,
    (SELECT coalesce(sum(amount), 0) FROM ledger_transfer
        WHERE debit_id = account.id AND id < %(before)s
        AND (latest.before IS NULL OR id >= latest.before)) + coalesce(latest.debits, 0),
    (SELECT coalesce(sum(amount), 0) FROM ledger_transfer
        WHERE credit_id = account.id AND id < %(before)s
        AND (latest.before IS NULL OR id >= latest.before)) + coalesce(latest.credits, 0),
    %(at)s
FROM ledger_account account
LEFT JOIN LATERAL (
    SELECT before, debits, credits FROM ledger_snapshot
    WHERE account_id = account.id ORDER BY before DESC LIMIT 1
) latest ON true
WHERE account.kind <> ALL(%(parties)s) AND (latest.before IS NULL OR latest.before < %(before)s)
ON CONFLICT (account_id, before) DO NOTHING
"""


@operation
def take_snapshots(*, at: datetime) -> int:
    """This will snapshot every platform-wide account as it stood an hour before `at`.

    Returns how many snapshots were written; taking them twice writes none.
    """
    values: dict[str, Any] = {
        "before": first_id_at(at - _SAFE_AGE),
        "at": at,
        "parties": [str(kind) for kind in PARTY_KINDS],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT, values)
        return int(cursor.rowcount)
