"""Writes that change an order's state, inside somebody's transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, Max

from shoal.kit.asking import ask
from shoal.kit.bulk import insert_new, new_row, update_rows
from shoal.kit.events import publish
from shoal.kit.ids import uuid7
from shoal.kit.locks import lock_rows
from shoal.kit.transactions import step
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.offers.models import Purchase
from shoal.orders.events import OrderPaid
from shoal.orders.models import Order, OrderLine, OrderStep, Parcel, ParcelStep
from shoal.orders.rules import Left, may_follow, state_of_parcels
from shoal.payments.events import PaymentCaptured, PaymentRefunded
from shoal.payments.steps import RefundWanted, request_refunds
from shoal.promotions import steps as promotions
from shoal.stock import steps as stock

PROCESS = "payments"
_LINES = "SELECT order_id, id FROM orders_orderline WHERE order_id = ANY(%s)"
_GIVEN = """
SELECT order_id, sum(platform_discount_minor)::bigint FROM orders_orderline
WHERE order_id = ANY(%s) AND platform_discount_minor > 0 GROUP BY order_id
"""


class WrongState(RuntimeError):
    """An order was to go where its state does not lead: a caller forgot to look."""


@step
def lock_orders(ids: Iterable[UUID]) -> dict[UUID, Order]:
    """This will lock orders in sorted order and return them by id."""
    return lock_rows(Order, ids)


@step
def move_orders(
    orders: Mapping[UUID, Order],
    *,
    to: Order.State,
    by: Mapping[UUID, str],
    at: Mapping[UUID, datetime],
    reason: str = "",
) -> None:
    """This will bring locked `orders` into a state and append who did it, when and why.

    `by` and `at` are per order. Raises WrongState for a move that the rules do not know.
    """
    stamp = {
        Order.State.PAID: "paid_at",
        Order.State.DELIVERED: "delivered_at",
    }.get(to)
    for order in orders.values():
        if not may_follow(order.state, to):
            raise WrongState(f"{order.state} to {to}")
        order.state = to
        if stamp:
            setattr(order, stamp, at[order.id])
    fields = ["state", *([stamp] if stamp else [])]
    if to == Order.State.DELIVERED:
        _start_after_sales(orders)
        fields.append("after_sales_until")
    update_rows(list(orders.values()), fields)
    steps = [
        new_row(OrderStep, order_id=order, state=to, reason=reason, by=by[order], at=at[order])
        for order in orders
    ]
    insert_new(OrderStep, steps)


@step
def complete_due(*, before: datetime, most: int, by: str) -> list[UUID]:
    """This will complete delivered orders whose after-sales window ended `before`, longest first.

    Takes at most `most` and passes over what somebody else has in hand, so that several can
    complete side by side. Set-based: thousands of orders in two statements.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id FROM orders_order WHERE state = 'delivered' AND after_sales_until <= %s
            ORDER BY after_sales_until LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [before, most],
        )
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            """
            WITH done AS (
                UPDATE orders_order SET state = 'completed', completed_at = after_sales_until
                WHERE id = ANY(%s) RETURNING id, completed_at
            ), given (step, order_id) AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[]))
            INSERT INTO orders_orderstep (id, order_id, state, reason, by, at)
            SELECT given.step, done.id, 'completed', '', %s, done.completed_at
            FROM done JOIN given ON given.order_id = done.id
            """,
            [found, [uuid7() for _ in found], found, by],
        )
    return found


@step
def take_payments(facts: Sequence[PaymentCaptured]) -> None:
    """This will mark the paid orders paid; the reactor of PaymentCaptured.

    Money for an order that was given up buys its units again if they are still there; otherwise
    it goes back to the customer at once, and so does what pays for an order a second time.
    """
    first: dict[UUID, PaymentCaptured] = {}
    for fact in facts:
        first.setdefault(fact.subject, fact)
    moments = {order: fact.at for order, fact in first.items()}
    orders = lock_orders(moments)
    waiting = {key: row for key, row in orders.items() if row.state == Order.State.UNPAID}
    lines = _lines_of(waiting)
    stock.sell(
        lines={line: moments[order] for order, ids in lines.items() for line in ids}, by=PROCESS
    )
    late = {
        key: row
        for key, row in orders.items()
        if row.state in {Order.State.EXPIRED, Order.State.CANCELLED} and row.paid_at is None
    }
    revived = {key: row for key, row in sorted(late.items()) if _revive(key, at=moments[key])}
    _fund_discounts(waiting | revived, moments)
    _pay(waiting, moments)
    _pay(revived, moments, reason="paid late; the goods were still there")
    settled = waiting.keys() | revived.keys()
    request_refunds(
        wants=[
            RefundWanted(
                paid_for=fact.subject,
                subject=fact.intent,
                amount=fact.amount,
                reason=_why_back(orders[fact.subject]),
                by=PROCESS,
                at=fact.at,
                excess=orders[fact.subject].paid_at is not None,
            )
            for fact in facts
            if fact.subject not in settled or fact is not first[fact.subject]
        ],
    )


