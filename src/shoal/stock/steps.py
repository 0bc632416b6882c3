"""Moving units. Every change of an allotment is a conditional update and a movement."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from shoal.kit.asking import ask
from shoal.kit.bulk import update_rows, write
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.locks import lock_rows
from shoal.kit.transactions import step
from shoal.stock.models import Allotment, Hold, Movement

_END = """
UPDATE stock_hold SET state = %s WHERE id = ANY(%s) AND state = 'held'
RETURNING allotment_id, quantity, id
"""
_LOCK = "SELECT id, available FROM stock_allotment WHERE id = ANY(%s) ORDER BY id FOR UPDATE"


class NotEnoughStock(Refused):
    """There are not that many left: {available} available, {wanted} wanted."""

    code = "not_enough_stock"


class StockMoved(RuntimeError):
    """A conditional update found other numbers than its caller had locked: a bug, not a refusal."""


@dataclass(frozen=True, slots=True)
class NewHold:
    """Units wanted for one order line."""

    line: UUID
    allotment: UUID
    quantity: int
    at: datetime


@dataclass(frozen=True, slots=True)
class UnitsBack:
    """Sold units of one order line that can be sold again."""

    line: UUID
    quantity: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of units of a SKU, or of an allotment."""

    of: UUID
    quantity: int


# Which column a kind of movement takes from and which it adds to.
_FROM_TO: Mapping[Movement.Kind, tuple[str, str]] = {
    Movement.Kind.HOLD: ("available", "held"),
    Movement.Kind.RELEASE: ("held", "available"),
    Movement.Kind.SELL: ("held", "sold"),
    Movement.Kind.WITHDRAW: ("available", "withdrawn"),
    Movement.Kind.WRITE_OFF: ("available", "written_off"),
}


@step
def receive(*, quantities: Sequence[Quantity], by: str, at: datetime, reason: str = "") -> None:
    """This will add units of SKUs to their warehouse allotments, making those that are missing."""
    amounts = Counter[UUID]()
    for quantity in quantities:
        amounts[quantity.of] += quantity.quantity
    skus = sorted(sku for sku in amounts if amounts[sku])
    Allotment.objects.bulk_create(
        [Allotment(id=uuid7(), sku_id=sku, is_warehouse=True) for sku in sorted(amounts)],
        ignore_conflicts=True,
    )
    warehouse = dict(
        Allotment.objects.filter(sku__in=skus, is_warehouse=True).values_list("sku_id", "id")
    )
    _receive_into({warehouse[sku]: amounts[sku] for sku in skus}, by=by, at=at, reason=reason)


@step
def allot(*, sku: UUID, quantity: int, by: str, at: datetime, reason: str = "") -> Allotment:
    """This will set `quantity` of a SKU's warehouse stock aside as an allotment of its own.

    Raises NotEnoughStock when the warehouse has fewer.
    """
    source = Allotment.objects.select_for_update().filter(sku=sku, is_warehouse=True).first()
    if source is None or source.available < quantity:
        raise NotEnoughStock(available=source.available if source else 0, wanted=quantity)
    target = Allotment.objects.create(id=uuid7(), sku_id=sku)
    if quantity:
        _move(Movement.Kind.WITHDRAW, {source.id: quantity}, by=by, at=at, reason=reason)
        _receive_into({target.id: quantity}, by=by, at=at, reason=reason)
    target.refresh_from_db()
    return target


@step
def give_back(*, allotments: Iterable[UUID], by: str, at: datetime, reason: str) -> int:
    """This will return what is still available in `allotments` to their SKUs' warehouses.

    Held units stay until they are bought or released. Returns how many units went back.
    """
    rows = lock_rows(Allotment, allotments)
    skus = {row.sku_id for row in rows.values()}
    homes = dict(
        Allotment.objects.filter(sku__in=skus, is_warehouse=True).values_list("sku_id", "id")
    )
    leaving = {
        row.id: row.available for row in rows.values() if row.available and not row.is_warehouse
    }
    arriving = Counter[UUID]()
    for allotment, quantity in leaving.items():
        arriving[homes[rows[allotment].sku_id]] += quantity
    _move(Movement.Kind.WITHDRAW, leaving, by=by, at=at, reason=reason)
    _receive_into(arriving, by=by, at=at, reason=reason)
    return sum(leaving.values())


