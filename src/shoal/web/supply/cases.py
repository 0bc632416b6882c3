"""After-sales cases of a brand: what waits for it and until when, one case with its decisions."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shoal.care import operations_brand as deeds
from shoal.care import queries_cases as queries
from shoal.care.models import Case
from shoal.care.operations_cases import say_in_case
from shoal.care.rules_cases import Deed, Kind, Reason, Side, State, deeds_of
from shoal.kit import clock
from shoal.kit.money import Money
from shoal.web import cases as told
from shoal.web.access import OfBrand, brand_member
from shoal.web.account.forms import typed
from shoal.web.answers import done, page_of, try_form
from shoal.web.case_pages import picture_answer
from shoal.web.cases_forms import GivingForm, OptionalWordsForm, ShowingForm, WordsForm
from shoal.web.components.nav import Place
from shoal.web.supply.cases_forms import (
    ArrivalForm,
    ReplacementForm,
    ReturnAddressForm,
)
from shoal.web.supply.frame import Role, may, supply_page

_TABS = ("waiting", "open", "closed")


@brand_member(Role.WAREHOUSE, Role.MONEY)
@require_safe
def cases(request: OfBrand) -> HttpResponse:
    """This will list a brand's cases: what waits for it first, by the time that is left."""
    asked = request.GET.get("state", "")
    tab = asked if asked in _TABS else "waiting"
    rows = queries.cases_of_brand(brand=request.brand.id)
    if tab == "waiting":
        rows = rows.filter(waits_for=Side.BRAND)
    else:
        rows = rows.filter(closed_at__isnull=tab == "open")
    page = page_of(request, rows)
    context = {
        "tab": tab,
        "tabs": _tabs(tab, queries.counts_of_brand(brand=request.brand.id)),
        "page": page,
        "rows": told.case_rows(page, route="supply:case", at=clock.now()),
        "query": f"state={tab}",
        "has_address": queries.address_of_brand(brand=request.brand.id) is not None,
    }
    return supply_page(request, "cases", context)


@brand_member(Role.WAREHOUSE, Role.MONEY)
@require_safe
def case(request: OfBrand, code: str) -> HttpResponse:
    """This will show one case: its goods, what was said and shown, and what can be done."""
    return _show(request, queries.case_of_brand(brand=request.brand.id, code=code))


@brand_member(Role.WAREHOUSE, Role.MONEY)
@require_safe
def picture(request: OfBrand, code: str, picture: UUID) -> HttpResponse:
    """This will show a picture of the case."""
    return picture_answer(queries.case_of_brand(brand=request.brand.id, code=code), picture)


@brand_member(Role.MONEY)
@require_POST
def agreement(request: OfBrand, code: str) -> HttpResponse:
    """This will give the customer all that she asked for."""
    found = queries.case_of_brand(brand=request.brand.id, code=code)
    form = OptionalWordsForm(request.POST, auto_id="agreeing-%s")
    if form.is_valid() and _done(
        form,
        lambda: deeds.accept_case(
            **_who(request, code), words=form.cleaned_data["words"],
            crosswise=bool(request.POST.get("crosswise")),
        ),
    ):  # fmt: skip
        return _gone_on(request, code, gettext("Agreed. The customer is told what comes next."))
    return _show(request, found, agreeing=form, status=422)


@brand_member(Role.MONEY)
@require_POST
def offer(request: OfBrand, code: str) -> HttpResponse:
    """This will offer less than was asked for; the customer decides."""
    found = queries.case_of_brand(brand=request.brand.id, code=code)
    form = GivingForm(request.POST, case=found, auto_id="offering-%s")
    if form.is_valid() and _done(
        form,
        lambda: deeds.offer_less(
            **_who(request, code), given=form.given(), words=form.cleaned_data["words"]
        ),
    ):
        return _gone_on(
            request, code, gettext("Offered. The customer agrees or asks the platform.")
        )
    return _show(request, found, offering=form, status=422)


