"""What a keeper earns: the sum, each line, and why."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from shoal.kit import clock
from shoal.kit.amounts import amount_in_words, amount_text, units_text
from shoal.kit.money import Money, portion
from shoal.kit.texts import in_language
from shoal.orders.models import Order, OrderLine
from shoal.settlement.queries import ON_ITS_WAY, earnings_of_shop, lines_of_shop
from shoal.web.access import OfKeeper, keeper
from shoal.web.days import start_of_day
from shoal.web.keep.frame import keeper_page, page_of
from shoal.web.keep.orders import state_name, why_earned


@dataclass(frozen=True, slots=True)
class EarningRow:
    """One line that brought (or will bring, or would have brought) something."""

    title: str
    earn: Money
    how: str
    why: str
    state: str
    kind: str
    at: datetime
    order_code: str
    order_url: str


@keeper
@require_safe
def earnings(request: OfKeeper) -> HttpResponse:
    """This will show what a shop earned, line by line, and why."""
    shop, at = request.shop, clock.now()
    page = page_of(request, lines_of_shop(shop=shop.id))
    context = {
        "page": page,
        "rows": [_row(line, shop=shop.id) for line in page],
        "earnings": earnings_of_shop(
            shop=shop.id, currency=shop.currency, since_at=start_of_day(at)
        ),
    }
    return keeper_page(request, "earnings", context)


def _row(line: OrderLine, *, shop: object) -> EarningRow:
    order = line.order
    state, kind = _state(line)
    mine = order.storefront_id == shop
    return EarningRow(
        title=units_text(in_language(line.titles, "zh"), line.quantity),
        earn=Money(line.keeper_minor - line.back_keeper_minor, order.currency),
        how=_how(line),
        why=why_earned(order.attribution),
        state=state,
        kind=kind,
        at=order.placed_at,
        order_code=order.code,
        # An order in another shop is that keeper's to look at; the earning is hers to know.
        order_url=reverse("keep:order", args=[order.code]) if mine else "",
    )


def _state(line: OrderLine) -> tuple[str, str]:
    order = line.order
    if line.keeper_minor == line.back_keeper_minor:
        return gettext("Went back to the customer"), ""
    if hasattr(line, "settled"):
        return gettext("Settled"), "good"
    if line.open_cases:
        return gettext("Waits for a case"), "warn"
    if order.state in ON_ITS_WAY:
        return gettext("On its way: {state}").format(state=state_name(order.state)), "warn"
    if order.state == Order.State.COMPLETED:
        return gettext("Being settled"), "warn"
    return state_name(order.state), ""


def _how(line: OrderLine) -> str:
    """How the amount came about: rate x S, and the markup where there is one."""
    currency = line.order.currency
    # Commission is of what a brand-funded discount leaves; her own comes off her part.
    base = Money(line.sale_minor * line.quantity - line.brand_discount_minor, currency)
    commission = Money(portion(base.minor, line.rate_bp), currency)
    told = gettext("{rate}% of {base} is {commission}").format(
        rate=f"{line.rate_bp / 100:g}",
        base=amount_text(amount=base),
        commission=amount_text(amount=commission),
    )
    markup = line.markup_minor * line.quantity
    added = gettext("your markup {amount}") if markup > 0 else gettext("your price {amount}")
    further = [
        (added, markup),
        (gettext("your discount {amount}"), -line.keeper_discount_minor),
        (gettext("went back {amount}"), -line.back_keeper_minor),
    ]
    parts = [
        text.format(amount=amount_in_words(amount=Money(minor, currency)))
        for text, minor in further
        if minor
    ]
    return " · ".join([told, *parts])
