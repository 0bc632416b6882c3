"""Opening a shop: a phone, a code, a name."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shoal.kit import clock
from shoal.people.queries import profile
from shoal.shops.operations import open_shop
from shoal.shops.queries import shops_of
from shoal.traffic.models import Share
from shoal.traffic.operations import make_share
from shoal.web.access import OfKeeper, anyone, choose_shop, person_of
from shoal.web.arrivals import tell_share
from shoal.web.keep.forms import OpeningForm
from shoal.web.keep.frame import try_form


@anyone
@never_cache
@require_http_methods(["GET", "POST"])
def opening(request: HttpRequest) -> HttpResponse:
    """This will open a shop for who has signed in, and ask anybody else to sign in first.

    The new shop's own link is ready to be shared on the next page.
    """
    person = person_of(request)
    if person is None:
        return render(request, "keep/welcome.html", {"nav": []})
    others, at = shops_of(person=person), clock.now()
    suggestion = "" if others else _suggestion(profile(person).name)
    form = OpeningForm(request.POST or None, initial={"name": suggestion})
    if request.method == "POST" and form.is_valid():
        shop = try_form(
            form,
            "name",
            lambda: open_shop(
                person=person,
                name=form.cleaned_data["name"],
                currency=form.cleaned_data.get("currency") or settings.SHOAL_CURRENCY,
                at=at,
            ),
        )
        if shop is not None:
            share = make_share(
                shop=shop, thing=Share.Thing.SHOP, thing_code=shop.code, by=person.code, at=at
            )
            tell_share(share, shop)
            # The session works in the shop that was just opened, also when it is her second.
            signed = cast("OfKeeper", request)
            signed.person = person
            choose_shop(signed, code=shop.code)
            return HttpResponseRedirect(f"{reverse('keep:share', args=[share.code])}?new=1")
    context = {"form": form, "nav": [], "others": others}
    return render(request, "keep/open.html", context, status=422 if form.errors else 200)


def _suggestion(name: str) -> str:
    return gettext("{name}’s shop").format(name=name) if name else ""