@brand_member(Role.MONEY)
@require_POST
def refusal(request: OfBrand, code: str) -> HttpResponse:
    """This will refuse a case with a reason; the customer may ask the platform."""
    found = queries.case_of_brand(brand=request.brand.id, code=code)
    form = ShowingForm(request.POST, request.FILES, auto_id="refusing-%s")
    if form.is_valid() and _done(
        form,
        lambda: deeds.refuse_case(
            **_who(request, code), words=form.cleaned_data["words"], pictures=form.shown()
        ),
    ):
        return _gone_on(request, code, gettext("Refused. The customer may ask the platform."))
    return _show(request, found, refusing=form, status=422)


@brand_member(Role.WAREHOUSE)
@require_POST
def arrival(request: OfBrand, code: str) -> HttpResponse:
    """This will note that the goods are back."""
    found = queries.case_of_brand(brand=request.brand.id, code=code)
    form = ArrivalForm(request.POST, case=found, auto_id="receiving-%s")
    if form.is_valid() and _done(
        form,
        lambda: deeds.receive_return(
            **_who(request, code), broken=form.broken(), words=form.cleaned_data["words"]
        ),
    ):
        return _gone_on(request, code, gettext("Noted. What can be sold is in stock again."))
    return _show(request, found, receiving=form, status=422)


@brand_member(Role.WAREHOUSE)
@require_POST
def contest(request: OfBrand, code: str) -> HttpResponse:
    """This will say that what came back is not as it should be; the platform decides."""
    found = queries.case_of_brand(brand=request.brand.id, code=code)
    form = ShowingForm(request.POST, request.FILES, auto_id="contesting-%s")
    if form.is_valid() and _done(
        form,
        lambda: deeds.contest_return(
            **_who(request, code), words=form.cleaned_data["words"], pictures=form.shown()
        ),
    ):
        return _gone_on(request, code, gettext("The platform looks at it and decides."))
    return _show(request, found, contesting=form, status=422)


@brand_member(Role.WAREHOUSE)
@require_POST
def replacement(request: OfBrand, code: str) -> HttpResponse:
    """This will note that the new goods left."""
    found = queries.case_of_brand(brand=request.brand.id, code=code)
    form = ReplacementForm(request.POST, auto_id="replacing-%s")
    if form.is_valid() and _done(
        form, lambda: deeds.send_replacement(**_who(request, code), **form.cleaned_data)
    ):
        return _gone_on(request, code, gettext("Shipped. The customer sees the number."))
    return _show(request, found, replacing=form, status=422)


@brand_member(Role.WAREHOUSE)
@require_POST
def no_replacement(request: OfBrand, code: str) -> HttpResponse:
    """This will say that there are no new goods after all: her money goes back."""
    found = queries.case_of_brand(brand=request.brand.id, code=code)
    form = WordsForm(request.POST, auto_id="ending-%s")
    if form.is_valid() and _done(
        form,
        lambda: deeds.cannot_replace(**_who(request, code), words=form.cleaned_data["words"]),
    ):
        return _gone_on(request, code, gettext("Noted. The customer’s money goes back instead."))
    return _show(request, found, ending=form, status=422)


@brand_member(Role.WAREHOUSE, Role.MONEY)
@require_POST
def words(request: OfBrand, code: str) -> HttpResponse:
    """This will say something in a case, with pictures."""
    found = queries.case_of_brand(brand=request.brand.id, code=code)
    form = ShowingForm(request.POST, request.FILES, auto_id="saying-%s")
    if form.is_valid() and _done(
        form,
        lambda: say_in_case(
            side=Side.BRAND, tenant=request.brand.id, code=code, by=request.person.code,
            at=clock.now(), words=form.cleaned_data["words"], pictures=form.shown(),
        ),
    ):  # fmt: skip
        return done(request, gettext("Said."), reverse("supply:case", args=[code]))
    return _show(request, found, saying=form, status=422)


