"""New goods for an exchange: set aside at once, sent by the brand, received by the customer."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from shoal.care import rules_cases as rules
from shoal.care.models import CaseLine, Replacement
from shoal.care.rules_cases import Kind
from shoal.care.steps_cases import Doing, Held, go_on, standing_of
from shoal.care.steps_holding import release_held
from shoal.kit.ids import uuid7
from shoal.kit.transactions import step
from shoal.stock import steps as stock
from shoal.stock.models import Allotment


@step
def hold_replacements(held: Held, *, by: str, at: datetime) -> None:
    """This will set the new goods of a locked exchange aside, or raise NotEnoughStock.

    From the warehouse; what the line was bought from answers where that has none.
    """
    places = {row.id: _places(row) for row in held.lines}
    there = stock.lock_available(allotments={key for keys in places.values() for key in keys})
    made = []
    for row in held.lines:
        place = next((key for key in places[row.id] if there[key] >= row.units), None)
        if place is None:
            most = max((there[key] for key in places[row.id]), default=0)
            raise stock.NotEnoughStock(available=most, wanted=row.units)
        there[place] -= row.units
        made.append(
            Replacement(id=uuid7(), case_line=row, sku=row.sku, allotment_id=place, units=row.units)
        )
    stock.hold(
        holds=[stock.NewHold(row.id, row.allotment_id, row.units, at) for row in made], by=by
    )
    Replacement.objects.bulk_create(made)


@step
def send_replacements(held: Held, *, carrier: str, tracking: str, by: str, at: datetime) -> None:
    """This will note that the new goods of a locked case left."""
    rows = list(_of(held, Replacement.State.HELD))
    stock.sell(lines=dict.fromkeys([row.id for row in rows], at), by=by)
    for row in rows:
        row.state, row.sent_at = Replacement.State.SENT, at
        row.carrier, row.tracking = carrier.strip()[:40], tracking.strip()[:60]
        row.save(update_fields=["state", "sent_at", "carrier", "tracking"])


@step
def arrive(held: Held, doing: Doing) -> None:
    """This will note that the new goods are with the customer, and go on."""
    _of(held, Replacement.State.SENT).update(state=Replacement.State.ARRIVED, arrived_at=doing.at)
    case = held.case
    case.new_goods_arrived = True
    has_address = case.return_address_id is not None
    go_on(held, rules.after_arrival(standing_of(case), has_address=has_address), doing)


@step
def receive_goods(held: Held, doing: Doing) -> None:
    """This will note that a locked case's goods are back with the brand, and go on."""
    held.case.came_back = True
    go_on(held, rules.after_receipt(standing_of(held.case)), doing)


@step
def pay_instead(held: Held, doing: Doing) -> None:
    """This will turn a locked exchange that cannot be fulfilled into a refund of what was paid."""
    case = held.case
    has_address = case.return_address_id is not None
    to = rules.after_no_replacement(standing_of(case), has_address=has_address)
    case.kind = Kind.RETURN if case.needs_return else Kind.REFUND
    release_held(case=case, by=doing.by, at=doing.at)
    go_on(held, to, doing)


def _of(held: Held, state: Replacement.State) -> QuerySet[Replacement]:
    return Replacement.objects.filter(case_line__case=held.case, state=state).order_by("id")


def _places(row: CaseLine) -> list[UUID]:
    sku = row.sku_id
    home = Allotment.objects.filter(sku=sku, is_warehouse=True).values_list("id", flat=True)
    own = [row.line.allotment_id] if sku == row.line.sku_id else []
    return list(dict.fromkeys([*home, *own]))
