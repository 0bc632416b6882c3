"""Reading statements: which there are, their lines, and their totals beside the ledger's."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from shoal.kit.errors import NotFound
from shoal.kit.ids import short_code
from shoal.kit.money import Money
from shoal.ledger.models import Account
from shoal.settlement.models_statements import Statement, StatementRun

SOLD, GIFT, FREIGHT, REFUNDED, FREIGHT_BACK = "sold", "gift", "freight", "refunded", "freight_back"
_READ_AT_ONCE = 2_000

# What each line of a statement is: goods and freight by the facts of the settlements and refunds
# that its transfers are about, anything else by the transfer itself.
_STATED = """
WITH stated AS (
    SELECT transfer.id, transfer.kind, transfer.subject, transfer.at,
        CASE WHEN transfer.credit_id = %(account)s THEN transfer.amount ELSE -transfer.amount END
            AS amount
    FROM settlement_statementtransfer stated
    JOIN ledger_transfer transfer ON transfer.id = stated.transfer_id
    WHERE stated.statement_id = %(statement)s
), batch AS (
    SELECT DISTINCT subject AS id FROM stated WHERE kind = 'settlement'
), given_back AS (
    SELECT DISTINCT subject AS id FROM stated WHERE kind = 'reversal'
)
"""
_OTHERS = """
SELECT kind AS what, at, ''::text AS order_code, NULL::jsonb AS titles, 0 AS units,
    0::bigint AS off, amount, id
FROM stated WHERE kind NOT IN ('settlement', 'discount', 'reversal')
"""
_GOODS = """
SELECT CASE WHEN line.gift_of_id IS NULL THEN 'sold' ELSE 'gift' END AS what,
    settled.at, o.code AS order_code, line.titles,
    line.quantity - coalesce(early.units, 0) AS units,
    settled.{part}_discount_minor AS off, settled.{part}_minor AS amount, settled.line_id AS id
FROM settlement_settledline settled
JOIN batch ON batch.id = settled.batch_id
JOIN orders_orderline line ON line.id = settled.line_id
JOIN orders_order o ON o.id = settled.order_id
LEFT JOIN LATERAL (
    SELECT sum(refund.units)::int AS units FROM orders_linerefund refund
    WHERE refund.line_id = line.id AND NOT EXISTS (
        SELECT FROM settlement_reversal reversal WHERE reversal.refund_id = refund.id)
) early ON line.back_units > 0
WHERE settled.{owner} = %(party)s AND settled.currency = %(currency)s {also}
UNION ALL
SELECT 'refunded', reversal.at, o.code, line.titles, refund.units, 0, -reversal.{part}_minor,
    reversal.refund_id
FROM settlement_reversal reversal
JOIN orders_linerefund refund ON refund.id = reversal.refund_id
JOIN given_back ON given_back.id = refund.subject
JOIN orders_orderline line ON line.id = reversal.line_id
JOIN orders_order o ON o.id = reversal.order_id
WHERE reversal.{owner} = %(party)s AND reversal.currency = %(currency)s
    AND reversal.{part}_minor > 0
"""
_FREIGHTS = """
SELECT 'freight', settled.at, o.code, NULL::jsonb, 0, 0, settled.freight_minor, settled.parcel_id
FROM settlement_settledfreight settled
JOIN batch ON batch.id = settled.batch_id
JOIN orders_parcel parcel ON parcel.id = settled.parcel_id
JOIN orders_order o ON o.id = parcel.order_id
WHERE settled.brand_id = %(party)s AND settled.currency = %(currency)s
UNION ALL
SELECT 'freight_back', reversal.at, o.code, NULL::jsonb, 0, 0, -reversal.freight_minor,
    reversal.refund_id
FROM settlement_freightreversal reversal
JOIN orders_freightrefund refund ON refund.id = reversal.refund_id
JOIN given_back ON given_back.id = refund.subject
JOIN orders_order o ON o.id = reversal.order_id
WHERE reversal.brand_id = %(party)s AND reversal.currency = %(currency)s
"""
_BRAND = _GOODS.format(part="brand", owner="brand_id", also="")
_KEEPER = _GOODS.format(
    part="keeper",
    owner="earner_id",
    also="AND settled.keeper_minor + settled.keeper_discount_minor > 0",
)
_LINES = {
    str(Account.Kind.BRAND): f"{_OTHERS} UNION ALL {_BRAND} UNION ALL {_FREIGHTS}",
    str(Account.Kind.KEEPER): f"{_OTHERS} UNION ALL {_KEEPER}",
}

# What every account of a kind held at a moment: its balance now less what came after it.
_LEDGER_AT = """
WITH later AS (
    SELECT account.kind, account.currency, sum(side.amount) AS amount
    FROM ledger_account account JOIN LATERAL (
        SELECT amount FROM ledger_transfer WHERE credit_id = account.id AND at >= %(at)s
        UNION ALL
        SELECT -amount FROM ledger_transfer WHERE debit_id = account.id AND at >= %(at)s
    ) side ON true
    WHERE account.kind = ANY(%(kinds)s) GROUP BY 1, 2
), now AS (
    SELECT account.kind, account.currency, sum(credits - debits) AS amount
    FROM ledger_balance balance JOIN ledger_account account ON account.id = balance.account_id
    WHERE account.kind = ANY(%(kinds)s) GROUP BY 1, 2
)
SELECT kind, currency, (now.amount - coalesce(later.amount, 0))::bigint
FROM now LEFT JOIN later USING (kind, currency)
"""
_STATED_AT = """
SELECT kind, currency, sum(closing_minor)::bigint FROM (
    SELECT DISTINCT ON (account.id) account.kind, account.currency, statement.closing_minor
    FROM settlement_statement statement
    JOIN settlement_statementrun run ON run.id = statement.run_id
    JOIN ledger_account account ON account.id = statement.account_id
    WHERE run.ends_at <= %(at)s ORDER BY account.id, run.ends_at DESC
) latest GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `what` it is, and by how much it changed the account; `off` is her own discount."""

    what: str
    at: datetime
    order: str
    titles: Mapping[str, str]
    units: int
    off: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class RunTotal:
    """All statements of a run in one kind of account and currency, and what the ledger says."""

    kind: str
    currency: str
    statements: int
    credits: Money
    debits: Money
    closing: Money
    ledger: Money

    @property
    def late(self) -> Money:
        """What was posted for the period after its statements were made; the next ones list it."""
        return self.ledger - self.closing


def statements_of(*, party: UUID, kinds: Sequence[Account.Kind]) -> "QuerySet[Statement]":
    """This will list a party's statements of these kinds of accounts, the newest first."""
    rows = Statement.objects.filter(account__party=party, account__kind__in=kinds)
    return rows.select_related("run", "account").order_by("-run__ends_at", "account__kind", "id")