@brand_member(Role.WAREHOUSE, Role.MONEY)
@require_http_methods(["GET", "POST"])
def address(request: OfBrand) -> HttpResponse:
    """This will say where returned goods go; cases that were agreed keep theirs."""
    known = queries.address_of_brand(brand=request.brand.id)
    form = ReturnAddressForm(typed(request), initial=known)
    if form.is_valid() and _done(
        form,
        lambda: deeds.set_return_address(
            brand=request.brand.id, record=form.cleaned_data, by=request.person.code, at=clock.now()
        ),
    ):
        return done(request, gettext("The return address is kept."), reverse("supply:cases"))
    status = 422 if form.errors else 200
    return supply_page(request, "return_address", {"form": form}, status=status)


def _who(request: OfBrand, code: str) -> dict[str, Any]:
    return {
        "brand": request.brand.id, "code": code, "by": request.person.code, "at": clock.now(),
    }  # fmt: skip


def _done(form: Any, act: Callable[[], object]) -> bool:
    return try_form(form, None, act) is not None


def _gone_on(request: OfBrand, code: str, text: str) -> HttpResponse:
    return done(request, text, reverse("supply:case", args=[code]))


def _show(request: OfBrand, found: Case, *, status: int = 200, **forms: Any) -> HttpResponse:
    entries = queries.entries_of(case=found)
    if found.reason == Reason.COUNTERFEIT:  # what she wrote stays with the platform
        entries = [entry for entry in entries if entry.side != Side.CUSTOMER]
    can = {deed.value for deed in deeds_of(side=Side.BRAND, state=found.state)}
    money, store = may(request, Role.MONEY), may(request, Role.WAREHOUSE)
    swaps = found.kind == Kind.EXCHANGE
    context = {
        "case": found,
        "kind": told.kind_name(found.kind),
        "reason": told.reason_name(found.reason),
        "state": told.state_name(found),
        "colour": told.state_kind(found),
        "waits": told.waits_told(found),
        "yours": found.waits_for == Side.BRAND,
        "freight": told.freight_told(found),
        "money_words": told.money_told(found),
        "postage": told.postage_told(found),
        "asked": Money(found.asked_minor, found.currency),
        "refund": Money(found.refund_minor, found.currency),
        "lines": told.line_rows(found),
        "entries": told.told_entries(
            found, entries, names={Side.BRAND: request.brand.name}, face="supply"
        ),
        "replacements": queries.replacements_of(case=found),
        "decides": money and Deed.ACCEPT in can,
        "waits_for_money": store and not money and Deed.ACCEPT in can,
        "offers": not swaps or sum(row.units for row in found.lines.all()) > 1,
        "by_units": swaps,
        "swaps": swaps and found.needs_return,
        "receives": store and Deed.RECEIVE in can,
        "replaces": store and Deed.REPLACE in can,
        "says": Deed.SAY in can,
        "is_refunded": found.state == State.REFUNDED,
        "agreeing": OptionalWordsForm(auto_id="agreeing-%s"),
        "offering": GivingForm(case=found, auto_id="offering-%s"),
        "refusing": ShowingForm(auto_id="refusing-%s"),
        "receiving": ArrivalForm(case=found, auto_id="receiving-%s"),
        "contesting": ShowingForm(auto_id="contesting-%s"),
        "replacing": ReplacementForm(auto_id="replacing-%s"),
        "ending": WordsForm(auto_id="ending-%s"),
        "saying": ShowingForm(auto_id="saying-%s"),
        **forms,
    }
    return supply_page(request, "case", context, status=status)


def _tabs(tab: str, counts: dict[str, int]) -> list[Place]:
    names = {
        "waiting": gettext("Wait for you"),
        "open": gettext("All open"),
        "closed": gettext("Closed"),
    }
    return [
        Place(
            names[name], "returns", f"{reverse('supply:cases')}?state={name}",
            count=counts[name] if name == "waiting" else 0, current=name == tab,
        )
        for name in _TABS
    ]  # fmt: skip
