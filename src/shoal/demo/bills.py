"""The demo's bills: what the sandbox and a carrier wrote down, not all of it right."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from shoal.kit.clock import market_day
from shoal.kit.money import portion
from shoal.payments.models import Notice
from shoal.payments.providers import BillKind, BillRow
from shoal.payments.rules import Kind
from shoal.people.models import Person
from shoal.reconciliation.operations import (
    Freight,
    decide_write_off,
    import_bill,
    import_freight,
    propose_write_off,
)
from shoal.reconciliation.queries import booked_notices, carriers, open_differences, parcels_by

_FEE = 60
_DAY = timedelta(days=1)
_OLDEST = 14
_USUAL = 800
_DEAREST = 250


def reconcile(*, operators: Sequence[Person], at: datetime) -> None:
    """This will take in the bill of each day that is over, and a carrier's, and clear one thing up.

    A few days ago a row came late, one was short of ten cents, one stood there twice; yesterday
    one is missing.
    """
    by_day: dict[str, dict[date, list[BillRow]]] = defaultdict(lambda: defaultdict(list))
    for notice in booked_notices().order_by("happened_at", "id"):
        by_day[notice.provider][market_day(notice.happened_at)].append(_row(notice))
    for name, days in by_day.items():
        _spoil(days, today=market_day(at))
        for day in sorted(day for day in days if day < market_day(at)):
            import_bill(name=name, day=day, rows=days[day], by="worker:reconciliation", at=at)
    _freight(at)
    _clear_up(operators, at)


def _row(notice: Notice) -> BillRow:
    paid = notice.kind == Kind.CAPTURED
    fee = portion(notice.amount, _FEE)
    return BillRow(
        kind=BillKind.PAY if paid else BillKind.REFUND,
        code=notice.our_code,
        reference=notice.event,
        amount=notice.amount,
        fee=fee if paid else -fee,
        currency=notice.currency,
        happened_at=notice.happened_at,
    )


def _spoil(days: dict[date, list[BillRow]], *, today: date) -> None:
    def ago(number: int) -> list[BillRow]:
        return days.get(today - number * _DAY, [])

    if ago(1):
        ago(1).pop()
    if ago(4) and ago(3):
        ago(3).append(ago(4).pop(0))
    if ago(6):
        ago(6)[0] = replace(ago(6)[0], amount=ago(6)[0].amount + 10)
    if ago(8):
        ago(8).append(replace(ago(8)[0], reference=f"{ago(8)[0].reference}-2"))


def _freight(at: datetime) -> None:
    """A bill of the busiest carrier: one parcel dearer, one left out, one that nobody knows."""
    for carrier in carriers()[:1]:
        parcels = parcels_by(carrier=carrier).filter(
            shipped_at__gte=at - _OLDEST * _DAY, shipped_at__lt=at - 4 * _DAY
        )
        rows = [
            Freight(row.tracking, row.freight_minor or _USUAL, row.order.currency, row.shipped_at)
            for row in parcels.order_by("-freight_minor", "shipped_at", "id")
            if row.shipped_at
        ]
        if len(rows) > 2:
            rows[0] = replace(rows[0], amount=rows[0].amount + _DEAREST)
            rows[-1] = replace(rows[-1], tracking=f"{rows[-1].tracking}0")
            import_freight(carrier=carrier, rows=rows, by="worker:reconciliation", at=at)


def _clear_up(operators: Sequence[Person], at: datetime) -> None:
    first, second = operators[0].code, operators[1].code
    for found in open_differences().filter(kind="amount", bill__source="provider")[:1]:
        why = "对方四舍五入，差额一角"
        propose_write_off(code=found.code, reason=why, by=first, at=at)
        decide_write_off(code=found.code, approve=True, by=second, at=at)
