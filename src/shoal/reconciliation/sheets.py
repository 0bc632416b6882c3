"""Bills that come as a file: CSV or XLSX with one row each, in English or Chinese columns.

Amounts are written in major units ("128.00"). Every row that cannot be read is named, and nothing
is taken in while there is one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Generic, TypeVar

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from shoal.catalog.spreadsheets import Row, opened
from shoal.kit.errors import Refused
from shoal.kit.money import parse_amount
from shoal.payments.providers import BillKind, BillRow
from shoal.reconciliation.operations import Freight
from shoal.reconciliation.own_formats import own_bill

R = TypeVar("R")
MOST_ROWS = 200_000
LONGEST_CODE, LONGEST_REFERENCE = 40, 80

PROVIDER_COLUMNS: Mapping[str, str] = {
    "kind": "类型",
    "code": "商户单号",
    "reference": "流水号",
    "amount": "金额",
    "fee": "手续费",
    "currency": "币种",
    "happened_at": "时间",
}
FREIGHT_COLUMNS: Mapping[str, str] = {
    "tracking": "运单号",
    "amount": "金额",
    "date": "日期",
    "currency": "币种",
}
_KINDS = {
    "收款": BillKind.PAY,
    "支付": BillKind.PAY,
    "退款": BillKind.REFUND,
    "费用": BillKind.FEE,
    **{kind.value: kind for kind in BillKind},
}


class BillColumnsMissing(Refused):
    """The first row has to name these columns: {columns}."""

    code = "bill_columns_missing"


class TooManyRows(Refused):
    """This bill has more than {most} rows. Split it by day."""

    code = "bill_too_long"


class UnknownKind(Refused):
    """“{text}” is no kind of row: write pay, refund or fee."""

    code = "bill_kind_unknown"


class NoAmount(Refused):
    """“{text}” is no amount in {currency}."""

    code = "bill_no_amount"


class NoMoment(Refused):
    """“{text}” is no date: write it as 2026-06-01, or 2026-06-01 12:30:00."""

    code = "bill_no_moment"


class NoNumber(Refused):
    """This row has no number."""

    code = "bill_no_number"


class NumberTooLong(Refused):
    """This number has more than {most} characters."""

    code = "bill_number_too_long"


class NoCurrency(Refused):
    """“{text}” is no currency: write its three letters, such as CNY."""

    code = "bill_no_currency"


@dataclass(frozen=True, slots=True)
class BillFault:
    """What is wrong with one row of a file, and in which column."""

    row: int
    column: str
    refusal: Refused


@dataclass(slots=True)
class Read(Generic[R]):
    """What stands in a file: the rows that can be read, and what is wrong with the others.

    `written_by` names the provider whose own format it has.
    """

    rows: list[R] = field(default_factory=list)
    faults: list[BillFault] = field(default_factory=list)
    written_by: str = ""


class _Bad(Exception):
    def __init__(self, column: str, refusal: Refused) -> None:
        super().__init__(column)
        self.column, self.refusal = column, refusal


def read_provider_bill(*, path: Path, day: date) -> Read[BillRow]:
    """This will read a provider's bill of `day` from a file: a provider's own, or a sheet.

    A row without a time is of that day. Raises BillColumnsMissing, TooManyRows, UnreadableBill or
    what `opened` raises.
    """
    own = own_bill(path=path)
    if own is not None:
        return Read(rows=own[1], written_by=own[0])
    noon = _in_market(datetime.combine(day, time(12)))
    return _read(
        path, PROVIDER_COLUMNS, {"kind", "code", "amount"}, lambda cells: _provider_row(cells, noon)
    )


def read_freight_bill(*, path: Path) -> Read[Freight]:
    """This will read a carrier's bill from a file.

    Raises BillColumnsMissing, TooManyRows or what `opened` raises.
    """
    return _read(path, FREIGHT_COLUMNS, {"tracking", "amount", "date"}, _freight_row)


def _read(
    path: Path,
    columns: Mapping[str, str],
    needed: set[str],
    parse: Callable[[Mapping[str, str]], R],
) -> Read[R]:
    english = {chinese: name for name, chinese in columns.items()}
    found: Read[R] = Read()
    with opened(path) as sheet:
        names = {english.get(name, name): name for name in sheet.header}
        if not needed <= set(names):
            raise BillColumnsMissing(
                columns=", ".join(f"{one} ({columns[one]})" for one in columns if one in needed)
            )
        for number, raw in enumerate(sheet.rows):
            if number >= MOST_ROWS:
                raise TooManyRows(most=MOST_ROWS)
            _take(raw, names, columns, parse, found)
    return found


def _take(
    raw: Row,
    names: Mapping[str, str],
    columns: Sequence[str] | Mapping[str, str],
    parse: Callable[[Mapping[str, str]], R],
    found: Read[R],
) -> None:
    cells = {name: raw.cells.get(names.get(name, ""), "") for name in columns}
    try:
        found.rows.append(parse(cells))
    except _Bad as bad:
        found.faults.append(BillFault(raw.number, names[bad.column], bad.refusal))


def _provider_row(cells: Mapping[str, str], noon: datetime) -> BillRow:
    text = cells["kind"].strip().casefold()
    if text not in _KINDS:
        raise _Bad("kind", UnknownKind(text=cells["kind"]))
    kind, currency = _KINDS[text], _currency(cells["currency"])
    code = _number(cells["code"], "code", LONGEST_CODE, needed=kind is not BillKind.FEE)
    reference = _number(cells["reference"], "reference", LONGEST_REFERENCE, needed=False)
    if not code and not reference:
        raise _Bad("code", NoNumber())
    is_fee = kind is BillKind.FEE
    return BillRow(
        kind=kind,
        code=code,
        reference=reference,
        amount=_amount(cells["amount"] or "0", currency, least=0 if is_fee else 1, most=is_fee),
        fee=_amount(cells["fee"] or "0", currency, column="fee"),
        currency=currency,
        happened_at=_moment(cells["happened_at"], "happened_at") if cells["happened_at"] else noon,
    )


def _freight_row(cells: Mapping[str, str]) -> Freight:
    currency = _currency(cells["currency"])
    return Freight(
        tracking=_number(cells["tracking"], "tracking", 60, needed=True),
        amount=_amount(cells["amount"], currency, least=0),
        currency=currency,
        at=_moment(cells["date"], "date"),
    )


def _number(text: str, column: str, most: int, *, needed: bool) -> str:
    # Providers' files protect long numbers from spreadsheet programs with a leading mark.
    clean = text.strip().lstrip("`'\t").strip()
    if needed and not clean:
        raise _Bad(column, NoNumber())
    if len(clean) > most:
        raise _Bad(column, NumberTooLong(most=most))
    return clean


def _currency(text: str) -> str:
    clean = (text.strip() or settings.SHOAL_CURRENCY).upper()
    if len(clean) != 3 or not (clean.isascii() and clean.isalpha()):
        raise _Bad("currency", NoCurrency(text=text))
    return clean


def _amount(
    text: str,
    currency: str,
    *,
    column: str = "amount",
    least: int | None = None,
    most: bool = False,
) -> int:
    """Minor units of at least `least`; `most`: of no more either."""
    try:
        minor = parse_amount(text, currency).minor
    except ValueError as error:
        raise _Bad(column, NoAmount(text=text, currency=currency)) from error
    if least is not None and (minor < least or (most and minor > least)):
        raise _Bad(column, NoAmount(text=text, currency=currency))
    return minor


def _moment(text: str, column: str) -> datetime:
    try:
        moment = parse_datetime(text.strip().replace("/", "-"))
        if moment is None:
            day = parse_date(text.strip().replace("/", "-"))
            moment = datetime.combine(day, time(12)) if day else None
    except ValueError:
        moment = None
    if moment is None:
        raise _Bad(column, NoMoment(text=text))
    return _in_market(moment) if timezone.is_naive(moment) else moment


def _in_market(moment: datetime) -> datetime:
    return timezone.make_aware(moment, timezone.get_default_timezone())
