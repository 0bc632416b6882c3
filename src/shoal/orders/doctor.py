"""What must hold for orders."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found
from shoal.kit.projections import state_follows
from shoal.orders.models import Order, OrderStep, Parcel, ParcelStep

_SUMS_OFF = """
SELECT count(*) FROM orders_order o
LEFT JOIN (
    SELECT order_id, sum(line_minor) AS goods FROM orders_orderline GROUP BY order_id
) lines ON lines.order_id = o.id
WHERE lines.goods IS DISTINCT FROM o.goods_minor
    OR o.freight_minor <> (
        SELECT coalesce(sum(freight_minor), 0) FROM orders_parcel WHERE order_id = o.id)
"""

_HOLDS_OFF = """
SELECT count(*) FROM orders_orderline line
JOIN orders_order o ON o.id = line.order_id
LEFT JOIN stock_hold hold ON hold.id = line.id
WHERE hold.quantity IS DISTINCT FROM line.quantity
    OR hold.allotment_id IS DISTINCT FROM line.allotment_id
    OR (o.state = 'unpaid') <> (hold.state = 'held')
    OR (o.state IN ('paid', 'shipped', 'delivered', 'completed') AND hold.state <> 'sold')
"""

_LIMITS_OFF = """
WITH bought AS (
    SELECT line.offer_id AS offer_id, o.customer_id AS customer, sum(line.quantity) AS quantity
    FROM orders_orderline line
    JOIN orders_order o ON o.id = line.order_id
    JOIN offers_offer offer ON offer.id = line.offer_id
    WHERE offer.per_customer IS NOT NULL
        AND o.state NOT IN ('expired', 'cancelled', 'refunded')
    GROUP BY 1, 2
)
SELECT count(*) FROM offers_purchase counted
FULL JOIN bought ON bought.offer_id = counted.offer_id AND bought.customer = counted.customer
WHERE coalesce(bought.quantity, 0) > coalesce(counted.quantity, 0)
"""


def checks() -> Iterable[Check]:
    """This will compare orders with their steps, lines, parcels, holds and limits."""
    yield state_follows(
        "orders: each state is that of the last step", rows=Order, steps=OrderStep, key="order"
    )
    yield state_follows(
        "orders: each parcel's state is that of its last step",
        rows=Parcel,
        steps=ParcelStep,
        key="parcel",
        first=Parcel.State.WAITING,
    )
    yield none_found(
        "orders: each amount is the sum of its lines and freight",
        _SUMS_OFF,
        "{found} orders charge other sums than their lines and parcels. Do not ship them before"
        " somebody has looked.",
    )
    yield none_found(
        "orders: every line holds or bought its units",
        _HOLDS_OFF,
        "{found} lines do not match their stock hold. Compare orders_orderline with stock_hold.",
    )
    yield none_found(
        "orders: limits count every unit a customer has",
        _LIMITS_OFF,
        "{found} customers have more of a limited offer than was counted. Compare"
        " offers_purchase with the orders.",
    )
