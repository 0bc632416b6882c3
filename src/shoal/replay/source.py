"""The retailer's file, read by DuckDB; and the figures it must come to, by DuckDB alone.

Times in the file are the shop's own (Europe/London). An invoice is one order at its first line's
minute. What cannot be sold is counted by the first kind that fits it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

LONDON = ZoneInfo("Europe/London")

# Half a penny rounds to one, as the retailer's own till would; 0.001 is nothing in pence.
_READ = """
CREATE TABLE line AS
SELECT file_row_number AS place, InvoiceNo AS invoice, StockCode AS code,
    trim(Description) AS description, Quantity AS quantity, InvoiceDate AS moment,
    CAST(round(UnitPrice * 100) AS BIGINT) AS pence, CustomerID AS customer, Country AS country,
    CASE
        WHEN InvoiceNo LIKE 'C%' THEN 'cancellations'
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

# Written on its own, straight on the file: it shares no table and no arithmetic with the replay.
_EXPECTED = """
WITH sold AS (
    SELECT *, CAST(round(UnitPrice * 100) AS BIGINT) AS pence FROM read_parquet(?)
    WHERE InvoiceNo NOT LIKE 'C%' AND CustomerID IS NOT NULL AND Quantity > 0
        AND round(UnitPrice * 100) >= 1
), first AS (
    SELECT InvoiceNo FROM sold GROUP BY InvoiceNo ORDER BY min(InvoiceDate), InvoiceNo LIMIT ?
)
SELECT count(*), count(DISTINCT InvoiceNo), count(DISTINCT CustomerID), sum(Quantity),
    sum(Quantity * pence), sum(Quantity * (pence * ? // 100)),
    sum((Quantity * pence * ? * 2 + 10000) // 20000)
FROM sold WHERE InvoiceNo IN (SELECT InvoiceNo FROM first)
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the sale invoices come to; money in pence."""

    lines: int
    invoices: int
    customers: int
    units: int
    sold: int
    to_brand: int
    to_keepers: int


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
class Article:
    """A stock code: what it is called, what it cost at times, how many were sold."""

    code: str
    title: str
    prices: tuple[int, ...]
    units: int


class Source:
    """The file, opened; `limit` takes the first so many sale invoices by time."""

    def __init__(self, path: Path, *, limit: int | None = None) -> None:
        self._path = str(path)
        self._limit = limit if limit is not None else 2**62
        self._duck = duckdb.connect(config={"memory_limit": "1GB", "threads": "2"})
        self._duck.execute(_READ, [self._path])
        self._duck.execute(_CHOOSE, [self._limit])

    def expected(self, *, supply_percent: int, rate_bp: int) -> Figures:
        """This will compute the figures from the file by DuckDB alone."""
        terms = [self._path, self._limit, supply_percent, rate_bp]
        row = self._duck.execute(_EXPECTED, terms).fetchone()
        return Figures(*(int(value or 0) for value in row or (0,) * 7))

    def unsold(self) -> dict[str, int]:
        """This will count the lines of the whole file that cannot be sold, by kind."""
        rows = self._duck.execute(
            "SELECT unsold, count(*) FROM line WHERE unsold <> '' GROUP BY 1 ORDER BY 2 DESC"
        ).fetchall()
        return dict(rows)

    def begins_at(self) -> datetime:
        """This will return the moment of the first invoice."""
        row = self._duck.execute("SELECT min(moment) FROM chosen").fetchone()
        if row is None or row[0] is None:
            raise ValueError("the file holds no sale invoice with a customer")
        return _utc(row[0])

    def countries(self) -> list[str]:
        """This will list the countries that bought."""
        rows = self._duck.execute("SELECT DISTINCT country FROM chosen ORDER BY 1").fetchall()
        return [row[0] for row in rows]

    def customers(self) -> list[int]:
        """This will list the customers' numbers."""
        rows = self._duck.execute("SELECT DISTINCT customer FROM chosen ORDER BY 1").fetchall()
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

    def invoices(self) -> Iterator[Invoice]:
        """This will yield the sale invoices in order of time, streaming."""
        rows = self._duck.cursor().execute(
            """
            SELECT invoice, chosen.moment, chosen.customer, chosen.country,
                list({'code': code, 'pence': pence, 'quantity': quantity} ORDER BY place)
            FROM line JOIN chosen USING (invoice) WHERE unsold = ''
            GROUP BY ALL ORDER BY chosen.moment, invoice
            """
        )
        while chunk := rows.fetchmany(200):
            for number, moment, customer, country, lines in chunk:
                yield Invoice(
                    number=number,
                    at=_utc(moment),
                    customer=customer,
                    country=country,
                    lines=tuple(InvoiceLine(**line) for line in lines),
                )


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=LONDON).astimezone(UTC)
