"""Standing offers: what is on sale until further notice."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from shoal.catalog.models import Product
from shoal.catalog.queries import product_by_code, searched_products
from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.offers.models import Offer
from shoal.offers.operations import NewOffer, list_standing_offers
from shoal.offers.queries import least_fees, offer_state, searched_offers, standing_by_sku
from shoal.offers.queries_terms import further_terms, load_prices, terms_of
from shoal.offers.rules import Phase
from shoal.web.access import OfBrand, brand_member
from shoal.web.account.forms import typed
from shoal.web.answers import done, page_of
from shoal.web.supply.frame import Role, supply_page, words_of
from shoal.web.supply.offer_forms import (
    OfferForm,
    further_currencies_of,
    shares_data,
    split_of,
    terms_initial,
)

_STATES = {
    Phase.OPEN: "good", Phase.COMING: "warn", Phase.STOPPED: "bad",
}  # fmt: skip


def phase_words(phase: Phase) -> str:
    """This will say where an offer stands."""
    return {
        Phase.DRAFT: gettext("Draft"),
        Phase.COMING: gettext("Coming"),
        Phase.OPEN: gettext("On sale"),
        Phase.OVER: gettext("Over"),
        Phase.WITHDRAWN: gettext("Withdrawn"),
        Phase.STOPPED: gettext("Stopped with product or brand"),
    }[phase]


@brand_member(Role.GOODS)
@require_safe
def offers(request: OfBrand) -> HttpResponse:
    """This will list a brand's standing offers with who gets what."""
    words = words_of(request)
    page = page_of(request, searched_offers(brand=request.brand, words=words))
    load_prices(offers=page)
    at = clock.now()
    context = {
        "words": words,
        "page": page,
        "rows": [_row(offer, offer_state(offer, at=at)) for offer in page],
        "query": urlencode({"q": words}),
    }
    return supply_page(request, "offers", context)


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def new(request: OfBrand) -> HttpResponse:
    """This will offer variants of a product; without a product it asks for which one."""
    code = request.GET.get("product", "")
    if not code:
        return _choose(request)
    product = product_by_code(code=code, brand=request.brand)
    if product.state != Product.State.LIVE:
        return HttpResponseRedirect(reverse("supply:product", args=[code]))
    skus = {sku.code: sku for sku in product.skus.all()}
    known = next(iter(standing_by_sku(skus=[sku.id for sku in skus.values()]).values()), None)
    form = OfferForm(
        typed(request), initial=terms_initial(known), skus=skus, currency=request.brand.currency,
        further=further_currencies_of(known, own=request.brand.currency),
    )  # fmt: skip
    if form.is_valid():
        try:
            made = list_standing_offers(
                brand=request.brand, entries=_entries(form, product), by=request.person.code,
                at=clock.now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            words = ngettext("{count} offer made.", "{count} offers made.", len(made))
            return done(request, words.format(count=len(made)), reverse("supply:offers"))
    fees = least_fees(brand=request.brand, categories=[product.category.code])
    return _show(request, form, product, fees[product.category.code])


def _entries(form: OfferForm, product: Product) -> list[NewOffer]:
    picked = form.cleaned_data
    return [
        NewOffer(sku.id, form.terms, picked["quantity"], picked["per_customer"], form.further)
        for sku in product.skus.all()
        if sku.code in picked["skus"]
    ]


def _choose(request: OfBrand) -> HttpResponse:
    words = words_of(request)
    live = searched_products(brand=request.brand, state=Product.State.LIVE, words=words)
    page = page_of(request, live)
    context = {"words": words, "page": page, "query": urlencode({"q": words})}
    return supply_page(request, "offer_choose", context)


def _show(request: OfBrand, form: OfferForm, product: Product, fee: int) -> HttpResponse:
    context = {
        "form": form,
        "product": product,
        "shares": shares_data(currency=request.brand.currency, least_fee_bp=fee),
        "split": form.show_split(least_fee_bp=fee),
    }
    return supply_page(request, "offer_new", context, status=422 if form.errors else 200)


def _row(offer: Offer, phase: Phase) -> dict[str, Any]:
    return {
        "offer": offer,
        "url": reverse("supply:offer", args=[offer.code]),
        "split": split_of(terms_of(offer), least_fee_bp=0),
        "further": [split_of(terms, least_fee_bp=0) for terms in further_terms(offer)],
        "state": phase_words(phase),
        "kind": _STATES.get(phase, ""),
    }
