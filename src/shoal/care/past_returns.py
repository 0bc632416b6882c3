"""Returns that a brand's own books have decided already, taken over in bulk as closed cases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shoal.care import rules_cases as rules
from shoal.care.models import Case, CaseLine, CaseStep
from shoal.care.opening import UnitsTaken
from shoal.care.rules_cases import Deed, Kind, Reason, Side, State
from shoal.kit.bulk import insert_rows
from shoal.kit.errors import NotFound
from shoal.kit.ids import short_code, uuid7
from shoal.kit.transactions import operation
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.orders.refunds import LinePart, PartsBack, refund_parts
from shoal.orders.steps import lock_orders
from shoal.payments.steps import RefundTooLarge, lock_intents

_KINDS = {
    Parcel.State.WAITING: Kind.CANCEL,
    Parcel.State.SHIPPED: Kind.REFUND,
    Parcel.State.DELIVERED: Kind.RETURN,
}


@dataclass(frozen=True, slots=True)
class GivenBack:
    """`units` of an order line given back for `amount` minor units, at most what they cost."""

    line: UUID
    units: int
    amount: int


@dataclass(frozen=True, slots=True)
class PastReturn:
    """What a brand gave back of one parcel of an order; `key` makes it count once."""

    key: UUID
    order: UUID
    lines: tuple[GivenBack, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Taken:
    """A return's case with its lines, not saved yet, and what goes back for it."""

    case: Case
    lines: list[CaseLine]
    parts: PartsBack


@operation
def close_returns(*, returns: Sequence[PastReturn], by: str) -> list[Case]:
    """This will open and close a case for each of `returns`, whose money goes back at once.

    The brand has decided: no term is looked at. Answers come in the same order; one whose key is
    known is answered as it is. Units that have not arrived and are not paid back in full stay with
    the customer, who gets that part of their price. Nobody is told. Raises UnitsTaken for a line
    that an open case is about, RefundTooLarge or NotFound, and keeps none of them.
    """
    known = Case.objects.in_bulk([wish.key for wish in returns])
    new = {wish.key: wish for wish in returns if wish.key not in known}
    lock_intents(subjects=[wish.order for wish in new.values()])
    orders = lock_orders(wish.order for wish in new.values())
    bought = OrderLine.objects.select_related("parcel").in_bulk(
        [given.line for wish in new.values() for given in wish.lines]
    )
    taken = [_take(wish, orders, bought) for wish in new.values()]
    paid = refund_parts([one.parts for one in taken], by=by)
    for one, amount in zip(taken, paid, strict=True):
        one.case.refund_minor, one.case.freight_minor = amount, amount - one.case.asked_minor
    cases = [one.case for one in taken]
    insert_rows(cases)
    insert_rows([row for one in taken for row in one.lines])
    insert_rows([entry for case in cases for entry in _timeline(case, by=by)])
    known |= {case.id: case for case in cases}
    return [known[wish.key] for wish in returns]


def taken_over(cases: Iterable[UUID]) -> set[UUID]:
    """This will say which of `cases` were taken over: it is the brand who opened them."""
    opened = CaseStep.objects.filter(case__in=list(cases), deed=Deed.OPEN, side=Side.BRAND)
    return set(opened.values_list("case_id", flat=True))


def _take(
    wish: PastReturn, orders: Mapping[UUID, Order], bought: Mapping[UUID, OrderLine]
) -> _Taken:
    """The case that one return makes, not saved yet, and what goes back for it."""
    order = orders.get(wish.order)
    known = {given.line: bought.get(given.line) for given in wish.lines}
    lines = {key: row for key, row in known.items() if row and row.order_id == wish.order}
    parcels = {row.parcel_id: row.parcel for row in lines.values()}
    if order is None or len(lines) != len(wish.lines) or len(parcels) != 1:
        raise NotFound
    if any(row.open_cases for row in lines.values()):
        raise UnitsTaken(free=0)
    (parcel,) = parcels.values()
    kind = _KINDS.get(Parcel.State(parcel.state))
    if kind is None:  # a cancelled parcel has been paid back
        raise RefundTooLarge
    case = Case(
        id=wish.key,
        code=short_code(),
        order=order,
        parcel=parcel,
        brand_id=parcel.brand_id,
        shop_id=order.storefront_id,
        customer_id=order.customer_id,
        kind=kind,
        reason=Reason.NEVER_ARRIVED if kind == Kind.REFUND else Reason.CHANGED_MIND,
        state=State.REFUNDED,
        waits_for="",
        brands_fault=kind == Kind.REFUND,
        needs_return=kind == Kind.RETURN,
        came_back=kind == Kind.RETURN,
        currency=order.currency,
        asked_minor=sum(given.amount for given in wish.lines),
        opened_at=wish.at,
        closed_at=wish.at,
    )
    parts = PartsBack(
        order=order,
        subject=wish.key,
        lines=_parts(lines, wish.lines, parcel),
        freight={},
        reason=f"case {case.code}: taken over",
        at=wish.at,
    )
    return _Taken(case, [_row(case, lines[given.line], given) for given in wish.lines], parts)


def _row(case: Case, line: OrderLine, given: GivenBack) -> CaseLine:
    return CaseLine(
        case=case,
        line=line,
        units=given.units,
        full_minor=rules.share(line.paid_minor, given.units, line.quantity),
        asked_minor=given.amount,
        given_units=given.units,
        given_minor=given.amount,
        back_units=given.units if case.came_back else 0,
    )


def _parts(
    known: Mapping[UUID, OrderLine], lines: Sequence[GivenBack], parcel: Parcel
) -> list[LinePart]:
    parts = []
    for given in lines:
        line = known[given.line]
        in_full = given.amount >= rules.share(line.paid_minor, given.units, line.quantity)
        back = parcel.state == Parcel.State.DELIVERED
        parts.append(
            LinePart(
                line.id,
                given.units if back or in_full else 0,
                given.amount,
                restock=back or parcel.state == Parcel.State.WAITING,
            )
        )
    return parts


def _timeline(case: Case, *, by: str) -> list[CaseStep]:
    asked = CaseStep(
        id=uuid7(),
        case=case,
        state=State.JUDGING,
        deed=Deed.OPEN,
        side=Side.BRAND,
        amount_minor=case.asked_minor,
        by=by,
        at=case.opened_at,
    )
    given = CaseStep(
        id=uuid7(),
        case=case,
        state=State.REFUNDED,
        deed=Deed.ACCEPT,
        side=Side.BRAND,
        amount_minor=case.refund_minor,
        by=by,
        at=case.opened_at,
    )
    return [asked, given]
