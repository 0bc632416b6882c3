"""Writes that the operations of reconciliation compose: rows, matches, differences, transfers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from shoal.kit.clock import market_day
from shoal.kit.ids import uuid7
from shoal.kit.transactions import step
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.orders.models import Parcel
from shoal.payments.models import Notice
from shoal.payments.rules import Kind
from shoal.reconciliation import queries
from shoal.reconciliation.models import Bill, BillLine, Deed, Difference, Match
from shoal.reconciliation.rules import (
    Finding,
    Found,
    Side,
    match,
    not_dearer,
    same_sum,
    signed,
    to_write_off,
)
from shoal.settlement.models_payouts import Goodwill

PROCESS = "reconciliation"
Ours = Notice | Goodwill | Parcel
_PAIRED = frozenset({Finding.MATCHED, Finding.LATE})


@step
def take_turn(*, source: str, partner: str) -> None:
    """This will wait until nobody else works on this partner's bills, until the transaction ends.

    Only a courtesy: that a bill is booked once and a row matched once rests on constraints.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{source}:{partner}"]
        )


@step
def book_bill(*, bill: Bill, at: datetime) -> None:
    """This will move what a provider paid us, and what it kept, out of its clearing account."""
    moved = Counter[tuple[str, Account.Kind]]()
    for row in bill.lines.all():
        net = signed(row.kind, row.amount)
        moved[row.currency, Account.Kind.BANK] += net - row.fee
        moved[row.currency, Account.Kind.PROVIDER_FEE] += row.fee
    names = {Account.Kind.BANK: "provider_payout", Account.Kind.PROVIDER_FEE: "provider_fee"}
    post(
        transfers=[
            _out_of_clearing(
                bill.partner, currency, amount, kind, name=names[kind], entry=bill.id, at=at
            )
            for (currency, kind), amount in sorted(moved.items())
            if amount
        ]
    )


@step
def write_off(*, difference: Difference, entry: UUID, by: str, at: datetime) -> None:
    """This will move what a difference is about between clearing and the provider's fees.

    A carrier's bill is not on our ledger yet: nothing moves.
    """
    if difference.bill.source != Bill.Source.PROVIDER:
        return
    post(
        transfers=[
            _out_of_clearing(
                difference.bill.partner,
                currency,
                missing,
                Account.Kind.PROVIDER_FEE,
                name="write_off",
                entry=entry,
                at=at,
                subject=difference.id,
                by=by,
            )
            for currency, missing in to_write_off(_sides(difference)).items()
        ]
    )


@step
def hold_against(*, bill: Bill, by: str, at: datetime) -> list[Difference]:
    """This will match whatever is unmatched of this partner's bills, and return new differences.

    Doing it again with nothing new writes nothing.
    """
    lines = {row.id: row for row in queries.unmatched_lines(bill=bill)}
    ours: dict[UUID, Ours] = {row.id: row for row in _ours(bill)}
    found = match(
        ours=[_our_side(row) for row in ours.values()],
        theirs=[_their_side(row) for row in lines.values()],
        seen=queries.seen_keys(bill=bill, lines=lines.values()),
        fits=same_sum if bill.source == Bill.Source.PROVIDER else not_dearer,
    )
    covered = queries.covered_days(bill=bill)
    waiting = list(queries.open_differences(source=bill.source, partner=bill.partner))
    _add_matches(found, ours, by, at)
    new = []
    for one in found:
        difference = _difference(one, lines, ours, covered)
        if difference is not None:
            difference.by, difference.at = by, at
            new.append(difference)
    known = {_about(row) for row in waiting}
    new = [row for row in new if _about(row) not in known]
    Difference.objects.bulk_create(new)
    _close_old(waiting, found, new, at)
    return [row for row in new if row.kind != Finding.LATE]


def _ours(bill: Bill) -> Sequence[Ours]:
    if bill.source == Bill.Source.PROVIDER:
        return [*queries.unmatched_notices(bill=bill), *queries.unmatched_gifts(bill=bill)]
    return queries.unmatched_parcels(bill=bill)


def _our_side(row: Ours) -> Side:
    if isinstance(row, Goodwill):
        code = row.reference
        return Side(row.id, "refund", code, row.amount, row.currency, market_day(row.at))
    if isinstance(row, Parcel):
        currency = row.order.currency
        return Side(row.id, BillLine.FREIGHT, row.tracking, row.freight_minor, currency)
    kind = "pay" if row.kind == Kind.CAPTURED else "refund"
    day = market_day(row.happened_at)
    return Side(row.id, kind, row.our_code, row.amount, row.currency, day)


