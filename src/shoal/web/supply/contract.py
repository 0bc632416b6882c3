"""The contract: read, and signed by an owner."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from shoal.brands.models import Contract
from shoal.brands.operations import sign_contract
from shoal.brands.queries import brand_file
from shoal.catalog.queries import category_by_code
from shoal.kit import clock
from shoal.kit.errors import NotFound, Refused
from shoal.kit.money import Money
from shoal.web.access import OfBrand, brand_member
from shoal.web.account.forms import typed
from shoal.web.answers import done
from shoal.web.supply.frame import Role, supply_page


class SignForm(forms.Form):
    """A signature, and the guarantee where the contract asks for it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    guarantee = forms.BooleanField(
        label=gettext_lazy("I guarantee that all our goods are genuine"), required=False
    )
    read = forms.BooleanField(
        label=gettext_lazy("I have read the contract and may sign for the brand")
    )


@brand_member(Role.OWNER)
@require_http_methods(["GET", "POST"])
def contract(request: OfBrand) -> HttpResponse:
    """This will show the contract that is offered or in force, and take a signature."""
    found = brand_file(code=request.brand.code, at=clock.now())
    shown = found.offered or found.signed
    if shown is None:
        return HttpResponseRedirect(reverse("supply:application"))
    form = SignForm(typed(request), initial={"version": shown.version})
    if not shown.guarantees_authenticity:
        del form.fields["guarantee"]
    if form.is_valid():
        try:
            sign_contract(
                brand=request.brand, version=form.cleaned_data["version"],
                confirms_guarantee=form.cleaned_data.get("guarantee", False),
                by=request.person.code, at=clock.now(),
            )  # fmt: skip
        except Refused as refused:
            about = refused.code == "guarantee_missing"
            form.add_error("guarantee" if about else None, refused.sentence)
        else:
            return done(request, gettext("Signed. Welcome to the school."),
                        reverse("supply:today"))  # fmt: skip
    context = {
        "contract": shown,
        "is_offered": shown == found.offered,
        "deposit": Money(shown.deposit_minor, found.brand.currency),
        "deposit_due": found.deposit_due,
        "fees": _fees(shown),
        "form": form,
    }
    return supply_page(request, "contract", context, status=422 if form.errors else 200)


def _fees(shown: Contract) -> list[dict[str, Any]]:
    rows = []
    for code, rate in sorted(shown.fees.items(), key=lambda pair: (not pair[0], pair[0])):
        try:
            name = category_by_code(code=code).name if code else gettext("Everything else")
        except NotFound:
            name = code
        rows.append({"name": name, "percent": f"{rate / 100:g}"})
    return rows
