"""The retailer's file, read by DuckDB: invoices and cancellations in order of time.

Times in the file are the shop's own (Europe/London). An invoice is one order at its first line's
minute, and a cancellation (an invoice whose number begins with C) happens at its own. What is
neither sold nor taken back is counted by the first kind that fits it.
"""

import atexit
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from shoal.replay.trouble import CannotReplay

atexit.register(gc.unfreeze)  # or DuckDB takes what was frozen for leaks, at the very end

LONDON = ZoneInfo("Europe/London")
COLUMNS = {
    "InvoiceNo": "VARCHAR",
    "StockCode": "VARCHAR",
    "Description": "VARCHAR",
    "Quantity": "INTEGER",
    "InvoiceDate": "TIMESTAMP",
    "UnitPrice": "DOUBLE",
    "CustomerID": "INTEGER",
    "Country": "VARCHAR",
}
"""The retailer's form: what its file has, by DuckDB's types."""

# Half a penny rounds to one, as the retailer's own till would; 0.001 is nothing in pence.
_READ = """
CREATE TABLE line AS
SELECT file_row_number AS place, InvoiceNo AS invoice, StockCode AS code,
    trim(Description) AS description, Quantity AS quantity, InvoiceDate AS moment,
    CAST(round(UnitPrice * 100) AS BIGINT) AS pence, CustomerID AS customer, Country AS country,
    CASE
        WHEN InvoiceNo LIKE 'C%' AND CustomerID IS NULL THEN 'cancellations without a customer'
        WHEN InvoiceNo LIKE 'C%' THEN 'cancelled'
        WHEN CustomerID IS NULL THEN 'without a customer'
        WHEN Quantity <= 0 THEN 'stock corrections'
        WHEN round(UnitPrice * 100) < 1 THEN 'priced at nothing'
        ELSE ''
    END AS unsold
FROM read_parquet(?, file_row_number = true);
"""

_CHOOSE = """
CREATE TABLE chosen AS
SELECT invoice, min(moment) AS moment, any_value(customer) AS customer,
    any_value(country) AS country
FROM line WHERE unsold = '' GROUP BY invoice ORDER BY moment, invoice LIMIT ?;
"""

_CANCELLED = """
CREATE TABLE cancelled AS
SELECT invoice, min(moment) AS moment, any_value(customer) AS customer
FROM line WHERE unsold = 'cancelled' GROUP BY invoice
HAVING min(moment) <= (SELECT max(moment) FROM chosen);
"""

# Of one minute the cancellations first: they take back what was bought earlier.
_DOCUMENTS = """
WITH document AS (
    SELECT invoice, moment, customer, country, 1 AS turn FROM chosen
    UNION ALL
    SELECT invoice, moment, customer, '', 0 FROM cancelled
)
SELECT turn, invoice, document.moment, document.customer, document.country,
    list({'code': code, 'pence': pence, 'quantity': abs(quantity)} ORDER BY place)
FROM line JOIN document USING (invoice) WHERE unsold IN ('', 'cancelled')
GROUP BY ALL ORDER BY document.moment, turn, invoice
"""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line: a stock code at a price in pence."""

    code: str
    pence: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """One sale invoice as the retailer wrote it."""

    number: str
    at: datetime
    customer: int
    country: str
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True)
class Cancellation:
    """One cancellation invoice: what a customer gave back of what she had bought before."""

    number: str
    at: datetime
    customer: int
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """A stock code: what it is called, what it cost at times, how many were sold."""

    code: str
    title: str
    prices: tuple[int, ...]
    units: int


class Source:
    """The file, opened; `limit` takes the first so many sale invoices by time.

    With it come the cancellations until the last of them. Raises CannotReplay for a file that is
    no such history.
    """

    def __init__(self, path: Path, *, limit: int | None = None) -> None:
        self.path, self.limit = path, limit
        self._duck = duckdb.connect(config={"memory_limit": "1GB", "threads": "2"})
        self._check_columns(path)
        self._duck.execute(_READ, [str(path)])
        self._duck.execute(_CHOOSE, [limit if limit is not None else 2**62])
        self._duck.execute(_CANCELLED)
        row = self._duck.execute("SELECT min(moment) FROM chosen").fetchone()
        if row is None or row[0] is None:
            raise CannotReplay(f"{path} holds no sale invoice with a customer.")
        self._begins_at = _utc(row[0])

    def _check_columns(self, path: Path) -> None:
        try:
            rows = self._duck.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise CannotReplay(f"{path} cannot be read as Parquet: {reason}") from error
        there = {name: kind for name, kind, *_ in rows}
        wrong = [
            f"{name} ({kind}) {'is ' + there[name] if name in there else 'is missing'}"
            for name, kind in COLUMNS.items()
            if there.get(name) != kind
        ]
        if wrong:
            raise CannotReplay(f"{path} is not this retailer's history: {'; '.join(wrong)}.")

    def unsold(self) -> dict[str, int]:
        """This will count the lines of the whole file that are neither sold nor taken back."""
        rows = self._duck.execute(
            "SELECT unsold, count(*) FROM line WHERE unsold NOT IN ('', 'cancelled')"
            " GROUP BY 1 ORDER BY 2 DESC"
        ).fetchall()
        return dict(rows)

    def cancelled(self) -> int:
        """This will count the lines that take something back."""
        row = self._duck.execute(
            "SELECT count(*) FROM line JOIN cancelled USING (invoice)"
        ).fetchone()
        return int(row[0]) if row else 0

    def begins_at(self) -> datetime:
        """This will return the moment of the first invoice."""
        return self._begins_at

    def countries(self) -> list[str]:
        """This will list the countries that bought."""
        rows = self._duck.execute("SELECT DISTINCT country FROM chosen ORDER BY 1").fetchall()
        return [row[0] for row in rows]

    def invoices(self) -> list[str]:
        """This will list the numbers of the sale invoices."""
        return [row[0] for row in self._duck.execute("SELECT invoice FROM chosen").fetchall()]

    def customers(self) -> list[int]:
        """This will list the customers' numbers."""
        rows = self._duck.execute(
            "SELECT customer FROM chosen UNION SELECT customer FROM cancelled ORDER BY 1"
        ).fetchall()
        return [row[0] for row in rows]

    def articles(self) -> list[Article]:
        """This will list the stock codes sold; each is called what it is called most often."""
        rows = self._duck.execute(
            """
            SELECT code, coalesce(mode(description), code), list_sort(list(DISTINCT pence)),
                sum(quantity)
            FROM line JOIN chosen USING (invoice) WHERE unsold = '' GROUP BY code ORDER BY code
            """
        ).fetchall()
        return [
            Article(code, title or code, tuple(prices), units)
            for code, title, prices, units in rows
        ]

    def documents(self) -> Iterator[Invoice | Cancellation]:
        """This will yield invoices and cancellations in order of time, streaming."""
        rows = self._duck.cursor().execute(_DOCUMENTS)
        while chunk := rows.fetchmany(200):
            for is_sale, number, moment, customer, country, found in chunk:
                lines = tuple(InvoiceLine(**line) for line in found)
                if is_sale:
                    yield Invoice(number, _utc(moment), customer, country, lines)
                else:
                    yield Cancellation(number, _utc(moment), customer, lines)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=LONDON).astimezone(UTC)
