"""Somebody who works here applies with a brand of her own."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from shoal.brands.models import Brand
from shoal.brands.operations import apply_brand
from shoal.kit import clock
from shoal.web.access import SignedIn, staff
from shoal.web.access import choose_brand as _choose
from shoal.web.account.forms import typed
from shoal.web.answers import done, try_form
from shoal.web.supply.forms import BrandForm, texts_in


@staff
@require_http_methods(["GET", "POST"])
def apply(request: SignedIn) -> HttpResponse:
    """This will open a brand's application; whoever applies becomes its owner."""
    form = BrandForm(typed(request))
    if form.is_valid():
        brand = try_form(form, None, lambda: _apply(request, form))
        if brand is not None:
            _choose(request, code=brand.code)  # type: ignore[arg-type]  # a member from now on
            words = gettext("Your application is open. Now hand in your papers.")
            return done(request, words, reverse("supply:application"))
    context = {"form": form, "home_url": reverse("account:home")}
    return render(request, "supply/apply.html", context, status=422 if form.errors else 200)


def _apply(request: SignedIn, form: BrandForm) -> Brand:
    return apply_brand(
        person=request.person,
        names=texts_in(form.cleaned_data, "name"),
        stories=texts_in(form.cleaned_data, "story"),
        currency=settings.SHOAL_CURRENCY,
        at=clock.now(),
    )
