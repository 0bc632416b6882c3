"""A supplier's way in: an account by e-mail, then an application with her brand."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shoal.brands.models import Brand
from shoal.brands.operations import apply_brand
from shoal.kit import clock
from shoal.people.operations import invite_supplier
from shoal.web.access import SignedIn, anyone, staff
from shoal.web.access import choose_brand as _choose
from shoal.web.account.forms import typed
from shoal.web.answers import done, try_form
from shoal.web.supply.forms import BrandForm, texts_in
from shoal.web.visitor import network_of


class AddressForm(forms.Form):
    """Where the link that opens an account is mailed to."""

    email = forms.EmailField(
        label=gettext_lazy("Work e-mail"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


@anyone
@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """This will mail a supplier the link with which she opens an account and applies."""
    form = AddressForm(typed(request))
    sent = form.is_valid() and try_form(form, "email", lambda: _mail(request, form))
    context = {"form": form, "sent": bool(sent), "home_url": reverse("account:home")}
    return render(request, "supply/join.html", context, status=422 if form.errors else 200)


def _mail(request: HttpRequest, form: AddressForm) -> bool:
    invite_supplier(email=form.cleaned_data["email"], network=network_of(request), at=clock.now())
    return True


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
