"""Settling: what an order's lines earned leaves escrow, once, for whom it is owed to.

Everything here is done by the database in sets: a row per line, a transfer per party and batch.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from shoal.kit.ids import uuid7
from shoal.kit.transactions import step
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.orders.events import LinesRefunded, LinesThawed, OrderCompleted
from shoal.settlement.models import Batch

PROCESS = "settlement"

# What a line has left for each party: its frozen part less what went back. Of a discount that
# brand or keeper gave, what belongs to the units that were kept. Then, per party, what comes out
# of escrow (before its own discount), and what of it goes back in as that discount.
_SETTLE_LINES = """
WITH settled AS (
    INSERT INTO settlement_settledline (
        line_id, batch_id, order_id, brand_id, earner_id, currency, brand_minor, keeper_minor,
        platform_minor, brand_discount_minor, keeper_discount_minor, at)
    SELECT line.id, %(batch)s, o.id, parcel.brand_id, o.earner_id, o.currency,
        line.brand_minor - line.back_brand_minor,
        line.keeper_minor - line.back_keeper_minor,
        line.platform_minor - line.back_platform_minor,
        line.brand_discount_minor * (line.quantity - line.back_units) / line.quantity,
        line.keeper_discount_minor * (line.quantity - line.back_units) / line.quantity,
        %(at)s
    FROM orders_orderline line
    JOIN orders_order o ON o.id = line.order_id
    JOIN orders_parcel parcel ON parcel.id = line.parcel_id
    WHERE o.id = ANY(%(orders)s) AND o.state = 'completed' AND line.open_cases = 0
        AND (%(lines)s::uuid[] IS NULL OR line.id = ANY(%(lines)s) AND NOT EXISTS (
            SELECT FROM settlement_settledline earlier WHERE earlier.line_id = line.id))
    RETURNING *
)
SELECT 'brand_payable', brand_id, currency,
    sum(brand_minor + brand_discount_minor), sum(brand_discount_minor), count(*)
FROM settled GROUP BY brand_id, currency
UNION ALL
SELECT 'keeper_payable', earner_id, currency,
    sum(keeper_minor + keeper_discount_minor), sum(keeper_discount_minor), 0
FROM settled WHERE earner_id IS NOT NULL GROUP BY earner_id, currency
UNION ALL
SELECT 'platform_fee', NULL, currency, sum(platform_minor), 0, 0 FROM settled GROUP BY currency
"""

_SETTLE_FREIGHT = """
WITH settled AS (
    INSERT INTO settlement_settledfreight (
        parcel_id, batch_id, brand_id, currency, freight_minor, at)
    SELECT parcel.id, %(batch)s, parcel.brand_id, o.currency,
        parcel.freight_minor - parcel.freight_back_minor, %(at)s
    FROM orders_parcel parcel JOIN orders_order o ON o.id = parcel.order_id
    WHERE o.id = ANY(%(orders)s) AND parcel.freight_minor > parcel.freight_back_minor
    RETURNING *
)
SELECT 'brand_payable', brand_id, currency, sum(freight_minor), 0, 0
FROM settled GROUP BY brand_id, currency
"""

# Refunds of lines that were settled before: each party gives back what the refund says.
_REVERSE_LINES = """
WITH reversed AS (
    INSERT INTO settlement_reversal (
        refund_id, line_id, order_id, brand_id, earner_id, currency, brand_minor, keeper_minor,
        platform_minor, at)
    SELECT refund.id, settled.line_id, settled.order_id, settled.brand_id, settled.earner_id,
        settled.currency, refund.brand_minor, refund.keeper_minor, refund.platform_minor, refund.at
    FROM orders_linerefund refund
    JOIN settlement_settledline settled ON settled.line_id = refund.line_id
    WHERE refund.subject = ANY(%(subjects)s)
    RETURNING *
), told AS (
    SELECT reversed.*, refund.subject
    FROM reversed JOIN orders_linerefund refund ON refund.id = reversed.refund_id
)
SELECT 'brand_payable', brand_id, currency, sum(brand_minor), subject, max(at)
FROM told GROUP BY brand_id, currency, subject
UNION ALL
SELECT 'keeper_payable', earner_id, currency, sum(keeper_minor), subject, max(at)
FROM told WHERE earner_id IS NOT NULL GROUP BY earner_id, currency, subject
UNION ALL
SELECT 'platform_fee', NULL, currency, sum(platform_minor), subject, max(at)
FROM told GROUP BY currency, subject
"""

_REVERSE_FREIGHT = """
WITH reversed AS (
    INSERT INTO settlement_freightreversal (
        refund_id, parcel_id, order_id, brand_id, currency, freight_minor, at)
    SELECT refund.id, settled.parcel_id, refund.order_id, settled.brand_id, settled.currency,
        refund.amount_minor, refund.at
    FROM orders_freightrefund refund
    JOIN settlement_settledfreight settled ON settled.parcel_id = refund.parcel_id
    WHERE refund.subject = ANY(%(subjects)s)
    RETURNING *
)
SELECT 'brand_payable', reversed.brand_id, reversed.currency, sum(reversed.freight_minor),
    refund.subject, max(reversed.at)
