"""States in the words a merchant reads, and rows of the tables that several pages show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language, gettext

from shoal.care.queries_cases import packed_units
from shoal.kit.amounts import units_text
from shoal.kit.errors import Refused
from shoal.kit.texts import in_language
from shoal.offers.models import FlashSale
from shoal.offers.rules import Phase
from shoal.orders.models import OrderLine, Parcel

# The colour of each state's badge.
PRODUCT_KINDS = {"draft": "", "proposed": "warn", "live": "good", "withdrawn": ""}
SALE_KINDS = {
    "draft": "", "applied": "warn", "scheduled": "good", "refused": "bad", "cancelled": "",
}  # fmt: skip
BRAND_KINDS = {"active": "good", "suspended": "bad", "refused": "bad"}
VERDICT_KINDS = {"accepted": "good", "refused": "bad", "upheld": "bad", "dismissed": "good"}
_PARCEL_KINDS = {"waiting": "warn", "shipped": "", "delivered": "good", "cancelled": ""}


class Fault(Protocol):
    """What is wrong with one row of a sheet."""

    @property
    def row(self) -> int: ...
    @property
    def column(self) -> str: ...
    @property
    def refusal(self) -> Refused: ...


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A parcel in a list: nothing in it says who ordered."""

    code: str
    url: str
    state: str
    kind: str
    goods: str
    units: int
    paid_at: datetime | None
    days: int
    problem: str
    carrier: str
    tracking: str


def told_faults(faults: Iterable[Fault], columns: Mapping[str, str]) -> list[dict[str, Any]]:
    """This will tell what is wrong with a sheet's rows, columns by the name the reader wrote."""
    chinese = (get_language() or "zh").startswith("zh")
    return [
        {
            "row": fault.row,
            "column": columns.get(fault.column, fault.column) if chinese else fault.column,
            "why": fault.refusal.sentence,
        }
        for fault in faults
    ]


def parcel_state(state: str) -> str:
    """This will say where a parcel is."""
    return {
        "waiting": gettext("To be shipped"),
        "shipped": gettext("On the way"),
        "delivered": gettext("Arrived"),
        "cancelled": gettext("Cancelled"),
    }[state]


def parcel_rows(parcels: Iterable[Parcel], *, at: datetime) -> list[ParcelRow]:
    """This will make the rows of a list of parcels."""
    rows = list(parcels)
    packed = packed_units(lines=[line for row in rows for line in row.lines.all()])
    return [_parcel_row(row, packed, at) for row in rows]


def line_text(line: OrderLine) -> str:
    """This will name a line as it was bought, with its variant."""
    label = line.sku.label
    title = in_language(line.titles, "zh")
    return f"{title} · {label}" if label else title


def sale_phase_words(phase: Phase, sale: FlashSale) -> tuple[str, str]:
    """This will say where a sale stands, and the colour of its badge."""
    if sale.state != FlashSale.State.SCHEDULED:
        return str(sale.get_state_display()), SALE_KINDS[sale.state]
    return {
        Phase.COMING: (gettext("Coming"), "warn"),
        Phase.OPEN: (gettext("Running"), "good"),
        Phase.OVER: (gettext("Over"), ""),
        Phase.STOPPED: (gettext("Stopped with the brand"), "bad"),
    }.get(phase, (str(sale.get_state_display()), ""))


def _parcel_row(parcel: Parcel, packed: Mapping[UUID, int], at: datetime) -> ParcelRow:
    lines = [line for line in parcel.lines.all() if packed[line.id]] or list(parcel.lines.all())
    paid_at = parcel.order.paid_at
    named = [units_text(line_text(line), packed[line.id]) for line in lines[:2]]
    if len(lines) > 2:
        named.append(gettext("and {count} more").format(count=len(lines) - 2))
    return ParcelRow(
        code=parcel.code,
        url=reverse("supply:parcel", args=[parcel.code]),
        state=parcel_state(parcel.state),
        kind="bad" if parcel.problem and parcel.state == "waiting" else _PARCEL_KINDS[parcel.state],
        goods="; ".join(named),
        units=sum(packed[line.id] for line in lines),
        paid_at=paid_at,
        days=(at - paid_at).days if paid_at else 0,
        problem=parcel.problem,
        carrier=parcel.carrier,
        tracking=parcel.tracking,
    )
