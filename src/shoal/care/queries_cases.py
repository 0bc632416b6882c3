"""Every read of after-sales cases; each takes its tenant."""

from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import Count, IntegerField, Prefetch, Q, QuerySet, Sum, Value, When

from shoal.care import rules_cases as rules
from shoal.care.models import (
    Case,
    CaseLine,
    CasePicture,
    CaseStep,
    Replacement,
    ReturnAddress,
    Ruling,
)
from shoal.care.opening import free_of
from shoal.care.rules_cases import Deed, Kind, Reason, Side, State
from shoal.care.steps_cases import deadlines
from shoal.catalog.models import Sku
from shoal.kit import vault
from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.orders.models import Order, OrderLine, Parcel


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a case's timeline, its words opened ("" where the customer was erased)."""

    deed: Deed
    side: Side | None
    state: str
    words: str
    amount: Money | None
    pictures: Sequence[CasePicture]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AskableLine:
    """A line of an order of which something may still be asked: how many units, worth what."""

    line: OrderLine
    free_units: int
    worth: Money
    unit_worth: Money


@dataclass(frozen=True, slots=True)
class Askable:
    """What may be asked of one parcel: kinds with their reasons, and until when each line's."""

    parcel: Parcel
    lines: Sequence[AskableLine]
    kinds: dict[Kind, list[Reason]]
    until_at: datetime | None


def with_all(cases: QuerySet[Case]) -> QuerySet[Case]:
    """This will load cases with lines, goods and replacements in a fixed number of queries."""
    lines = CaseLine.objects.select_related("line__sku__product", "sku", "replacement")
    lines = lines.prefetch_related("line__sku__product__pictures").order_by("line__number")
    return cases.select_related(
        "order", "parcel", "brand", "shop", "return_address", "report"
    ).prefetch_related(Prefetch("lines", lines))


def cases_of_customer(*, customer: UUID) -> QuerySet[Case]:
    """This will list a customer's cases, newest first."""
    return with_all(Case.objects.filter(customer=customer)).order_by("-opened_at", "-id")


def case_of_customer(*, customer: UUID, code: str) -> Case:
    """This will return one case of a customer's. Raises NotFound."""
    return _one(Case.objects.filter(customer=customer, code=code))


def cases_of_shop(*, shop: UUID) -> QuerySet[Case]:
    """This will list the cases of a shop's customers: those that wait for the keeper first."""
    return _waiting_first(Case.objects.filter(shop=shop), Side.KEEPER)


def case_of_shop(*, shop: UUID, code: str) -> Case:
    """This will return one case of a shop's customers. Raises NotFound."""
    return _one(Case.objects.filter(shop=shop, code=code))


def cases_of_brand(*, brand: UUID) -> QuerySet[Case]:
    """This will list a brand's cases: those that wait for it first, by the time that is left.

    What the keeper has not passed on yet is left out, and doubts that goods are genuine, unless the
    brand has to do something about them: nobody should fear to report.
    """
    return _waiting_first(_seen_by_brand(brand), Side.BRAND)


def case_of_brand(*, brand: UUID, code: str) -> Case:
    """This will return one case of a brand's that it may see. Raises NotFound."""
    return _one(_seen_by_brand(brand).filter(code=code))


def cases_of_all() -> QuerySet[Case]:
    """This will list all cases for the operator: those that wait for the platform first."""
    return _waiting_first(Case.objects.all(), Side.PLATFORM)


def case_by_code(*, code: str) -> Case:
    """This will return any case, for the operator. Raises NotFound."""
    return _one(Case.objects.filter(code=code))


def cases_of_order(*, order: UUID) -> list[Case]:
    """This will list the cases about an order, oldest first."""
    return list(with_all(Case.objects.filter(order=order)).order_by("opened_at", "id"))


def cases_of_reports(*, reports: Iterable[UUID]) -> dict[UUID, Case]:
    """This will return the cases that came with counterfeit reports, by the report's id."""
    rows = Case.objects.filter(report__in=list(reports))
    return {row.report_id: row for row in rows if row.report_id is not None}


