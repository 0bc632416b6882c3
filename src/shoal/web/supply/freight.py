"""Freight templates: what a parcel costs the customer, by weight and region."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from shoal.catalog.models import FreightPrice, FreightTemplate
from shoal.catalog.operations import set_freight_template
from shoal.catalog.queries import freight_by_code, freight_in, freight_templates
from shoal.kit import clock
from shoal.kit.errors import NotFound, Refused
from shoal.kit.money import Money
from shoal.offers.sheet_columns import further_currencies
from shoal.web.access import OfBrand, brand_member
from shoal.web.account.forms import typed
from shoal.web.answers import done, try_form
from shoal.web.supply.forms import FreightForm
from shoal.web.supply.frame import Role, supply_page


class NameTaken(Refused):
    """There already is a freight template “{name}”. Open it to change it."""

    code = "freight_name_taken"


@brand_member(Role.GOODS)
@require_safe
def templates(request: OfBrand) -> HttpResponse:
    """This will list a brand's freight templates."""
    rows = [_row(template) for template in freight_templates(brand=request.brand)]
    return supply_page(request, "freight", {"rows": rows})


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def new(request: OfBrand) -> HttpResponse:
    """This will make a freight template."""
    form = FreightForm(typed(request), currency=request.brand.currency)
    if form.is_valid() and try_form(form, "name", lambda: _make(request, form)) is not None:
        return done(request, gettext("The template is kept."), reverse("supply:freight"))
    return _show(request, form, None)


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def template(request: OfBrand, code: str) -> HttpResponse:
    """This will change a freight template; orders placed before keep what they paid."""
    found = freight_by_code(brand=request.brand, code=code)
    form = FreightForm(
        typed(request), initial=_initial(found), currency=found.currency, named=False
    )
    if (
        form.is_valid()
        and try_form(form, None, lambda: _set(request, form, found.name)) is not None
    ):
        return done(request, gettext("The template is kept."), reverse("supply:freight"))
    return _show(request, form, found)


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def price(request: OfBrand, code: str, currency: str) -> HttpResponse:
    """This will say what a template charges in a further currency."""
    found = freight_by_code(brand=request.brand, code=code)
    said = freight_in(found, currency=currency)
    if said is found or (said is None and currency not in settings.SHOAL_CURRENCIES):
        raise NotFound
    initial = _initial(said) if said is not None else _places(found)
    form = FreightForm(typed(request), initial=initial, currency=currency, named=False)
    if (
        form.is_valid()
        and try_form(form, None, lambda: _set(request, form, found.name, currency=currency))
        is not None
    ):
        return done(request, gettext("The template is kept."), reverse("supply:freight"))
    return _show(request, form, found, currency=currency)


def _places(found: FreightTemplate) -> dict[str, str]:
    """Where nothing is sent to is the same in every currency."""
    refused = [code for code, extra in sorted(found.regions.items()) if extra is None]
    return {"regions": "\n".join(f"{code} {_no()}" for code in refused)}


def _no() -> str:
    """How the field of regions says that nothing is sent there, in the reader's language."""
    return pgettext("region", "no")


def _make(request: OfBrand, form: FreightForm) -> FreightTemplate:
    name = form.cleaned_data["name"].strip()
    if any(row.name == name for row in freight_templates(brand=request.brand)):
        raise NameTaken(name=name)
    return _set(request, form, name)


def _set(request: OfBrand, form: FreightForm, name: str, *, currency: str = "") -> FreightTemplate:
    amounts = form.cleaned_data
    return set_freight_template(
        brand=request.brand,
        name=name,
        base_minor=amounts["base"],
        per_kg_minor=amounts["per_kg"] or 0,
        free_from_minor=amounts["free_from"],
        regions=amounts["regions"],
        currency=currency,
        at=clock.now(),
    )


def _initial(found: FreightTemplate | FreightPrice) -> dict[str, Any]:
    lines = [
        f"{code} {_no()}" if extra is None else f"{code} {Money(extra, found.currency).decimal}"
        for code, extra in sorted(found.regions.items())
    ]
    return {
        "base": found.base_minor,
        "per_kg": found.per_kg_minor or "",
        "free_from": "" if found.free_from_minor is None else found.free_from_minor,
        "regions": "\n".join(lines),
    }


def _row(found: FreightTemplate) -> dict[str, Any]:
    extras = found.regions.values()
    free = found.free_from_minor
    further = {row.currency: row for row in found.prices.all()}
    asked = dict.fromkeys([*further_currencies(own=found.currency), *further])
    return {
        "template": found,
        "further": [(one, Money(further[one].base_minor, one) if one in further else None)
                    for one in asked],
        "base": Money(found.base_minor, found.currency),
        "per_kg": Money(found.per_kg_minor, found.currency),
        "free_from": None if free is None else Money(free, found.currency),
        "differ": sum(extra is not None for extra in extras),
        "refused": sum(extra is None for extra in extras),
    }  # fmt: skip


def _show(
    request: OfBrand, form: FreightForm, found: FreightTemplate | None, *, currency: str = ""
) -> HttpResponse:
    context = {"form": form, "template": found, "currency": currency}
    status = 422 if form.errors else 200
    return supply_page(request, "freight_template", context, status=status)
