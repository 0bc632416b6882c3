"""Orders told to the customer: what a state means, what comes next, and how it came to that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext

from shoal.catalog.models import Picture
from shoal.kit.money import Money
from shoal.kit.texts import in_language
from shoal.orders.models import Order, OrderLine, OrderStep, Parcel, ParcelStep
from shoal.orders.rules import is_cancellable
from shoal.web.buy.forms import reason_text
from shoal.web.promoting.telling import line_notes
from shoal.web.reasons import reason_words
from shoal.web.words import happenings, parcel_words

_STATE = Order.State


@dataclass(frozen=True, slots=True)
class Telling:
    """An order's state in a headline, one sentence on what comes next, and its badge."""

    title: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line of an order: what was bought, as it was called, at the price that was paid."""

    title: str
    sku: str
    picture: Picture | None
    quantity: int
    price: Money
    url: str
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ToldParcel:
    """One brand's parcel, where it is, and what is in it."""

    brand: str
    state: str
    kind: str
    carrier: str
    tracking: str
    problem: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    lines: Sequence[ToldLine]


@dataclass(frozen=True, slots=True)
class Card:
    """An order in a list."""

    url: str
    code: str
    shop: str
    placed_at: datetime
    telling: Telling
    lines: Sequence[ToldLine]
    count: int
    goods: Money
    freight: Money
    total: Money
    gone_back: Money | None
    is_unpaid: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One entry of the timeline."""

    title: str
    text: str
    kind: str
    at: datetime


def card_of(order: Order) -> Card:
    """This will make the card of an order loaded with its lines."""
    lines = [_line(order, line) for line in order.lines.all()]
    return Card(
        url=reverse("buy:order", args=[order.code]),
        code=order.code,
        shop=order.storefront.name,
        placed_at=order.placed_at,
        telling=telling_of(order),
        lines=lines,
        count=sum(line.quantity for line in lines),
        goods=Money(order.goods_minor, order.currency),
        freight=Money(order.freight_minor, order.currency),
        total=Money(order.total_minor, order.currency),
        gone_back=_gone_back(order),
        is_unpaid=order.state == _STATE.UNPAID,
        expires_at=order.expires_at,
    )


def _gone_back(order: Order) -> Money | None:
    """What was given back of an order, goods and freight, if anything was."""
    goods = sum(line.back_paid_minor for line in order.lines.all())
    freight = sum(parcel.freight_back_minor for parcel in order.parcels.all())
    return Money(goods + freight, order.currency) if goods + freight else None


def telling_of(order: Order) -> Telling:
    """This will say where an order stands."""
    if order.state == _STATE.PAID and any(parcel.problem for parcel in order.parcels.all()):
        return Telling(
            gettext("Paid, but something is in the way"),
            gettext("A brand cannot ship at the moment. You can wait, ask, or cancel."),
            "warn",
        )
    if order.state == _STATE.PAID and not may_cancel(order):
        return Telling(
            gettext("Partly on the way"),
            gettext("A parcel has left; the rest is being packed."),
            "good",
        )
    if order.state == _STATE.CANCELLED and not order.paid_at:
        return Telling(gettext("Cancelled"), gettext("No payment had arrived for it."), "")
    return _tellings()[_STATE(order.state)]


def _tellings() -> dict[Order.State, Telling]:
    back = gettext("The money goes back the way it came, usually within a few days.")
    return {
        _STATE.UNPAID: Telling(
            gettext("Waiting for payment"),
            gettext(
                "We hold your things until then. This page tells you as soon as your payment"
                " arrives."
            ),
            "warn",
        ),
        _STATE.PAID: Telling(
            gettext("Paid"),
            gettext("The brand is packing your parcel. You can still cancel."),
            "good",
        ),
        _STATE.SHIPPED: Telling(
            gettext("On the way"), gettext("Follow the parcel with its number below."), "good"
        ),
        _STATE.DELIVERED: Telling(
            gettext("Arrived"),
            gettext("Something wrong? Ask the keeper; she helps you with a return."),
            "good",
        ),
        _STATE.COMPLETED: Telling(gettext("Completed"), gettext("We hope you enjoy it."), "good"),
        _STATE.EXPIRED: Telling(
            gettext("Not paid in time"),
            gettext(
                "No payment arrived in time. One that still comes brings your goods, or goes"
                " back. You can put everything into your cart again."
            ),
            "",
        ),
        _STATE.REFUNDED: Telling(gettext("Refunded"), back, ""),
        _STATE.CANCELLED: Telling(gettext("Cancelled"), back, ""),
    }


def parcels_of(order: Order) -> list[ToldParcel]:
    """This will tell of each parcel of a loaded order."""
    return [_parcel(order, parcel) for parcel in order.parcels.all()]


def may_cancel(order: Order) -> bool:
    """This will say whether the customer can still cancel."""
    gone = any(parcel.state in {"shipped", "delivered"} for parcel in order.parcels.all())
    return is_cancellable(state=order.state, anything_shipped=gone)


def may_readdress(order: Order) -> bool:
    """This will say whether an order can still go elsewhere: nothing of it has left."""
    waiting = all(parcel.state == Parcel.State.WAITING for parcel in order.parcels.all())
    return order.state in {_STATE.UNPAID, _STATE.PAID} and waiting


def timeline(order: Order, steps: Iterable[OrderStep | ParcelStep]) -> list[ToldStep]:
    """This will tell an order's story, newest first; what repeats it for a parcel is left out."""
    brands = {parcel.id: parcel.brand.name for parcel in order.parcels.all()}
    several = len(brands) > 1
    found = list(steps)
    happened = happenings(found)
    told = []
    for step in found:
        if step.id in happened:
            told.append(ToldStep(happened[step.id], "", "", step.at))
        elif isinstance(step, OrderStep):
            told.append(_order_step(step))
        elif several and step.state in {"shipped", "delivered"}:
            told.append(_parcel_step(step, brands.get(step.parcel_id, "")))
    return told[::-1]


