"""What must hold for orders."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found
from shoal.kit.projections import state_follows
from shoal.orders.models import Order, OrderStep, Parcel, ParcelStep

_SUMS_OFF = """
SELECT count(*) FROM orders_order o
LEFT JOIN (
    SELECT order_id, sum(line_minor) AS goods,
        sum(brand_discount_minor + keeper_discount_minor + platform_discount_minor) AS discount
    FROM orders_orderline GROUP BY order_id
) lines ON lines.order_id = o.id
WHERE lines.goods IS DISTINCT FROM o.goods_minor OR lines.discount <> o.discount_minor
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
    OR (o.state IN ('paid', 'shipped', 'delivered', 'completed')
        AND hold.state NOT IN ('sold', 'returned'))
    OR hold.returned > line.back_units
"""

_BACK_OFF = """
WITH back AS (
    SELECT line_id, sum(units) AS units, sum(paid_minor) AS paid, sum(promotion_minor) AS promotion,
        sum(brand_minor) AS brand, sum(keeper_minor) AS keeper, sum(platform_minor) AS platform,
        sum(tax_minor) AS tax
    FROM orders_linerefund GROUP BY line_id
)
SELECT count(*) FROM orders_orderline line LEFT JOIN back ON back.line_id = line.id
WHERE line.back_units <> coalesce(back.units, 0)
    OR line.back_paid_minor <> coalesce(back.paid, 0)
    OR line.back_promotion_minor <> coalesce(back.promotion, 0)
    OR line.back_brand_minor <> coalesce(back.brand, 0)
    OR line.back_keeper_minor <> coalesce(back.keeper, 0)
    OR line.back_platform_minor <> coalesce(back.platform, 0)
    OR line.back_tax_minor <> coalesce(back.tax, 0)
"""

_FREIGHT_BACK_OFF = """
SELECT count(*) FROM orders_parcel parcel
WHERE parcel.freight_back_minor <> (
    SELECT coalesce(sum(amount_minor), 0) FROM orders_freightrefund WHERE parcel_id = parcel.id)
"""

# What the lines and parcels say went back is what payments was asked to give back.
_REFUNDS_OFF = """
WITH back AS (
    SELECT subject, sum(amount) AS amount FROM (
        SELECT subject, paid_minor AS amount FROM orders_linerefund
        UNION ALL SELECT subject, amount_minor FROM orders_freightrefund
    ) parts GROUP BY subject
)
SELECT count(*) FROM back LEFT JOIN payments_refund refund ON refund.subject = back.subject
WHERE coalesce(refund.amount, 0) <> back.amount
"""

_LIMITS_OFF = """
WITH bought AS (
    SELECT line.offer_id AS offer_id, o.customer_id AS customer,
        sum(line.quantity - line.back_units) AS quantity
    FROM orders_orderline line
    JOIN orders_order o ON o.id = line.order_id
    JOIN offers_offer offer ON offer.id = line.offer_id
    WHERE offer.per_customer IS NOT NULL AND line.gift_of_id IS NULL
        AND o.state NOT IN ('expired', 'cancelled', 'refunded')
    GROUP BY 1, 2
)
SELECT count(*) FROM offers_purchase counted
FULL JOIN bought ON bought.offer_id = counted.offer_id AND bought.customer = counted.customer
WHERE coalesce(bought.quantity, 0) > coalesce(counted.quantity, 0)
"""


_PROMOTIONS_OFF = """
WITH held AS (
    SELECT "order" AS id,
        sum(CASE kind WHEN 'taken' THEN amount_minor ELSE -amount_minor END) AS amount
    FROM promotions_use GROUP BY 1
)
SELECT count(*) FROM orders_order o LEFT JOIN held ON held.id = o.id
WHERE coalesce(held.amount, 0) <> CASE
    WHEN o.state IN ('expired', 'cancelled', 'refunded') THEN 0
    -- A case may give the last of an order back after the order was completed.
    WHEN o.state = 'completed' AND NOT EXISTS (
        SELECT FROM orders_orderline l WHERE l.order_id = o.id
            AND (l.quantity > l.back_units OR l.back_paid_minor < l.line_minor
                - l.brand_discount_minor - l.keeper_discount_minor - l.platform_discount_minor)
    ) AND NOT EXISTS (
        SELECT FROM orders_parcel p WHERE p.order_id = o.id
            AND p.freight_minor > p.freight_back_minor
    ) THEN 0
    ELSE o.discount_minor END
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
        "orders: what went back of each line is the sum of its refunds",
        _BACK_OFF,
        "{found} lines say that other sums went back than their refunds. Stop payouts and compare"
        " orders_orderline with orders_linerefund.",
    )
    yield none_found(
        "orders: what went back of each parcel's freight is the sum of its refunds",
        _FREIGHT_BACK_OFF,
        "{found} parcels say that other freight went back than their refunds. Compare"
        " orders_parcel with orders_freightrefund.",
    )
    yield none_found(
        "orders: what lines and parcels gave back is what the customer is given",
        _REFUNDS_OFF,
        "{found} refunds have other sums than their lines and parcels. Compare orders_linerefund"
        " with payments_refund.",
    )
    yield none_found(
        "orders: limits count every unit a customer has",
        _LIMITS_OFF,
        "{found} customers have more of a limited offer than was counted. Compare"
        " offers_purchase with the orders.",
    )
    yield none_found(
        "orders: what is taken off is what their promotions gave",
        _PROMOTIONS_OFF,
        "{found} orders have other discounts than their promotions gave. Compare orders_order with"
        " promotions_use.",
    )