@step
def write_off(*, allotment: UUID, quantity: int, by: str, at: datetime, reason: str) -> None:
    """This will take units that are broken or lost out of what can be sold.

    Raises NotEnoughStock when fewer are available.
    """
    row = Allotment.objects.select_for_update().get(id=allotment)
    if row.available < quantity:
        raise NotEnoughStock(available=row.available, wanted=quantity)
    _move(Movement.Kind.WRITE_OFF, {allotment: quantity}, by=by, at=at, reason=reason)


@step
def lock_available(*, allotments: Iterable[UUID]) -> dict[UUID, int]:
    """This will lock `allotments` in sorted order and return how many units each has available."""
    return dict(ask(_LOCK, [list(set(allotments))]))


@step
def hold(*, holds: Sequence[NewHold], by: str) -> None:
    """This will hold units for order lines, whose allotments `lock_available` has locked.

    Raises StockMoved when an allotment has fewer than its lines want: look before you hold.
    """
    if not holds:
        return
    amounts = Counter[UUID]()
    for new in holds:
        amounts[new.allotment] += new.quantity
    _update(Movement.Kind.HOLD, amounts)
    write(
        """
        INSERT INTO stock_hold (id, allotment_id, quantity, returned, state)
        SELECT line, allotment, quantity, 0, 'held'
        FROM unnest(%s::uuid[], %s::uuid[], %s::integer[]) AS new (line, allotment, quantity)
        """,
        [
            [new.line for new in holds],
            [new.allotment for new in holds],
            [new.quantity for new in holds],
        ],
    )
    moved = [_Moved(new.allotment, new.quantity, new.at, new.line) for new in holds]
    _note(Movement.Kind.HOLD, moved, by=by)


@step
def hold_again(*, lines: Sequence[UUID], by: str, at: datetime) -> set[UUID]:
    """This will hold the released units of `lines` once more, all of them or none.

    Returns the lines held: all of `lines`, or nothing when an allotment has fewer by now.
    """
    holds = list(Hold.objects.filter(id__in=lines, state=Hold.State.RELEASED).order_by("id"))
    amounts = Counter[UUID]()
    for row in holds:
        amounts[row.allotment_id] += row.quantity
    there = lock_available(allotments=amounts)
    if len(holds) != len(lines) or any(there[key] < amounts[key] for key in amounts):
        return set()
    _update(Movement.Kind.HOLD, amounts)
    Hold.objects.filter(id__in=lines).update(state=Hold.State.HELD)
    moved = [_Moved(row.allotment_id, row.quantity, at, row.id) for row in holds]
    _note(Movement.Kind.HOLD, moved, by=by)
    return set(lines)


@step
def sell(*, lines: Mapping[UUID, datetime], by: str) -> None:
    """This will turn the holds of `lines` (line to the moment it was paid) into sold units."""
    _end_holds(Movement.Kind.SELL, Hold.State.SOLD, lines, by=by, reason="")


@step
def release(*, lines: Mapping[UUID, datetime], by: str, reason: str) -> None:
    """This will give the held units of `lines` back to their allotments."""
    _end_holds(Movement.Kind.RELEASE, Hold.State.RELEASED, lines, by=by, reason=reason)


