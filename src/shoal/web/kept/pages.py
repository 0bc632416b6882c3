"""The middleware that answers with kept pages, before anything else is done for a request."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import SimpleCookie
from time import monotonic
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.translation import get_language_from_request

from shoal.kit.changes import Changes
from shoal.orders import known
from shoal.web.components.look import chosen_theme
from shoal.web.kept.moments import MOMENTS

MOST_BYTES = 64_000_000
_BESIDES = 2_000
"""What a page takes beside its text: headers, its key, the objects that hold them."""
_LONGEST_QUERY = 200
"""No page of ours is asked for with more; made-up ones would fill the memory as parts of keys."""
_MOST_SECONDS = 300.0
"""What nothing tells us of (how many were sold, a keeper's own name) is shown within that time."""
# As WSGI names them: putting all headers of a request together takes longer than a kept page.
_OWN_HEADERS = ("HTTP_HX_REQUEST", "HTTP_AUTHORIZATION", "HTTP_RANGE")
_WORKSHOPS = ("/keep/", "/supply/", "/desk/")
_MARK = "shoal_shows"

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shows:
    """Whose changes touch a page that everybody shares."""

    owners: Collection[UUID]
    any_brand: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    response: HttpResponse
    shows: Shows
    round: int
    until: float
    rendering: threading.Lock


def keep(response: HttpResponse, *, shop: UUID, brands: Collection[UUID] | None) -> None:
    """This will let `response` be given to everybody who asks alike, until what it shows changes.

    It shows `shop` and goods of `brands`; None: of any brand. Only for a page that names nobody
    and sets no cookie.
    """
    setattr(response, _MARK, Shows((shop, *(brands or ())), any_brand=brands is None))


class Pages:
    """Whole answers, compressed as they left, the least asked for going first."""

    def __init__(self, changes: Changes, *, most_bytes: int = MOST_BYTES) -> None:
        self.changes, self._most_bytes = changes, most_bytes
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def answer(self, key: Key, render: Callable[[], HttpResponseBase]) -> HttpResponseBase:
        """This will return the kept page, or what `render` makes of it now.

        Of many who want a page that is out of date one renders it, for all. The others wait for
        it if something on the page has changed, and take the old one if only its time is over.
        """
        kept = self._kept.get(key)
        if kept is None:
            return self._render(key, render, threading.Lock())
        self.changes.now()
        is_true = self._is_true(kept)
        if is_true and monotonic() < kept.until:
            return self._given(key, kept)
        if not kept.rendering.acquire(blocking=not is_true):
            return self._given(key, kept)
        try:
            newer = self._kept.get(key)
            if newer is not None and newer is not kept and self._is_true(newer):
                return self._given(key, newer)
            return self._render(key, render, kept.rendering)
        finally:
            kept.rendering.release()

    def _is_true(self, kept: _Kept) -> bool:
        shows = kept.shows
        return not self.changes.since(kept.round, shows.owners, any_brand=shows.any_brand)

    def _given(self, key: Key, kept: _Kept) -> HttpResponse:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
        # Its headers are everybody's: nothing stands before us that would still set one.
        made = copy(kept.response)
        made.cookies = SimpleCookie()
        return made

    def _render(
        self, key: Key, render: Callable[[], HttpResponseBase], rendering: threading.Lock
    ) -> HttpResponseBase:
        number = self.changes.heard()
        response = render()
        shows = getattr(response, _MARK, None)
        if (
            shows is not None
            and isinstance(response, HttpResponse)
            and response.status_code == HTTPStatus.OK
            and not response.cookies
        ):
            until = monotonic() + _MOST_SECONDS
            self._keep(key, _Kept(copy(response), shows, number, until, rendering))
        else:
            self._drop(key)
        return response

    def _keep(self, key: Key, kept: _Kept) -> None:
        with self._lock:
            self._forget(key)
            self._kept[key] = kept
            self._bytes += _size(kept)
            while self._bytes > self._most_bytes:
                self._forget(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        with self._lock:
            self._forget(key)

    def _forget(self, key: Key) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._bytes -= _size(gone)


def _size(kept: _Kept) -> int:
    return len(kept.response.content) + _BESIDES


class KeepPages:
    """Middleware, the first of all: what is kept goes out as it went out before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.pages = Pages(changes)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"} and request.path.startswith(_WORKSHOPS):
            response = self.get_response(request)
            self.pages.changes.ask_at_once()  # who changed something sees it on the next page
            return response
        if request.method != "GET" or any(name in request.META for name in _OWN_HEADERS):
            return self.get_response(request)
        if len(request.META.get("QUERY_STRING", "")) > _LONGEST_QUERY:
            return self.get_response(request)
        response = self.pages.answer(_key(request), lambda: self.get_response(request))
        wanted = request.META.get("HTTP_IF_NONE_MATCH")
        if wanted and hasattr(response, _MARK) and wanted == response.get("ETag"):
            return _unchanged(response)
        return response


# The same that the pages' own data are kept by: a page that is made anew is made of what is new.
changes = known.changes
changes.follow(MOMENTS)


def _key(request: HttpRequest) -> Key:
    """All that a shared page may depend on."""
    return (
        request.path_info,
        request.META.get("QUERY_STRING", ""),
        request.get_host(),
        request.scheme or "",
        get_language_from_request(request),
        chosen_theme(request),
        str("gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")),
    )


def _unchanged(response: HttpResponseBase) -> HttpResponseNotModified:
    answer = HttpResponseNotModified()
    for name in ("ETag", "Cache-Control", "Vary", "Content-Language"):
        if name in response.headers:
            answer[name] = response.headers[name]
    return answer
