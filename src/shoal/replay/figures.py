"""What the retailer's file must come to, computed by DuckDB alone.

Written on its own, straight on the file, in sets: it shares no table and no arithmetic with the
replay, which walks through the same lines one after the other.

How a cancellation finds what it takes back: the oldest units of that code that this customer
bought before (an earlier moment) and has not given back. What is given back for a unit is what the
cancellation says, at most what was paid for it. The rest of the line's sum, and units that find
nothing, are goodwill.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

_SOLD = """
CREATE TABLE sold AS
WITH sale AS (
    SELECT file_row_number AS place, InvoiceNo AS invoice, StockCode AS code,
        CustomerID AS customer, InvoiceDate AS moment, Quantity AS units, Country AS country,
        CAST(round(UnitPrice * 100) AS BIGINT) AS pence
    FROM read_parquet($file, file_row_number = true)
    WHERE InvoiceNo NOT LIKE 'C%' AND CustomerID IS NOT NULL AND Quantity > 0
        AND round(UnitPrice * 100) >= 1
), first AS (
    SELECT invoice, min(moment) AS instant FROM sale
    GROUP BY invoice ORDER BY instant, invoice LIMIT $most
)
SELECT sale.*, first.instant, units * pence AS paid,
    units * (pence * $supply // 100) AS brand,
    (units * pence * $rate * 2 + 10000) // 20000 AS keeper, paid - brand - keeper AS platform
FROM sale JOIN first USING (invoice)
"""

# With a limit, the cancellations until the last invoice taken.
_CANCELLED = """
CREATE TABLE cancelled AS
WITH back AS (
    SELECT file_row_number AS place, InvoiceNo AS invoice, StockCode AS code,
        CustomerID AS customer, -Quantity AS units,
        CAST(round(UnitPrice * 100) AS BIGINT) AS pence,
        min(InvoiceDate) OVER (PARTITION BY InvoiceNo) AS instant
    FROM read_parquet($file, file_row_number = true)
    WHERE InvoiceNo LIKE 'C%' AND CustomerID IS NOT NULL
)
SELECT * FROM back WHERE instant <= (SELECT max(instant) FROM sold)
"""

# What a customer has of a code goes up with a sale and down with a cancellation, but never below
# nothing: `missing` counts the units that were cancelled when she had none.
_MATCHED = """
CREATE TABLE matched AS
WITH event AS (
    SELECT customer, code, instant, 1 AS turn, invoice, place, pence, units AS change FROM sold
    UNION ALL
    SELECT customer, code, instant, 0, invoice, place, pence, -units FROM cancelled
), summed AS (
    SELECT *, sum(change) OVER later AS total FROM event
    WINDOW later AS (PARTITION BY customer, code ORDER BY instant, turn, invoice, place)
), levelled AS (
    SELECT *, -least(0, min(total) OVER later) AS missing FROM summed
    WINDOW later AS (PARTITION BY customer, code ORDER BY instant, turn, invoice, place)
), found AS (
    SELECT *, -change - missing + lag(missing, 1, 0) OVER later AS units FROM levelled
    WINDOW later AS (PARTITION BY customer, code ORDER BY instant, turn, invoice, place)
)
SELECT *, sum(units) OVER later AS upto FROM found WHERE turn = 0
WINDOW later AS (PARTITION BY customer, code ORDER BY instant, invoice, place)
"""

# First bought, first given back: the n-th unit given back is the n-th unit bought. One refund per
# cancellation invoice and line sold, counted through in time.
_REFUNDS = """
CREATE TABLE refund AS
WITH bought AS (
    SELECT *, sum(units) OVER (
        PARTITION BY customer, code ORDER BY instant, invoice, place) AS upto FROM sold
), piece AS (
    SELECT matched.instant, matched.invoice AS note, bought.place, bought.invoice,
        least(matched.pence, bought.pence) AS pence,
        least(matched.upto, bought.upto)
            - greatest(matched.upto - matched.units, bought.upto - bought.units) AS units
    FROM matched JOIN bought USING (customer, code)
    WHERE matched.units > 0 AND bought.upto - bought.units < matched.upto
        AND matched.upto - matched.units < bought.upto
)
SELECT instant, note, place, invoice, CAST(sum(units) AS BIGINT) AS units,
    CAST(sum(units * pence) AS BIGINT) AS amount,
    row_number() OVER (PARTITION BY place ORDER BY instant, note) AS n
FROM piece GROUP BY instant, note, place, invoice
"""

# What each party has left of a line after its n-th refund. A refund is shared by what they have
# left, rounded down; the pennies over go to the largest remainders, on equal ones to the brand
# before the keeper before the platform.
_GONE = """
CREATE TABLE gone AS
WITH RECURSIVE step AS (
    SELECT place, 0 AS n, brand, keeper, platform
    FROM sold WHERE place IN (SELECT place FROM refund)
    UNION ALL
    SELECT place, n,
        brand - bs - CAST(over > CAST(kr > br AS INT) + CAST(pr > br AS INT) AS INT),
        keeper - ks - CAST(over > CAST(br >= kr AS INT) + CAST(pr > kr AS INT) AS INT),
        platform - ps - CAST(over > CAST(br >= pr AS INT) + CAST(kr >= pr AS INT) AS INT)
    FROM (
        SELECT *, amount - bs - ks - ps AS over FROM (
            SELECT step.place, refund.n, refund.amount, brand, keeper, platform,
                amount * brand // (brand + keeper + platform) AS bs,
                amount * keeper // (brand + keeper + platform) AS ks,
                amount * platform // (brand + keeper + platform) AS ps,
                amount * brand % (brand + keeper + platform) AS br,
                amount * keeper % (brand + keeper + platform) AS kr,
                amount * platform % (brand + keeper + platform) AS pr
            FROM step JOIN refund ON refund.place = step.place AND refund.n = step.n + 1
        )
    )
)
SELECT place, max_by(brand, n) AS brand, max_by(keeper, n) AS keeper,
    max_by(platform, n) AS platform
FROM step GROUP BY place
"""

_FIGURES = """
SELECT
    (SELECT count(*) FROM sold),
    (SELECT count(DISTINCT invoice) FROM sold),
    (SELECT count(DISTINCT customer) FROM sold),
    (SELECT sum(units) FROM sold),
    (SELECT sum(paid) FROM sold),
    (SELECT count(DISTINCT (note, invoice)) FROM refund),
    (SELECT sum(units) FROM refund),
    (SELECT sum(amount) FROM refund),
    (SELECT count(*) FROM kept_nothing),
    (SELECT sum(rest) FROM kept_nothing),
    (SELECT sum(coalesce(gone.brand, sold.brand)) FROM sold LEFT JOIN gone USING (place)),
    (SELECT sum(coalesce(gone.keeper, sold.keeper)) FROM sold LEFT JOIN gone USING (place)),
    (SELECT sum(coalesce(gone.platform, sold.platform)) FROM sold LEFT JOIN gone USING (place))
"""

_OF_SHOPS = """
SELECT country, sum(coalesce(gone.keeper, sold.keeper))
FROM sold LEFT JOIN gone USING (place)
GROUP BY country HAVING sum(coalesce(gone.keeper, sold.keeper)) <> 0 ORDER BY country
"""

# What a cancellation invoice gives that no line of a sale answers for.
_GOODWILL = """
CREATE TABLE kept_nothing AS
WITH given AS (SELECT note, sum(amount) AS amount FROM refund GROUP BY note)
SELECT invoice, sum(units * pence) - coalesce(any_value(given.amount), 0) AS rest
FROM cancelled LEFT JOIN given ON given.note = invoice
GROUP BY invoice HAVING rest > 0
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the history comes to; money in pence, the parties' after all refunds."""

    of_shops: Mapping[str, int]
    """What each country's shop has, so that no penny stands with another."""
    lines: int
    invoices: int
    customers: int
    units: int
    sold: int
    cases: int
    units_back: int
    refunded: int
    gifts: int
    goodwill: int
    to_brand: int
    to_keepers: int
    to_platform: int


def figures_of(
    file: Path, *, limit: int | None = None, supply_percent: int, rate_bp: int
) -> Figures:
    """This will compute the figures of `file`, or of its first `limit` invoices with a customer."""
    terms = {"supply": supply_percent, "rate": rate_bp}
    most = limit if limit is not None else 2**62
    with duckdb.connect(config={"memory_limit": "1GB", "threads": "2"}) as duck:
        duck.execute(_SOLD, {"file": str(file), "most": most, **terms})
        duck.execute(_CANCELLED, {"file": str(file)})
        for query in (_MATCHED, _REFUNDS, _GONE, _GOODWILL):
            duck.execute(query)
        row = duck.execute(_FIGURES).fetchone()
        of_shops = {country: int(pence) for country, pence in duck.execute(_OF_SHOPS).fetchall()}
    whole = (int(value or 0) for value in row or (0,) * 13)
    return Figures(of_shops, *whole)