@step
def note_refunds(facts: Sequence[PaymentRefunded]) -> None:
    """This will note on each order that money went back; the reactor of PaymentRefunded.

    An excess (paid twice, or a wrong sum) leaves the order as it is, and its step says so.
    """
    orders = lock_orders({fact.paid_for for fact in facts})
    OrderStep.objects.bulk_create(
        OrderStep(
            id=uuid7(),
            order_id=fact.paid_for,
            state=orders[fact.paid_for].state,
            reason="excess returned" if fact.excess else "refund arrived",
            by=PROCESS,
            at=fact.at,
        )
        for fact in facts
        if fact.paid_for in orders
    )


@step
def give_up(
    orders: Mapping[UUID, Order], *, to: Order.State, by: str, at: datetime, reason: str
) -> None:
    """This will give back the units, limits and coupons of locked unpaid `orders`.

    Their intents are closed already (`close_intents` before `lock_orders`): a payment's notice
    takes the same locks in the same order.
    """
    lines = [line for ids in _lines_of(orders).values() for line in ids]
    _cancel_waiting(orders, by=by, at=at, reason=reason)
    give_limits_back(orders)
    promotions.give_back(orders=orders, reason=reason, by=by, at=at)
    stock.release(lines=dict.fromkeys(lines, at), by=by, reason=reason)
    move_orders(
        orders, to=to, by=dict.fromkeys(orders, by), at=dict.fromkeys(orders, at), reason=reason
    )


@step
def cancel_parcels(parcels: Mapping[UUID, Parcel], *, by: str, at: datetime, reason: str) -> None:
    """This will mark locked `parcels` as not coming."""
    _move_parcels(parcels, to=Parcel.State.CANCELLED, by=by, at=at, reason=reason)


@step
def follow_parcels(
    orders: Mapping[UUID, Order], moments: Mapping[UUID, datetime], *, by: str
) -> None:
    """This will bring locked `orders` to where their parcels are, at each order's moment."""
    states: dict[UUID, list[str]] = defaultdict(list)
    rows = Parcel.objects.filter(order__in=list(orders)).values_list("order_id", "state")
    for order, state in rows:
        states[order].append(state)
    reached = {key: state_of_parcels(found) for key, found in states.items()}
    # One step after the other: the last parcel that was waited for may have been cancelled.
    for before, target, from_there in (
        (Order.State.PAID, Order.State.SHIPPED, {Order.State.SHIPPED, Order.State.DELIVERED}),
        (Order.State.SHIPPED, Order.State.DELIVERED, {Order.State.DELIVERED}),
    ):
        moving = {
            key: orders[key]
            for key in sorted(orders)
            if orders[key].state == before and reached[key] in from_there
        }
        if moving:
            move_orders(moving, to=target, by=dict.fromkeys(moving, by), at=moments)


@step
def give_limits_back(orders: Mapping[UUID, Order]) -> None:
    """This will lower the customers' counts of limited offers by what `orders` had of them."""
    rows = OrderLine.objects.filter(
        order__in=orders, offer__per_customer__isnull=False, gift_of=None
    )
    for line in rows.order_by("offer", "order__customer").select_related("order"):
        Purchase.objects.filter(
            offer=line.offer_id, customer=line.order.customer_id, quantity__gte=line.quantity
        ).update(quantity=F("quantity") - line.quantity)


