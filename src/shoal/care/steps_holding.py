"""New goods that are set aside for an exchange: as many as were agreed, as long as they wait."""

from collections.abc import Sequence
from datetime import datetime

from shoal.care.models import Case, CaseLine, Replacement
from shoal.kit.ids import uuid7
from shoal.kit.transactions import step
from shoal.stock import steps as stock


@step
def keep_agreed(*, case: Case, lines: Sequence[CaseLine], by: str, at: datetime) -> None:
    """This will keep, of the new goods that have not left, what each line of an exchange is given.

    The rest goes back on the shelf.
    """
    held = {row.case_line_id: row for row in _held(case)}
    fewer = []
    for line in lines:
        row = held.get(line.id)
        if row is None:
            continue
        line.agreed_units = line.given_units or 0
        line.save(update_fields=["agreed_units"])
        if line.agreed_units < row.units:
            fewer.append((row, line.agreed_units))
    if not fewer:
        return
    stock.lock_available(allotments=[row.allotment_id for row, _ in fewer])
    stock.release(
        lines=dict.fromkeys([row.id for row, _ in fewer], at), by=by, reason=f"case {case.code}"
    )
    holds = []
    for row, units in fewer:
        mine = Replacement.objects.filter(id=row.id)
        if units:
            # A hold is let go whole: what stays set aside is held anew.
            hold = stock.NewHold(uuid7(), row.allotment_id, units, at)
            mine.update(id=hold.line, units=units)
            holds.append(hold)
        else:
            mine.update(state=Replacement.State.RELEASED)
    stock.hold(holds=holds, by=by)


@step
def release_held(*, case: Case, by: str, at: datetime) -> None:
    """This will put new goods that were set aside and are not sent back on the shelf."""
    ids = [row.id for row in _held(case)]
    if ids:
        stock.release(lines=dict.fromkeys(ids, at), by=by, reason=f"case {case.code}")
        Replacement.objects.filter(id__in=ids).update(state=Replacement.State.RELEASED)


def _held(case: Case) -> list[Replacement]:
    rows = Replacement.objects.filter(case_line__case=case, state=Replacement.State.HELD)
    return list(rows.order_by("id"))
