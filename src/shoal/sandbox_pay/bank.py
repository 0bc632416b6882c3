"""The partner's bank side: transfers out, once per code, to whatever account is named.

An account whose number ends in 0000 does not exist: a transfer to it always bounces.
"""

import secrets
import sqlite3
from datetime import UTC, datetime
from typing import Any

from shoal.sandbox_pay.business import Refusal
from shoal.sandbox_pay.store import manners

_NOWHERE = "0000"


def ask_transfer(
    connection: sqlite3.Connection, request: dict[str, Any], *, at: int
) -> dict[str, object]:
    """This will send money to an account, once per code: the same code must ask for the same."""
    texts = {name: request.get(name, "") for name in ("code", "currency", "holder", "number")}
    amount = request.get("amount")
    if any(not isinstance(text, str) or not 0 < len(text) <= 100 for text in texts.values()):
        raise Refusal("a transfer needs a code, a currency, a holder and an account number")
    if not isinstance(amount, int) or not 0 < amount < 10**12:
        raise Refusal("amount must be a positive number of minor units")
    manner = manners(connection)["transfers"]
    fresh = connection.execute(
        "INSERT INTO transfer (code, amount, currency, holder, number, state, happened_at)"
        " VALUES (?, ?, ?, ?, ?, 'pending', ?) ON CONFLICT (code) DO NOTHING",
        (texts["code"], amount, texts["currency"], texts["holder"], texts["number"], at),
    ).rowcount
    row = _transfer(connection, texts["code"])
    if (row["amount"], row["currency"], row["number"]) != (
        amount, texts["currency"], texts["number"],
    ):  # fmt: skip
        raise Refusal("this code was used for another transfer")
    if fresh and (manner == "bounce" or row["number"].endswith(_NOWHERE)):
        _tell(connection, row, "failed", "no such account", at=at)
    elif fresh and manner != "on_the_way":
        _tell(connection, row, "paid", "", at=at)
    if fresh and manner == "sent_back":
        _tell(connection, row, "failed", "sent back by the receiving bank", at=at + 1)
    told = told_of_transfer(connection, row["code"])
    if manner == "answered_twice":
        told["told"] = [*_events(connection, row["code"])] * 2
    return told | ({"lost": True} if fresh and manner == "answer_lost" else {})


def told_of_transfer(connection: sqlite3.Connection, code: str) -> dict[str, object]:
    """This will say what has become of the transfer `code`, event by event, or Refusal."""
    row = _transfer(connection, code)
    return {"reference": f"ht_{row['code']}", "told": _events(connection, code)}


def finish_transfers(connection: sqlite3.Connection, *, at: int) -> None:
    """This will let the transfers that are on their way arrive."""
    rows = connection.execute("SELECT * FROM transfer WHERE state = 'pending'").fetchall()
    for row in rows:
        _tell(connection, row, "paid", "", at=at)


def latest_transfers(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """This will list the transfers that were asked for last."""
    return connection.execute("SELECT * FROM transfer ORDER BY rowid DESC LIMIT 10").fetchall()


def _transfer(connection: sqlite3.Connection, code: str) -> sqlite3.Row:
    row = connection.execute("SELECT * FROM transfer WHERE code = ?", (code,)).fetchone()
    if row is None:
        raise Refusal("no such transfer")
    found: sqlite3.Row = row
    return found


def _tell(
    connection: sqlite3.Connection, row: sqlite3.Row, kind: str, reason: str, *, at: int
) -> None:
    connection.execute(
        "INSERT INTO transfer_event VALUES (?, ?, ?, ?, ?)",
        (f"tr_{secrets.token_hex(12)}", row["code"], kind, reason, at),
    )
    connection.execute(
        "UPDATE transfer SET state = ?, happened_at = ? WHERE code = ?", (kind, at, row["code"])
    )


def _events(connection: sqlite3.Connection, code: str) -> list[dict[str, object]]:
    row = _transfer(connection, code)
    events = connection.execute(
        "SELECT * FROM transfer_event WHERE transfer = ? ORDER BY rowid", (code,)
    ).fetchall()
    return [
        {
            "event": event["event"], "kind": event["kind"], "code": code,
            "amount": row["amount"], "currency": row["currency"], "reason": event["reason"],
            "happened_at": datetime.fromtimestamp(event["happened_at"], UTC).isoformat(),
        }
        for event in events
    ]  # fmt: skip
