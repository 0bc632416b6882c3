"""What must hold between orders, payments, settlement and the ledger."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found

_UNSETTLED = """
SELECT count(*) FROM orders_orderline line
JOIN orders_order o ON o.id = line.order_id
LEFT JOIN settlement_settledline settled ON settled.line_id = line.id
WHERE (o.state = 'completed') <> (settled.line_id IS NOT NULL)
"""

_PARTS_OFF = """
SELECT count(*) FROM settlement_settledline settled
JOIN orders_orderline line ON line.id = settled.line_id
JOIN orders_order o ON o.id = line.order_id
WHERE (settled.brand_minor, settled.keeper_minor, settled.platform_minor)
        <> (line.brand_minor, line.keeper_minor, line.platform_minor)
    OR settled.earner_id IS DISTINCT FROM o.earner_id
    OR settled.currency <> o.currency
"""

_BATCHES_OFF = """
WITH owed AS (
    SELECT batch_id, sum(brand_minor + keeper_minor + platform_minor) AS amount
    FROM settlement_settledline GROUP BY batch_id
), freight AS (
    SELECT batch_id, sum(freight_minor) AS amount FROM settlement_settledfreight GROUP BY batch_id
), moved AS (
    SELECT subject, sum(amount) AS amount FROM ledger_transfer
    WHERE kind = 'settlement' GROUP BY subject
)
SELECT count(*) FROM settlement_batch batch
LEFT JOIN owed ON owed.batch_id = batch.id
LEFT JOIN freight ON freight.batch_id = batch.id
LEFT JOIN moved ON moved.subject = batch.id
WHERE coalesce(owed.amount, 0) + coalesce(freight.amount, 0) <> coalesce(moved.amount, 0)
"""

# What is in escrow is what was paid for orders that are neither settled nor given back, and money
# on its way back to its payer.
_ESCROW_OFF = """
WITH escrow AS (
    SELECT account.currency,
        (SELECT coalesce(sum(amount), 0) FROM ledger_transfer WHERE credit_id = account.id)
        - (SELECT coalesce(sum(amount), 0) FROM ledger_transfer WHERE debit_id = account.id)
        AS balance
    FROM ledger_account account WHERE account.kind = 'escrow'
), waiting AS (
    SELECT currency, sum(total_minor) AS amount FROM orders_order
    WHERE state IN ('paid', 'shipped', 'delivered') GROUP BY currency
), going_back AS (
    SELECT currency, sum(amount) AS amount FROM payments_refund
    WHERE state <> 'done' GROUP BY currency
)
SELECT count(*) FROM escrow
LEFT JOIN waiting USING (currency) LEFT JOIN going_back USING (currency)
WHERE escrow.balance <> coalesce(waiting.amount, 0) + coalesce(going_back.amount, 0)
"""


def checks() -> Iterable[Check]:
    """This will compare what settled with the lines, the ledger and what escrow still holds."""
    yield none_found(
        "settlement: exactly the completed orders are settled",
        _UNSETTLED,
        "{found} lines are settled without being completed, or the other way round. Stop payouts"
        " and compare settlement_settledline with orders_order.",
    )
    yield none_found(
        "settlement: each party got the part that was frozen on the line",
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
        "ledger: escrow holds exactly what is neither settled nor given back",
        _ESCROW_OFF,
        "Escrow differs from the open orders in {found} currencies. Stop payouts and look for a"
        " payment without an order, or an order without its payment.",
    )
