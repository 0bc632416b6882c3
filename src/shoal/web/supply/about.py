"""About the brand: its names, its story, its logo."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from shoal.brands.models import Brand
from shoal.brands.operations import describe_brand, set_logo
from shoal.kit import clock
from shoal.web.access import OfBrand, brand_member, choose_brand
from shoal.web.answers import done, try_form
from shoal.web.supply.forms import BrandForm, LogoForm, StoryForm, as_fields, texts_in
from shoal.web.supply.frame import Role, supply_page

_MAY_RENAME = {Brand.State.APPLIED, Brand.State.SAMPLES, Brand.State.REFUSED}


@brand_member(Role.OWNER)
@require_http_methods(["GET", "POST"])
def about(request: OfBrand) -> HttpResponse:
    """This will show and change what a brand says about itself."""
    brand = request.brand
    kind = BrandForm if brand.state in _MAY_RENAME else StoryForm
    initial = {**as_fields(brand.names, "name"), **as_fields(brand.stories, "story")}
    sends_logo = "logo-sent" in request.POST
    sent = request.method == "POST"
    texts = kind(request.POST if sent and not sends_logo else None, initial=initial)
    logo = LogoForm(request.POST, request.FILES) if sends_logo else LogoForm()
    here = reverse("supply:settings")
    if sends_logo:
        if (
            logo.is_valid()
            and try_form(logo, "logo", lambda: set_logo(brand=brand, data=logo.picture)) is not None
        ):
            return done(request, gettext("The logo is kept."), here)
    elif texts.is_valid() and try_form(texts, None, lambda: _describe(brand, texts)) is not None:
        return done(request, gettext("Kept."), here)
    wrong = texts.errors or logo.errors
    context = {"form": texts, "logo": logo, "may_rename": kind is BrandForm}
    return supply_page(request, "about", context, status=422 if wrong else 200)


@brand_member()
@require_POST
def choice(request: OfBrand) -> HttpResponse:
    """This will go on with another of her brands."""
    choose_brand(request, code=request.POST.get("code", ""))
    return HttpResponseRedirect(reverse("supply:today"))


def _describe(brand: Brand, form: StoryForm) -> Brand:
    names = texts_in(form.cleaned_data, "name") or brand.names
    stories = texts_in(form.cleaned_data, "story")
    return describe_brand(brand=brand, names=names, stories=stories, at=clock.now())
