"""Money: what a brand has, what is on its way, each line and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_safe

from shoal.kit import clock
from shoal.kit.amounts import amount_in_words, amount_text, units_text
from shoal.kit.money import Money
from shoal.kit.texts import in_language
from shoal.orders.models import Order, OrderLine
from shoal.settlement.queries import ON_ITS_WAY, earnings_of_brand, lines_of_brand
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import page_of
from shoal.web.supply.frame import Role, supply_page

_RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One line sold: what the brand gets of it and how that came about."""

    title: str
    amount: Money
    how: str
    freight: Money | None
    state: str
    kind: str
    at: datetime
    parcel: str


@brand_member(Role.MONEY)
@require_safe
def money(request: OfBrand) -> HttpResponse:
    """This will show a brand's money, line by line."""
    brand = request.brand
    page = page_of(request, lines_of_brand(brand=brand.id), size=50)
    context = {
        "page": page,
        "rows": _rows(list(page)),
        "earnings": earnings_of_brand(brand=brand, since_at=clock.now() - _RECENT),
    }
    return supply_page(request, "money", context)


def _rows(lines: list[OrderLine]) -> list[MoneyRow]:
    """A parcel's freight stands once, beside the first of its lines on this page."""
    seen, rows = set(), []
    for line in lines:
        parcel, currency = line.parcel, line.order.currency
        first = parcel.id not in seen and line.number == _first_number(lines, line)
        seen.add(parcel.id)
        state, kind = _state(line)
        rows.append(
            MoneyRow(
                title=units_text(in_language(line.titles, "zh"), line.quantity),
                amount=Money(line.brand_minor - line.back_brand_minor, currency),
                how=_how(line),
                freight=Money(parcel.freight_left_minor, currency)
                if first and parcel.freight_left_minor
                else None,
                state=state,
                kind=kind,
                at=line.order.paid_at or line.order.placed_at,
                parcel=parcel.code,
            )
        )
    return rows


def _first_number(lines: list[OrderLine], line: OrderLine) -> int:
    return next(one.number for one in lines if one.parcel_id == line.parcel_id)


def _how(line: OrderLine) -> str:
    if line.gift_of_id:
        return gettext("Your gift to the customer")
    currency = line.order.currency
    unit = Money(line.supply_minor, currency)
    told = gettext("{count} × {price} supply price").format(
        count=line.quantity, price=amount_text(amount=unit)
    )
    # Whoever funds a discount keeps the commission that it saves.
    off = line.brand_minor - line.supply_minor * line.quantity
    further = [
        (gettext("your discount {amount}"), off if line.brand_discount_minor else 0),
        (gettext("went back {amount}"), -line.back_brand_minor),
    ]
    parts = [
        text.format(amount=amount_in_words(amount=Money(minor, currency)))
        for text, minor in further
        if minor
    ]
    return " · ".join([told, *parts])


def _state(line: OrderLine) -> tuple[str, str]:
    states, order = Order.State, line.order
    if line.back_units == line.quantity:
        return gettext("Given back to the customer"), ""
    if hasattr(line, "settled"):
        return gettext("Settled"), "good"
    if line.open_cases:
        return gettext("Waits for a case"), "warn"
    if order.state in ON_ITS_WAY:
        words = {
            states.PAID: gettext("Paid, to be shipped"),
            states.SHIPPED: pgettext("state", "Shipped"),
            states.DELIVERED: gettext("Arrived; the time for returns runs"),
        }
        return words[states(order.state)], "warn"
    if order.state == states.COMPLETED:
        return gettext("Being settled"), "warn"
    return gettext("Given back to the customer"), ""