def _order_step(step: OrderStep) -> ToldStep:
    titles = {
        _STATE.UNPAID: gettext("Order placed"),
        _STATE.PAID: gettext("Paid"),
        _STATE.SHIPPED: gettext("Everything is on the way"),
        _STATE.DELIVERED: gettext("Everything has arrived"),
        _STATE.COMPLETED: gettext("Completed"),
        _STATE.CANCELLED: gettext("Cancelled"),
        _STATE.EXPIRED: gettext("Not paid in time"),
        _STATE.REFUNDED: gettext("Refund agreed"),
    }
    bad = step.state in {_STATE.CANCELLED, _STATE.EXPIRED, _STATE.REFUNDED}
    text = ""
    if step.state == _STATE.CANCELLED:
        text = reason_text(step.reason)
    elif step.state == _STATE.PAID:
        text = reason_words(step.reason)
    return ToldStep(titles[_STATE(step.state)], text, "bad" if bad else "", step.at)


def _parcel_step(step: ParcelStep, brand: str) -> ToldStep:
    title = (
        gettext("Parcel from {brand} is on the way")
        if step.state == Parcel.State.SHIPPED
        else gettext("Parcel from {brand} has arrived")
    )
    return ToldStep(title.format(brand=brand), "", "", step.at)


def _parcel(order: Order, parcel: Parcel) -> ToldParcel:
    state, kind = parcel_words(parcel, paid=order.state != _STATE.UNPAID)
    return ToldParcel(
        brand=parcel.brand.name,
        state=state,
        kind=kind,
        carrier=parcel.carrier,
        tracking=parcel.tracking,
        problem=parcel.problem,
        shipped_at=parcel.shipped_at,
        delivered_at=parcel.delivered_at,
        lines=[_line(order, line) for line in parcel.lines.all()],
    )


def _line(order: Order, line: OrderLine) -> ToldLine:
    product = line.sku.product
    return ToldLine(
        title=in_language(line.titles, product.base_language),
        sku=line.sku.label,
        picture=next(iter(product.pictures.all()), None),
        quantity=line.quantity,
        price=Money(line.sale_minor + line.markup_minor, order.currency),
        url=reverse("buy:product", args=[order.storefront.code, product.code]),
        notes=line_notes(line, order.currency),
    )
