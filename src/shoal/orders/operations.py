"""What people and processes do with an order after it was placed."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shoal.kit import vault
from shoal.kit.errors import NotFound, Refused
from shoal.kit.events import publish
from shoal.kit.ids import uuid7
from shoal.kit.transactions import operation
from shoal.orders.events import OrderCompleted
from shoal.orders.models import Order, OrderStep, Parcel, RefundApproval
from shoal.orders.refunds import undo_paid
from shoal.orders.rules import is_cancellable
from shoal.orders.steps import complete_due, give_up, lock_orders
from shoal.payments.steps import close_intents, lock_intents

_BATCH = 500


class CannotCancel(Refused):
    """This order is on its way already. When it arrives you can ask to return it."""

    code = "cannot_cancel"


class AddressFixed(Refused):
    """The parcel has left or the order is closed, so its address cannot change any more."""

    code = "address_fixed"


class OtherRegion(Refused):
    """Freight differs between regions. Please cancel this order and place it to the new address."""

    code = "other_region"


class NotRefundable(Refused):
    """Only an order that is paid and not yet settled can be refunded here."""

    code = "not_refundable"


class CasesOpen(Refused):
    """After-sales cases about this order are open. Decide those: they say what goes back."""

    code = "cases_open"


class SamePerson(Refused):
    """A refund needs two people: somebody else has to decide this one."""

    code = "same_person"


@operation
def cancel_order(*, customer: UUID, code: str, reason: str, by: str, at: datetime) -> Order:
    """This will cancel a customer's order before anything is shipped.

    Held units, limits and (when paid) the money go back. Raises CannotCancel once a parcel left.
    """
    found = Order.objects.filter(customer=customer, code=code).first()
    if found is None:
        raise NotFound
    lock_intents(subjects=[found.id])
    order = lock_orders([found.id])[found.id]
    shipped = order.parcels.filter(state__in=["shipped", "delivered"]).exists()
    if not is_cancellable(state=order.state, anything_shipped=shipped):
        raise CannotCancel
    if order.state == Order.State.UNPAID:
        close_intents(subjects=[order.id], at=at)
        give_up({order.id: order}, to=Order.State.CANCELLED, by=by, at=at, reason=reason)
    else:
        undo_paid(order, to=Order.State.CANCELLED, by=by, at=at, reason=reason, restock=True)
    return order


@operation
def expire_orders(*, at: datetime) -> int:
    """This will give up unpaid orders whose time is over; at most 500, the oldest first.

    Returns how many; call again while it returns any.
    """
    due = Order.objects.filter(state=Order.State.UNPAID, expires_at__lte=at)
    ids = list(due.order_by("expires_at").values_list("id", flat=True)[:_BATCH])
    closed = close_intents(subjects=ids, at=at)
    orders = {
        key: row for key, row in lock_orders(closed).items() if row.state == Order.State.UNPAID
    }
    if orders:
        reason = "not paid in time"
        give_up(orders, to=Order.State.EXPIRED, by="worker:expire", at=at, reason=reason)
    return len(orders)


@operation
def change_address(
    *, customer: UUID, code: str, recipient: Mapping[str, str], region: str, by: str, at: datetime
) -> Order:
    """This will send an order that has not been shipped to another address in the same region.

    `recipient` replaces recipient, phone and address; note and invoice request stay.
    """
    found = Order.objects.filter(customer=customer, code=code).first()
    if found is None:
        raise NotFound
    order = lock_orders([found.id])[found.id]
    waiting = not order.parcels.exclude(state=Parcel.State.WAITING).exists()
    if order.state not in {Order.State.UNPAID, Order.State.PAID} or not waiting:
        raise AddressFixed
    if order.region != region:
        raise OtherRegion
    kept = vault.reveal(order.customer_id, order.sealed)
    order.sealed = vault.seal(order.customer_id, {**kept, **recipient})
    order.save(update_fields=["sealed"])
    OrderStep.objects.create(
        id=uuid7(), order=order, state=order.state, reason="address changed", by=by, at=at
    )
    return order


@operation
def complete_orders(*, at: datetime, most: int = 5_000) -> int:
    """This will complete delivered orders whose after-sales window is over; at most `most`.

    Whoever is owed something is settled in the same transaction. Returns how many; call again
    while it returns any. Several may run at once.
    """
    orders = complete_due(before=at, most=most, by="worker:complete")
    if orders:
        publish([OrderCompleted(order, at) for order in orders])
    return len(orders)


@operation
def ask_refund(*, code: str, reason: str, by: str, at: datetime) -> RefundApproval:
    """This will ask for a paid order to be given back whole; another operator decides."""
    order = Order.objects.filter(code=code).first()
    if order is None:
        raise NotFound
    order = lock_orders([order.id])[order.id]
    if order.state not in {Order.State.PAID, Order.State.SHIPPED, Order.State.DELIVERED}:
        raise NotRefundable
    _refuse_open_cases(order)
    existing = RefundApproval.objects.filter(order=order, verdict="").first()
    return existing or RefundApproval.objects.create(
        order=order, reason=reason, asked_by=by, asked_at=at
    )


@operation
def decide_refund(*, code: str, approve: bool, by: str, at: datetime) -> RefundApproval:
    """This will approve or refuse a refund that somebody else asked for.

    Raises SamePerson for the one who asked, NotRefundable when the order has moved on, and
    CasesOpen while a customer's own request is being answered.
    """
    approval = RefundApproval.objects.select_for_update().filter(code=code, verdict="").first()
    if approval is None:
        raise NotFound
    if approval.asked_by == by:
        raise SamePerson
    lock_intents(subjects=[approval.order_id])
    order = lock_orders([approval.order_id])[approval.order_id]
    if approve:
        if order.state not in {Order.State.PAID, Order.State.SHIPPED, Order.State.DELIVERED}:
            raise NotRefundable
        _refuse_open_cases(order)
        # Units that left the warehouse come back through after-sales, if they come back at all.
        restock = (
            order.state == Order.State.PAID
            and not order.parcels.exclude(state=Parcel.State.WAITING).exists()
        )
        undo_paid(
            order,
            to=Order.State.REFUNDED,
            by=by,
            at=at,
            reason=approval.reason,
            restock=restock,
        )
    approval.verdict = "approved" if approve else "refused"
    approval.decided_by, approval.decided_at = by, at
    approval.save(update_fields=["verdict", "decided_by", "decided_at"])
    return approval


def _refuse_open_cases(order: Order) -> None:
    if order.lines.filter(open_cases__gt=0).exists():
        raise CasesOpen
