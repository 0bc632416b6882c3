"""Who is at the other end of a request, before she says so: visitor, share, network."""

from collections.abc import Callable
from functools import cache
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse

from shoal.kit.ids import uuid7
from shoal.people import rules

_VISITOR = "shoal_visitor"
_SHARE = "shoal_share"
_VISITOR_DAYS = 180
_SHARE_DAYS = 7
_FRESH = "shoal_fresh_cookies"


def visitor_id(request: HttpRequest) -> UUID:
    """This will return whose cart a request is about: the person's id once she has signed in.

    Before that it is the id of this browser, from its signed cookie, a new one if it has none.
    `KeepVisitor` (middleware) sets the cookie of a new one on the way out, so that only requests
    that asked for the id leave one.
    """
    return request.user.pk if request.user.is_authenticated else browser_id(request)


def browser_id(request: HttpRequest) -> UUID:
    """This will return the id of this browser, whoever has signed in on it."""
    made: UUID | None = getattr(request, _VISITOR, None)
    if made is not None:
        return made
    found = _read(request, _VISITOR)
    visitor = _as_uuid(found)
    if visitor is None:
        visitor = uuid7()
        _fresh(request)[_VISITOR] = (str(visitor), _VISITOR_DAYS)
    setattr(request, _VISITOR, visitor)
    return visitor


def share_of(request: HttpRequest) -> str | None:
    """This will return the code of the share this browser last came through, or None."""
    return _read(request, _SHARE)


def remember_share(request: HttpRequest, code: str) -> None:
    """This will keep the share this browser came through, for seven days; the newest counts."""
    _fresh(request)[_SHARE] = (code, _SHARE_DAYS)


def network_of(request: HttpRequest) -> str:
    """This will return whom limits per network address count, behind SHOAL_PROXIES proxies.

    Of X-Forwarded-For only what our own proxies wrote is believed: the entries at its end.
    """
    address = request.META.get("REMOTE_ADDR", "")
    passed = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if settings.SHOAL_PROXIES and len(passed) >= settings.SHOAL_PROXIES:
        address = passed[-settings.SHOAL_PROXIES]
    return rules.network_of(address)


class KeepVisitor:
    """Middleware: sets the signed cookies that a request asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, (value, days) in _fresh(request).items():
            response.set_cookie(
                name,
                _signer(name).sign(value),
                max_age=days * 86_400,
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response


@cache
def _signer(name: str) -> TimestampSigner:
    return TimestampSigner(salt=name)


def _fresh(request: HttpRequest) -> dict[str, tuple[str, int]]:
    if not hasattr(request, _FRESH):
        setattr(request, _FRESH, {})
    fresh: dict[str, tuple[str, int]] = getattr(request, _FRESH)
    return fresh


def _read(request: HttpRequest, name: str) -> str | None:
    if name in _fresh(request):
        return _fresh(request)[name][0]
    try:
        # A browser may keep a cookie longer than it was told to: its own date counts.
        days = _SHARE_DAYS if name == _SHARE else _VISITOR_DAYS
        return _signer(name).unsign(request.COOKIES[name], max_age=days * 86_400)
    except (KeyError, BadSignature):
        return None


def _as_uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
