"""Parcels: what is to be shipped, one by one; split, problems, arrivals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.care.queries_cases import packed_units
from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.kit.money import Money
from shoal.orders.models import Order, Parcel
from shoal.orders.queries import (
    invoice_wish,
    parcel_counts,
    parcel_of_brand,
    parcels_of_brand,
    recipients,
)
from shoal.orders.queries import steps_of as steps_of_order
from shoal.orders.shipping import (
    Delivery,
    Shipment,
    deliver_parcels,
    report_problem,
    ship_parcels,
    split_parcel,
)
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done, page_of, try_form
from shoal.web.components.nav import Place
from shoal.web.promoting.telling import line_notes
from shoal.web.reasons import reason_words
from shoal.web.supply.forms import ProblemForm, ShipmentForm
from shoal.web.supply.frame import Role, supply_page
from shoal.web.supply.telling import line_text, parcel_rows, parcel_state
from shoal.web.words import invoice_words

_TABS = ("waiting", "problem", "shipped", "delivered", "cancelled")


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a parcel as who packs it needs it."""

    id: UUID
    title: str
    sku: str
    barcode: str
    quantity: int
    cancelled: int
    price: Money
    notes: Sequence[str] = ()


@brand_member(Role.WAREHOUSE)
@require_safe
def parcels(request: OfBrand) -> HttpResponse:
    """This will list a brand's parcels, longest waiting first."""
    asked = request.GET.get("state", "")
    tab = asked if asked in _TABS else "waiting"
    rows = parcels_of_brand(brand=request.brand.id, states=["waiting" if tab == "problem" else tab])
    if tab == "problem":
        rows = rows.exclude(problem="")
    if tab not in {"waiting", "problem"}:
        rows = rows.order_by("-order__paid_at", "-id")
    page = page_of(request, rows)
    counts = parcel_counts(brand=request.brand.id)
    context = {
        "tab": tab,
        "tabs": _tabs(tab, counts),
        "page": page,
        "rows": parcel_rows(page, at=clock.now()),
        "query": f"state={tab}",
        "waiting": counts.get("waiting", 0),
    }
    return supply_page(request, "parcels", context)


@brand_member(Role.WAREHOUSE)
@require_safe
def parcel(request: OfBrand, code: str) -> HttpResponse:
    """This will show one parcel: whom it goes to, what is in it, what can be done."""
    return _show(request, parcel_of_brand(brand=request.brand.id, code=code))


@brand_member(Role.WAREHOUSE)
@require_POST
def shipment(request: OfBrand, code: str) -> HttpResponse:
    """This will note that a parcel was handed to a carrier."""
    found = parcel_of_brand(brand=request.brand.id, code=code)
    form = ShipmentForm(request.POST)
    if form.is_valid() and _ship(request, found, form):
        left = parcel_counts(brand=request.brand.id).get("waiting", 0)
        goto = "supply:parcels" if left else "supply:today"
        return done(request, gettext("Shipped. The customer sees the number."), reverse(goto))
    return _show(request, found, shipping=form, status=422)


def _ship(request: OfBrand, found: Parcel, form: ShipmentForm) -> bool:
    wish = Shipment(
        request.brand.id, found.code, form.cleaned_data["carrier"],
        form.cleaned_data["tracking"], clock.now(),
    )  # fmt: skip
    answer = ship_parcels(shipments=[wish], by=request.person.code)[0]
    if isinstance(answer, Refused):
        form.add_error(None, answer.sentence)
    return not isinstance(answer, Refused)


@brand_member(Role.WAREHOUSE)
@require_POST
def arrival(request: OfBrand, code: str) -> HttpResponse:
    """This will note that a parcel arrived."""
    found = parcel_of_brand(brand=request.brand.id, code=code)
    wish = Delivery(request.brand.id, found.code, clock.now())
    answer = deliver_parcels(deliveries=[wish], by=request.person.code)[0]
    if isinstance(answer, Refused):
        raise answer
    return done(request, gettext("Noted as arrived."), reverse("supply:parcel", args=[code]))


