"""Durable work of reconciliation: taking bills in, asking providers, writing off.

A bill is fetched outside of any transaction; what it says is kept, booked and matched in one.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shoal.kit.clock import market_day
from shoal.kit.errors import NotFound, Refused
from shoal.kit.ids import uuid7
from shoal.kit.locks import lock_row
from shoal.kit.transactions import operation
from shoal.payments.models import Refund
from shoal.payments.operations import record_notices
from shoal.payments.providers import (
    BillKind,
    BillNotReady,
    BillRow,
    ProviderDown,
    ProviderNotice,
    ProviderSaidNo,
    provider,
)
from shoal.reconciliation import queries
from shoal.reconciliation.models import Bill, BillLine, Deed, Difference
from shoal.reconciliation.steps import book_bill, hold_against, take_turn, write_off

_AT_ONCE = 2000
LONGEST_REASON = 200


class BillDiffers(Refused):
    """Another bill of {partner} for {day} is in and stays. What differs is written off by two."""

    code = "bill_differs"


class DayNotOver(Refused):
    """{day} is not over yet. Its bill comes the day after."""

    code = "day_not_over"


class NothingBilled(Refused):
    """This bill has no rows."""

    code = "nothing_billed"


class AlreadyClosed(Refused):
    """This difference is closed already."""

    code = "difference_closed"


class NobodyToAsk(Refused):
    """A carrier cannot be asked from here. Ask it yourself, and write down what it said."""

    code = "nobody_to_ask"


class ProposedAlready(Refused):
    """Somebody wishes to write this off already. Another operator has to decide."""

    code = "proposed_already"


class NothingProposed(Refused):
    """Nobody wishes to write this off."""

    code = "nothing_proposed"


class SecondPersonNeeded(Refused):
    """You proposed this yourself: somebody else has to decide it."""

    code = "second_person_needed"


class WhyMissing(Refused):
    """Please say why."""

    code = "why_missing"


@dataclass(frozen=True, slots=True)
class Freight:
    """One row of a carrier's bill: a tracking number and what it asks, in minor units."""

    tracking: str
    amount: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """A bill, whether it is new here, and the differences that it brought to light."""

    bill: Bill
    is_new: bool
    differences: Sequence[Difference] = ()


def fetch_bill(*, name: str, day: date, by: str, at: datetime) -> Imported:
    """This will download a provider's bill for `day` and take it in, unless that was done.

    Raises DayNotOver, BillNotReady, ProviderDown, ProviderSaidNo or NotFound.
    """
    known = queries.bill_of_day(provider=name, day=day)
    if known is not None:
        return Imported(known, is_new=False)
    _check_over(day, at)
    rows = list(provider(name).download_bill(day=day))
    return import_bill(name=name, day=day, rows=rows, by=by, at=at)


@operation
def import_bill(
    *, name: str, day: date, rows: Iterable[BillRow], by: str, at: datetime
) -> Imported:
    """This will keep a provider's bill, book what it paid and kept, and match it with ours.

    The same bill again changes nothing. Raises BillDiffers for another one of the same day, and
    DayNotOver.
    """
    _check_over(day, at)
    lines = [
        BillLine(
            number=number,
            kind=row.kind,
            code=row.code,
            reference=row.reference,
            amount=row.amount,
            fee=row.fee,
            currency=row.currency,
            happened_at=row.happened_at,
        )
        for number, row in enumerate(rows, start=1)
    ]
    bill = Bill(source=Bill.Source.PROVIDER, partner=name, since_day=day, day=day, by=by, at=at)
    take_turn(source=bill.source, partner=name)
    other = queries.bill_of_day(provider=name, day=day)
    imported = _keep(bill, lines)
    if not imported.is_new:
        return imported
    if other is not None:
        raise BillDiffers(partner=name, day=day)
    _write(bill, lines)
    book_bill(bill=bill, at=at)
    return Imported(bill, is_new=True, differences=hold_against(bill=bill, by=by, at=at))


@operation
def import_freight(*, carrier: str, rows: Iterable[Freight], by: str, at: datetime) -> Imported:
    """This will keep a carrier's bill and match it with our parcels, by tracking number.

    The same bill again changes nothing. Raises NothingBilled.
    """
    lines = [
        BillLine(
            number=number,
            kind=BillLine.FREIGHT,
            code=row.tracking,
            amount=row.amount,
            currency=row.currency,
            happened_at=row.at,
        )
        for number, row in enumerate(rows, start=1)
    ]
    if not lines:
        raise NothingBilled
    days = [market_day(line.happened_at) for line in lines]
    bill = Bill(
        source=Bill.Source.CARRIER,
        partner=carrier,
        since_day=min(days),
        day=max(days),
        by=by,
        at=at,
    )
    take_turn(source=bill.source, partner=carrier)
    imported = _keep(bill, lines)
    if not imported.is_new:
        return imported
    _write(bill, lines)
    return Imported(bill, is_new=True, differences=hold_against(bill=bill, by=by, at=at))


def catch_up(*, at: datetime, by: str, names: Iterable[str] | None = None) -> list[Imported]:
    """This will fetch every bill that is out by now, the oldest day first, for each provider.

    A provider that has no bill yet, or does not answer, is asked again the next time.
    """
    done: list[Imported] = []
    for name in names if names is not None else queries.providers_in_use():
        try:
            days = queries.missing_days(provider=name, at=at)
            # One by one: what came before a provider fell silent is kept and told.
            done.extend(fetch_bill(name=name, day=day, by=by, at=at) for day in days)
        except (BillNotReady, ProviderDown, ProviderSaidNo, NotFound):
            continue
    return done


