"""Making statements: for every party of a period that is over, in sets, as often as asked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from shoal.kit.ids import short_code, uuid7
from shoal.kit.transactions import operation
from shoal.ledger.models import Account
from shoal.ledger.steps import PARTY_KINDS
from shoal.settlement.models_statements import StatementRun
from shoal.settlement.rules_statements import Period, midnight, period_start, periods_due

AT_ONCE = 1_000
# No transaction lasts a day: whatever an earlier run could not see yet has a later id than that.
_LONGEST_TRANSACTION = timedelta(days=1)

_FIRST_MOMENT = """
SELECT min(first) FROM ledger_account account, LATERAL (
    SELECT min(at) AS first FROM ledger_transfer WHERE credit_id = account.id
    UNION ALL
    SELECT min(at) FROM ledger_transfer WHERE debit_id = account.id
) sides WHERE account.kind = ANY(%s)
"""

# One statement, one snapshot: the sums are those of the very transfers that are listed. A second
# worker at the same moment waits at the unique key, finds the first one's statement and adds none.
_MAKE = """
WITH given AS (
    SELECT * FROM unnest(%(accounts)s::uuid[], %(ids)s::uuid[], %(codes)s::text[])
        AS given (account, id, code)
), moved AS (
    SELECT given.account, transfer.id, transfer.kind, transfer.amount
    FROM given JOIN ledger_transfer transfer ON transfer.credit_id = given.account
    WHERE transfer.at < %(until)s AND transfer.id >= %(low)s
    UNION ALL
    SELECT given.account, transfer.id, transfer.kind, -transfer.amount
    FROM given JOIN ledger_transfer transfer ON transfer.debit_id = given.account
    WHERE transfer.at < %(until)s AND transfer.id >= %(low)s
), fresh AS (
    SELECT * FROM moved WHERE NOT EXISTS (
        SELECT FROM settlement_statementtransfer stated
        WHERE stated.account_id = moved.account AND stated.transfer_id = moved.id)
), by_kind AS (
    SELECT account, kind, sum(amount) AS change, count(*) AS transfers,
        sum(greatest(amount, 0)) AS credits, sum(greatest(-amount, 0)) AS debits
    FROM fresh GROUP BY account, kind
), sums AS (
    SELECT account, sum(credits)::bigint AS credits, sum(debits)::bigint AS debits,
        sum(transfers)::int AS transfers, jsonb_object_agg(kind, change) AS by_kind
    FROM by_kind GROUP BY account
), made AS (
    INSERT INTO settlement_statement (id, code, account_id, run_id, opening_minor, credits_minor,
        debits_minor, closing_minor, by_kind, transfers)
    SELECT given.id, given.code, given.account, %(run)s, coalesce(earlier.closing_minor, 0),
        sums.credits, sums.debits,
        coalesce(earlier.closing_minor, 0) + sums.credits - sums.debits, sums.by_kind,
        sums.transfers
    FROM given JOIN sums ON sums.account = given.account
    LEFT JOIN LATERAL (
        SELECT closing_minor FROM settlement_statement statement
        JOIN settlement_statementrun run ON run.id = statement.run_id
        WHERE statement.account_id = given.account ORDER BY run.ends_at DESC LIMIT 1
    ) earlier ON true
    ON CONFLICT (account_id, run_id) DO NOTHING
    RETURNING id, account_id
), listed AS (
    INSERT INTO settlement_statementtransfer (statement_id, account_id, transfer_id)
    SELECT made.id, fresh.account, fresh.id FROM made JOIN fresh ON fresh.account = made.account_id
)
SELECT count(*) FROM made
"""


def make_statements(*, at: datetime) -> int:
    """This will make every statement that is due at `at`, period by period; returns how many.

    Periods that were missed come first. Asked again, or after a crash half way, it goes on where
    it stood and makes nothing twice. At most `AT_ONCE` parties are in memory.
    """
    made = 0
    while (run := _open_run(at=at)) is not None:
        for accounts in _accounts():
            made += _make(run=run, accounts=accounts)
        _finish(run=run, at=at)
    return made


@operation
def _open_run(*, at: datetime) -> StatementRun | None:
    """The run that was not finished, else one for the next period that is over."""
    last = StatementRun.objects.order_by("-ends_at").first()
    if last is not None and last.finished_at is None:
        return last
    period = Period(settings.SHOAL_STATEMENT_PERIOD)
    zone = ZoneInfo(timezone.get_default_timezone_name())
    since = last.ends_at if last is not None else _first_period(period, zone)
    due = next(periods_due(since=since, at=at, period=period, zone=zone), None) if since else None
    if due is None:
        return None
    # Two workers at the same moment go on with the same run.
    run, _ = StatementRun.objects.get_or_create(
        starts_at=due[0], defaults={"ends_at": due[1], "period": period, "zone": zone.key}
    )
    return run


def _first_period(period: Period, zone: ZoneInfo) -> datetime | None:
    """The beginning of the period in which a party's account moved for the first time."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_MOMENT, [[str(kind) for kind in PARTY_KINDS]])
        first = cursor.fetchone()[0]
    if first is None:
        return None
    day = first.astimezone(zone).date()
    return midnight(day=period_start(day=day, period=period), zone=zone)


def _accounts() -> Iterator[list[UUID]]:
    last = UUID(int=0)
    while True:
        rows = Account.objects.filter(kind__in=PARTY_KINDS, id__gt=last).order_by("id")
        accounts = list(rows.values_list("id", flat=True)[:AT_ONCE])
        if not accounts:
            return
        yield accounts
        last = accounts[-1]


@operation
def _make(*, run: StatementRun, accounts: list[UUID]) -> int:
    given: dict[str, Any] = {
        "accounts": accounts,
        "ids": [uuid7() for _ in accounts],
        "codes": [short_code() for _ in accounts],
        "until": run.ends_at,
        "run": run.id,
        "low": _lowest(run),
    }
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, given)
        return int(cursor.fetchone()[0])


def _lowest(run: StatementRun) -> UUID:
    """Below this id everything stands on a statement: only newer partitions are looked at.

    An id carries the moment its row was made, whatever moment the row is about.
    """
    earlier = StatementRun.objects.filter(ends_at__lt=run.ends_at).order_by("-ends_at").first()
    if earlier is None:
        return UUID(int=0)
    begun = earlier.id.int >> 80
    return UUID(int=(begun - int(_LONGEST_TRANSACTION.total_seconds() * 1000)) << 80)


@operation
def _finish(*, run: StatementRun, at: datetime) -> None:
    StatementRun.objects.filter(id=run.id, finished_at=None).update(finished_at=at)
