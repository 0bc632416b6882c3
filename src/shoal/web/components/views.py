"""The switches of the look, and the living style guide."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from shoal.kit import clock
from shoal.web.components.guide import guide_context

_YEAR = 365 * 24 * 3600


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """This will remember light, dark, or the system's own, and go back to the page."""
    chosen = request.POST.get("theme", "")
    response = HttpResponseRedirect(_way_back(request))
    if chosen in {"light", "dark"}:
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
