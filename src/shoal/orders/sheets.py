"""What to ship as a sheet, and the same sheet back with carriers and tracking numbers.

The sheet carries names and addresses: it is made for one download and kept nowhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from shoal.catalog.spreadsheets import opened, write_sheet
from shoal.kit.errors import NotFound, Refused
from shoal.kit.texts import TextTooLong, in_language
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.orders.queries import invoice_wish, parcels_of_brand, recipients
from shoal.orders.shipping import NotWaiting, Shipment, TrackingMissing, ship_parcels
from shoal.people.rules import dialled_phone

MOST_ROWS = 5000
_AT_ONCE = 500
LONGEST_CARRIER, LONGEST_TRACKING = 40, 60

# Each column and what the warehouse in China calls it; both are read back.
COLUMNS: Mapping[str, str] = {
    "parcel": "包裹号",
    "carrier": "快递公司",
    "tracking": "运单号",
    "paid_at": "付款时间",
    "recipient": "收件人",
    "phone": "电话",
    "province": "省",
    "city": "市",
    "district": "区",
    "street": "详细地址",
    "goods": "货品",
    "units": "件数",
    "weight_g": "重量克",
    "note": "买家留言",
    "invoice": "发票类型",
    "invoice_title": "发票抬头",
    "invoice_tax_number": "税号",
    "problem": "不能发货的原因",
}
_INVOICES: Mapping[str, str] = {"personal": "个人", "company": "企业"}
_BY_CHINESE = {zh: name for name, zh in COLUMNS.items()}


class TrackingColumnsMissing(Refused):
    """The first row has to name the columns “parcel”, “carrier” and “tracking”."""

    code = "tracking_columns_missing"


class TooManyParcels(Refused):
    """This sheet has more than {most} rows. Split it and take the parts in one after the other."""

    code = "too_many_parcels"


class ParcelTwice(Refused):
    """Parcel {code} stands in row {row} already."""

    code = "parcel_twice"


class UnknownParcel(Refused):
    """You have no parcel {code}."""

    code = "unknown_parcel"


@dataclass(frozen=True, slots=True)
class TrackingRow:
    """One parcel that a sheet says is shipped."""

    row: int
    parcel: str
    carrier: str
    tracking: str


@dataclass(frozen=True, slots=True)
class TrackingFault:
    """What is wrong with one row, in one column where it can be said."""

    row: int
    column: str
    refusal: Refused


@dataclass(slots=True)
class Tracking:
    """A sheet as it was read: what can be shipped, what cannot, rows left empty."""

    rows: list[TrackingRow] = field(default_factory=list)
    faults: list[TrackingFault] = field(default_factory=list)
    empty: int = 0


def export_waiting(*, path: Path, brand: UUID) -> int:
    """This will write a brand's waiting parcels with whom they go to; returns how many.

    XLSX or CSV by the name of `path`; what begins like a formula is written as text. Who may hold
    such a sheet is the caller's business.
    """
    header = list(COLUMNS.values()) if _is_chinese() else list(COLUMNS)
    return write_sheet(path, header, _rows(brand))


def read_tracking(*, path: Path, brand: UUID) -> Tracking:
    """This will read a sheet of tracking numbers and say what shipping it would do.

    Nothing is written. Rows without carrier and tracking number are not shipped yet, and counted
    only. Raises TrackingColumnsMissing, TooManyParcels or what `opened` raises.
    """
    found = Tracking()
    seen: dict[str, int] = {}
    with opened(path) as sheet:
        names = {_BY_CHINESE.get(name, name): name for name in sheet.header}
        if not {"parcel", "carrier", "tracking"} <= set(names):
            raise TrackingColumnsMissing
        for read, raw in enumerate(sheet.rows):
            if read >= MOST_ROWS:
                raise TooManyParcels(most=MOST_ROWS)
            cells = {ours: raw.cells[name] for ours, name in names.items()}
            if not cells["carrier"] and not cells["tracking"]:
                found.empty += 1
                continue
            row = TrackingRow(raw.number, cells["parcel"], cells["carrier"], cells["tracking"])
            fault = _flaw(row, seen)
            seen.setdefault(row.parcel, row.row)
            if fault is None:
                found.rows.append(row)
            else:
                found.faults.append(fault)
    _look_up(found, brand)
    return found


def ship_rows(
    *, rows: Sequence[TrackingRow], brand: UUID, by: str, at: datetime
) -> tuple[int, list[TrackingFault]]:
    """This will ship the parcels of `rows`; returns how many, and what kept the others back.

    One row that cannot be spoils no other. Safe to run twice: what is shipped stays as it is.
    """
    shipped, faults = 0, []
    for start in range(0, len(rows), _AT_ONCE):
        chunk = rows[start : start + _AT_ONCE]
        wishes = [Shipment(brand, row.parcel, row.carrier, row.tracking, at) for row in chunk]
        for row, answer in zip(chunk, ship_parcels(shipments=wishes, by=by), strict=True):
            if isinstance(answer, Refused):
                faults.append(TrackingFault(row.row, "parcel", _plain(answer, row)))
            else:
                shipped += 1
    return shipped, faults


def _is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def _flaw(row: TrackingRow, seen: Mapping[str, int]) -> TrackingFault | None:
    if row.parcel in seen:
        return TrackingFault(row.row, "parcel", ParcelTwice(code=row.parcel, row=seen[row.parcel]))
    for column, text, longest in (
        ("carrier", row.carrier, LONGEST_CARRIER),
        ("tracking", row.tracking, LONGEST_TRACKING),
    ):
        if not text:
            return TrackingFault(row.row, column, TrackingMissing(code=row.parcel))
        if len(text) > longest:
            return TrackingFault(row.row, column, TextTooLong(longest=longest))
    return None


def _look_up(found: Tracking, brand: UUID) -> None:
    """Moves the rows whose parcel is not the brand's, or not waiting, to the faults."""
    codes = [row.parcel for row in found.rows]
    parcels = Parcel.objects.filter(brand=brand, code__in=codes).select_related("order")
    known = {parcel.code: parcel for parcel in parcels}
    fitting = []
    for row in found.rows:
        parcel = known.get(row.parcel)
        if parcel is None:
            found.faults.append(TrackingFault(row.row, "parcel", UnknownParcel(code=row.parcel)))
        elif parcel.state != Parcel.State.WAITING or parcel.order.state != Order.State.PAID:
            found.faults.append(TrackingFault(row.row, "parcel", NotWaiting(code=row.parcel)))
        else:
            fitting.append(row)
    found.rows = fitting
    found.faults.sort(key=lambda fault: fault.row)


