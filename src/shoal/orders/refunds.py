"""Giving parts of a paid order back: units, sums and freight, each party's part exactly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shoal.kit.bulk import insert_rows, update_rows
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


@dataclass(frozen=True, slots=True)
class PartsBack:
    """Lines and freight (parcel to minor units) of a locked order to give back.

    `subject` is what asks, a case or the order itself: one refund each, ever.
    """

    order: Order
    subject: UUID
    lines: Sequence[LinePart]
    freight: Mapping[UUID, int]
    reason: str
    at: datetime
    when_all_is_back: Order.State | None = None


@dataclass(slots=True)
class _Taken:
    """What one wish takes off its order's rows."""

    wish: PartsBack
    backs: list[tuple[OrderLine, LinePart, Back]]
    freight: dict[UUID, int]
    empty: dict[UUID, Parcel]
    is_over: bool

    @property
    def paid(self) -> int:
        """What the customer gets, in minor units."""
        return sum(back.paid for _, _, back in self.backs) + sum(self.freight.values())

    @property
    def promotion(self) -> int:
        """What the platform had given towards it, in minor units."""
        return sum(back.promotion for _, _, back in self.backs)


@step
def refund_parts(wishes: Sequence[PartsBack], *, by: str) -> list[int]:
    """This will give what `wishes` say back, one after the other, and return what each comes to.

    Their orders' intents are locked already (`lock_intents` before `lock_orders`). What the parties
    got, or would have got, goes back by `rules.take_back`; when the lines were settled before,
    settlement hears of it. A parcel that has nothing left to ship is cancelled, and its freight
    goes back, too; a gift goes with the last of its brand's goods. When nothing is left of an
    order, its coupons come back. Returns minor units, in the same order. Raises RefundTooLarge, and
    keeps nothing, for more than was paid, bought or left.
    """
    orders = {wish.order.id: wish.order for wish in wishes}
    rows: dict[UUID, dict[UUID, OrderLine]] = {key: {} for key in orders}
    for row in OrderLine.objects.filter(order__in=orders).select_related("offer"):
        rows[row.order_id][row.id] = row
    parcels: dict[UUID, dict[UUID, Parcel]] = {key: {} for key in orders}
    ids = Parcel.objects.filter(order__in=orders).values_list("id", flat=True)
    for parcel in lock_rows(Parcel, ids).values():
        parcels[parcel.order_id][parcel.id] = parcel
    taken = [_take(wish, rows[wish.order.id], parcels[wish.order.id]) for wish in wishes]
    lines = {row.id: row for one in taken for row, _, _ in one.backs}
    update_rows(list(lines.values()), _PROJECTED)
    freights = {key: parcels[one.wish.order.id][key] for one in taken for key in one.freight}
    update_rows(list(freights.values()), ["freight_back_minor"])
    _write_facts(taken, by=by)
    _move_money(taken, by=by)
    for one in taken:
        if one.empty:
            cancel_parcels(one.empty, by=by, at=one.wish.at, reason=one.wish.reason)
    _lower_limits(taken)
    _close(taken, parcels, by=by)
    publish([LinesRefunded(one.wish.order.id, one.wish.subject, one.wish.at) for one in taken])
    return [one.paid for one in taken]


@step
def undo_paid(
    order: Order, *, to: Order.State, by: str, at: datetime, reason: str, restock: bool
) -> None:
    """This will give all that is left of a locked paid order back, and its units where `restock`.

    Its intents are locked already, as in `refund_parts`.
    """
    lines = OrderLine.objects.filter(order=order).order_by("number")
    parcels = Parcel.objects.filter(order=order, freight_minor__gt=F("freight_back_minor"))
    wish = PartsBack(
        order=order,
        subject=order.id,
        lines=[
            LinePart(line.id, line.units_left, left_of(line).paid, restock=restock)
            for line in lines
            if line.units_left or left_of(line).paid
        ],
        freight={parcel.id: parcel.freight_left_minor for parcel in parcels},
        reason=reason,
        at=at,
        when_all_is_back=to,
    )
    refund_parts([wish], by=by)


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


def _take(
    wish: PartsBack, rows: Mapping[UUID, OrderLine], parcels: Mapping[UUID, Parcel]
) -> _Taken:
    """Takes what a wish says off the rows of its order, which are written later."""
    if any(part.line not in rows for part in wish.lines):
        raise NotFound
    lines = [*wish.lines, *_gifts_too(rows, parcels, wish.lines)]
    backs = [(rows[part.line], part, _take_back(rows[part.line], part)) for part in lines]
    empty = _nothing_to_ship(parcels, rows.values())
    for parcel in empty.values():  # the next wish about this order finds it so
        parcel.state = Parcel.State.CANCELLED
    freight = {**wish.freight, **{key: row.freight_left_minor for key, row in empty.items()}}
    freight = {key: amount for key, amount in freight.items() if amount}
    _take_freight(parcels, freight)
    is_over = not (
        any(row.paid_minor > row.back_paid_minor or row.units_left for row in rows.values())
        or any(row.freight_left_minor for row in parcels.values())
    )
    return _Taken(wish, backs, freight, empty, is_over)


