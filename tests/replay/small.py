"""A history in the retailer's form, small enough to write down: every kind of line is in it."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from shoal.replay.source import COLUMNS

ALICE, CAROL, BOB = 12346, 12347, 12348
_FIRST = datetime(2010, 12, 1, 9)  # noqa: DTZ001 - the file's times are the shop's own
# invoice, code, quantity, hours since the first, price, customer, country
LINES = [
    ("536365", "CUP", 6, 0, 2.55, ALICE, "United Kingdom"),
    ("536365", "TIN", 2, 0, 3.39, ALICE, "United Kingdom"),
    ("536366", "CUP", 3, 1, 2.10, CAROL, "France"),
    ("536366", "BAG", 7, 1, 0.85, CAROL, "France"),
    ("536367", "TIN", 4, 2, 3.39, BOB, "United Kingdom"),
    ("536367", "PIN", 9, 2, 0.005, BOB, "United Kingdom"),
    ("536368", "BAG", 5, 2, 0.85, None, "United Kingdom"),
    ("536369", "BAG", -5, 2, 0.0, None, "United Kingdom"),
    ("536370", "CUP", -2, 2, 2.55, ALICE, "United Kingdom"),
    ("536371", "CUP", 2, 2, 0.001, ALICE, "United Kingdom"),
    # Paid and not yet sent: the whole order, at its price.
    ("C536372", "TIN", -4, 4, 3.39, BOB, "United Kingdom"),
    ("C536372", "PIN", -9, 4, 0.005, BOB, "United Kingdom"),
    # On its way: a part, for less than was paid.
    ("C536373", "BAG", -2, 30, 0.50, CAROL, "France"),
    # Bought again, dearer.
    ("536374", "CUP", 4, 54, 2.95, ALICE, "United Kingdom"),
    # Delivered: the oldest go back first, in parts of two invoices; never bought: goodwill.
    ("C536375", "CUP", -8, 102, 2.95, ALICE, "United Kingdom"),
    ("C536375", "TIN", -1, 102, 3.39, ALICE, "United Kingdom"),
    ("C536376", "EGG", -1, 103, 4.00, CAROL, "France"),
    ("C536377", "BAG", -1, 103, 0.85, None, "France"),
    ("536378", "BAG", 12, 126, 0.85, BOB, "United Kingdom"),
    # Long settled.
    ("C536379", "CUP", -1, 240, 2.10, CAROL, "France"),
    ("C536379", "BAG", -1, 240, 0.85, CAROL, "France"),
    ("536380", "TIN", 1, 241, 3.75, CAROL, "France"),
]
INVOICES = 6


def write_history(path: Path, lines: list[tuple] = LINES) -> Path:
    rows = [
        (invoice, code, f"a {code.lower()}", units, _FIRST + timedelta(hours=hours), *rest)
        for invoice, code, units, hours, *rest in lines
    ]
    return write_parquet(path, COLUMNS, rows)


def write_parquet(path: Path, columns: dict[str, str], rows: list[tuple]) -> Path:
    with duckdb.connect() as duck:
        duck.execute(f"CREATE TABLE line ({', '.join(map(' '.join, columns.items()))})")
        places = ", ".join("?" * len(columns))
        for row in rows:
            duck.execute(f"INSERT INTO line VALUES ({places})", row)  # noqa: S608 - marks only
        duck.execute("COPY line TO ? (FORMAT parquet)", [str(path)])
    return path
