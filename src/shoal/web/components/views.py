"""The switches of the look, and the living style guide."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import i18n
from django.views.decorators.http import require_GET, require_POST

from shoal.kit import clock
from shoal.people.operations import choose_language
from shoal.web.access import person_of
from shoal.web.components.guide import guide_context
from shoal.web.components.look import THEMES

_YEAR = 365 * 24 * 3600


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """This will show pages in the language chosen, and write to who has signed in in it, too."""
    person = person_of(request)
    if person is not None:
        choose_language(person=person, language=request.POST.get("language", ""))
    return i18n.set_language(request)


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """This will remember light, dark, or the system's own, and go back to the page."""
    chosen = request.POST.get("theme", "")
    response = HttpResponseRedirect(_way_back(request))
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=_YEAR, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_GET
def style_guide(request: HttpRequest) -> HttpResponse:
    """This will show every component in each of its states."""
    return render(request, "components/style_guide.html", guide_context(at=clock.now()))


def _way_back(request: HttpRequest) -> str:
    for target in (request.POST.get("next", ""), request.META.get("HTTP_REFERER", "")):
        if target and url_has_allowed_host_and_scheme(
            target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return target
    return "/"
