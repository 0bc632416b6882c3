"""How views answer: one page of a long list, a form that was refused, a deed that was done."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, overload

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from shoal.kit.errors import Refused

R = TypeVar("R")
T = TypeVar("T")
PAGE = 20


class Rows(Sequence[T], Generic[T]):
    """A list that is read page by page: how many there are, and what reads `limit` from `offset`.

    `fetch(limit=…, offset=…)` is a query's own way to be cut.
    """

    def __init__(self, total: int, fetch: Callable[..., list[T]]) -> None:
        self.total, self.fetch = total, fetch

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, int):
            return self.fetch(limit=1, offset=index)[0]
        start, stop, _ = index.indices(self.total)
        return self.fetch(limit=stop - start, offset=start)


def page_of(
    request: HttpRequest, rows: "QuerySet[Any, Any] | Rows[Any]", *, size: int = PAGE
) -> "Page[Any]":
    """This will cut the page that the address names out of `rows`; out of bounds is the nearest."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def whole(text: str | None, *, default: int) -> int:
    """This will read a typed number of a few digits; what is none counts as `default`."""
    cleaned = (text or "").strip()
    return int(cleaned) if cleaned.isdecimal() and len(cleaned) < 6 else default


def try_form(form: Form, field: str | None, act: Callable[[], R]) -> R | None:
    """This will do `act`, or show beside `field` of the form why it was refused."""
    try:
        return act()
    except Refused as refused:
        form.add_error(field, refused.sentence)
        return None


def done(request: HttpRequest, words: str, goto: str) -> HttpResponse:
    """This will say that something was done and lead on to `goto`."""
    messages.success(request, words)
    return HttpResponseRedirect(goto)


def way_back(request: HttpRequest, otherwise: str) -> str:
    """This will return the page of ours that a form names in `next`, or `otherwise`."""
    given = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(given, allowed_hosts={request.get_host()})
    return given if given and ours else otherwise
