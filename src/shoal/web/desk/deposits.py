"""Deposits and goodwill at the desk: noted or asked for by one, decided by another."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from shoal.brands.models import Brand
from shoal.brands.queries import brand_by_code, brand_file
from shoal.kit import clock
from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.orders.queries import order_by_code
from shoal.settlement.deposits import (
    ask_give_back,
    brands_with_deposits,
    decide_deposit,
    deposit_moves,
    note_deposit,
    open_deposit_moves,
)
from shoal.settlement.goodwill import (
    ask_goodwill,
    decide_goodwill,
    latest_goodwill,
    open_goodwill_wishes,
)
from shoal.settlement.models_payouts import DepositMove
from shoal.web.access import OfOperator, operator
from shoal.web.answers import done, try_form
from shoal.web.components.fields import AmountField
from shoal.web.desk.frame import (
    CARE,
    MONEY,
    SHORT_REASON,
    accepts,
    actors,
    answer,
    desk_page,
    may,
    reason_of,
)
from shoal.web.payouts import reason_words


class DepositForm(forms.Form):
    """A transfer that arrived at our bank."""

    reference = forms.CharField(max_length=80)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(currency=currency, label=gettext("Amount"))
        self.fields["reference"].label = gettext("The bank’s number")
        self.order_fields(["amount", "reference"])


class GoodwillForm(forms.Form):
    """Something for a customer, about one of her orders."""

    reason = forms.CharField(max_length=200)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(currency=currency, label=gettext("Amount"))
        self.fields["reason"].label = gettext("Reason")
        self.order_fields(["amount", "reason"])


@operator(MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def deposits(request: OfOperator) -> HttpResponse:
    """This will show deposits, and note one of the brand that the address names."""
    code = request.GET.get("brand", "")[:12]
    brand = brand_by_code(code=code) if code else None
    form = DepositForm(request.POST or None, currency=brand.currency) if brand else None
    if request.method == "POST" and brand and form and form.is_valid():
        facts = form.cleaned_data
        noted = try_form(
            form,
            "reference",
            lambda: note_deposit(
                brand=brand,
                amount=facts["amount"],
                reference=facts["reference"],
                by=request.person.code,
                at=clock.now(),
            ),
        )
        if noted is not None:
            goto = f"{reverse('desk:deposits')}?brand={brand.code}"
            return done(request, gettext("It is noted. Somebody else has to confirm it."), goto)
    context = {
        "form": form,
        "chosen": _deposit(brand) if brand else None,
        "moves": _moves(deposit_moves(brand=brand), request) if brand else [],
        "open": _moves(open_deposit_moves(), request),
        "rows": [_deposit(one) for one in brands_with_deposits()],
    }
    return desk_page(request, "deposits", context, status=422 if form and form.errors else 200)


@operator(MONEY)
@require_POST
def deposit_decision(request: OfOperator, deposit_code: str) -> HttpResponse:
    """This will confirm or refuse what somebody else noted or asked for."""
    approve = accepts(request)
    return answer(
        request,
        reverse("desk:deposits"),
        gettext("It is confirmed.") if approve else gettext("It is refused."),
        lambda: decide_deposit(
            code=deposit_code, approve=approve, by=request.person.code, at=clock.now()
        ),
    )


@operator(MONEY)
@require_POST
def deposit_return(request: OfOperator, code: str) -> HttpResponse:
    """This will ask for a brand's deposit to be given back."""
    brand = brand_by_code(code=code)
    return answer(
        request,
        f"{reverse('desk:deposits')}?brand={code}",
        gettext("It is asked for. Somebody else has to confirm it."),
        lambda: ask_give_back(
            brand=brand,
            reason=reason_of(request, longest=SHORT_REASON),
            by=request.person.code,
            at=clock.now(),
        ),
    )


@operator(CARE, MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def goodwill(request: OfOperator) -> HttpResponse:
    """This will show gifts, and ask for one about the order that the address names."""
    code = request.GET.get("order", "")[:12]
    order = order_by_code(code=code) if code else None
    form = GoodwillForm(request.POST or None, currency=order.currency) if order else None
    if request.method == "POST" and order is None:
        raise NotFound
    if request.method == "POST" and order and form and form.is_valid():
        facts = form.cleaned_data
        wish = try_form(
            form,
            "amount",
            lambda: ask_goodwill(
                customer=order.customer,
                order=order,
                amount=facts["amount"],
                currency=order.currency,
                reason=facts["reason"],
                by=request.person.code,
                at=clock.now(),
            ),
        )
        if wish is not None:
            words = gettext("It is asked for. Somebody else has to agree and transfer it.")
            return done(request, words, reverse("desk:goodwill"))
    wishes, gifts = open_goodwill_wishes(), latest_goodwill()
    people = [row.asked_by for row in wishes]
    names = actors([*people, *(gift.asked_by for gift in gifts), *(g.approved_by for g in gifts)])
    context = {
        "form": form,
        "order": order,
        "may_decide": may(request.operator_roles, MONEY),
        "wishes": [
            {
                "wish": row,
                "amount": Money(row.amount, row.currency),
                "by": names[row.asked_by],
                "mine": row.asked_by == request.person.code,
            }
            for row in wishes
        ],
        "gifts": [
            {
                "gift": gift,
                "amount": Money(gift.amount, gift.currency),
                "by": f"{names[gift.asked_by]} · {names[gift.approved_by]}",
            }
            for gift in gifts
        ],
    }
    return desk_page(request, "goodwill", context, status=422 if form and form.errors else 200)


@operator(MONEY)
@require_POST
def goodwill_decision(request: OfOperator, gift_code: str) -> HttpResponse:
    """This will agree to a gift that somebody else asked for, or refuse it."""
    approve = accepts(request)
    return answer(
        request,
        reverse("desk:goodwill"),
        gettext("It is given.") if approve else gettext("It is refused."),
        lambda: decide_goodwill(
            code=gift_code,
            approve=approve,
            reference=request.POST.get("reference", ""),
            by=request.person.code,
            at=clock.now(),
        ),
    )


def _deposit(brand: Brand) -> dict[str, Any]:
    told = brand_file(code=brand.code, at=clock.now())
    return {
        "brand": brand,
        "held": told.deposit_held,
        "due": told.deposit_due,
        "selling": brand.state == Brand.State.ACTIVE,
    }


def _moves(rows: list[DepositMove], request: OfOperator) -> list[dict[str, Any]]:
    names = actors(by for row in rows for by in (row.asked_by, row.decided_by))
    kinds = {
        "paid_in": gettext("Paid in"),
        "given_back": gettext("Given back"),
        "covered": gettext("Covered a debt"),
    }
    states = {
        "asked": (gettext("Awaiting a second person"), "warn"),
        "confirmed": (gettext("Confirmed"), "good"),
        "refused": (gettext("Refused"), "bad"),
    }
    return [
        {
            "move": row,
            "what": kinds[row.kind],
            "amount": Money(row.amount, row.currency),
            "state": states[row.state][0],
            "kind": states[row.state][1],
            "by": " · ".join(names[by] for by in (row.asked_by, row.decided_by) if by),
            "note": row.reference or reason_words(row.reason),
            "open": row.state == DepositMove.State.ASKED,
            "mine": row.asked_by == request.person.code,
        }
        for row in rows
    ]
