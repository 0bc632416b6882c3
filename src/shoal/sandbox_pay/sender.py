"""Sending the notices that are owed, until each has been answered 2xx."""

import http.client
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shoal.sandbox_pay.keys import WINDOW_SECONDS, Keys, sign
from shoal.sandbox_pay.store import Store

_PATIENCE_SECONDS = 10
_HELD_SECONDS = 30
_LONGEST_PAUSE = 600
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Sender:
    """A thread that looks for notices that are due, and a few that send them."""

    store: Store
    keys: Keys
    stopping: threading.Event

    def run(self) -> None:
        """This will send what is due until `stopping` is set."""
        with ThreadPoolExecutor(_AT_ONCE, "notice") as pool:
            while not self.stopping.wait(0.1):
                for row in self._held():
                    pool.submit(self._deliver, row)

    def _held(self) -> list[sqlite3.Row]:
        now = time.time()
        with self.store.transaction() as connection:
            rows = connection.execute(
                "UPDATE notice SET due_at = ?, tries = tries + 1 WHERE id IN ("
                " SELECT id FROM notice WHERE NOT done AND due_at <= ? ORDER BY due_at, id LIMIT ?)"
                " RETURNING *",
                (now + _HELD_SECONDS, now, _AT_ONCE),
            ).fetchall()
        return sorted(rows, key=lambda row: int(row["id"]))

    def _deliver(self, row: sqlite3.Row) -> None:
        headers = self._headers(row)
        answer = post(row["url"], row["body"], headers)
        if row["manner"] == "replayed" and answer.startswith("2"):
            answer = f"{answer}, then {post(row['url'], row['body'], headers)}"
        # Whoever forges does not wait to be believed; only what is true is said again.
        done = answer.startswith("2") or row["manner"] in {"forged", "expired"}
        pause = min(2 ** (row["tries"] - 1), _LONGEST_PAUSE)
        with self.store.transaction() as connection:
            connection.execute(
                "UPDATE notice SET done = ?, answer = ?, due_at = ? WHERE id = ?",
                (done, answer, time.time() + pause, row["id"]),
            )

    def _headers(self, row: sqlite3.Row) -> dict[str, str]:
        now = int(time.time())
        if row["manner"] == "forged":
            return sign(Ed25519PrivateKey.generate(), row["body"], at=now)
        if row["manner"] == "expired":
            return sign(self.keys.own, row["body"], at=now - 2 * WINDOW_SECONDS)
        return sign(self.keys.own, row["body"], at=now)


def post(url: str, body: bytes, headers: dict[str, str]) -> str:
    """This will post `body` and return the status, or why there was none."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=_PATIENCE_SECONDS)
    try:
        connection.request(
            "POST",
            parts._replace(scheme="", netloc="").geturl() or "/",
            body,
            headers | {"Content-Type": "application/json"},
        )
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as trouble:
        return type(trouble).__name__
    finally:
        connection.close()