def statement_by_code(*, code: str, party: UUID | None = None) -> Statement:
    """This will return a statement, only `party`'s own where one is given. Raises NotFound."""
    rows = Statement.objects.filter(code=code).select_related("run", "account")
    found = (rows if party is None else rows.filter(account__party=party)).first()
    if found is None:
        raise NotFound
    return found


def line_count(*, statement: Statement) -> int:
    """This will count the lines of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_STATED} SELECT count(*) FROM ({_lines(statement)}) lines",  # noqa: S608 - ours
            _given(statement),
        )
        return int(cursor.fetchone()[0])


def statement_lines(*, statement: Statement, limit: int, offset: int) -> list[Line]:
    """This will list `limit` lines of a statement from `offset` on, in order of time."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_STATED} SELECT * FROM ({_lines(statement)}) lines"  # noqa: S608 - ours
            " ORDER BY at, id LIMIT %(limit)s OFFSET %(offset)s",
            {**_given(statement), "limit": limit, "offset": offset},
        )
        return [_line(row, statement.account.currency) for row in cursor.fetchall()]


def every_line(*, statement: Statement) -> Iterator[Line]:
    """This will yield all lines of a statement in order of time, however many, in little memory.

    They are read through a cursor on the server, inside a transaction of its own.
    """
    query = f"{_STATED} SELECT * FROM ({_lines(statement)}) lines ORDER BY at, id"  # noqa: S608 - ours
    with transaction.atomic(), connection.cursor() as cursor:
        name = f"statement_{short_code()}"
        cursor.execute(f'DECLARE "{name}" NO SCROLL CURSOR FOR {query}', _given(statement))
        while True:
            cursor.execute(f'FETCH {_READ_AT_ONCE} FROM "{name}"')
            rows = cursor.fetchall()
            for row in rows:
                yield _line(row, statement.account.currency)
            if len(rows) < _READ_AT_ONCE:
                break
        cursor.execute(f'CLOSE "{name}"')


def runs() -> "QuerySet[StatementRun]":
    """This will list the periods that statements were made for, the newest first."""
    return StatementRun.objects.annotate(count=Count("statements")).order_by("-ends_at")


def run_by_code(*, code: str) -> StatementRun:
    """This will return one period by its code. Raises NotFound."""
    found = StatementRun.objects.filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def statements_in(*, run: StatementRun) -> "QuerySet[Statement]":
    """This will list the statements of a period, those that moved most first."""
    rows = Statement.objects.filter(run=run).select_related("run", "account")
    return rows.order_by("-credits_minor", "id")


def run_totals(*, run: StatementRun) -> list[RunTotal]:
    """This will sum a period's statements and put what the ledger says at its end beside them."""
    given = {"at": run.ends_at, "kinds": [str(kind) for kind in _PARTIES]}
    ledger, stated = _sums(_LEDGER_AT, given), _sums(_STATED_AT, given)
    moved = {
        (kind, currency): (count, plus, minus)
        for kind, currency, count, plus, minus in Statement.objects.filter(run=run)
        .values_list("account__kind", "account__currency")
        .annotate(Count("id"), Sum("credits_minor"), Sum("debits_minor"))
    }
    return [
        RunTotal(
            kind=kind,
            currency=currency,
            statements=count,
            credits=Money(int(plus), currency),
            debits=Money(int(minus), currency),
            closing=Money(stated.get((kind, currency), 0), currency),
            ledger=Money(ledger.get((kind, currency), 0), currency),
        )
        for kind, currency in sorted(ledger.keys() | stated.keys())
        for count, plus, minus in [moved.get((kind, currency), (0, 0, 0))]
    ]


_PARTIES = (Account.Kind.BRAND, Account.Kind.KEEPER, Account.Kind.DEPOSIT)


def _sums(query: str, given: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return {(kind, currency): int(amount) for kind, currency, amount in cursor.fetchall()}


def _lines(statement: Statement) -> str:
    return _LINES.get(statement.account.kind, _OTHERS)


def _given(statement: Statement) -> dict[str, Any]:
    account = statement.account
    return {
        "statement": statement.id,
        "account": account.id,
        "party": account.party,
        "currency": account.currency,
    }


def _line(row: Sequence[Any], currency: str) -> Line:
    what, at, order, titles, units, off, amount, _ = row
    told = json.loads(titles) if isinstance(titles, str) else titles
    return Line(
        what, at, order, told or {}, units, Money(int(off), currency), Money(int(amount), currency)
    )
