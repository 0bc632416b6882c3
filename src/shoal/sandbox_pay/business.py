"""What the partner does with money: payments, charges, refunds, and the notices they owe."""

import secrets
import sqlite3
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from shoal.sandbox_pay.store import as_body, manners

_LATE_SECONDS = 20.0
_REORDERED_SECONDS = 4.0
_HELD_SECONDS = 10.0 * 365 * 86400


class Refusal(Exception):
    """The partner will not do it; the text is for the merchant's engineer."""


def _text(request: dict[str, Any], name: str, longest: int = 500) -> str:
    value = request.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise Refusal(f"{name} must be text of at most {longest} characters")
    return value


def _address(request: dict[str, Any], name: str) -> str:
    value = _text(request, name)
    if urlsplit(value).scheme not in {"http", "https"}:
        raise Refusal(f"{name} must be a web address")
    return value


def _amount(request: dict[str, Any]) -> int:
    value = request.get("amount")
    if not isinstance(value, int) or not 0 < value < 10**12:
        raise Refusal("amount must be a positive number of minor units")
    return value


def announce_payment(
    connection: sqlite3.Connection, request: dict[str, Any], *, at: int
) -> sqlite3.Row:
    """This will take a payment on, or find it again: the same code must ask for the same sum."""
    code, amount, currency = (
        _text(request, "code", 40),
        _amount(request),
        _text(request, "currency"),
    )
    if not code or len(currency) != 3:
        raise Refusal("a payment needs a code and a currency")
    connection.execute(
        "INSERT INTO payment (code, token, amount, currency, title, return_url, notify_url,"
        " language, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (code) DO UPDATE SET return_url = excluded.return_url,"
        " language = excluded.language, notify_url = excluded.notify_url,"
        " state = CASE state WHEN 'cancelled' THEN 'waiting' ELSE state END",
        (
            code, secrets.token_urlsafe(18), amount, currency, _text(request, "title", 100),
            _address(request, "return_url"), _address(request, "notify_url"),
            _text(request, "language", 12), int(request.get("expires_at") or 0), at,
        ),
    )  # fmt: skip
    payment = payment_by(connection, code=code)
    if (payment["amount"], payment["currency"]) != (amount, currency):
        raise Refusal("this code was used for another sum")
    return payment


def payment_by(connection: sqlite3.Connection, *, code: str = "", token: str = "") -> sqlite3.Row:
    """This will return the payment with our merchant's code or our page's token, or Refusal."""
    row = connection.execute(
        "SELECT * FROM payment WHERE code = ? OR token = ?", (code, token)
    ).fetchone()
    if row is None:
        raise Refusal("no such payment")
    found: sqlite3.Row = row
    return found


def charges_of(connection: sqlite3.Connection, code: str) -> list[dict[str, object]]:
    """This will list what was charged for the payment `code`, as notices tell it."""
    payment_by(connection, code=code)
    rows = connection.execute("SELECT * FROM charge WHERE payment = ? ORDER BY rowid", (code,))
    return [
        _told("captured", row["event"], code, row["amount"], row["currency"], row["happened_at"])
        for row in rows.fetchall()
    ]


def is_over(payment: sqlite3.Row, *, at: int) -> bool:
    """This will say whether the time to pay has passed."""
    return bool(payment["expires_at"]) and at >= payment["expires_at"]


def pay(connection: sqlite3.Connection, payment: sqlite3.Row, *, at: int) -> None:
    """This will charge the payer once, as the manners say, and owe the merchant a notice."""
    if payment["state"] == "paid":
        return
    manner = manners(connection)["charge"]
    amount, currency = payment["amount"], payment["currency"]
    sums = {
        "less": [(max(amount - 100, 1) if amount > 1 else 2, currency)],
        "more": [(amount + 100, currency)],
        "twice": [(amount, currency)] * 2,
        "other_currency": [(amount, "USD" if currency != "USD" else "EUR")],
    }.get(manner, [(amount, currency)])
    # A wrong sum settles nothing here either: the payer may come back and pay it rightly.
    state = "paid" if manner in {"exact", "twice"} else payment["state"]
    connection.execute("UPDATE payment SET state = ? WHERE code = ?", (state, payment["code"]))
    for charged, unit in sums:
        event = f"ch_{secrets.token_hex(12)}"
        connection.execute(
            "INSERT INTO charge VALUES (?, ?, ?, ?, ?)", (event, payment["code"], charged, unit, at)
        )
        owe_notice(
            connection,
            payment["notify_url"],
            _told("captured", event, payment["code"], charged, unit, at),
            at=at,
        )


def cancel(connection: sqlite3.Connection, payment: sqlite3.Row) -> None:
    """This will note that the payer went back without paying; she may return."""
    connection.execute(
        "UPDATE payment SET state = 'cancelled' WHERE code = ? AND state = 'waiting'",
        (payment["code"],),
    )