@brand_member(Role.WAREHOUSE)
@require_POST
def split(request: OfBrand, code: str) -> HttpResponse:
    """This will put the chosen lines into a parcel of their own."""
    found = parcel_of_brand(brand=request.brand.id, code=code)
    own = {str(line.id): line.id for line in found.lines.all()}
    chosen = [own[text] for text in request.POST.getlist("line") if text in own]
    new = split_parcel(
        brand=request.brand.id, parcel=found.code, lines=chosen, by=request.person.code,
        at=clock.now(),
    )  # fmt: skip
    words = gettext("Split: parcel {code} ships on its own.").format(code=new.code)
    return done(request, words, reverse("supply:parcel", args=[code]))


@brand_member(Role.WAREHOUSE)
@require_POST
def problem(request: OfBrand, code: str) -> HttpResponse:
    """This will note why a parcel cannot be shipped."""
    found = parcel_of_brand(brand=request.brand.id, code=code)
    form = ProblemForm(request.POST)
    here = reverse("supply:parcel", args=[code])
    if form.is_valid() and try_form(
        form, "reason",
        lambda: report_problem(
            brand=request.brand.id, parcel=found.code, reason=form.cleaned_data["reason"],
            by=request.person.code, at=clock.now(),
        ),
    ) is not None:  # fmt: skip
        return done(request, gettext("Noted. The customer and the platform see why."), here)
    return _show(request, found, trouble=form, status=422)


def _show(
    request: OfBrand,
    found: Parcel,
    *,
    shipping: ShipmentForm | None = None,
    trouble: ProblemForm | None = None,
    status: int = 200,
) -> HttpResponse:
    order = found.order
    address = recipients(orders=[order])[order.id]
    packed = packed_units(lines=found.lines.all())
    lines = [
        LineRow(
            id=line.id,
            title=line_text(line),
            sku=line.sku.reference,
            barcode=line.sku.barcode,
            quantity=packed[line.id],
            cancelled=line.quantity - packed[line.id],
            price=Money(line.line_minor, order.currency),
            notes=line_notes(line, order.currency),
        )
        for line in found.lines.all()
    ]
    context = {
        "parcel": found,
        "state": parcel_state(found.state),
        "row": parcel_rows([found], at=clock.now())[0],
        "ships": found.state == Parcel.State.WAITING and order.state == Order.State.PAID,
        "address": address,
        "invoice": invoice_words(invoice_wish(recipient=address)),
        "where": " ".join(
            dict.fromkeys(
                address[part]
                for part in ("province", "city", "district", "street")
                if address.get(part)
            )
        ),
        "lines": lines,
        "freight": Money(found.freight_minor, order.currency),
        "shipping": shipping or ShipmentForm(),
        "trouble": trouble or ProblemForm(initial={"reason": found.problem}),
        "steps": _steps(found),
    }
    return supply_page(request, "parcel", context, status=status)


def _steps(found: Parcel) -> list[dict[str, Any]]:
    """What happened to this parcel; other brands' parcels of the order are not hers to see."""
    own = [
        step for step in steps_of_order(order=found.order_id)
        if getattr(step, "parcel_id", None) == found.id
    ]  # fmt: skip
    told = [{"title": gettext("Paid"), "at": found.order.paid_at}]
    for step in own:
        if step.state == "waiting" and not step.reason:
            continue
        cannot = step.reason.startswith("cannot ship: ")
        title = parcel_state(step.state)
        text = reason_words(step.reason)
        if cannot:
            title, text = gettext("Cannot be shipped"), step.reason.removeprefix("cannot ship: ")
        elif step.reason == "split":
            title, text = gettext("Part of it ships separately"), ""
        told.append({"title": title, "text": text, "at": step.at, "kind": "bad" if cannot else ""})
    return told


def _tabs(tab: str, counts: dict[str, int]) -> list[Place]:
    names = {
        "waiting": gettext("To be shipped"),
        "problem": gettext("With a problem"),
        "shipped": gettext("On their way"),
        "delivered": gettext("Arrived"),
        "cancelled": gettext("Cancelled"),
    }
    return [
        Place(
            names[name], "parcel", f"{reverse('supply:parcels')}?state={name}",
            count=counts.get(name, 0) if name in {"waiting", "problem"} else 0,
            current=name == tab,
        )
        for name in _TABS
    ]  # fmt: skip
