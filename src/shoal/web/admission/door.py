"""The door to ordering: limits first, then what is sold out, then the line."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache, wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from shoal.kit import clock
from shoal.kit.ids import short_code
from shoal.notify.rules import is_loopback
from shoal.orders import known
from shoal.orders.pricing import SoldOut
from shoal.orders.queries import was_placed
from shoal.people.steps import TooMany
from shoal.web.access import anyone, person_of
from shoal.web.admission.limits import Limit
from shoal.web.admission.line import Line, Place, Ticket
from shoal.web.admission.soldout import SoldOutOffers
from shoal.web.components.look import chosen_theme
from shoal.web.visitor import browser_id, network_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

_COOKIE = "shoal_place"
_HOLDS = 1800
_MINUTE, _HOUR = 60, 3600
_SLOWED_MS = 8_000

sold_out = SoldOutOffers()
_MOST_TOLD = 1_000
_told: dict[tuple[str, str, int, str], str] = {}


def in_turn(view: View[P]) -> Callable[..., HttpResponse]:
    """This will let orders into `view` in the order of their arrival, so many at a time.

    The other threads of the process stay free for every other page. Who has to wait gets a page
    that keeps her place and what she was about to send.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST" or request.POST.get("do") == "count":
            return view(request, *args, **kwargs)
        gone = _sold_out_to(request)
        if gone is not None:
            return _sold_out_page(request, gone)
        at_ms = _now_ms()
        ticket, counted = _ticket_of(request)
        if ticket is not None and _line().used(ticket):
            ticket = None
        # A place that was taken by nobody, or somebody else, does not stand for a try of hers.
        if ticket is None or counted != _who(request):
            slowed = _refuse_too_many(request)
            ticket = _new_ticket(at_ms, slowed=True) if slowed else ticket
        if ticket and not _line().enter(ticket, at_ms=at_ms):
            return _waiting_page(request, ticket, at_ms)
        if ticket is None and not _line().enter(None, at_ms=at_ms):
            return _waiting_page(request, _new_ticket(at_ms), at_ms)
        try:
            response = view(request, *args, **kwargs)
        finally:
            _line().leave()
            sold_out.look_again(_codes(request))
        if _COOKIE in request.COOKIES:
            response.delete_cookie(_COOKIE)
        return response

    return door


@anyone
@require_safe
def place(request: HttpRequest) -> HttpResponseBase:
    """This will say where somebody stands in the line: a piece, or a small page that asks again."""
    return _frame(request) if "frame" in request.GET else _place(request, "buy/pieces/place.html")


@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})
def _frame(request: HttpRequest) -> HttpResponse:
    return _place(request, "buy/place_frame.html")


def _place(request: HttpRequest, template: str) -> HttpResponse:
    at_ms, (ticket, _) = _now_ms(), _ticket_of(request)
    where = Place(0, 0, called=True) if ticket is None else _line().ask(ticket, at_ms=at_ms)
    response = render(request, template, {"place": where})
    patch_cache_control(response, private=True, no_store=True)
    return response


def learn(request: HttpRequest, answer: object) -> None:
    """This will remember what the desk answered to the wish of a request."""
    sold_out.learn(_codes(request), answer)


def refuse_many_codes(request: HttpRequest) -> None:
    """This will count that a browser asks for a one-time code. Raises TooMany."""
    seconds = _codes_limit().wait(str(browser_id(request)))
    if seconds:
        raise TooMany(seconds=seconds)


def _sold_out_to(request: HttpRequest) -> SoldOut | None:
    answer = sold_out.answer(_codes(request))
    if answer is None:
        return None
    # A form that was sent twice gets its order, however sold out the goods are by now.
    person = person_of(request)
    placed = person is not None and was_placed(customer=person.pk, key=request.POST.get("key", ""))
    return None if placed else answer


def _sold_out_page(request: HttpRequest, answer: SoldOut) -> HttpResponse:
    """The same page for everybody whom it is told, made once for each language and theme."""
    shop = known.shop_by_code(code=request.POST.get("shop", ""))
    look = f"{get_language()} {chosen_theme(request)}"
    key = (answer.sentence, shop.code, shop.version, look)
    page = _told.get(key)
    if page is None:
        context = {"shop": shop, "sentence": answer.sentence}
        page = render_to_string("buy/sold_out.html", context, request)
        if len(_told) >= _MOST_TOLD:
            _told.clear()
        _told[key] = page
    response = HttpResponse(page, status=HTTPStatus.CONFLICT)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _refuse_too_many(request: HttpRequest) -> bool:
    """Counts a try; says whether it comes from where suspiciously many come from."""
    account, device, network = _limits()
    person = person_of(request)
    names = [(device, str(browser_id(request)))]
    if person is not None:
        names.append((account, str(person.pk)))
    for limit, name in names:
        seconds = limit.wait(name)
        if seconds:
            raise TooMany(seconds=seconds)
    # Thousands may share an address (phones do): nobody is refused for it, they only wait a little.
    where = network_of(request)
    return not is_loopback(where) and network.wait(where) > 0


def _waiting_page(request: HttpRequest, ticket: Ticket, at_ms: int) -> HttpResponse:
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    where = _line().ask(ticket, at_ms=at_ms)
    context = {
        "place": where,
        "fields": fields,
        "here": request.get_full_path(),
    }
    response = render(request, "buy/line.html", context, status=503)
    response["Retry-After"] = str(where.poll)
    patch_cache_control(response, private=True, no_store=True)
    response.set_cookie(
        _COOKIE,
        _signed(ticket, _who(request)),
        max_age=_HOLDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def _signed(ticket: Ticket, who: str) -> str:
    text = f"{ticket.arrived}.{ticket.name}.{ticket.not_before}.{who}"
    return TimestampSigner(salt=_COOKIE).sign(text)


def _ticket_of(request: HttpRequest) -> tuple[Ticket | None, str]:
    """The place that a browser has in the line, and whose try was counted for it."""
    try:
        text = TimestampSigner(salt=_COOKIE).unsign(request.COOKIES[_COOKIE], max_age=_HOLDS)
        arrived, name, not_before, who = text.split(".")
        return Ticket(int(arrived), name, int(not_before)), who
    except (KeyError, BadSignature, ValueError):
        return None, ""


def _who(request: HttpRequest) -> str:
    """Whose tries are counted: the browser's and the account's."""
    person = person_of(request)
    names = f"{browser_id(request)} {person.pk if person else ''}"
    return hashlib.sha256(names.encode()).hexdigest()[:16]


def _new_ticket(at_ms: int, *, slowed: bool = False) -> Ticket:
    return Ticket(at_ms, short_code(), at_ms + _SLOWED_MS if slowed else 0)


def _codes(request: HttpRequest) -> Sequence[str]:
    return [text.partition("~")[0] for text in request.POST.getlist("line")]


def _now_ms() -> int:
    return int(clock.now().timestamp() * 1000)


@cache
def _line() -> Line:
    return Line(settings.SHOAL_WEB_ORDERING)


@cache
def _limits() -> tuple[Limit, Limit, Limit]:
    return (
        Limit(settings.SHOAL_ORDERS_PER_ACCOUNT, _MINUTE),
        Limit(settings.SHOAL_ORDERS_PER_DEVICE, _MINUTE),
        Limit(settings.SHOAL_ORDERS_PER_NETWORK, _MINUTE),
    )


@cache
def _codes_limit() -> Limit:
    return Limit(settings.SHOAL_CODES_PER_DEVICE, _HOUR)