def ask_refund(
    connection: sqlite3.Connection, request: dict[str, Any], *, at: int
) -> dict[str, object]:
    """This will give money back, once per code; a failed refund is tried again."""
    code, amount, currency = (
        _text(request, "code", 40),
        _amount(request),
        _text(request, "currency"),
    )
    payment = payment_by(connection, code=_text(request, "payment", 40))
    known = connection.execute("SELECT * FROM refund WHERE code = ?", (code,)).fetchone()
    if known is not None and (known["amount"], known["currency"]) != (amount, currency):
        raise Refusal("this code was used for another refund")
    if known is not None and known["state"] != "failed":
        return told_of_refund(connection, code)
    if known is None:
        _check_room(connection, payment["code"], amount, currency)
        connection.execute(
            "INSERT INTO refund VALUES (?, ?, ?, ?, ?, 'pending', '', ?, 0)",
            (code, payment["code"], amount, currency, _address(request, "notify_url"), at),
        )
    connection.execute(
        "UPDATE refund SET tries = tries + 1, state = 'pending' WHERE code = ?", (code,)
    )
    tries = 1 if known is None else known["tries"] + 1
    manner = manners(connection)["refunds"]
    if manner == "fail" or (manner == "fail_once" and tries == 1):
        finish_refund(connection, code, "failed", at=at)
    elif manner != "pending":
        finish_refund(connection, code, "done", at=at)
    return told_of_refund(connection, code)


def _check_room(connection: sqlite3.Connection, payment: str, amount: int, currency: str) -> None:
    charged, back = connection.execute(
        "SELECT (SELECT coalesce(sum(amount), 0) FROM charge WHERE payment = ?1 AND currency = ?2),"
        " (SELECT coalesce(sum(amount), 0) FROM refund WHERE payment = ?1 AND currency = ?2)",
        (payment, currency),
    ).fetchone()
    if back + amount > charged:
        raise Refusal("refunds would exceed what was charged")


def finish_refund(connection: sqlite3.Connection, code: str, state: str, *, at: int) -> None:
    """This will end a refund as `done` or `failed` and owe the merchant a notice."""
    connection.execute(
        "UPDATE refund SET state = ?, event = ?, happened_at = ? WHERE code = ?",
        (state, f"re_{secrets.token_hex(12)}", at, code),
    )
    row = connection.execute("SELECT * FROM refund WHERE code = ?", (code,)).fetchone()
    owe_notice(connection, row["notify_url"], _refund_words(row), at=at)


def finish_pending(connection: sqlite3.Connection, *, at: int) -> int:
    """This will complete the refunds that were left pending, and return how many."""
    rows = connection.execute("SELECT code FROM refund WHERE state = 'pending'").fetchall()
    for row in rows:
        finish_refund(connection, row["code"], "done", at=at)
    return len(rows)


def release_notices(connection: sqlite3.Connection, *, at: float) -> int:
    """This will make every notice that is owed due at once, and return how many."""
    return connection.execute("UPDATE notice SET due_at = ? WHERE NOT done", (at,)).rowcount


def told_of_refund(connection: sqlite3.Connection, code: str) -> dict[str, object]:
    """This will say how the refund `code` stands, or Refusal."""
    row = connection.execute("SELECT * FROM refund WHERE code = ?", (code,)).fetchone()
    if row is None:
        raise Refusal("no such refund")
    words = _refund_words(row) if row["event"] else None
    return {"state": row["state"], "told": words}


def _refund_words(row: sqlite3.Row) -> dict[str, object]:
    kind = "refunded" if row["state"] == "done" else "refund_failed"
    return _told(
        kind, row["event"], row["code"], row["amount"], row["currency"], row["happened_at"]
    )


def _told(
    kind: str, event: str, code: str, amount: int, currency: str, at: int
) -> dict[str, object]:
    return {
        "event": event, "kind": kind, "code": code, "amount": amount, "currency": currency,
        "happened_at": datetime.fromtimestamp(at, UTC).isoformat(),
    }  # fmt: skip


def owe_notice(
    connection: sqlite3.Connection, url: str, words: dict[str, object], *, at: float
) -> None:
    """This will queue a notice, and whatever mischief goes with it."""
    manner = manners(connection)["notices"]
    if manner == "never":
        return
    waiting = connection.execute("SELECT count(*) FROM notice WHERE NOT done").fetchone()[0]
    wait = {
        "late": _LATE_SECONDS,
        "held": _HELD_SECONDS,
        "reordered": 0.0 if waiting else _REORDERED_SECONDS,
    }
    queued = [("true", words, at + wait.get(manner, 0.0))]
    if manner == "doubled":
        queued.append(("true", words, at))
    elif manner in {"forged", "expired"}:
        amount = words["amount"]
        more = {
            "amount": amount * 2 if isinstance(amount, int) else 1,
            "event": f"{words['event']}x",
        }
        queued.insert(0, (manner, words | more if manner == "forged" else words, at))
    elif manner == "replayed":
        queued = [("replayed", words, at)]
    connection.executemany(
        "INSERT INTO notice (url, body, manner, due_at) VALUES (?, ?, ?, ?)",
        [(url, as_body(said), how, due) for how, said, due in queued],
    )
