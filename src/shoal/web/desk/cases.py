"""Cases at the platform: what it is asked to decide, every fact, the ruling, a second look."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from shoal.care import queries_cases as queries
from shoal.care.models import Case, Ruling
from shoal.care.operations_cases import say_in_case
from shoal.care.operations_postage import LONGEST_REFERENCE, pay_postage
from shoal.care.operations_rulings import confirm_ruling, rule_case
from shoal.care.rules_cases import Deed, Kind, Reason, Side, State, deeds_of
from shoal.kit import clock
from shoal.kit.money import Money
from shoal.payments.queries import refunds_for
from shoal.web import cases as told
from shoal.web.access import OfOperator, operator
from shoal.web.answers import done, page_of, try_form
from shoal.web.case_pages import picture_answer
from shoal.web.cases_forms import GivingForm, ShowingForm
from shoal.web.desk.frame import CARE, MONEY, PAGE, actors, answer, desk_page, reason_of, tabs
from shoal.web.desk.orders import refund_row

_OUTCOMES = [
    ("all", gettext_lazy("She gets all she asked for")),
    ("part", gettext_lazy("She gets the part below")),
    ("nothing", gettext_lazy("Refused, for good")),
]


class RulingForm(GivingForm):
    """What the platform decides: how much, who answers for it, whether goods go back."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=_OUTCOMES,
        widget=forms.RadioSelect,
    )
    fault = forms.ChoiceField(
        label=gettext_lazy("Who answers for it, and pays the ways"),
        choices=[
            (Side.BRAND.value, pgettext_lazy("side of a case", "The brand")),
            (Side.CUSTOMER.value, pgettext_lazy("side of a case", "The customer")),
        ],
        widget=forms.RadioSelect,
    )
    needs_return = forms.BooleanField(
        label=gettext_lazy("The goods go back before the money does"), required=False
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        initial = {
            "fault": "brand" if case.brands_fault else "customer",
            "needs_return": case.needs_return,
        }
        super().__init__(*args, case=case, initial=initial, **kwargs)
        if case.came_back or case.kind == Kind.EXCHANGE:
            del self.fields["needs_return"]
        if case.kind == Kind.EXCHANGE and sum(row.units for row in self.rows) == 1:
            outcome = cast("forms.ChoiceField", self.fields["outcome"])
            outcome.choices = [row for row in _OUTCOMES if row[0] != "part"]
        parts = [name for name in self.fields if name.partition("-")[1]]
        self.order_fields(["outcome", *parts, "fault", "needs_return", "words"])


@operator(CARE, MONEY)
@require_safe
def cases(request: OfOperator) -> HttpResponse:
    """This will list the cases: what waits for the platform first, by the time that is left."""
    names = {
        "waiting": gettext("To decide"),
        "open": gettext("All open"),
        "stuck": gettext("Money stuck"),
        "postage": gettext("Ways back to pay"),
        "closed": gettext("Closed"),
    }
    counts = queries.counts_of_all()
    chosen, places = tabs(
        request, names, {key: counts[key] for key in ("waiting", "stuck", "postage")}
    )
    rows = queries.cases_of_all()
    if chosen == "waiting":
        rows = rows.filter(waits_for=Side.PLATFORM)
    elif chosen == "stuck":
        rows = rows.filter(money_failed_at__isnull=False)
    elif chosen == "postage":
        rows = rows.filter(postage_minor__gt=0, postage_paid_at=None)
    else:
        rows = rows.filter(closed_at__isnull=chosen == "open")
    page = page_of(request, rows, size=PAGE)
    context = {
        "tabs": places,
        "page": page,
        "rows": told.case_rows(page, route="desk:case", at=clock.now()),
        "query": f"state={chosen}",
    }
    return desk_page(request, "cases", context)


@operator(CARE, MONEY)
@require_safe
def case(request: OfOperator, code: str) -> HttpResponse:
    """This will show one case with all that happened, and what the platform may do with it."""
    return _show(request, queries.case_by_code(code=code))


@operator(CARE, MONEY)
@require_safe
def picture(request: OfOperator, code: str, picture: UUID) -> HttpResponse:  # noqa: ARG001 - a view
    """This will show a picture of the case."""
    return picture_answer(queries.case_by_code(code=code), picture)


@operator(CARE)
@require_POST
def ruling(request: OfOperator, code: str) -> HttpResponse:
    """This will decide a case; above an amount a second person confirms it."""
    found = queries.case_by_code(code=code)
    form = RulingForm(request.POST, case=found, auto_id="ruling-%s")
    if form.is_valid():
        given = form.cleaned_data
        ruled = try_form(
            form,
            None,
            lambda: rule_case(
                code=code,
                grants=given["outcome"] != "nothing",
                given=form.given() if given["outcome"] == "part" else None,
                brands_fault=given["fault"] == "brand",
                needs_return=given.get("needs_return"),
                words=given["words"],
                by=request.person.code,
                at=clock.now(),
            ),
        )
        if ruled is not None:
            text = (
                gettext("Decided. Somebody else has to confirm it.")
                if ruled.state == State.CONFIRMING
                else gettext("Decided. Everybody is told.")
            )
            return done(request, text, reverse("desk:case", args=[code]))
    return _show(request, found, ruling=form, status=422)


@operator(CARE, MONEY)
@require_POST
def confirmation(request: OfOperator, code: str) -> HttpResponse:
    """This will confirm what somebody else decided, or send it back to be decided again."""
    queries.case_by_code(code=code)
    agrees = request.POST.get("accepted") == "yes"
    return answer(
        request,
        reverse("desk:case", args=[code]),
        gettext("Confirmed. Everybody is told.")
        if agrees
        else gettext("It is to be decided again."),
        lambda: confirm_ruling(
            code=code, agrees=agrees, words=reason_of(request), by=request.person.code,
            at=clock.now(),
        ),
    )  # fmt: skip


@operator(MONEY)
@require_POST
def postage(request: OfOperator, code: str) -> HttpResponse:
    """This will note that a way back was transferred to the customer, by the bank's number."""
    queries.case_by_code(code=code)
    return answer(
        request,
        reverse("desk:case", args=[code]),
        gettext("Noted. The customer is told."),
        lambda: pay_postage(
            code=code, reference=request.POST.get("reference", ""), by=request.person.code,
            at=clock.now(),
        ),
    )  # fmt: skip


@operator(CARE)
@require_POST
def words(request: OfOperator, code: str) -> HttpResponse:
    """This will say something in a case; the customer, her keeper and the brand read it."""
    found = queries.case_by_code(code=code)
    form = ShowingForm(request.POST, request.FILES, auto_id="saying-%s")
    if form.is_valid():
        said = try_form(
            form,
            None,
            lambda: say_in_case(
                side=Side.PLATFORM, tenant=None, code=code, words=form.cleaned_data["words"],
                pictures=form.shown(), by=request.person.code, at=clock.now(),
            ),
        )  # fmt: skip
        if said is not None:
            return done(request, gettext("Said."), reverse("desk:case", args=[code]))
    return _show(request, found, saying=form, status=422)


def _show(request: OfOperator, found: Case, *, status: int = 200, **filled: Any) -> HttpResponse:
    can = {deed.value for deed in deeds_of(side=Side.PLATFORM, state=found.state)}
    entries = queries.entries_of(case=found)
    ruled = queries.ruling_of(case=found)
    refunds = [row for row in refunds_for(subject=found.order_id) if row.subject == found.id]
    context = {
        "case": found,
        "kind": told.kind_name(found.kind),
        "reason": told.reason_name(found.reason),
        "state": told.state_name(found),
        "colour": told.state_kind(found),
        "waits": told.waits_told(found),
        "yours": found.waits_for == Side.PLATFORM,
        "freight": told.freight_told(found),
        "money_words": told.money_told(found),
        "postage": told.postage_told(found),
        "money_failed": found.money_failed_at is not None,
        "asked": Money(found.asked_minor, found.currency),
        "refund": Money(found.refund_minor, found.currency),
        "is_refunded": found.state == State.REFUNDED,
        "is_counterfeit": found.reason == Reason.COUNTERFEIT,
        "lines": told.line_rows(found),
        "entries": told.told_entries(found, entries, names={}, face="desk"),
        "replacements": queries.replacements_of(case=found),
        "refunds": [refund_row(row) for row in refunds],
        "may_see_money": bool(request.operator_roles & {str(MONEY), "admin"}),
        "rules": Deed.RULE in can and _may_rule(request),
        "pays_postage": bool(found.postage_minor) and found.postage_paid_at is None,
        "postage_owed": Money(found.postage_minor, found.currency),
        "longest_reference": LONGEST_REFERENCE,
        "confirms": Deed.CONFIRM in can,
        "says": Deed.SAY in can and _may_rule(request),
        "decided": _decided(ruled, found, request.person.code) if ruled else None,
        "ruling": RulingForm(case=found, auto_id="ruling-%s"),
        "saying": ShowingForm(auto_id="saying-%s"),
        **filled,
    }
    return desk_page(request, "case", context, status=status)


def _may_rule(request: OfOperator) -> bool:
    return bool(request.operator_roles & {str(CARE), "admin"})


def _decided(ruled: Ruling, found: Case, me: str) -> dict[str, Any]:
    names = actors([ruled.by, ruled.confirmed_by])
    return {
        "by": names.get(ruled.by, ""),
        "confirmed_by": names.get(ruled.confirmed_by, ""),
        "grants": ruled.grants,
        "amount": Money(ruled.amount_minor, found.currency),
        "fault": told.side_name(Side.BRAND if ruled.brands_fault else Side.CUSTOMER),
        "needs_return": ruled.needs_return,
        "mine": ruled.by == me,
        "at": ruled.at,
    }
