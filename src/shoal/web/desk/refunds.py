"""Refunds: asked for by one operator, decided by another, sent by the worker, mended by hand."""

from datetime import timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.brands.steps import ReasonMissing
from shoal.kit import clock
from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.orders.models import RefundApproval
from shoal.orders.operations import ask_refund, decide_refund
from shoal.orders.queries import open_refund_approvals, order_by_code, order_by_id
from shoal.payments.models import Notice, Refund
from shoal.payments.operations import retry_refund
from shoal.payments.queries import (
    all_refunds,
    notices_to_look_at,
    refund_by_code,
    refund_steps,
    stuck_refunds,
)
from shoal.web.access import OfOperator, operator
from shoal.web.answers import page_of
from shoal.web.desk import telling
from shoal.web.desk.frame import (
    CARE,
    MONEY,
    PAGE,
    SHORT_REASON,
    Told,
    accepts,
    actors,
    answer,
    desk_page,
    reason_of,
    tabs,
    who_and_why,
)
from shoal.web.desk.orders import refund_row

_LOOK_BACK = timedelta(days=30)


@operator(MONEY)
@require_safe
def refunds(request: OfOperator) -> HttpResponse:
    """This will list what waits for a second person, what is stuck, and every refund."""
    at = clock.now()
    wishes = list(open_refund_approvals())
    names = {"": gettext("All")} | {
        state: telling.refund_state(state) for state in Refund.State.values
    }
    chosen, places = tabs(request, names, {})
    page = page_of(request, all_refunds(states=[chosen] if chosen else []), size=PAGE)
    notices = notices_to_look_at(since_at=at - _LOOK_BACK)
    context = {
        "wishes": _wishes(wishes, request.person.code),
        "stuck": [refund_row(refund) for refund in stuck_refunds()],
        "notices": [_notice(notice) for notice in notices],
        "page": page,
        "rows": [refund_row(refund) for refund in page],
        "tabs": places,
        "query": f"state={chosen}" if chosen else "",
    }
    return desk_page(request, "refunds", context)


@operator(MONEY)
@require_safe
def refund(request: OfOperator, code: str) -> HttpResponse:
    """This will show a refund with every step of it."""
    found = refund_by_code(code=code)
    steps = refund_steps(refund=found.id)
    names = actors([found.wanted_by, *(step.by for step in steps)])
    try:
        order = order_by_id(order=found.intent.subject)
    except NotFound:  # what was paid for need not be an order
        order = None
    context = {
        "refund": refund_row(found),
        "intent": found.intent,
        "order": order,
        "is_stuck": found.state == Refund.State.FAILED and found.next_at is None,
        "by": names[found.wanted_by],
        "steps": [
            Told(
                telling.refund_state(step.state),
                who_and_why(names[step.by], step.reason),
                step.at,
                "bad" if step.state == Refund.State.FAILED else "",
            )
            for step in reversed(steps)
        ],
    }
    return desk_page(request, "refund", context)


@operator(CARE, MONEY)
@require_POST
def wish(request: OfOperator, code: str) -> HttpResponse:
    """This will ask for a paid order to be given back; somebody else decides."""
    order_by_code(code=code)

    def ask() -> RefundApproval:
        reason = reason_of(request, longest=SHORT_REASON)
        if not reason:
            raise ReasonMissing
        return ask_refund(code=code, reason=reason, by=request.person.code, at=clock.now())

    return answer(
        request,
        reverse("desk:order", args=[code]),
        gettext("The refund is asked for. Somebody else has to decide it."),
        ask,
    )


@operator(MONEY)
@require_POST
def decision(request: OfOperator, approval_code: str) -> HttpResponse:
    """This will decide a refund that somebody else asked for."""
    approve = accepts(request)
    return answer(
        request,
        reverse("desk:refunds"),
        gettext("The refund is agreed: the money goes back the way it came.")
        if approve
        else gettext("The refund is refused."),
        lambda: decide_refund(
            code=approval_code, approve=approve, by=request.person.code, at=clock.now()
        ),
    )


@operator(MONEY)
@require_POST
def retry(request: OfOperator, code: str) -> HttpResponse:
    """This will send a refund that failed for good once more."""
    refund_by_code(code=code)
    return answer(
        request,
        reverse("desk:refund", args=[code]),
        gettext("It is sent once more."),
        lambda: retry_refund(code=code, by=request.person.code, at=clock.now()),
    )


def _wishes(rows: list[RefundApproval], me: str) -> list[dict[str, object]]:
    names = actors(row.asked_by for row in rows)
    return [
        {
            "wish": row,
            "order": row.order,
            "amount": Money(row.order.total_minor, row.order.currency),
            "by": names[row.asked_by],
            "mine": row.asked_by == me,
        }
        for row in rows
    ]


def _notice(notice: Notice) -> dict[str, object]:
    return {
        "notice": notice,
        "what": telling.notice_kind(notice.kind),
        "verdict": telling.notice_verdict(notice.verdict),
        "amount": Money(notice.amount, notice.currency),
    }
