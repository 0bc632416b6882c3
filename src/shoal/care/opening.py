"""What a customer may ask back of an order, worked out of what nobody has asked back yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone

from shoal.care import rules_cases as rules
from shoal.care.models import Case, CaseLine
from shoal.care.rules_cases import CLOSED, Deadlines, Free, Kind, Reason, State
from shoal.catalog.models import Sku
from shoal.kit.errors import Refused
from shoal.kit.money import Money, minor_of
from shoal.orders.models import Order, OrderLine, Parcel


class NothingChosen(Refused):
    """Please choose what it is about: at least one line and one unit."""

    code = "nothing_asked"


class OneParcelPerCase(Refused):
    """These goods come in different parcels. Please ask for each parcel on its own."""

    code = "one_parcel_per_case"


class CannotAsk(Refused):
    """This cannot be asked for now: the parcel has moved on, or the reason does not fit."""

    code = "cannot_ask"


class AskedTooLate(Refused):
    """This could be asked for until {until}."""

    code = "asked_too_late"


class UnitsTaken(Refused):
    """Only {free} of these can be asked back: the others went back or are in another case."""

    code = "units_taken"


class AmountTooLarge(Refused):
    """You can ask for {most} at most: that is what you paid for it."""

    code = "amount_too_large"


class OtherGoods(Refused):
    """Goods can be exchanged for another size or colour of the same product only."""

    code = "other_goods"


@dataclass(frozen=True, slots=True)
class WantedUnits:
    """Units of one order line, in a case.

    `amount` in minor units for a refund of less than they cost; `sku` what to exchange them for
    (None: the same again).
    """

    line: UUID
    units: int
    amount: int | None = None
    sku: UUID | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that may stand: its parcel, and a row per line, not saved yet."""

    parcel: Parcel
    rows: list[CaseLine]
    needs_return: bool


def postage_most(case: Case) -> int:
    """This will say what a customer may ask for the way back of a case, in minor units."""
    named = settings.SHOAL_RETURN_POSTAGE_MOST.get(case.currency, Decimal(0))
    return rules.postage_most(brands_fault=case.brands_fault, limit=minor_of(named, case.currency))


def free_of(lines: Iterable[OrderLine], *, reason: Reason | None = None) -> dict[UUID, Free]:
    """This will say of each line what nobody has asked back and no platform finally refused.

    Doubts that goods are genuine (`reason`) are a matter of their own: an earlier refusal for
    another reason does not end them.
    """
    rows = list(lines)
    final = Q(case__state=State.REFUSED, case__was_ruled=True)
    if reason == Reason.COUNTERFEIT:
        final &= Q(case__reason=Reason.COUNTERFEIT)
    taken = (
        CaseLine.objects.filter(line__in=[row.id for row in rows])
        .filter(~Q(case__state__in=[*CLOSED]) | final)
        .order_by()
        .values("line")
        .annotate(units_taken=Sum("units"), paid_taken=Sum("full_minor"))
    )
    busy = {row["line"]: (row["units_taken"], int(row["paid_taken"])) for row in taken}
    free = {}
    for row in rows:
        units, paid = busy.get(row.id, (0, 0))
        left = row.paid_minor - row.back_paid_minor - paid
        free[row.id] = Free(max(row.units_left - units, 0), max(left, 0))
    return free


def check(
    *,
    order: Order,
    kind: Kind,
    reason: Reason,
    wanted: Sequence[WantedUnits],
    limits: Deadlines,
    at: datetime,
) -> Checked:
    """This will say what a request comes to. Raises one of the refusals above."""
    wishes = {wish.line: wish for wish in wanted if wish.units > 0}
    known = OrderLine.objects.filter(order=order).select_related("parcel", "sku").in_bulk()
    chosen = [known[key] for key in wishes if key in known]
    if not chosen or len(chosen) != len(wishes):
        raise NothingChosen
    if len({row.parcel_id for row in chosen}) > 1:
        raise OneParcelPerCase
    parcel = chosen[0].parcel
    if not _is_paid(order, parcel) or reason not in rules.reasons_for(
        parcel=parcel.state, kind=kind
    ):
        raise CannotAsk
    _check_time(parcel, chosen, reason, limits, at)
    if kind == Kind.CANCEL:
        wishes |= _gifts(parcel, wishes, known)
        chosen = [known[key] for key in wishes]
    free = free_of(chosen, reason=reason)
    rows = [_row(row, wishes[row.id], free[row.id], kind, order.currency) for row in chosen]
    if kind != Kind.EXCHANGE and not sum(row.asked_minor for row in rows):
        raise NothingChosen
    returns = rules.needs_return(kind=kind, reason=reason)
    return Checked(parcel, sorted(rows, key=lambda row: row.line.number), returns)


def _is_paid(order: Order, parcel: Parcel) -> bool:
    states = {Order.State.PAID, Order.State.SHIPPED, Order.State.DELIVERED, Order.State.COMPLETED}
    return order.state in states and parcel.state != Parcel.State.CANCELLED


def _check_time(
    parcel: Parcel, chosen: Sequence[OrderLine], reason: Reason, limits: Deadlines, at: datetime
) -> None:
    for row in chosen:
        until = rules.ask_until(
            delivered_at=parcel.delivered_at,
            return_days=row.return_days,
            reason=reason,
            deadlines=limits,
        )
        if until is not None and at >= until:
            raise AskedTooLate(until=f"{timezone.localtime(until):%Y-%m-%d %H:%M}")


def _gifts(
    parcel: Parcel, wishes: Mapping[UUID, WantedUnits], known: Mapping[UUID, OrderLine]
) -> dict[UUID, WantedUnits]:
    """A gift goes where the last of its brand's goods goes, whichever parcels those were in."""
    brands_own = [row for row in known.values() if row.parcel.brand_id == parcel.brand_id]
    bought = [row for row in brands_own if row.line_minor]
    if any(row.units_left > (wishes[row.id].units if row.id in wishes else 0) for row in bought):
        return {}
    gifts = [
        row
        for row in brands_own
        if row.parcel_id == parcel.id and not row.line_minor and row.units_left
    ]
    return {row.id: WantedUnits(row.id, row.units_left) for row in gifts}


def _row(line: OrderLine, wish: WantedUnits, free: Free, kind: Kind, currency: str) -> CaseLine:
    if wish.units > free.units:
        raise UnitsTaken(free=free.units)
    full = rules.worth(free, wish.units)
    asked = full if wish.amount is None or kind != Kind.REFUND else wish.amount
    if not 0 <= asked <= full:
        raise AmountTooLarge(most=Money(full, currency))
    return CaseLine(
        line=line,
        units=wish.units,
        full_minor=full,
        asked_minor=asked,
        sku=_new_sku(line, wish) if kind == Kind.EXCHANGE else None,
    )


def _new_sku(line: OrderLine, wish: WantedUnits) -> Sku:
    if wish.sku is None or wish.sku == line.sku_id:
        return line.sku
    other = Sku.objects.filter(id=wish.sku, product=line.sku.product_id).first()
    if other is None:
        raise OtherGoods
    return other