def packed_units(*, lines: Iterable[OrderLine]) -> dict[UUID, int]:
    """This will say how many units of each line are in its parcel: bought, less what was cancelled.

    What goes back after it was shipped was packed all the same.
    """
    rows = list(lines)
    touched = [row.id for row in rows if row.back_units]
    found = CaseLine.objects.filter(line__in=touched, case__kind=Kind.CANCEL).order_by()
    cancelled = dict(found.values_list("line").annotate(units=Sum("given_units")))
    return {row.id: row.quantity - (cancelled.get(row.id) or 0) for row in rows}


def waiting_count(*, side: Side, tenant: UUID | None = None) -> int:
    """This will count the cases that wait for a side: a customer, a shop, a brand by its id."""
    rows = Case.objects.filter(waits_for=side)
    key = {Side.CUSTOMER: "customer", Side.KEEPER: "shop", Side.BRAND: "brand"}.get(side)
    return rows.filter(**{key: tenant}).count() if key else rows.count()


def counts_of_brand(*, brand: UUID) -> dict[str, int]:
    """This will count what of a brand's cases waits for it, waits for others, and is closed."""
    found = _seen_by_brand(brand).aggregate(
        waiting=Count("id", filter=Q(waits_for=Side.BRAND)),
        open=Count("id", filter=Q(closed_at=None)),
        closed=Count("id", filter=Q(closed_at__isnull=False)),
    )
    return {key: int(value) for key, value in found.items()}


def given_back_of(*, brand: UUID) -> tuple[int, int, int]:
    """This will count a brand's refunded cases and their units, and sum what they gave back."""
    rows = Case.objects.filter(brand=brand, state=State.REFUNDED).order_by()
    units = CaseLine.objects.filter(case__in=rows).aggregate(sum=Sum("given_units"))
    found = rows.aggregate(count=Count("id"), sum=Sum("refund_minor"))
    return found["count"], int(units["sum"] or 0), int(found["sum"] or 0)


def counts_of_all() -> dict[str, int]:
    """This will count what of all cases waits for the platform, is open, closed, or stuck.

    `postage` are those whose way back has to be transferred.
    """
    found = Case.objects.aggregate(
        waiting=Count("id", filter=Q(waits_for=Side.PLATFORM)),
        open=Count("id", filter=Q(closed_at=None)),
        closed=Count("id", filter=Q(closed_at__isnull=False)),
        stuck=Count("id", filter=Q(money_failed_at__isnull=False)),
        postage=Count("id", filter=Q(postage_minor__gt=0, postage_paid_at=None)),
    )
    return {key: int(value) for key, value in found.items()}


def due_cases(*, at: datetime, limit: int = 500) -> list[UUID]:
    """This will list the open cases whose deadline is over, longest first."""
    rows = Case.objects.filter(until_at__lte=at).order_by("until_at", "id")
    return list(rows.values_list("id", flat=True)[:limit])


def entries_of(*, case: Case) -> list[Entry]:
    """This will return a case's timeline, oldest first, with what was said and shown."""
    shown = Prefetch("pictures", CasePicture.objects.defer("sealed").order_by("id"))
    rows = list(CaseStep.objects.filter(case=case).prefetch_related(shown).order_by("id"))
    spoken = [row for row in rows if row.sealed]
    opened = vault.reveal_many((case.customer_id, row.sealed or b"") for row in spoken)
    said = {row.id: record or {} for row, record in zip(spoken, opened, strict=True)}
    return [
        Entry(
            deed=Deed(row.deed),
            side=Side(row.side) if row.side else None,
            state=row.state,
            words=said.get(row.id, {}).get("text", ""),
            amount=None if row.amount_minor is None else Money(row.amount_minor, case.currency),
            pictures=list(row.pictures.all()) if said.get(row.id) else [],
            by=row.by,
            at=row.at,
        )
        for row in rows
    ]


def picture_of(*, case: Case, picture: UUID) -> bytes:
    """This will return the WebP file of a picture of `case`.

    Raises NotFound; also when the customer was erased.
    """
    row = CasePicture.objects.filter(step__case=case, id=picture).first()
    if row is None:
        raise NotFound
    try:
        return b64decode(vault.reveal(case.customer_id, row.sealed)["webp"])
    except vault.Erased as error:
        raise NotFound from error


def replacements_of(*, case: Case) -> list[Replacement]:
    """This will list the new goods of an exchange."""
    rows = Replacement.objects.filter(case_line__case=case).select_related("sku")
    return list(rows.order_by("case_line__line__number"))