@step
def put_back(*, units: Sequence[UnitsBack], by: str) -> None:
    """This will take sold units of lines back into what is available.

    Raises StockMoved when a line has fewer sold units than that.
    """
    holds = lock_rows(Hold, {back.line for back in units})
    amounts = Counter[UUID]()
    for back in units:
        row = holds.get(back.line)
        if row is None:
            raise StockMoved(f"line {back.line} holds nothing")
        row.returned += back.quantity
        if row.state != Hold.State.SOLD or row.returned > row.quantity:
            raise StockMoved(f"{back.quantity} units of line {row.id} cannot come back")
        if row.returned == row.quantity:
            row.state = Hold.State.RETURNED
        amounts[row.allotment_id] += back.quantity
    update_rows(list(holds.values()), ["returned", "state"])
    ids = sorted(amounts)
    lock_rows(Allotment, ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE stock_allotment SET
                available = available + moved.quantity, returned = returned + moved.quantity
            FROM unnest(%s::uuid[], %s::bigint[]) AS moved (id, quantity)
            WHERE stock_allotment.id = moved.id
            """,
            [ids, [amounts[key] for key in ids]],
        )
    moved = [
        _Moved(holds[back.line].allotment_id, back.quantity, back.at, back.line, back.reason)
        for back in units
    ]
    _note(Movement.Kind.RETURN, moved, by=by)


@step
def receive_back(*, sku: UUID, quantity: int, by: str, at: datetime, reason: str) -> UUID:
    """This will take units that came back in exchange for others into a SKU's warehouse.

    They are counted anew: the line they were bought with holds the others now. Returns the
    warehouse's allotment.
    """
    receive(quantities=[Quantity(sku, quantity)], by=by, at=at, reason=reason)
    home = Allotment.objects.filter(sku=sku, is_warehouse=True)
    allotment: UUID = home.values_list("id", flat=True).get()
    return allotment


def _end_holds(
    kind: Movement.Kind, state: Hold.State, lines: Mapping[UUID, datetime], *, by: str, reason: str
) -> None:
    if not lines:
        return
    ended = ask(_END, [state, list(lines)])
    moved = [
        _Moved(allotment, quantity, lines[line], line, reason)
        for allotment, quantity, line in ended
    ]
    if len(moved) != len(lines):
        raise StockMoved(f"{len(lines) - len(moved)} of {len(lines)} lines hold nothing")
    amounts = Counter[UUID]()
    for one in moved:
        amounts[one.allotment] += one.quantity
    lock_rows(Allotment, amounts)
    _update(kind, amounts)
    _note(kind, moved, by=by)


@dataclass(frozen=True, slots=True)
class _Moved:
    """Units of an allotment that have just been moved, for an order line if it says which."""

    allotment: UUID
    quantity: int
    at: datetime
    line: UUID | None = None
    reason: str = ""


def _note(kind: Movement.Kind, moved: Sequence[_Moved], *, by: str) -> None:
    """Writes a movement for each of `moved`."""
    columns: list[list[Any]] = [
        [uuid7() for _ in moved],
        [one.allotment for one in moved],
        [one.quantity for one in moved],
        [one.line for one in moved],
        [one.reason[:200] for one in moved],
        [one.at for one in moved],
    ]
    write(
        """
        INSERT INTO stock_movement (id, allotment_id, kind, quantity, line, reason, "by", at)
        SELECT id, allotment, %s, quantity, line, reason, %s, at
        FROM unnest(
            %s::uuid[], %s::uuid[], %s::integer[], %s::uuid[], %s::text[], %s::timestamptz[]
        ) AS moved (id, allotment, quantity, line, reason, at)
        """,
        [kind, by, *columns],
    )


def _move(
    kind: Movement.Kind, amounts: Mapping[UUID, int], *, by: str, at: datetime, reason: str
) -> None:
    _update(kind, amounts)
    moved = [_Moved(key, amounts[key], at, reason=reason) for key in sorted(amounts)]
    _note(kind, moved, by=by)


def _receive_into(amounts: Mapping[UUID, int], *, by: str, at: datetime, reason: str) -> None:
    ids = sorted(amounts)
    lock_rows(Allotment, ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE stock_allotment SET
                received = received + moved.quantity, available = available + moved.quantity
            FROM unnest(%s::uuid[], %s::bigint[]) AS moved (id, quantity)
            WHERE stock_allotment.id = moved.id
            """,
            [ids, [amounts[key] for key in ids]],
        )
    moved = [_Moved(key, amounts[key], at, reason=reason) for key in ids]
    _note(Movement.Kind.RECEIVE, moved, by=by)


def _update(kind: Movement.Kind, amounts: Mapping[UUID, int]) -> None:
    """Moves units between two columns where the first has enough, in one statement."""
    source, target = _FROM_TO[kind]
    ids = sorted(amounts)

    def told(enough: int) -> None:
        if enough != len(ids):
            raise StockMoved(f"{kind}: {enough} of {len(ids)} allotments had enough")

    write(
        f"""
        UPDATE stock_allotment SET
            {source} = {source} - moved.quantity, {target} = {target} + moved.quantity
        FROM unnest(%s::uuid[], %s::bigint[]) AS moved (id, quantity)
        WHERE stock_allotment.id = moved.id AND {source} >= moved.quantity
        """,  # noqa: S608 - both names come from the table above
        [ids, [amounts[key] for key in ids]],
        told=told,
    )
