"""Writes that move a case on, inside the transaction of an operation that has locked it."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from shoal.care import rules_cases as rules
from shoal.care.models import Case, CaseLine, CasePicture, CaseStep, Replacement, ReturnAddress
from shoal.care.rules_cases import CLOSED, Deadlines, Deed, Kind, Reason, Side, Standing, State
from shoal.care.steps_holding import keep_agreed, release_held
from shoal.care.steps_telling import tell
from shoal.kit import vault
from shoal.kit.errors import NotFound, Refused
from shoal.kit.ids import uuid7
from shoal.kit.locks import lock_row, lock_rows
from shoal.kit.money import Money
from shoal.kit.pictures import LoosePicture
from shoal.kit.transactions import step
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.orders.refunds import LinePart, PartsBack, refund_parts, thaw
from shoal.orders.steps import lock_orders
from shoal.payments.steps import lock_intents
from shoal.stock import steps as stock


class CaseMovedOn(Refused):
    """This case has moved on meanwhile. Look at what it waits for now."""

    code = "case_moved_on"


class MoreThanAsked(Refused):
    """No more than was asked for can be given: {units} of these, and {most} for them."""

    code = "more_than_asked"


@dataclass(slots=True)
class Held:
    """A case whose rows are locked: nobody else moves it, its order, or its money."""

    case: Case
    order: Order
    parcel: Parcel
    lines: list[CaseLine]


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does what, when, and what she says and shows. `side` is empty for a deadline."""

    deed: Deed
    side: Side | None
    by: str
    at: datetime
    words: str = ""
    pictures: Sequence[LoosePicture] = ()


@dataclass(frozen=True, slots=True)
class GivenUnits:
    """What is given for one order line of a case: units of those asked for, and minor units."""

    line: UUID
    units: int
    amount: int


def deadlines() -> Deadlines:
    """This will read the installation's deadlines."""
    return Deadlines(
        keeper=settings.SHOAL_CASE_KEEPER,
        brand=settings.SHOAL_CASE_BRAND,
        customer=settings.SHOAL_CASE_CUSTOMER,
        platform=settings.SHOAL_CASE_PLATFORM,
        receipt=settings.SHOAL_CASE_RECEIPT,
        faults=settings.SHOAL_AFTER_SALES,
        counterfeit=timedelta(days=settings.SHOAL_COUNTERFEIT_DAYS),
    )


def standing_of(case: Case) -> Standing:
    """This will read off a case what the rules want to know."""
    return Standing(
        state=State(case.state),
        kind=Kind(case.kind),
        reason=Reason(case.reason),
        needs_return=case.needs_return,
        crosswise=case.crosswise,
        came_back=case.came_back,
        new_goods_arrived=case.new_goods_arrived,
    )


@step
def lock_case(*, code: str, **whose: UUID) -> Held:
    """This will lock a case of a tenant's and all that its money touches, in the house's order.

    `whose` is customer, shop or brand with its id; nothing for the platform. Raises NotFound.
    """
    found = Case.objects.filter(code=code, **whose).values("id", "order").first()
    if found is None:
        raise NotFound
    order = lock_trade(order=found["order"])
    case = lock_row(Case, found["id"])
    lines = (
        CaseLine.objects.filter(case=case)
        .select_related("case", "line__sku")
        .order_by("line__number")
    )
    return Held(case, order, Parcel.objects.get(id=case.parcel_id), list(lines))


@step
def lock_trade(*, order: UUID) -> Order:
    """This will lock an order with its payments and parcels. Raises NotFound."""
    lock_intents(subjects=[order])
    found = lock_orders([order]).get(order)
    if found is None:
        raise NotFound
    lock_rows(Parcel, Parcel.objects.filter(order=order).values_list("id", flat=True))
    return found


def check_may(held: Held, deed: Deed, side: Side) -> None:
    """This will raise CaseMovedOn when this side may not do this now."""
    if not rules.may_do(deed=deed, side=side, state=held.case.state):
        raise CaseMovedOn


@step
def move(held: Held, to: State, doing: Doing, *, amount: int | None = None) -> None:
    """This will bring a locked case into a state, say whom it waits for, and tell everybody."""
    case = held.case
    if to != case.state and not rules.may_follow(case.state, to):
        raise RuntimeError(f"case {case.code}: {case.state} to {to}")
    is_closing = to in CLOSED and case.closed_at is None
    case.state = to
    case.waits_for = rules.WAITS_FOR.get(to, "")
    case.until_at = rules.wait_until(to, at=doing.at, deadlines=deadlines())
    if is_closing:
        case.closed_at = doing.at
    case.save()
    note(case, doing, amount=amount)
    if is_closing:
        release_held(case=case, by=doing.by, at=doing.at)
        thaw(order=held.order, lines=[row.line_id for row in held.lines], at=doing.at)
    tell(case=case, deed=doing.deed, side=doing.side, at=doing.at)