def _plain(refusal: Refused, row: TrackingRow) -> Refused:
    return UnknownParcel(code=row.parcel) if isinstance(refusal, NotFound) else refusal


def _rows(brand: UUID) -> Iterator[list[str]]:
    waiting = parcels_of_brand(brand=brand, states=[Parcel.State.WAITING])
    ids = list(waiting.filter(order__state=Order.State.PAID).values_list("id", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        parcels = list(waiting.filter(id__in=ids[start : start + _AT_ONCE]))
        people = recipients(orders=[parcel.order for parcel in parcels])
        for parcel in parcels:
            cells = _cells(parcel, people[parcel.order_id])
            yield [cells.get(column, "") for column in COLUMNS]


def _cells(parcel: Parcel, person: Mapping[str, str]) -> dict[str, str]:
    lines = [line for line in parcel.lines.all() if line.units_left]
    paid_at = parcel.order.paid_at
    return {
        **{column: person.get(column, "") for column in _OF_PERSON},
        "phone": dialled_phone(person.get("phone", "")),
        **_invoice(person),
        "parcel": parcel.code,
        "paid_at": f"{timezone.localtime(paid_at):%Y-%m-%d %H:%M}" if paid_at else "",
        "goods": "；".join(_goods(line) for line in lines),
        "units": str(sum(line.units_left for line in lines)),
        "weight_g": str(sum(line.units_left * line.sku.weight_g for line in lines) or ""),
        "problem": parcel.problem,
    }


_OF_PERSON = ("recipient", "province", "city", "district", "street", "note")


def _invoice(person: Mapping[str, str]) -> dict[str, str]:
    wish = invoice_wish(recipient=person)
    if wish is None:
        return {}
    kind = _INVOICES[wish.kind] if _is_chinese() else wish.kind
    return {
        "invoice": kind,
        "invoice_title": wish.title,
        "invoice_tax_number": wish.tax_number,
    }


def _goods(line: OrderLine) -> str:
    named = " ".join(
        part
        for part in (line.sku.reference, in_language(line.titles, "zh"), line.sku.label)
        if part
    )
    return f"{named} × {line.units_left}"