def _their_side(row: BillLine) -> Side:
    day = None if row.kind == BillLine.FREIGHT else row.bill.day
    return Side(row.id, row.kind, row.code, row.amount, row.currency, day)


def _sides(difference: Difference) -> Found:
    ours = difference.notice or difference.gift or difference.parcel
    line = difference.line
    return Found(
        Finding(difference.kind),
        ours=_our_side(ours) if ours else None,
        theirs=_their_side(line) if line else None,
    )


def _add_matches(found: Iterable[Found], ours: dict[UUID, Ours], by: str, at: datetime) -> None:
    matches = []
    for one in found:
        if one.finding in _PAIRED and one.ours and one.theirs:
            known = ours[one.ours.id]
            matches.append(
                Match(
                    line_id=one.theirs.id,
                    notice=known if isinstance(known, Notice) else None,
                    gift=known if isinstance(known, Goodwill) else None,
                    parcel=known if isinstance(known, Parcel) else None,
                    late=one.finding is Finding.LATE,
                    by=by,
                    at=at,
                )
            )
    Match.objects.bulk_create(matches)


def _difference(
    one: Found,
    lines: dict[UUID, BillLine],
    ours: dict[UUID, Ours],
    covered: dict[date, Bill],
) -> Difference | None:
    """What a finding differs by; None where it does not, or where no bill has spoken of it yet."""
    if one.finding is Finding.MATCHED:
        return None
    line = lines[one.theirs.id] if one.theirs else None
    known = ours[one.ours.id] if one.ours else None
    day = _day_of(known) if known else None
    bill = line.bill if line else covered.get(day) if day else None
    if bill is None:
        return None
    return Difference(
        id=uuid7(),
        kind=one.finding,
        bill=bill,
        line=line,
        notice=known if isinstance(known, Notice) else None,
        gift=known if isinstance(known, Goodwill) else None,
        parcel=known if isinstance(known, Parcel) else None,
    )


def _day_of(known: Ours) -> date | None:
    if isinstance(known, Parcel):
        return market_day(known.shipped_at) if known.shipped_at else None
    return market_day(known.at if isinstance(known, Goodwill) else known.happened_at)


def _about(row: Difference) -> tuple[str, frozenset[UUID]]:
    return str(row.kind), _side_ids(row)


def _side_ids(row: Difference) -> frozenset[UUID]:
    sides = (row.line_id, row.notice_id, row.gift_id, row.parcel_id)
    return frozenset(side for side in sides if side is not None)


def _close_old(
    waiting: Sequence[Difference], found: Sequence[Found], new: Sequence[Difference], at: datetime
) -> None:
    """A difference ends when one of its sides has found its partner, or differs in another way."""
    paired = {
        side.id: one.finding
        for one in found
        if one.finding in _PAIRED
        for side in (one.ours, one.theirs)
        if side
    }
    moved = {side for row in new for side in _side_ids(row)}
    deeds = []
    for row in waiting:
        sides = _side_ids(row)
        late = any(paired.get(side) is Finding.LATE for side in sides)
        if sides & paired.keys():
            how = Deed.How.LATE if late else Deed.How.MATCHED
            deeds.append(_closing(row, how, at))
        elif sides & moved:
            deeds.append(_closing(row, Deed.How.SUPERSEDED, at))
    deeds += [_closing(row, Deed.How.LATE, at) for row in new if row.kind == Finding.LATE]
    Deed.objects.bulk_create(deeds)


def _closing(row: Difference, how: Deed.How, at: datetime) -> Deed:
    return Deed(id=uuid7(), difference=row, what=Deed.What.CLOSED, how=how, by=PROCESS, at=at)


def _out_of_clearing(
    provider: str,
    currency: str,
    amount: int,
    to: Account.Kind,
    *,
    name: str,
    entry: UUID,
    at: datetime,
    subject: UUID | None = None,
    by: str = PROCESS,
) -> NewTransfer:
    """What clearing has too much goes to the other account; what it lacks comes from there."""
    clearing = AccountKey(Account.Kind.CLEARING, currency, provider=provider)
    other = AccountKey(to, currency)
    debit, credit = (other, clearing) if amount > 0 else (clearing, other)
    return NewTransfer(
        entry=entry,
        kind=name,
        debit=debit,
        credit=credit,
        amount=abs(amount),
        subject=subject or entry,
        at=at,
        by=by,
    )