def ruling_of(*, case: Case) -> Ruling | None:
    """This will return what the platform last decided about a case, or None."""
    return Ruling.objects.filter(case=case).order_by("-id").first()


def return_address(*, case: Case) -> dict[str, str] | None:
    """This will open where a case's goods go back to: recipient, phone, address, note; or None."""
    row = case.return_address
    return vault.reveal(row.brand_id, row.sealed) if row else None


def address_of_brand(*, brand: UUID) -> dict[str, str] | None:
    """This will open a brand's present return address, or None."""
    row = ReturnAddress.objects.filter(brand=brand).order_by("-id").first()
    return vault.reveal(brand, row.sealed) if row else None


def askable_of(*, order: Order, at: datetime) -> list[Askable]:
    """This will say what may be asked of an order now, parcel by parcel; empty ones left out."""
    if order.paid_at is None or order.state in {Order.State.CANCELLED, Order.State.REFUNDED}:
        return []
    lines = list(
        OrderLine.objects.filter(order=order)
        .select_related("order", "parcel", "sku__product")
        .prefetch_related("sku__product__pictures")
        .order_by("number")
    )
    free = free_of(lines)
    found = []
    for parcel in {line.parcel_id: line.parcel for line in lines}.values():
        here = [line for line in lines if line.parcel_id == parcel.id and free[line.id].units]
        asked = _askable(parcel, here, at)
        if asked.lines and asked.kinds:
            found.append(asked)
    return found


def exchanges_for(*, line: OrderLine) -> list[Sku]:
    """This will list the SKUs that a line's goods may be exchanged for: of the same product."""
    return list(Sku.objects.filter(product=line.sku.product_id).order_by("id"))


def export_cases(*, customer: UUID) -> list[dict[str, Any]]:
    """This will return a customer's cases with what was said, for herself, as plain data."""
    rows = Case.objects.filter(customer=customer).select_related("order").order_by("opened_at")
    return [
        {
            "case": case.code,
            "order": case.order.code,
            "kind": case.kind,
            "reason": case.reason,
            "state": case.state,
            "steps": [
                {"at": entry.at.isoformat(), "by": entry.side or "", "what": entry.deed.value,
                 "text": entry.words}
                for entry in entries_of(case=case)
            ],
        }
        for case in rows
    ]  # fmt: skip


def _askable(parcel: Parcel, lines: Sequence[OrderLine], at: datetime) -> Askable:
    free, limits = free_of(lines), deadlines()
    kinds: dict[Kind, list[Reason]] = {}
    ends: list[datetime] = []
    for kind in rules.kinds_for(parcel=parcel.state):
        for reason in rules.reasons_for(parcel=parcel.state, kind=kind):
            until = max(
                (
                    rules.ask_until(
                        delivered_at=parcel.delivered_at, return_days=line.return_days,
                        reason=reason, deadlines=limits,
                    )
                    for line in lines
                ),
                key=lambda moment: moment.timestamp() if moment else float("inf"),
                default=at,
            )  # fmt: skip
            if until is None or at < until:
                kinds.setdefault(kind, []).append(reason)
                if until is not None and not rules.is_brands_fault(reason):
                    ends.append(until)
    rows = [_askable_line(line, free[line.id].units, free[line.id].paid) for line in lines]
    return Askable(parcel, rows, kinds, max(ends, default=None))


def _askable_line(line: OrderLine, units: int, paid: int) -> AskableLine:
    currency = line.order.currency
    one = rules.worth(rules.Free(units, paid), 1)
    return AskableLine(line, units, Money(paid, currency), Money(one, currency))


def _seen_by_brand(brand: UUID) -> QuerySet[Case]:
    told_elsewhere = Q(reason=Reason.COUNTERFEIT) & ~Q(waits_for=Side.BRAND)
    rows = Case.objects.filter(brand=brand).exclude(state=rules.State.ASKED)
    return rows.exclude(told_elsewhere)


def _waiting_first(rows: QuerySet[Case], side: Side) -> QuerySet[Case]:
    mine = Choice(
        When(waits_for=side, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return with_all(rows).order_by(mine, "until_at", "-opened_at", "-id")


def _one(rows: QuerySet[Case]) -> Case:
    found = with_all(rows).first()
    if found is None:
        raise NotFound
    return found
