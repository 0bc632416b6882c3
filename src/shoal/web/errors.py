"""Refusals and faults as calm pages: what happened, and what to do next."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext, gettext_lazy

from shoal.kit.errors import Busy, NotFound, NotYours, Refused
from shoal.kit.vault import Erased
from shoal.people.steps import TooMany

logger = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[Refused], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (NotYours, HTTPStatus.FORBIDDEN),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (Busy, HTTPStatus.SERVICE_UNAVAILABLE),
)

# Where somebody with nothing of her own goes next: a refusal's code to (route, words of the link).
_WAYS_ON = {
    "no_shop": ("keep:open", gettext_lazy("Open your shop")),
    "no_brand": ("supply:apply", gettext_lazy("Apply with a brand of your own")),
    "invitation_over": ("account_login", gettext_lazy("Staff sign-in")),
    "login_link_over": ("account:sign-in", gettext_lazy("Sign in")),
}


class PageMissing(NotFound):
    """We could not find this page. Check the address, or start again from the front page."""

    code = "page_missing"


class Forged(Refused):
    """This form was open too long, or came from another site. Go back and send it again."""

    code = "forged"


class Down(Refused):
    """Shoal cannot reach its database at the moment. Nothing was lost; please try again soon."""

    code = "down"


@dataclass(frozen=True, slots=True)
class _WayOn:
    address: str
    words: str


class CalmErrors:
    """Middleware: turns what views raise into a page, or a notice where htmx asked for a piece."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """This will answer for a refusal; anything it does not know stays an error."""
        if isinstance(error, Refused):
            return refusal(request, error)
        if isinstance(error, PermissionDenied):
            return refusal(request, NotYours())
        if isinstance(error, Erased):
            return refusal(request, NotFound())
        # No column holds a text with NUL in it, so it names nothing of ours.
        if isinstance(error, Http404) or (isinstance(error, DataError) and "NUL" in str(error)):
            return refusal(request, PageMissing())
        if isinstance(error, OperationalError):
            logger.error("the database did not answer", exc_info=error)
            return refusal(request, Down(), status=HTTPStatus.SERVICE_UNAVAILABLE)
        return None


def status_of(refused: Refused) -> HTTPStatus:
    """This will return the HTTP status that a refusal is answered with."""
    return next(
        (status for kind, status in _STATUS if isinstance(refused, kind)), HTTPStatus.CONFLICT
    )


def refusal(
    request: HttpRequest, refused: Refused, *, status: HTTPStatus | None = None
) -> HttpResponse:
    """This will answer a refusal: a page, a notice for htmx, an object for who wants JSON."""
    answer = status or status_of(refused)
    if request.headers.get("Accept", "").startswith("application/json"):
        response: HttpResponse = JsonResponse(
            {"code": refused.code, "message": refused.sentence}, status=answer
        )
    elif request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        response = render(request, "refused_notice.html", {"refused": refused}, status=answer)
        response["HX-Retarget"] = "[data-notices]"
        response["HX-Reswap"] = "beforeend"
    else:
        page = "404.html" if answer == HTTPStatus.NOT_FOUND else "refused.html"
        way_on = _way_on(refused)
        response = render(
            request,
            page,
            {"refused": refused, "sentence": refused.sentence, "way_on": way_on},
            status=answer,
        )
    if answer in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        response["Retry-After"] = str(refused.facts.get("seconds", 5))
    # What is refused to one, or now, may be there for another, or later.
    patch_cache_control(response, private=True, no_store=True)
    return response


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """This will answer for an address that leads nowhere (Django's handler404)."""
    del exception
    return refusal(request, PageMissing())


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """This will answer for a thing that is not hers (Django's handler403)."""
    del exception
    return refusal(request, NotYours())


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """This will answer for a form without a valid token (Django's CSRF_FAILURE_VIEW)."""
    logger.warning("a form was refused: %s", reason)
    return refusal(request, Forged(), status=HTTPStatus.FORBIDDEN)


def broken(request: HttpRequest) -> HttpResponse:
    """This will answer for our own mistake (Django's handler500), with nothing that could fail."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(gettext("Something went wrong on our side."), status=500)
        response["HX-Retarget"] = "[data-notices]"
        return response
    return render(None, "500.html", status=500)


def _way_on(refused: Refused) -> _WayOn | None:
    route, words = _WAYS_ON.get(refused.code, ("", ""))
    try:
        return _WayOn(reverse(route), str(words)) if route else None
    except NoReverseMatch:
        return None