FROM reversed JOIN orders_freightrefund refund ON refund.id = reversed.refund_id
GROUP BY reversed.brand_id, reversed.currency, refund.subject
"""


@dataclass(frozen=True, slots=True)
class _Owed:
    """What one party gets of a batch before its own discount, and that discount."""

    account: AccountKey
    gross: int
    discount: int


@step
def settle_orders(facts: Sequence[OrderCompleted]) -> None:
    """This will settle every line and freight of completed orders; reactor of OrderCompleted.

    A line with an open case waits until it is thawed. A line that was settled before makes the
    database refuse the whole batch: nobody is paid twice.
    """
    orders = sorted({fact.order for fact in facts})
    _settle(orders=orders, lines=None, at=max(fact.at for fact in facts))


@step
def settle_thawed(facts: Sequence[LinesThawed]) -> None:
    """This will settle lines whose last case has closed, where their order is completed."""
    lines = sorted({line for fact in facts for line in fact.lines})
    orders = sorted({fact.order for fact in facts})
    _settle(orders=orders, lines=lines, at=max(fact.at for fact in facts))


@step
def reverse_refunded(facts: Sequence[LinesRefunded]) -> None:
    """This will take back what parties got for lines that were refunded after they were settled.

    A balance may go below zero: the next settlements fill it up, and no payout leaves until then.
    """
    given = {"subjects": sorted({fact.subject for fact in facts})}
    transfers = []
    for kind, party, currency, amount, subject, at in (
        *_rows(_REVERSE_LINES, given),
        *_rows(_REVERSE_FREIGHT, given),
    ):
        if amount:
            transfers.append(
                NewTransfer(
                    entry=subject,
                    kind="reversal",
                    debit=AccountKey(Account.Kind(kind), currency, party),
                    credit=AccountKey(Account.Kind.ESCROW, currency),
                    amount=int(amount),
                    subject=subject,
                    at=at,
                    by=PROCESS,
                )
            )
    post(transfers=transfers)


def _settle(*, orders: Sequence[UUID], lines: Sequence[UUID] | None, at: datetime) -> None:
    batch = uuid7()
    given = {"batch": batch, "at": at, "orders": list(orders), "lines": lines}
    found = _rows(_SETTLE_LINES, given)
    if lines is None:
        found += _rows(_SETTLE_FREIGHT, given)
    if not found:
        return
    Batch.objects.create(id=batch, at=at, lines=sum(row[5] for row in found), by=PROCESS)
    owed = [
        _Owed(AccountKey(Account.Kind(kind), currency, party), int(gross), int(discount))
        for kind, party, currency, gross, discount, _ in found
    ]
    post(transfers=list(_transfers(batch, owed, at=at)))


def _rows(query: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())


def _transfers(batch: UUID, owed: Iterable[_Owed], *, at: datetime) -> Iterator[NewTransfer]:
    """One transfer from escrow to each party, and one back for the discounts it gave."""
    gross: dict[AccountKey, int] = {}
    discount: dict[AccountKey, int] = {}
    for row in owed:
        gross[row.account] = gross.get(row.account, 0) + row.gross
        discount[row.account] = discount.get(row.account, 0) + row.discount
    entry = uuid7()
    for account, amount in gross.items():
        escrow = AccountKey(Account.Kind.ESCROW, account.currency)
        if amount:
            yield NewTransfer(entry, "settlement", escrow, account, amount, batch, at, PROCESS)
        if discount[account]:
            yield NewTransfer(
                entry, "discount", account, escrow, discount[account], batch, at, PROCESS
            )
