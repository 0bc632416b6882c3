"""Everything the partner knows, in one SQLite file: it survives a restart."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    code TEXT PRIMARY KEY, token TEXT UNIQUE NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, title TEXT NOT NULL, return_url TEXT NOT NULL,
    notify_url TEXT NOT NULL, language TEXT NOT NULL, expires_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', created_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS charge (
    event TEXT PRIMARY KEY, payment TEXT NOT NULL REFERENCES payment, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, happened_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS refund (
    code TEXT PRIMARY KEY, payment TEXT NOT NULL REFERENCES payment, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, notify_url TEXT NOT NULL, state TEXT NOT NULL, event TEXT NOT NULL,
    happened_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS notice (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL, body BLOB NOT NULL, manner TEXT NOT NULL,
    due_at REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0, answer TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS notice_due ON notice (due_at) WHERE NOT done;
CREATE TABLE IF NOT EXISTS transfer (
    code TEXT PRIMARY KEY, amount INTEGER NOT NULL, currency TEXT NOT NULL, holder TEXT NOT NULL,
    number TEXT NOT NULL, state TEXT NOT NULL, happened_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS transfer_event (
    event TEXT PRIMARY KEY, transfer TEXT NOT NULL REFERENCES transfer, kind TEXT NOT NULL,
    reason TEXT NOT NULL, happened_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS manner (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """A SQLite file, opened anew for each short transaction, so that threads need no lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(self._open()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        connection.row_factory = sqlite3.Row
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """This will give a connection whose writes are kept together, or not at all."""
        with closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


MANNERS: dict[str, tuple[str, ...]] = {
    "charge": ("exact", "less", "more", "twice", "other_currency"),
    "notices": (
        "prompt", "doubled", "late", "held", "reordered", "never", "forged", "expired", "replayed",
    ),
    "refunds": ("done", "pending", "fail", "fail_once"),
    "answers": ("prompt", "slow", "down"),
    "transfers": (
        "arrive", "on_the_way", "bounce", "sent_back", "answered_twice", "answer_lost",
    ),
    "bills": ("right", "left_out", "twice_billed", "other_amount", "day_late", "unready"),
}  # fmt: skip
"""How it can behave: of each, the first is the good manner."""


def manners(connection: sqlite3.Connection) -> dict[str, str]:
    """This will return how the partner is told to behave."""
    told = dict(connection.execute("SELECT name, value FROM manner").fetchall())
    return {name: told.get(name, choices[0]) for name, choices in MANNERS.items()}


def set_manners(connection: sqlite3.Connection, wanted: dict[str, str]) -> None:
    """This will tell the partner how to behave; what is not named goes back to good manners.

    Raises ValueError for a manner that it does not know.
    """
    for name, value in wanted.items():
        if value not in MANNERS.get(name, ()):
            raise ValueError(f"{name}={value}")
    connection.execute("DELETE FROM manner")
    connection.executemany("INSERT INTO manner VALUES (?, ?)", wanted.items())


def as_body(record: dict[str, object]) -> bytes:
    """This will write `record` as the bytes of a JSON body."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
