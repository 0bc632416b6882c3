"""One standing offer: its terms, changed or withdrawn."""

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from shoal.kit import clock
from shoal.kit.errors import NotFound
from shoal.offers.models import Offer
from shoal.offers.operations import change_offer, withdraw_offer
from shoal.offers.queries import least_fees, offer_by_code, offer_state
from shoal.offers.queries_terms import terms_of
from shoal.offers.refusals import OfferChangedMeanwhile
from shoal.offers.rules import Phase
from shoal.web.access import OfBrand, brand_member
from shoal.web.account.forms import typed
from shoal.web.answers import done, try_form
from shoal.web.supply.forms import ReasonForm
from shoal.web.supply.frame import Role, supply_page
from shoal.web.supply.offer_forms import (
    TermsForm,
    further_currencies_of,
    shares_data,
    split_of,
    terms_initial,
)
from shoal.web.supply.offers import phase_words


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def offer(request: OfBrand, code: str) -> HttpResponse:
    """This will show and change the terms of a standing offer."""
    found = _found(request, code)
    form = _form(found, typed(request))
    if form.is_valid() and try_form(form, None, lambda: _change(request, form, found)) is not None:
        words = gettext("The new terms hold from now on. Carts that saw the old price are told.")
        return done(request, words, reverse("supply:offers"))
    return _show(request, found, form)


@brand_member(Role.GOODS)
@require_POST
def withdrawal(request: OfBrand, code: str) -> HttpResponse:
    """This will end a standing offer at once."""
    found = _found(request, code)
    form = ReasonForm(request.POST)
    if form.is_valid():
        withdraw_offer(
            offer=found, reason=form.cleaned_data["reason"], by=request.person.code,
            at=clock.now(),
        )  # fmt: skip
        return done(request, gettext("The offer is withdrawn."), reverse("supply:offers"))
    return _show(request, found, _form(found), ending=form)


def _form(found: Offer, data: QueryDict | None = None) -> TermsForm:
    further = further_currencies_of(found, own=found.currency)
    return TermsForm(data, initial=terms_initial(found), currency=found.currency, further=further)


def _found(request: OfBrand, code: str) -> Offer:
    found = offer_by_code(code=code, brand=request.brand)
    if found.sale_id is not None:
        raise NotFound
    return found


def _change(request: OfBrand, form: TermsForm, found: Offer) -> Offer:
    if request.POST.get("version", "") != str(found.version):
        raise OfferChangedMeanwhile
    return change_offer(
        offer=found,
        terms=form.terms,
        per_customer=form.cleaned_data["per_customer"],
        further=form.further,
        by=request.person.code,
        at=clock.now(),
    )


def _show(
    request: OfBrand, found: Offer, form: TermsForm, *, ending: ReasonForm | None = None
) -> HttpResponse:
    category = found.sku.product.category.code
    fee = least_fees(brand=request.brand, categories=[category])[category]
    phase = offer_state(found, at=clock.now())
    context = {
        "offer": found,
        "form": form,
        "state": phase_words(phase),
        "is_open": phase == Phase.OPEN,
        "ended": phase == Phase.WITHDRAWN,
        "shares": shares_data(currency=found.currency, least_fee_bp=fee),
        "split": form.show_split(least_fee_bp=fee) or split_of(terms_of(found), least_fee_bp=fee),
        "ending": ending or ReasonForm(),
    }
    wrong = form.errors or (ending is not None and ending.errors)
    return supply_page(request, "offer", context, status=422 if wrong else 200)