@step
def note(case: Case, doing: Doing, *, amount: int | None = None) -> CaseStep:
    """This will append one entry to a case's timeline."""
    entry = CaseStep.objects.create(
        id=uuid7(),
        case=case,
        state=case.state,
        deed=doing.deed,
        side=doing.side or "",
        sealed=_sealed(case.customer_id, doing),
        amount_minor=amount,
        by=doing.by,
        at=doing.at,
    )
    CasePicture.objects.bulk_create(
        CasePicture(
            id=uuid7(),
            step=entry,
            width=picture.width,
            height=picture.height,
            sealed=vault.seal(case.customer_id, {"webp": b64encode(picture.webp).decode()}),
        )
        for picture in doing.pictures
    )
    return entry


def _sealed(customer: UUID, doing: Doing) -> bytes | None:
    if not doing.words and not doing.pictures:
        return None
    return vault.seal(customer, {"text": doing.words})


@step
def set_given(held: Held, given: Sequence[GivenUnits]) -> None:
    """This will write down what a side gives for each line; lines not in `given` get nothing.

    An exchange is given in units alone: they are worth what they cost. Raises MoreThanAsked for
    more than the units that are given cost, or than was asked for.
    """
    swaps = held.case.kind == Kind.EXCHANGE
    wishes = {wish.line: wish for wish in given}
    if not wishes.keys() <= {row.line_id for row in held.lines}:
        raise NotFound
    for row in held.lines:
        wish = wishes.get(row.line_id, GivenUnits(row.line_id, 0, 0))
        most_units, most_minor = asked_of(row)
        kept = held.case.kind == Kind.REFUND  # a part of the price, the goods stay with her
        units = row.units if kept else wish.units
        worth = rules.share(row.full_minor, units, row.units)
        most = min(most_minor, worth)
        amount = worth if swaps else wish.amount
        if not 0 <= wish.units <= most_units or not 0 <= amount <= most:
            raise MoreThanAsked(units=most_units, most=Money(most, held.case.currency))
        row.given_units, row.given_minor = wish.units, amount
        row.save(update_fields=["given_units", "given_minor"])


@step
def give(held: Held, doing: Doing) -> None:
    """This will grant what stands in each line's `given_…`, else all that was asked for.

    New goods beyond what an exchange is granted for go back on the shelf.
    """
    case = held.case
    for row in held.lines:
        if row.given_units is None or row.given_minor is None:
            row.given_units, row.given_minor = asked_of(row)
            row.save(update_fields=["given_units", "given_minor"])
    if case.kind == Kind.EXCHANGE:
        keep_agreed(case=case, lines=held.lines, by=doing.by, at=doing.at)
    case.return_address = case.return_address or _newest_address(case.brand_id)
    has_address = case.return_address is not None
    go_on(held, rules.after_grant(standing_of(case), has_address=has_address), doing)


def asked_of(row: CaseLine) -> tuple[int, int]:
    """This will say what is asked for of a line: units, and minor units for them.

    After an exchange of a part was agreed it is about that part, whatever it turns into.
    """
    if row.agreed_units is None:
        return row.units, row.asked_minor
    return row.agreed_units, rules.share(row.asked_minor, row.agreed_units, row.units)


@step
def go_on(held: Held, to: State, doing: Doing) -> None:
    """This will move a granted case to its next state; the money goes back when that is its end."""
    if to == State.REFUNDED:
        give_money(held, doing)
    if held.case.came_back and to in {State.REFUNDED, State.REPLACING, State.REPLACED}:
        _take_goods_in(held, by=doing.by, at=doing.at)
    _owe_postage(held.case, to, doing)
    swaps = held.case.kind == Kind.EXCHANGE
    amount = held.case.refund_minor if to == State.REFUNDED else given_minor(held)
    move(held, to, doing, amount=None if swaps else amount)