def _revive(order: UUID, *, at: datetime) -> bool:
    parcels = lock_rows(Parcel, Parcel.objects.filter(order=order).values_list("id", flat=True))
    rows = list(OrderLine.objects.filter(order=order).select_related("order", "offer"))
    lines = [line.id for line in rows]
    limited = [
        line for line in rows if line.offer.per_customer is not None and line.gift_of_id is None
    ]
    counts = Purchase.objects.filter(
        offer__in=[line.offer_id for line in limited],
        customer__in=[line.order.customer_id for line in limited],
    )
    # Limits before stock, as at the desk. She may have bought up to a limit since she gave this up.
    bought = Counter(
        {row.offer_id: row.quantity for row in counts.select_for_update().order_by("offer")}
    )
    for line in limited:
        bought[line.offer_id] += line.quantity
    if any(bought[line.offer_id] > (line.offer.per_customer or 0) for line in limited):
        return False
    # Her coupon may be another order's by now; without it this is not the order that she paid.
    if not promotions.may_take_again(order=order):
        return False
    if not stock.hold_again(lines=lines, by=PROCESS, at=at):
        return False
    stock.sell(lines=dict.fromkeys(lines, at), by=PROCESS)
    _move_parcels(parcels, to=Parcel.State.WAITING, by=PROCESS, at=at, reason="paid late")
    promotions.take_again(order=order, by=PROCESS, at=at)
    for line in limited:
        counts.filter(offer=line.offer_id).update(quantity=F("quantity") + line.quantity)
    return True


def _why_back(order: Order) -> str:
    return "paid twice" if order.paid_at else "paid after the order was given up"


def _fund_discounts(orders: Mapping[UUID, Order], moments: Mapping[UUID, datetime]) -> None:
    """What the platform gives towards paid orders joins what the customers gave, in escrow."""
    sums = ask(_GIVEN, [list(orders)]) if orders else []
    post(
        transfers=[
            NewTransfer(
                entry=uuid7(),
                kind="discount",
                debit=AccountKey(Account.Kind.PROMOTION, orders[order].currency),
                credit=AccountKey(Account.Kind.ESCROW, orders[order].currency),
                amount=amount,
                subject=order,
                at=moments[order],
                by=PROCESS,
            )
            for order, amount in sums
        ]
    )


def _pay(
    orders: Mapping[UUID, Order], moments: Mapping[UUID, datetime], *, reason: str = ""
) -> None:
    if not orders:
        return
    by = dict.fromkeys(orders, PROCESS)
    move_orders(orders, to=Order.State.PAID, by=by, at=moments, reason=reason)
    publish(
        [
            OrderPaid(row.id, row.customer_id, row.storefront_id, row.earner_id, moments[row.id])
            for row in orders.values()
        ]
    )


def _cancel_waiting(orders: Iterable[UUID], *, by: str, at: datetime, reason: str) -> None:
    ids = Parcel.objects.filter(order__in=list(orders), state=Parcel.State.WAITING)
    parcels = lock_rows(Parcel, ids.values_list("id", flat=True))
    cancel_parcels(parcels, by=by, at=at, reason=reason)


def _move_parcels(
    parcels: Mapping[UUID, Parcel], *, to: Parcel.State, by: str, at: datetime, reason: str
) -> None:
    # What kept it from being shipped was about being shipped.
    Parcel.objects.filter(id__in=list(parcels)).update(state=to, problem="")
    ParcelStep.objects.bulk_create(
        ParcelStep(id=uuid7(), parcel_id=parcel, state=to, reason=reason[:200], by=by, at=at)
        for parcel in parcels
    )


def _start_after_sales(orders: Mapping[UUID, Order]) -> None:
    """Each delivered order can be completed once the longest promise of its lines is over."""
    rows = OrderLine.objects.filter(order__in=list(orders)).order_by().values_list("order")
    longest = dict(rows.annotate(days=Max("return_days")))
    for order in orders.values():
        if order.delivered_at:
            order.after_sales_until = order.delivered_at + timedelta(days=longest[order.id])


def left_of(line: OrderLine) -> Left:
    """This will say what is left of a line after what went back of it."""
    return Left(
        units=line.units_left,
        paid=line.paid_minor - line.back_paid_minor,
        promotion=line.platform_discount_minor - line.back_promotion_minor,
        brand=line.brand_minor - line.back_brand_minor,
        keeper=line.keeper_minor - line.back_keeper_minor,
        platform=line.platform_minor - line.back_platform_minor,
        tax=line.tax_minor - line.back_tax_minor,
    )


def _lines_of(orders: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for order, line in ask(_LINES, [list(orders)]):
        found[order].append(line)
    return found
