"""What every page of the keeper's face shares: the bar, paging, and answers to her forms."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from shoal.care.queries import unread_by_shop
from shoal.kit.errors import Refused
from shoal.web.access import OfKeeper
from shoal.web.components.nav import Place, mark_current

R = TypeVar("R")
PAGE = 20


def keeper_page(
    request: OfKeeper, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """This will render a page of the keeper's with her shop and the bar at its foot."""
    nav = bar(path=request.path, unread=unread_by_shop(shop=request.shop))
    filled = {"shop": request.shop, "nav": nav, "home_url": reverse("keep:today"), **context}
    return render(request, f"keep/{template}.html", filled, status=status)


def bar(*, path: str, unread: int = 0) -> list[Place]:
    """This will return the places of the bottom bar; `unread` messages wait for an answer."""
    return mark_current(
        places=[
            Place(gettext("Today"), "today", reverse("keep:today")),
            Place(gettext("Goods"), "goods", reverse("keep:goods")),
            Place(gettext("Orders"), "orders", reverse("keep:orders")),
            Place(gettext("Customers"), "people", reverse("keep:customers"), count=unread),
            Place(gettext("Me"), "me", reverse("keep:me")),
        ],
        path=path,
    )


def page_of(request: HttpRequest, rows: "QuerySet[Any, Any]") -> "Page[Any]":
    """This will cut the page that the address names out of `rows`; out of bounds is the nearest."""
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def start_of_day(at: datetime) -> datetime:
    """This will return when the market's day that holds `at` began."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


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
