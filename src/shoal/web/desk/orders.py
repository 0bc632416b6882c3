"""Orders as the operator finds them: what was bought, who gets what and why, where money went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from shoal.care.queries_cases import cases_of_order
from shoal.kit import clock
from shoal.kit.masking import mask_address, mask_name, mask_phone
from shoal.kit.money import Money
from shoal.kit.texts import in_language
from shoal.ledger.queries import transfers
from shoal.orders.models import Order, OrderLine, OrderStep, ParcelStep
from shoal.orders.queries import (
    held_up_orders,
    order_by_code,
    orders_of_all,
    recipients,
    refund_approvals_of,
    steps_of,
)
from shoal.payments.models import Intent, Notice, Refund
from shoal.payments.queries import intents_for, notices_for, refunds_for
from shoal.people.queries import person_by_code
from shoal.settlement.queries import settled_at
from shoal.shops.queries import shop_by_code
from shoal.web.access import OfOperator, operator
from shoal.web.answers import page_of
from shoal.web.cases import case_rows
from shoal.web.components.nav import Place
from shoal.web.desk import telling
from shoal.web.desk.accounts import account_rows
from shoal.web.desk.frame import (
    CARE,
    MONEY,
    PAGE,
    VETTING,
    Told,
    actors,
    desk_page,
    may,
    who_and_why,
)
from shoal.web.promoting.telling import line_notes, order_discounts
from shoal.web.reasons import reason_words
from shoal.web.supply.telling import parcel_state
from shoal.web.words import happenings

_STATES = Order.State.values
HELD_UP = "held-up"
"""In an address: paid orders of which a brand cannot ship something."""


@dataclass(frozen=True, slots=True)
class SharedLine:
    """A line of an order and how its price is shared."""

    title: str
    sku: str
    brand: str
    quantity: int
    sale: Money
    markup: Money
    total: Money
    brand_part: Money
    keeper_part: Money
    platform_part: Money
    tax: Money
    rate: str
    rule: str
    settled_at: datetime | None
    notes: Sequence[str] = ()


@operator(CARE, MONEY)
@require_safe
def orders(request: OfOperator) -> HttpResponse:
    """This will list orders, the newest first: all, of a shop, or of a customer by her code.

    Of those that a brand cannot ship the longest waiting stand first, with its reason.
    """
    asked = request.GET
    state = asked.get("state", "") if asked.get("state") in {*_STATES, HELD_UP} else ""
    states = [state] if state else []
    rows = held_up_orders() if state == HELD_UP else orders_of_all(states=states)
    kept, shop, customer = {}, None, None
    if asked.get("shop"):
        shop = shop_by_code(code=asked["shop"])
        rows, kept["shop"] = rows.filter(storefront=shop), shop.code
    if asked.get("customer"):
        customer = person_by_code(asked["customer"])
        rows, kept["customer"] = rows.filter(customer=customer), customer.code
    page = page_of(request, rows, size=PAGE)
    context = {
        "page": page,
        "rows": [_row(order) for order in page],
        "shop": shop,
        "customer": customer,
        "state": state,
        "tabs": _tabs(state, kept),
        "query": urlencode({**kept, **({"state": state} if state else {})}),
    }
    return desk_page(request, "orders", context)


@operator(CARE, MONEY)
@require_safe
def order(request: OfOperator, code: str) -> HttpResponse:
    """This will show an order whole: lines, shares, payments, parcels, steps and transfers."""
    found = order_by_code(code=code)
    intents = intents_for(subject=found.id)
    refunds = refunds_for(subject=found.id)
    notices = notices_for(subject=found.id)
    settled = settled_at(order=found.id)
    roles = request.operator_roles
    context: dict[str, Any] = {
        "order": found,
        "state": telling.order_state(found.state),
        "kind": telling.ORDER_KINDS.get(found.state, ""),
        "recipient": _recipient(found),
        "why": telling.attribution(found),
        "lines": [_line(line, found, settled.get(line.id)) for line in found.lines.all()],
        "goods": Money(found.goods_minor, found.currency),
        "freight": Money(found.freight_minor, found.currency),
        "discounts": order_discounts(found),
        "total": Money(found.total_minor, found.currency),
        "parcels": [_parcel(parcel, found) for parcel in found.parcels.all()],
        "intents": [_intent(intent) for intent in intents],
        "notices": [_notice(notice) for notice in notices],
        "refunds": [refund_row(refund) for refund in refunds],
        "cases": case_rows(cases_of_order(order=found.id), route="desk:case", at=clock.now()),
        "steps": _timeline(found),
        "transfers": _transfers(found, intents, notices, refunds),
        "may_ask_refund": found.state in {"paid", "shipped", "delivered"}
        and not any(one.verdict == "" for one in refund_approvals_of(order=found.id)),
        "may_see_money": may(roles, MONEY),
        "may_see_shops": may(roles, CARE),
        "may_see_brands": may(roles, VETTING),
        "customer": found.customer.code,
    }
    return desk_page(request, "order", context)


def refund_row(refund: Refund) -> dict[str, Any]:
    """This will make the row of a refund in a table."""
    return {
        "code": refund.code,
        "url": reverse("desk:refund", args=[refund.code]),
        "amount": Money(refund.amount, refund.currency),
        "state": telling.refund_state(refund.state),
        "kind": telling.REFUND_KINDS[refund.state],
        "reason": reason_words(refund.reason),
        "attempts": refund.attempts,
        "excess": refund.excess,
        "wanted_at": refund.wanted_at,
        "done_at": refund.done_at,
        "next_at": refund.next_at,
    }


def _row(order: Order) -> dict[str, Any]:
    return {
        "order": order,
        "state": telling.order_state(order.state),
        "kind": telling.ORDER_KINDS.get(order.state, ""),
        "total": Money(order.total_minor, order.currency),
    }


def _tabs(current: str, kept: Mapping[str, str]) -> list[Place]:
    here = reverse("desk:orders")
    names = {
        "": gettext("All"),
        HELD_UP: gettext("Cannot be shipped"),
        **{state: telling.order_state(state) for state in _STATES},
    }
    found = []
    for state, label in names.items():
        query = urlencode({**kept, **({"state": state} if state else {})})
        address = f"{here}?{query}" if query else here
        found.append(Place(label, "", address, current=state == current))
    return found


def _recipient(order: Order) -> dict[str, str]:
    """Who gets it, shortened: enough to recognise a caller by, not to write to her."""
    sealed = recipients(orders=[order])[order.id]
    if not sealed:
        return {}
    return {
        "name": mask_name(sealed.get("recipient", "")),
        "phone": mask_phone(sealed.get("phone", "")),
        "place": mask_address(sealed),
    }


def _line(line: OrderLine, order: Order, settled_at: datetime | None) -> SharedLine:
    def amount(minor: int) -> Money:
        return Money(minor, order.currency)

    parcels = {parcel.id: parcel.brand.name for parcel in order.parcels.all()}
    return SharedLine(
        title=in_language(line.titles, line.sku.product.base_language),
        sku=line.sku.label,
        brand=parcels[line.parcel_id],
        quantity=line.quantity,
        sale=amount(line.sale_minor),
        markup=amount(line.markup_minor),
        total=amount(line.line_minor),
        brand_part=amount(line.brand_minor),
        keeper_part=amount(line.keeper_minor),
        platform_part=amount(line.platform_minor),
        tax=amount(line.tax_minor),
        rate=f"{line.rate_bp / 100:g}%",
        rule=line.rule,
        settled_at=settled_at,
        notes=line_notes(line, order.currency),
    )


def _parcel(parcel: Any, order: Order) -> dict[str, Any]:
    return {
        "parcel": parcel,
        "state": parcel_state(parcel.state),
        "kind": "bad" if parcel.problem else telling.ORDER_KINDS.get(parcel.state, ""),
        "freight": Money(parcel.freight_minor, order.currency),
    }


def _intent(intent: Intent) -> dict[str, Any]:
    return {
        "intent": intent,
        "state": telling.intent_state(intent.state),
        "kind": telling.INTENT_KINDS[intent.state],
        "amount": Money(intent.amount, intent.currency),
        "captured": Money(intent.captured, intent.currency),
        "returned": Money(intent.returned, intent.currency),
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "notice": notice,
        "what": telling.notice_kind(notice.kind),
        "verdict": telling.notice_verdict(notice.verdict),
        "kind": telling.NOTICE_KINDS.get(notice.verdict, "warn"),
        "amount": Money(notice.amount, notice.currency),
    }


def _timeline(order: Order) -> list[Told]:
    """All that happened to the order, its parcels and the wish to refund it, newest first."""
    steps = steps_of(order=order.id)
    approvals = refund_approvals_of(order=order.id)
    names = actors([
        *(step.by for step in steps),
        *(one.asked_by for one in approvals), *(one.decided_by for one in approvals),
    ]) | {order.customer.code: gettext("the customer")}  # fmt: skip
    brands = {parcel.id: parcel.brand.name for parcel in order.parcels.all()}
    happened = happenings(steps)
    # A partner's clock may be a second behind ours: nothing is told before what we heard first.
    moments = accumulate((step.at for step in steps), max)
    told = [
        (
            moment,
            Told(happened[step.id], names[step.by], step.at)
            if step.id in happened
            else _step(step, names, brands),
        )
        for moment, step in zip(moments, steps, strict=True)
    ]
    for one in approvals:
        asked = who_and_why(names[one.asked_by], one.reason)
        told.append((one.asked_at, Told(gettext("Refund asked for"), asked, one.asked_at)))
        if one.decided_at:
            agreed = one.verdict == "approved"
            title = gettext("Refund agreed") if agreed else gettext("Refund refused")
            kind = "" if agreed else "bad"
            decided = Told(title, names[one.decided_by], one.decided_at, kind)
            told.append((one.decided_at, decided))
    return [one for _, one in sorted(told, key=itemgetter(0))][::-1]


def _step(
    step: OrderStep | ParcelStep, names: Mapping[str, str], brands: Mapping[UUID, str]
) -> Told:
    text = who_and_why(names[step.by], step.reason)
    if isinstance(step, ParcelStep):
        title = gettext("Parcel of {brand}: {state}").format(
            brand=brands.get(step.parcel_id, ""), state=parcel_state(step.state)
        )
        return Told(title, text, step.at)
    bad = step.state in {"cancelled", "expired", "refunded"}
    return Told(telling.order_state(step.state), text, step.at, "bad" if bad else "")


def _transfers(
    order: Order, intents: Sequence[Intent], notices: Sequence[Notice], refunds: Sequence[Refund]
) -> list[dict[str, Any]]:
    """The ledger's transfers about the order, its payment and what went back, oldest first.

    Settlement moves many orders' money in one transfer: that is told by line instead.
    """
    subjects = {
        order.id,
        *(intent.id for intent in intents),
        *(notice.id for notice in notices),
        *(refund.subject for refund in refunds),
    }
    return account_rows(list(transfers(subjects=subjects))[::-1])