def _owe_postage(case: Case, to: State, doing: Doing) -> None:
    """The brand pays what the way back cost, out of its own balance, even below zero.

    Never as a refund: what was paid for the order could then not cover what else goes back of it.
    """
    owed = rules.postage_owed(
        asked=case.postage_asked_minor,
        owed=case.postage_minor,
        brands_fault=case.brands_fault,
        came_back=case.came_back,
        to=to,
    )
    if not owed:
        return
    case.postage_minor = owed
    case.save(update_fields=["postage_minor"])
    post(
        transfers=[
            NewTransfer(
                entry=uuid7(),
                kind="postage",
                debit=AccountKey(Account.Kind.BRAND, case.currency, case.brand_id),
                credit=AccountKey(Account.Kind.POSTAGE, case.currency),
                amount=owed,
                subject=case.id,
                at=doing.at,
                by=doing.by,
            )
        ]
    )
    note(case, Doing(Deed.POSTAGE, None, doing.by, doing.at), amount=owed)


@step
def give_money(held: Held, doing: Doing) -> None:
    """This will give back what the lines' `given_…` say, and the freight that goes with it."""
    case, order = held.case, held.order
    parts = parts_of(held)
    freight = _freight(held, parts)
    before = held.parcel.freight_back_minor
    wanted = PartsBack(
        order=order,
        subject=case.id,
        lines=parts,
        freight={held.parcel.id: freight} if freight else {},
        reason=f"case {case.code}: {case.reason}",
        at=doing.at,
    )
    (case.refund_minor,) = refund_parts([wanted], by=doing.by)
    held.parcel.refresh_from_db()
    case.freight_minor = held.parcel.freight_back_minor - before
    if not case.refund_minor:
        case.money_back_at = doing.at


def parts_of(held: Held) -> list[LinePart]:
    """This will say what a case takes off its order's lines.

    Units count as given back when they came back, were never sent, or are paid back in full;
    otherwise she keeps them and gets a part of their price.
    """
    parts = []
    for row in held.lines:
        units, amount = row.given_units or 0, row.given_minor or 0
        in_full = units and amount >= rules.share(row.full_minor, units, row.units)
        cancelled = held.case.kind == Kind.CANCEL
        counted = units if cancelled or held.case.came_back or in_full else 0
        if counted or amount:
            parts.append(LinePart(row.line_id, counted, amount, restock=cancelled))
    return parts


def given_minor(held: Held) -> int:
    """This will sum what the lines give, freight left out."""
    return sum(row.given_minor or 0 for row in held.lines)


def _take_goods_in(held: Held, *, by: str, at: datetime) -> None:
    """Brings what came back into stock again, once, and writes off what is broken.

    What was swapped before is not the unit that the line's hold knows: it is received anew.
    """
    reason = f"case {held.case.code}"
    for row in held.lines:
        units = row.given_units or 0
        if row.back_units or not units:
            continue
        row.back_units, row.broken_units = units, min(row.broken_units, units)
        row.save(update_fields=["back_units", "broken_units"])
        if held.case.kind == Kind.EXCHANGE or was_swapped(row.line_id):
            allotment = stock.receive_back(
                sku=_sku_in_hand(row), quantity=units, by=by, at=at, reason=reason
            )
        else:
            back = stock.UnitsBack(row.line_id, units, reason, at)
            stock.put_back(units=[back], by=by)
            allotment = row.line.allotment_id
        if row.broken_units:
            stock.write_off(
                allotment=allotment, quantity=row.broken_units, by=by, at=at, reason=reason
            )


def was_swapped(line: UUID) -> bool:
    """This will say whether units of an order's line were exchanged before."""
    sent = (Replacement.State.SENT, Replacement.State.ARRIVED)
    return Replacement.objects.filter(case_line__line=line, state__in=sent).exists()


def _sku_in_hand(row: CaseLine) -> UUID:
    """The SKU that comes back: the newest that was sent to her for this line, else the first.

    In an exchange that is what she had before it.
    """
    states = (Replacement.State.SENT, Replacement.State.ARRIVED)
    sent = Replacement.objects.filter(case_line__line=row.line_id, state__in=states)
    if row.case.kind == Kind.EXCHANGE:
        sent = sent.exclude(case_line=row)
    newest = sent.order_by("-id").first()
    return newest.sku_id if newest else row.line.sku_id


def _freight(held: Held, parts: Sequence[LinePart]) -> int:
    leaving = {part.line: part.units for part in parts}
    rows = OrderLine.objects.filter(parcel=held.parcel, line_minor__gt=0)
    whole = all(row.units_left == leaving.get(row.id, 0) for row in rows)
    return rules.freight_back(
        left=held.parcel.freight_left_minor,
        brands_fault=held.case.brands_fault,
        shipped=held.parcel.state != Parcel.State.WAITING,
        whole_parcel=whole,
    )


def _newest_address(brand: UUID) -> ReturnAddress | None:
    return ReturnAddress.objects.filter(brand=brand).order_by("-id").first()
