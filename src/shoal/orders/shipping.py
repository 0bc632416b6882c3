"""Parcels on their way: what a brand's warehouse and the carrier report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from shoal.kit.bulk import update_rows
from shoal.kit.errors import NotFound, Refused
from shoal.kit.ids import short_code, uuid7
from shoal.kit.locks import lock_rows
from shoal.kit.transactions import operation
from shoal.orders.models import Order, OrderLine, Parcel, ParcelStep
from shoal.orders.steps import follow_parcels, lock_orders

_AT_ONCE = 500
_PRESUMED = "worker:arrive"


class NotWaiting(Refused):
    """Parcel {code} is not waiting to be shipped: it has left, was cancelled or is not paid yet."""

    code = "not_waiting"


class NotOnItsWay(Refused):
    """Parcel {code} is not on its way, so it cannot arrive."""

    code = "not_on_its_way"


class TrackingMissing(Refused):
    """Please give the carrier and the tracking number of parcel {code}."""

    code = "tracking_missing"


class NothingToSplit(Refused):
    """Choose some lines of the parcel, but not all of them, to ship separately."""

    code = "nothing_to_split"


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel of a brand, handed to a carrier."""

    brand: UUID
    parcel: str
    carrier: str
    tracking: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One parcel that arrived; `brand` as in Shipment."""

    brand: UUID
    parcel: str
    at: datetime


@operation
def ship_parcels(*, shipments: Sequence[Shipment], by: str) -> list[Parcel | Refused]:
    """This will note each parcel as shipped, or say why not; answers come in the same order.

    A parcel must be the brand's own, waiting, and of a paid order.
    """
    parcels, orders = _lock((wish.brand, wish.parcel) for wish in shipments)
    answers: list[Parcel | Refused] = []
    shipped: dict[UUID, datetime] = {}
    for wish in shipments:
        parcel = parcels.get((wish.brand, wish.parcel))
        refusal = _why_not_ship(wish, parcel, orders)
        if refusal or parcel is None:
            answers.append(refusal or NotFound())
            continue
        parcel.state, parcel.shipped_at = Parcel.State.SHIPPED, wish.at
        parcel.carrier, parcel.tracking = wish.carrier.strip(), wish.tracking.strip()
        parcel.problem = ""
        shipped[parcel.id] = wish.at
        answers.append(parcel)
    changed = [parcel for parcel in parcels.values() if parcel.id in shipped]
    update_rows(changed, ["state", "shipped_at", "carrier", "tracking", "problem"])
    _note(changed, shipped, by=by)
    _bring_orders_along(orders, changed, shipped, by=by)
    return answers


@operation
def deliver_parcels(*, deliveries: Sequence[Delivery], by: str) -> list[Parcel | Refused]:
    """This will note each parcel as delivered, or say why not; answers come in the same order."""
    parcels, orders = _lock((wish.brand, wish.parcel) for wish in deliveries)
    answers: list[Parcel | Refused] = []
    arrived: dict[UUID, datetime] = {}
    for wish in deliveries:
        parcel = parcels.get((wish.brand, wish.parcel))
        if parcel is None:
            answers.append(NotFound())
        elif parcel.state != Parcel.State.SHIPPED:
            answers.append(NotOnItsWay(code=parcel.code))
        else:
            parcel.state, parcel.delivered_at = Parcel.State.DELIVERED, wish.at
            arrived[parcel.id] = wish.at
            answers.append(parcel)
    changed = [parcel for parcel in parcels.values() if parcel.id in arrived]
    update_rows(changed, ["state", "delivered_at"])
    _note(changed, arrived, by=by)
    _bring_orders_along(orders, changed, arrived, by=by)
    return answers


@operation
def presume_arrivals(*, at: datetime) -> int:
    """This will note as arrived what was shipped long ago and nobody asks about; at most 500.

    A parcel with an open case waits for it. Returns how many; call again while it returns any.
    """
    due = Parcel.objects.filter(
        state=Parcel.State.SHIPPED, shipped_at__lte=at - settings.SHOAL_ARRIVAL
    ).exclude(lines__open_cases__gt=0)
    found = due.order_by("shipped_at", "id").values_list("brand_id", "code")[:_AT_ONCE]
    parcels, orders = _lock(found)
    arrived = {}
    for parcel in parcels.values():
        if parcel.state == Parcel.State.SHIPPED:
            parcel.state, parcel.delivered_at = Parcel.State.DELIVERED, at
            arrived[parcel.id] = at
    changed = [parcel for parcel in parcels.values() if parcel.id in arrived]
    update_rows(changed, ["state", "delivered_at"])
    _note(changed, arrived, by=_PRESUMED, reason="nobody said otherwise")
    _bring_orders_along(orders, changed, arrived, by=_PRESUMED)
    return len(changed)


@operation
def report_problem(*, brand: UUID, parcel: str, reason: str, by: str, at: datetime) -> Parcel:
    """This will note why a brand cannot ship a parcel; the customer and the desk see it."""
    parcels, orders = _lock([(brand, parcel)])
    row = parcels.get((brand, parcel))
    if row is None:
        raise NotFound
    if row.state != Parcel.State.WAITING or orders[row.order_id].state != Order.State.PAID:
        raise NotWaiting(code=row.code)
    row.problem = reason[:200]
    row.save(update_fields=["problem"])
    ParcelStep.objects.create(
        id=uuid7(), parcel=row, state=row.state, reason=f"cannot ship: {reason}"[:200], by=by, at=at
    )
    return row


@operation
def split_parcel(
    *, brand: UUID, parcel: str, lines: Iterable[UUID], by: str, at: datetime
) -> Parcel:
    """This will put some lines of a waiting parcel into a new one that ships on its own.

    Freight stays with the first parcel: the customer pays once. Returns the new parcel.
    """
    parcels, _ = _lock([(brand, parcel)])
    row = parcels.get((brand, parcel))
    if row is None:
        raise NotFound
    if row.state != Parcel.State.WAITING:
        raise NotWaiting(code=row.code)
    chosen = set(lines)
    own = {line.id: line.units_left for line in row.lines.all()}
    # What was cancelled travels no more: a parcel of nothing else would wait for ever, and the next
    # refund of the order would give its freight back though the goods do travel.
    going = {key for key, units in own.items() if units}
    if not chosen <= own.keys() or not chosen & going or not going - chosen:
        raise NothingToSplit
    new = Parcel.objects.create(
        id=uuid7(), code=short_code(), order_id=row.order_id, brand_id=row.brand_id
    )
    OrderLine.objects.filter(id__in=chosen).update(parcel=new)
    ParcelStep.objects.bulk_create(
        ParcelStep(id=uuid7(), parcel=each, state=each.state, reason="split", by=by, at=at)
        for each in (row, new)
    )
    return new


def _lock(
    wanted: Iterable[tuple[UUID, str]],
) -> tuple[dict[tuple[UUID, str], Parcel], dict[UUID, Order]]:
    """Locks the brands' parcels and their orders, orders first."""
    pairs = set(wanted)
    found = Parcel.objects.filter(
        code__in={code for _, code in pairs}, brand__in={brand for brand, _ in pairs}
    ).values_list("id", "order_id")
    ids = dict(found)
    orders = lock_orders(ids.values())
    rows = lock_rows(Parcel, ids)
    return {(row.brand_id, row.code): row for row in rows.values()}, orders


