"""The orders of a shop, as its keeper may see them: where they are, not where anybody lives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from shoal.catalog.models import Picture
from shoal.kit.masking import mask_address, mask_name
from shoal.kit.money import Money
from shoal.kit.texts import in_language
from shoal.orders.models import Order, OrderLine, OrderStep, Parcel
from shoal.orders.queries import order_for_shop, orders_of_shop, recipients, steps_of
from shoal.shops.models import Shop
from shoal.web.access import OfKeeper, keeper
from shoal.web.components.nav import Place, choices
from shoal.web.keep.frame import keeper_page, page_of
from shoal.web.promoting.telling import line_notes, order_discounts
from shoal.web.reasons import reason_words
from shoal.web.words import happenings, parcel_words

_STATE = Order.State
_TABS: Mapping[str, tuple[Order.State, ...]] = {
    "": (),
    "unpaid": (_STATE.UNPAID,),
    "paid": (_STATE.PAID,),
    "shipped": (_STATE.SHIPPED,),
    "done": (_STATE.DELIVERED, _STATE.COMPLETED),
    "ended": (_STATE.CANCELLED, _STATE.EXPIRED, _STATE.REFUNDED),
}
_KINDS = {
    _STATE.UNPAID: "warn",
    _STATE.PAID: "good",
    _STATE.SHIPPED: "good",
    _STATE.DELIVERED: "good",
    _STATE.COMPLETED: "",
    _STATE.CANCELLED: "",
    _STATE.EXPIRED: "",
    _STATE.REFUNDED: "bad",
}


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of an order, and what it brings the keeper."""

    title: str
    sku: str
    picture: Picture | None
    quantity: int
    total: Money
    earn: Money | None
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """One brand's parcel and where it is."""

    brand: str
    state: str
    kind: str
    carrier: str
    tracking: str
    problem: str
    lines: Sequence[LineRow]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a keeper's list; recipient and place are masked."""

    code: str
    url: str
    state: str
    kind: str
    placed_at: datetime
    recipient: str
    place: str
    lines: Sequence[LineRow]
    count: int
    total: Money
    earn: Money | None
    went_back: Money | None
    why: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One entry of an order's timeline."""

    title: str
    text: str
    kind: str
    at: datetime


@keeper
@require_safe
def orders(request: OfKeeper) -> HttpResponse:
    """This will list a shop's orders, newest first."""
    shop = request.shop
    tab = request.GET.get("state", "") if request.GET.get("state") in _TABS else ""
    page = page_of(request, orders_of_shop(shop=shop.id, states=_TABS[tab]))
    found = list(page)
    sealed = recipients(orders=found)
    context = {
        "page": page,
        "rows": [_order_row(row, sealed[row.id], shop) for row in found],
        "tabs": _tabs(tab),
        "tab": tab,
        "query": f"state={tab}" if tab else "",
    }
    return keeper_page(request, "orders", context)


@keeper
@require_safe
def order(request: OfKeeper, code: str) -> HttpResponse:
    """This will show one order of a shop's with its parcels and what happened to it."""
    shop = request.shop
    found = order_for_shop(shop=shop.id, code=code)
    sealed = recipients(orders=[found])[found.id]
    context = {
        "order": _order_row(found, sealed, shop),
        "freight": Money(found.freight_minor, found.currency),
        "goods": Money(found.goods_minor, found.currency),
        "discounts": order_discounts(found),
        "parcels": [_parcel_row(parcel, found, shop) for parcel in found.parcels.all()],
        "steps": _timeline(found),
    }
    return keeper_page(request, "order", context)


def state_name(state: str) -> str:
    """This will name an order's state for a keeper."""
    return {
        _STATE.UNPAID: gettext("Not paid yet"),
        _STATE.PAID: gettext("Being packed"),
        _STATE.SHIPPED: gettext("On the way"),
        _STATE.DELIVERED: gettext("Arrived"),
        _STATE.COMPLETED: gettext("Completed"),
        _STATE.CANCELLED: gettext("Cancelled"),
        _STATE.EXPIRED: gettext("Not paid in time"),
        _STATE.REFUNDED: gettext("Refunded"),
    }[_STATE(state)]


