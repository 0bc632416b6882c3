"""What must hold between orders, payments, settlement and the ledger."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found
from shoal.settlement import doctor_payouts, doctor_statements

_UNSETTLED = """
SELECT count(*) FROM orders_orderline line
JOIN orders_order o ON o.id = line.order_id
LEFT JOIN settlement_settledline settled ON settled.line_id = line.id
WHERE (o.state = 'completed' AND line.open_cases = 0 AND settled.line_id IS NULL)
    OR (o.state <> 'completed' AND settled.line_id IS NOT NULL)
"""

# What a line's parties got, less what was taken back, is its frozen part less all that went back.
_PARTS_OFF = """
WITH reversed AS (
    SELECT line_id, sum(brand_minor) AS brand, sum(keeper_minor) AS keeper,
        sum(platform_minor) AS platform
    FROM settlement_reversal GROUP BY line_id
)
SELECT count(*) FROM settlement_settledline settled
JOIN orders_orderline line ON line.id = settled.line_id
JOIN orders_order o ON o.id = line.order_id
LEFT JOIN reversed ON reversed.line_id = settled.line_id
WHERE settled.brand_minor - coalesce(reversed.brand, 0)
        <> line.brand_minor - line.back_brand_minor
    OR settled.keeper_minor - coalesce(reversed.keeper, 0)
        <> line.keeper_minor - line.back_keeper_minor
    OR settled.platform_minor - coalesce(reversed.platform, 0)
        <> line.platform_minor - line.back_platform_minor
    OR settled.earner_id IS DISTINCT FROM o.earner_id
    OR settled.order_id <> o.id OR settled.currency <> o.currency
    OR settled.brand_id <> (SELECT brand_id FROM orders_parcel WHERE id = line.parcel_id)
"""

_BATCHES_OFF = """
WITH owed AS (
    SELECT batch_id, sum(brand_minor + keeper_minor + platform_minor) AS amount
    FROM settlement_settledline GROUP BY batch_id
), freight AS (
    SELECT batch_id, sum(freight_minor) AS amount FROM settlement_settledfreight GROUP BY batch_id
), moved AS (
    SELECT batch.id, sum(CASE transfer.kind WHEN 'settlement' THEN amount ELSE -amount END)
        AS amount
    FROM settlement_batch batch JOIN ledger_transfer transfer ON transfer.subject = batch.id
    GROUP BY batch.id
)
SELECT count(*) FROM settlement_batch batch
LEFT JOIN owed ON owed.batch_id = batch.id
LEFT JOIN freight ON freight.batch_id = batch.id
LEFT JOIN moved ON moved.id = batch.id
WHERE coalesce(owed.amount, 0) + coalesce(freight.amount, 0) <> coalesce(moved.amount, 0)
"""

_REVERSALS_OFF = """
WITH reversed AS (
    SELECT refund.subject,
        sum(reversal.brand_minor + reversal.keeper_minor + reversal.platform_minor) AS amount
    FROM settlement_reversal reversal JOIN orders_linerefund refund ON refund.id = refund_id
    GROUP BY 1
    UNION ALL
    SELECT refund.subject, sum(reversal.freight_minor)
    FROM settlement_freightreversal reversal
    JOIN orders_freightrefund refund ON refund.id = refund_id GROUP BY 1
), moved AS (
    SELECT subject, sum(amount) AS amount FROM ledger_transfer
    WHERE kind = 'reversal' GROUP BY subject
), summed AS (SELECT subject, sum(amount) AS amount FROM reversed GROUP BY subject)
SELECT count(*) FROM summed FULL JOIN moved USING (subject)
WHERE coalesce(summed.amount, 0) <> coalesce(moved.amount, 0)
"""

# Escrow is what open orders and frozen lines still have for their parties, and money on its way
# back to its payer.
_ESCROW_OFF = """
WITH escrow AS (
    SELECT account.currency,
        (SELECT coalesce(sum(amount), 0) FROM ledger_transfer WHERE credit_id = account.id)
        - (SELECT coalesce(sum(amount), 0) FROM ledger_transfer WHERE debit_id = account.id)
        AS balance
    FROM ledger_account account WHERE account.kind = 'escrow'
), waiting AS (
    SELECT o.currency, sum(
        line.brand_minor + line.keeper_minor + line.platform_minor
        - line.back_brand_minor - line.back_keeper_minor - line.back_platform_minor) AS amount
    FROM orders_orderline line JOIN orders_order o ON o.id = line.order_id
    LEFT JOIN settlement_settledline settled ON settled.line_id = line.id
    WHERE o.state IN ('paid', 'shipped', 'delivered', 'completed') AND settled.line_id IS NULL
    GROUP BY 1
), freight AS (
    SELECT o.currency, sum(parcel.freight_minor - parcel.freight_back_minor) AS amount
    FROM orders_parcel parcel JOIN orders_order o ON o.id = parcel.order_id
    WHERE o.state IN ('paid', 'shipped', 'delivered') GROUP BY 1
), going_back AS (
    SELECT currency, sum(amount) AS amount FROM payments_refund
    WHERE state <> 'done' GROUP BY currency
)
SELECT count(*) FROM escrow
LEFT JOIN waiting USING (currency) LEFT JOIN freight USING (currency)
LEFT JOIN going_back USING (currency)
WHERE escrow.balance <> coalesce(waiting.amount, 0) + coalesce(freight.amount, 0)
    + coalesce(going_back.amount, 0)
"""


def checks() -> Iterable[Check]:
    """This will compare what settled with the lines, the ledger and what escrow still holds."""
    yield none_found(
        "settlement: exactly the completed orders are settled, but for lines with an open case",
        _UNSETTLED,
        "{found} lines are settled without being completed, or the other way round. Stop payouts"
        " and compare settlement_settledline with orders_order.",
    )
    yield none_found(
        "settlement: each party has the part that was frozen on the line, less what went back",
        _PARTS_OFF,
        "{found} settled lines differ from their order lines. Stop payouts and compare them.",
    )
    yield none_found(
        "settlement: each batch moved what its lines sum to",
        _BATCHES_OFF,
        "{found} batches moved another sum than their lines. Stop payouts and compare"
        " settlement_batch with ledger_transfer.",
    )
    yield none_found(
        "settlement: each refund after settlement took back what it says",
        _REVERSALS_OFF,
        "{found} refunds took another sum back from their parties than they say. Stop payouts and"
        " compare settlement_reversal with ledger_transfer.",
    )
    yield none_found(
        "ledger: escrow holds exactly what is neither settled nor given back",
        _ESCROW_OFF,
        "Escrow differs from the open orders in {found} currencies. Stop payouts and look for a"
        " payment without an order, or an order without its payment.",
    )
    yield from doctor_statements.checks()
    yield from doctor_payouts.checks()