def _gifts_too(
    rows: Mapping[UUID, OrderLine], parcels: Mapping[UUID, Parcel], lines: Sequence[LinePart]
) -> list[LinePart]:
    """The gifts of brands of whose goods nothing that was paid for is left.

    Those that have not left yet are sold to others; those that have stay with the customer. Not by
    parcel: a gift may travel alone, and stays as long as what it was given for.
    """
    going = {part.line: part.units for part in lines}
    kept = {
        parcels[row.parcel_id].brand_id
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
        and parcels[row.parcel_id].brand_id not in kept
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


def _take_freight(parcels: Mapping[UUID, Parcel], freight: Mapping[UUID, int]) -> None:
    if not freight.keys() <= parcels.keys():
        raise NotFound
    for key, amount in freight.items():
        if not 0 < amount <= parcels[key].freight_left_minor:
            raise RefundTooLarge
        parcels[key].freight_back_minor += amount


def _write_facts(taken: Sequence[_Taken], *, by: str) -> None:
    insert_rows(
        [
            LineRefund(
                subject=one.wish.subject,
                order=one.wish.order,
                line=row,
                units=back.units,
                paid_minor=back.paid,
                promotion_minor=back.promotion,
                brand_minor=back.brand,
                keeper_minor=back.keeper,
                platform_minor=back.platform,
                tax_minor=back.tax,
                at=one.wish.at,
                by=by,
            )
            for one in taken
            for row, _, back in one.backs
        ]
    )
    insert_rows(
        [
            FreightRefund(
                subject=one.wish.subject,
                order=one.wish.order,
                parcel_id=parcel,
                amount_minor=amount,
                at=one.wish.at,
                by=by,
            )
            for one in taken
            for parcel, amount in one.freight.items()
        ]
    )


def _move_money(taken: Sequence[_Taken], *, by: str) -> None:
    """What was paid goes to the customer, what the platform gave towards it to the platform."""
    request_refunds(
        wants=[
            RefundWanted(
                paid_for=one.wish.order.id,
                subject=one.wish.subject,
                amount=one.paid,
                reason=one.wish.reason[:200],
                by=by,
                at=one.wish.at,
            )
            for one in taken
            if one.paid
        ]
    )
    post(
        transfers=[
            NewTransfer(
                entry=uuid7(),
                kind="discount_back",
                debit=AccountKey(Account.Kind.ESCROW, one.wish.order.currency),
                credit=AccountKey(Account.Kind.PROMOTION, one.wish.order.currency),
                amount=one.promotion,
                subject=one.wish.subject,
                at=one.wish.at,
                by=by,
            )
            for one in taken
            if one.promotion
        ]
    )


def _lower_limits(taken: Sequence[_Taken]) -> None:
    limited = [
        (row.offer_id, one.wish.order.customer_id, back.units)
        for one in taken
        for row, _, back in one.backs
        if back.units and row.offer.per_customer is not None and row.gift_of_id is None
    ]
    for offer, customer, units in sorted(limited):
        Purchase.objects.filter(offer=offer, customer=customer, quantity__gte=units).update(
            quantity=F("quantity") - units
        )


def _close(
    taken: Sequence[_Taken], parcels: Mapping[UUID, Mapping[UUID, Parcel]], *, by: str
) -> None:
    """Coupons and units come back; each order goes where its parcels are, or ends."""
    over = sorted((one for one in taken if one.is_over), key=lambda one: one.wish.order.id)
    for one in over:
        wish = one.wish
        promotions.give_back(orders=[wish.order.id], reason=wish.reason, by=by, at=wish.at)
    restocked = [
        stock.UnitsBack(row.id, part.units, one.wish.reason, one.wish.at)
        for one in taken
        for row, part, _ in one.backs
        if part.restock and part.units
    ]
    if restocked:
        stock.put_back(units=restocked, by=by)
    for one in over:
        _end_order(one.wish, parcels[one.wish.order.id], by=by)
    ended = {one.wish.order.id for one in over}
    # Cancelling the last parcel that was waited for moves an order; no other wish does.
    emptied = [one.wish for one in taken if one.empty and one.wish.order.id not in ended]
    if emptied:
        follow_parcels(
            {wish.order.id: wish.order for wish in emptied},
            {wish.order.id: wish.at for wish in emptied},
            by=by,
        )


def _end_order(wish: PartsBack, parcels: Mapping[UUID, Parcel], *, by: str) -> None:
    """Nothing is left of the order: it was cancelled if nothing ever left a warehouse."""
    left = {row.state for row in parcels.values()} & {Parcel.State.SHIPPED, Parcel.State.DELIVERED}
    target = wish.when_all_is_back or (Order.State.REFUNDED if left else Order.State.CANCELLED)
    if may_follow(wish.order.state, target):
        key = wish.order.id
        move_orders(
            {key: wish.order}, to=target, by={key: by}, at={key: wish.at}, reason=wish.reason[:200]
        )