def _why_not_ship(
    wish: Shipment, parcel: Parcel | None, orders: dict[UUID, Order]
) -> Refused | None:
    if parcel is None:
        return NotFound()
    order = orders[parcel.order_id]
    if parcel.state != Parcel.State.WAITING or order.state != Order.State.PAID:
        return NotWaiting(code=parcel.code)
    if not wish.carrier.strip() or not wish.tracking.strip():
        return TrackingMissing(code=parcel.code)
    return None


def _note(
    parcels: Sequence[Parcel], moments: dict[UUID, datetime], *, by: str, reason: str = ""
) -> None:
    ParcelStep.objects.bulk_create(
        ParcelStep(
            id=uuid7(),
            parcel=parcel,
            state=parcel.state,
            reason=reason,
            by=by,
            at=moments[parcel.id],
        )
        for parcel in parcels
    )


def _bring_orders_along(
    orders: dict[UUID, Order],
    changed: Sequence[Parcel],
    moments: dict[UUID, datetime],
    *,
    by: str,
) -> None:
    """Moves each order whose parcels now say so; its moment is that of its latest parcel."""
    touched: dict[UUID, datetime] = {}
    for parcel in changed:
        earlier = touched.get(parcel.order_id, moments[parcel.id])
        touched[parcel.order_id] = max(earlier, moments[parcel.id])
    follow_parcels({key: orders[key] for key in touched}, touched, by=by)
