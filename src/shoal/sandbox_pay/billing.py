"""The partner's bill: what it took in and gave back in a span of time, and what it kept for it."""

import sqlite3
from datetime import UTC, datetime

from shoal.sandbox_pay.store import manners

_FEE = 60  # of 10,000, rounded halves up; a refund gives its part of the fee back
_BASIS = 10_000
_DAY = 86_400

_ROWS = """
SELECT 'pay' AS kind, payment AS code, event AS reference, amount, currency, happened_at
FROM charge WHERE happened_at >= ?1 AND happened_at < ?2
UNION ALL
SELECT 'refund', code, event, amount, currency, happened_at
FROM refund WHERE state = 'done' AND happened_at >= ?1 AND happened_at < ?2
ORDER BY happened_at, reference
"""


def bill(connection: sqlite3.Connection, *, since: int, until: int, at: int) -> dict[str, object]:
    """This will write the bill of [since, until), in Unix seconds, as the manners say.

    It is not ready before its time is over.
    """
    manner = manners(connection)["bills"]
    if until > at or manner == "unready":
        return {"ready": False, "rows": []}
    shift = _DAY if manner == "day_late" else 0
    found = connection.execute(_ROWS, (since - shift, until - shift)).fetchall()
    return {"ready": True, "rows": _spoiled([_row(row) for row in found], manner)}


def let_a_day_pass(connection: sqlite3.Connection) -> None:
    """This will make all that happened a day older, so that a tester sees yesterday's bill."""
    for table in ("charge", "refund"):
        connection.execute(f"UPDATE {table} SET happened_at = happened_at - {_DAY}")  # noqa: S608 - two names


def _row(row: sqlite3.Row) -> dict[str, object]:
    fee = (row["amount"] * _FEE * 2 + _BASIS) // (2 * _BASIS)
    return {
        "kind": row["kind"],
        "code": row["code"],
        "reference": row["reference"],
        "amount": row["amount"],
        "fee": fee if row["kind"] == "pay" else -fee,
        "currency": row["currency"],
        "happened_at": datetime.fromtimestamp(row["happened_at"], UTC).isoformat(),
    }


def _spoiled(rows: list[dict[str, object]], manner: str) -> list[dict[str, object]]:
    """The first row is the one that goes wrong."""
    if not rows:
        return rows
    first, rest = rows[0], rows[1:]
    amount = first["amount"]
    return {
        "left_out": rest,
        "twice_billed": [first, first, *rest],
        "other_amount": [first | {"amount": amount + 1 if isinstance(amount, int) else 1}, *rest],
    }.get(manner, rows)
