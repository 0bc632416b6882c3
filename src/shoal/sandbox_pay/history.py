"""What a merchant was paid before it came to this partner: brought along in a file, taken in once.

The file `history.jsonl` in the partner's folder has a record per line, as its notices tell things:
`event`, `kind` (`captured` or `refunded`), `code` (of the payment or the refund), `payment` (the
payment's code), `amount` in minor units, `currency`, and `happened_at` with a time zone. Nothing of
it is told to the merchant again.
"""

import json
import secrets
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

from shoal.sandbox_pay.store import Store

FILE = "history.jsonl"


def take_in(store: Store, folder: Path) -> int:
    """This will take the file in and remove it; returns how many records were new.

    Raises ValueError, and keeps the file, when a record cannot be meant.
    """
    path = folder / FILE
    if not path.is_file():
        return 0
    with store.transaction() as connection:
        lines = path.read_text(encoding="utf-8").splitlines()
        fresh = sum(_keep(connection, json.loads(line)) for line in lines)
    path.unlink()
    return fresh


def _keep(connection: sqlite3.Connection, record: dict[str, Any]) -> int:
    amount, currency = record["amount"], record["currency"]
    happened_at = datetime.fromisoformat(record["happened_at"])
    if happened_at.tzinfo is None or not isinstance(amount, int) or amount <= 0:
        raise ValueError(record)
    at = int(happened_at.timestamp())
    if record["kind"] == "refunded":
        return connection.execute(
            "INSERT OR IGNORE INTO refund VALUES (?, ?, ?, ?, '', 'done', ?, ?, 1)",
            (record["code"], record["payment"], amount, currency, record["event"], at),
        ).rowcount
    connection.execute(
        "INSERT OR IGNORE INTO payment VALUES (?, ?, ?, ?, '', '', '', '', 0, 'paid', ?)",
        (record["payment"], secrets.token_urlsafe(18), amount, currency, at),
    )
    return connection.execute(
        "INSERT OR IGNORE INTO charge VALUES (?, ?, ?, ?, ?)",
        (record["event"], record["payment"], amount, currency, at),
    ).rowcount