@operation
def look_again(*, bill: Bill, by: str, at: datetime) -> Sequence[Difference]:
    """This will match what has come since with what was unmatched of this partner's bills."""
    take_turn(source=bill.source, partner=bill.partner)
    return hold_against(bill=bill, by=by, at=at)


def ask_provider(*, code: str, by: str, at: datetime) -> str:
    """This will ask the provider what happened, book what we did not know, and match again.

    Returns what it said, as it is kept with the difference; that it refused is an answer, too.
    Raises NotFound, AlreadyClosed, NobodyToAsk or ProviderDown.
    """
    found = queries.difference_by_code(code=code)
    if found.bill.source != Bill.Source.PROVIDER:
        raise NobodyToAsk
    _check_open(found)
    try:
        told = _ask(found)
    except ProviderSaidNo as no:
        told, said = [], f"refused: {no.facts.get('why', '')}"
    else:
        said = "; ".join(f"{one.kind} {one.money.decimal} {one.currency}" for one in told)
    if told:
        record_notices(notices=told, at=at)
    said = (said or "knows nothing of it")[:LONGEST_REASON]
    _note_answer(difference=found, said=said, by=by, at=at)
    return said


def _ask(difference: Difference) -> Sequence[ProviderNotice]:
    partner = provider(difference.bill.partner)
    line, notice = difference.line, difference.notice
    number = line.code if line else notice.our_code if notice else ""
    if not number:  # the platform gave it by hand: the partner knows no number of ours
        return []
    is_refund = (
        line.kind == BillKind.REFUND if line else notice is not None and (notice.kind != "captured")
    )
    if not is_refund:
        return partner.query(code=number)
    # A refund we know nothing of cannot be asked after by every partner.
    if not Refund.objects.filter(code=number).exists():
        return []
    return partner.query_refund(code=number)


@operation
def _note_answer(*, difference: Difference, said: str, by: str, at: datetime) -> None:
    take_turn(source=difference.bill.source, partner=difference.bill.partner)
    _deed(difference, Deed.What.ASKED, reason=said, by=by, at=at)
    hold_against(bill=difference.bill, by=by, at=at)


@operation
def propose_write_off(*, code: str, reason: str, by: str, at: datetime) -> Deed:
    """This will wish a difference written off; another operator decides.

    Raises NotFound, WhyMissing, AlreadyClosed or ProposedAlready.
    """
    if not reason.strip():
        raise WhyMissing
    found = _held(code)
    if open_proposal(difference=found) is not None:
        raise ProposedAlready
    return _deed(found, Deed.What.PROPOSED, reason=reason.strip(), by=by, at=at)


@operation
def decide_write_off(*, code: str, approve: bool, by: str, at: datetime, reason: str = "") -> Deed:
    """This will write a difference off as the second of two operators, or decline to.

    Who proposed it may take that back.

    What it is about moves between the clearing account and the provider's fees. Raises NotFound,
    AlreadyClosed, NothingProposed or SecondPersonNeeded.
    """
    found = _held(code)
    wish = open_proposal(difference=found)
    if wish is None:
        raise NothingProposed
    if approve and wish.by == by:
        raise SecondPersonNeeded
    if not approve:
        return _deed(found, Deed.What.DECLINED, reason=reason, by=by, at=at)
    deed = _deed(
        found,
        Deed.What.CLOSED,
        how=Deed.How.WRITTEN_OFF,
        reason=reason or wish.reason,
        by=by,
        proposed_by=wish.by,
        at=at,
    )
    write_off(difference=found, entry=deed.id, by=by, at=at)
    return deed


def open_proposal(*, difference: Difference) -> Deed | None:
    """This will return the wish to write off that nobody has decided yet."""
    words = [Deed.What.PROPOSED, Deed.What.DECLINED, Deed.What.CLOSED]
    last = Deed.objects.filter(difference=difference, what__in=words).order_by("-id").first()
    return last if last is not None and last.what == Deed.What.PROPOSED else None


def _check_over(day: date, at: datetime) -> None:
    if day >= market_day(at):
        raise DayNotOver(day=day)


def _check_open(difference: Difference) -> None:
    if Deed.objects.filter(difference=difference, what=Deed.What.CLOSED).exists():
        raise AlreadyClosed


def _held(code: str) -> Difference:
    found = queries.difference_by_code(code=code)
    lock_row(Difference, found.id)
    _check_open(found)
    return found


def _deed(difference: Difference, what: Deed.What, **facts: object) -> Deed:
    return Deed.objects.create(id=uuid7(), difference=difference, what=what, **facts)


def _keep(bill: Bill, lines: Sequence[BillLine]) -> Imported:
    """The bill as it was taken in before, or the new one with what its rows say in its digest."""
    bill.rows, bill.digest = len(lines), _digest(bill, lines)
    known = queries.bill_with(source=bill.source, partner=bill.partner, digest=bill.digest)
    return Imported(known or bill, is_new=known is None)


def _write(bill: Bill, lines: Sequence[BillLine]) -> None:
    bill.save(force_insert=True)
    for line in lines:
        line.bill = bill
    BillLine.objects.bulk_create(lines, batch_size=_AT_ONCE)


def _digest(bill: Bill, lines: Iterable[BillLine]) -> bytes:
    """Of what the rows say, in an order of their own: how a bill was written does not matter."""
    said = sorted(
        f"{row.kind}\t{row.code}\t{row.reference}\t{row.amount}\t{row.fee}\t{row.currency}"
        f"\t{int(row.happened_at.timestamp())}"
        for row in lines
    )
    whole = "\n".join([bill.source, bill.partner, bill.day.isoformat(), *said])
    return hashlib.sha256(whole.encode()).digest()
