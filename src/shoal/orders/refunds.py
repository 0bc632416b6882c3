"""Giving parts of a paid order back: units, sums and freight, each party's part exactly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shoal.kit.bulk import update_rows
from shoal.kit.errors import NotFound
from shoal.kit.events import publish
from shoal.kit.ids import uuid7
from shoal.kit.locks import lock_rows
from shoal.kit.transactions import step
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.offers.models import Purchase
from shoal.orders.events import LinesRefunded, LinesThawed
from shoal.orders.models import FreightRefund, LineRefund, Order, OrderLine, Parcel
from shoal.orders.rules import Back, may_follow, take_back
from shoal.orders.steps import cancel_parcels, follow_parcels, left_of, move_orders
from shoal.payments.steps import RefundTooLarge, RefundWanted, request_refunds
from shoal.promotions import steps as promotions
from shoal.stock import steps as stock

_PROJECTED = (
    "back_units",
    "back_paid_minor",
    "back_promotion_minor",
    "back_brand_minor",
    "back_keeper_minor",
    "back_platform_minor",
    "back_tax_minor",
)


@dataclass(frozen=True, slots=True)
class LinePart:
    """`units` of a line to give back for `amount` minor units.

    Without an amount it is exactly what those units cost. No units and an amount: she keeps the
    goods and gets a part of their price. `restock`: the units can be sold again.
    """

    line: UUID
    units: int
    amount: int | None = None
    restock: bool = False


@step
def refund_parts(
    *,
    order: Order,
    subject: UUID,
    lines: Sequence[LinePart],
    freight: Mapping[UUID, int],
    reason: str,
    by: str,
    at: datetime,
    when_all_is_back: Order.State | None = None,
) -> int:
    """This will give `lines` and `freight` (parcel to minor units) of a locked order back.

    `subject` is what asks, a case or the order itself: one refund each, ever. Its intents are
    locked already (`lock_intents` before `lock_orders`). What the parties got, or would have got,
    goes back by `rules.take_back`; when the lines were settled before, settlement hears of it.
    A parcel that has nothing left to ship is cancelled, and its freight goes back, too; a gift goes
    with the last of its brand's goods. When nothing is left of the order, its coupons come back.
    Returns what the customer gets, in minor units. Raises RefundTooLarge, and keeps nothing, for
    more than was paid, bought or left.
    """
    rows = OrderLine.objects.filter(order=order).select_related("offer").in_bulk()
    if any(part.line not in rows for part in lines):
        raise NotFound
    parcels = lock_rows(Parcel, Parcel.objects.filter(order=order).values_list("id", flat=True))
    lines = [*lines, *_gifts_too(rows, parcels, lines)]
    backs = [(rows[part.line], part, _take_back(rows[part.line], part)) for part in lines]
    empty = _nothing_to_ship(parcels, rows.values())
    freight = {**freight, **{key: row.freight_left_minor for key, row in empty.items()}}
    freight = {key: amount for key, amount in freight.items() if amount}
    _give_freight(parcels, freight)
    update_rows([row for row, _, _ in backs], _PROJECTED)
    _write_facts(order, subject, backs, freight, by=by, at=at)
    paid = sum(back.paid for _, _, back in backs) + sum(freight.values())
    if paid:
        wish = RefundWanted(order.id, subject, paid, reason[:200], by)
        request_refunds(wants=[wish], at=at)
    promotion = sum(back.promotion for _, _, back in backs)
    if promotion:
        post(transfers=[_promotion_back(order, subject, promotion, by=by, at=at)])
    if empty:
        cancel_parcels(empty, by=by, at=at, reason=reason)
    _lower_limits(order, backs)
    money_left = any(row.paid_minor > row.back_paid_minor for row in rows.values())
    freight_left = any(row.freight_left_minor for row in parcels.values())
    units_left = any(row.units_left for row in rows.values())
    is_over = not (money_left or freight_left or units_left)
    if is_over:
        promotions.give_back(orders=[order.id], reason=reason, by=by, at=at)
    restocked = {part.line: part.units for part in lines if part.restock and part.units}
    if restocked:
        stock.put_back(units=restocked, by=by, at=at, reason=reason[:200])
    if is_over:
        _end_order(order, parcels, when_all_is_back, by=by, at=at, reason=reason)
    else:
        follow_parcels({order.id: order}, {order.id: at}, by=by)
    publish([LinesRefunded(order.id, subject, at)])
    return paid


@step
def undo_paid(
    order: Order, *, to: Order.State, by: str, at: datetime, reason: str, restock: bool
) -> None:
    """This will give all that is left of a locked paid order back, and its units where `restock`.

    Its intents are locked already, as in `refund_parts`.
    """
    lines = OrderLine.objects.filter(order=order).order_by("number")
    parcels = Parcel.objects.filter(order=order, freight_minor__gt=F("freight_back_minor"))
    refund_parts(
        order=order,
        subject=order.id,
        lines=[
            LinePart(line.id, line.units_left, left_of(line).paid, restock=restock)
            for line in lines
            if line.units_left or left_of(line).paid
        ],
        freight={parcel.id: parcel.freight_left_minor for parcel in parcels},
        reason=reason,
        by=by,
        at=at,
        when_all_is_back=to,
    )


@step
def freeze(*, lines: Iterable[UUID]) -> None:
    """This will keep `lines` of a locked order from being settled until they are thawed."""
    OrderLine.objects.filter(id__in=list(lines)).update(open_cases=F("open_cases") + 1)


@step
def thaw(*, order: Order, lines: Iterable[UUID], at: datetime) -> None:
    """This will take one `freeze` of `lines` of a locked order back; settlement hears of it."""
    ids = list(lines)
    OrderLine.objects.filter(id__in=ids, order=order).update(open_cases=F("open_cases") - 1)
    publish([LinesThawed(order.id, tuple(ids), at)])


def _gifts_too(
    rows: Mapping[UUID, OrderLine], parcels: Mapping[UUID, Parcel], lines: Sequence[LinePart]
) -> list[LinePart]:
    """The gifts whose parcel has nothing left that was paid for.

    Those that have not left yet are sold to others; those that have stay with the customer.
    """
    going = {part.line: part.units for part in lines}
    kept = {
        row.parcel_id
        for row in rows.values()
        if row.gift_of_id is None and row.units_left > going.get(row.id, 0)
    }
    return [
        LinePart(
            row.id,
            row.units_left,
            restock=parcels[row.parcel_id].state == Parcel.State.WAITING,
        )
        for row in rows.values()
        if row.gift_of_id
        and row.units_left
        and not row.open_cases  # its own case decides
        and row.id not in going
        and row.parcel_id not in kept
    ]


def _take_back(row: OrderLine, part: LinePart) -> Back:
    left = left_of(row)
    try:
        back = take_back(left, units=part.units, amount=part.amount)
    except ValueError as error:
        raise RefundTooLarge from error
    row.back_units += back.units
    row.back_paid_minor += back.paid
    row.back_promotion_minor += back.promotion
    row.back_brand_minor += back.brand
    row.back_keeper_minor += back.keeper
    row.back_platform_minor += back.platform
    row.back_tax_minor += back.tax
    return back


def _nothing_to_ship(
    parcels: Mapping[UUID, Parcel], rows: Iterable[OrderLine]
) -> dict[UUID, Parcel]:
    """The parcels that have not left and have no units left to leave with."""
    wanted = {row.parcel_id for row in rows if row.units_left}
    return {
        key: row
        for key, row in parcels.items()
        if row.state == Parcel.State.WAITING and key not in wanted
    }


def _give_freight(parcels: Mapping[UUID, Parcel], freight: Mapping[UUID, int]) -> None:
    if not freight.keys() <= parcels.keys():
        raise NotFound
    for key, amount in freight.items():
        if not 0 < amount <= parcels[key].freight_left_minor:
            raise RefundTooLarge
        parcels[key].freight_back_minor += amount
    update_rows([parcels[key] for key in freight], ["freight_back_minor"])


def _write_facts(
    order: Order,
    subject: UUID,
    backs: Sequence[tuple[OrderLine, LinePart, Back]],
    freight: Mapping[UUID, int],
    *,
    by: str,
    at: datetime,
) -> None:
    LineRefund.objects.bulk_create(
        LineRefund(
            subject=subject,
            order=order,
            line=row,
            units=back.units,
            paid_minor=back.paid,
            promotion_minor=back.promotion,
            brand_minor=back.brand,
            keeper_minor=back.keeper,
            platform_minor=back.platform,
            tax_minor=back.tax,
            at=at,
            by=by,
        )
        for row, _, back in backs
    )
    FreightRefund.objects.bulk_create(
        FreightRefund(
            subject=subject, order=order, parcel_id=parcel, amount_minor=amount, at=at, by=by
        )
        for parcel, amount in freight.items()
    )


def _promotion_back(
    order: Order, subject: UUID, amount: int, *, by: str, at: datetime
) -> NewTransfer:
    """What the platform gave towards goods that were not kept."""
    return NewTransfer(
        entry=uuid7(),
        kind="discount_back",
        debit=AccountKey(Account.Kind.ESCROW, order.currency),
        credit=AccountKey(Account.Kind.PROMOTION, order.currency),
        amount=amount,
        subject=subject,
        at=at,
        by=by,
    )


def _lower_limits(order: Order, backs: Sequence[tuple[OrderLine, LinePart, Back]]) -> None:
    limited = [
        (row.offer_id, back.units)
        for row, _, back in backs
        if back.units and row.offer.per_customer is not None and row.gift_of_id is None
    ]
    for offer, units in sorted(limited):
        Purchase.objects.filter(
            offer=offer, customer=order.customer_id, quantity__gte=units
        ).update(quantity=F("quantity") - units)


def _end_order(
    order: Order,
    parcels: Mapping[UUID, Parcel],
    to: Order.State | None,
    *,
    by: str,
    at: datetime,
    reason: str,
) -> None:
    """Nothing is left of the order: it was cancelled if nothing ever left a warehouse."""
    left = {row.state for row in parcels.values()} & {Parcel.State.SHIPPED, Parcel.State.DELIVERED}
    target = to or (Order.State.REFUNDED if left else Order.State.CANCELLED)
    if may_follow(order.state, target):
        one = {order.id: order}
        move_orders(one, to=target, by={order.id: by}, at={order.id: at}, reason=reason[:200])