def why_earned(attribution: str) -> str:
    """This will say why an order counts for a shop, or why nobody earns from it."""
    return {
        "share": gettext("Came through your link"),
        "storefront": gettext("Came straight to your shop"),
        "self": gettext("Your own purchase: nothing is earned from it"),
    }[attribution]


def _order_row(row: Order, sealed: Mapping[str, str], shop: Shop) -> OrderRow:
    found = list(row.lines.all())
    earns = _earns(row, shop)
    lines = [_line_row(line, earns=earns, currency=row.currency) for line in found]
    back = sum(line.back_keeper_minor for line in found)
    left = sum(line.keeper_minor for line in found) - back
    return OrderRow(
        code=row.code,
        url=reverse("keep:order", args=[row.code]),
        state=state_name(row.state),
        kind=_KINDS[_STATE(row.state)],
        placed_at=row.placed_at,
        recipient=mask_name(sealed.get("recipient", "")),
        place=mask_address(sealed) if sealed else "",
        lines=lines,
        count=sum(line.quantity for line in lines),
        total=Money(row.total_minor, row.currency),
        earn=Money(left, row.currency) if earns and (left or not back) else None,
        went_back=Money(back, row.currency) if earns and left and back else None,
        why=_why(row, shop, all_back=bool(back and not left)),
    )


def _earns(row: Order, shop: Shop) -> bool:
    """Whether an order brings this shop something, or will once it is paid."""
    return row.earner_id == shop.id and not _was_never_paid(row)


def _was_never_paid(row: Order) -> bool:
    return row.paid_at is None and row.state != _STATE.UNPAID


def _why(row: Order, shop: Shop, *, all_back: bool) -> str:
    if row.earner_id not in {shop.id, None}:
        return gettext("Came through another keeper’s link: she earns from it")
    if row.earner_id and _was_never_paid(row):
        return gettext("It was never paid: nothing is earned from it")
    if row.earner_id and all_back:
        return gettext("It went back to the customer: nothing is earned from it")
    return why_earned(row.attribution)


def _line_row(line: OrderLine, *, earns: bool, currency: str) -> LineRow:
    product = line.sku.product
    left = line.keeper_minor - line.back_keeper_minor
    return LineRow(
        title=in_language(line.titles, product.base_language),
        sku=line.sku.label,
        picture=next(iter(product.pictures.all()), None),
        quantity=line.quantity,
        total=Money(line.line_minor, currency),
        earn=Money(left, currency) if earns and (left or not line.back_keeper_minor) else None,
        notes=line_notes(line, currency),
    )


def _parcel_row(parcel: Parcel, order: Order, shop: Shop) -> ParcelRow:
    state, kind = parcel_words(parcel, paid=order.state != _STATE.UNPAID)
    earns = _earns(order, shop)
    return ParcelRow(
        brand=parcel.brand.name,
        state=state,
        kind=kind,
        carrier=parcel.carrier,
        tracking=parcel.tracking,
        problem=parcel.problem,
        lines=[
            _line_row(line, earns=earns, currency=order.currency) for line in parcel.lines.all()
        ],
    )


def _timeline(order: Order) -> list[StepRow]:
    steps = steps_of(order=order.id)
    happened = happenings(steps)
    told = [
        StepRow(title=happened[step.id], text="", kind="", at=step.at)
        if step.id in happened
        else _step(step)
        for step in steps
        if isinstance(step, OrderStep)
    ]
    return told[::-1]


def _step(step: OrderStep) -> StepRow:
    placed = gettext("Order placed")
    return StepRow(
        title=placed if step.state == _STATE.UNPAID else state_name(step.state),
        text=reason_words(step.reason) if step.state == _STATE.PAID else "",
        kind="bad" if step.state in _TABS["ended"] else "",
        at=step.at,
    )


def _tabs(current: str) -> list[Place]:
    names = {
        "": gettext("All"),
        "unpaid": gettext("To pay"),
        "paid": gettext("Being packed"),
        "shipped": gettext("On the way"),
        "done": gettext("Arrived"),
        "ended": gettext("Ended"),
    }
    here = reverse("keep:orders")
    return choices(labels=names, here=here, parameter="state", current=current, icon="orders")
