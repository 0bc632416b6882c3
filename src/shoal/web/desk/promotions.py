"""What the platform gives, and what brands and keepers give: all of it in sight."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shoal.kit import clock
from shoal.promotions.models import Promotion
from shoal.promotions.queries import (
    PLATFORM,
    any_promotion,
    every_promotion,
    figures_of,
    offers_to_give,
)
from shoal.web.access import OfOperator, operator
from shoal.web.answers import page_of
from shoal.web.components.nav import Place
from shoal.web.desk.frame import MONEY, desk_page
from shoal.web.promoting import pages
from shoal.web.promoting.pages import Side
from shoal.web.promoting.telling import row_of


@operator(MONEY)
@require_safe
def promotions(request: OfOperator) -> HttpResponse:
    """This will list the platform's promotions."""
    return pages.listed(request, _side(request))


@operator(MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfOperator) -> HttpResponse:
    """This will make a promotion."""
    return pages.made(request, _side(request))


@operator(MONEY)
@require_safe
def others(request: OfOperator) -> HttpResponse:
    """This will list what everybody gives: brands and keepers pay for theirs themselves."""
    at, side = clock.now(), _side(request)
    page = page_of(request, every_promotion())
    figures = figures_of(promotions=page.object_list)
    rows = [
        {
            **row_of(one, figures[one.id], at=at),
            "url": reverse("desk:promotion", args=[one.code]),
        }
        for one in page
    ]
    context = side.context(page=page, rows=rows, tabs=_tabs(everybody=True))
    return _render(request, "promotions/list.html", context)


@operator(MONEY)
@require_safe
def promotion(request: OfOperator, code: str) -> HttpResponse:
    """This will show one promotion, whoever gives it."""
    found, side = any_promotion(code=code), _side(request)
    urls = {"start_url": side.to("start", code), "stop_url": side.to("stop", code)}
    context = dict(side.context(**pages.about(found), **urls))
    if found.funder != Promotion.Funder.PLATFORM:
        # Whoever pays for it decides; the operator looks on.
        context |= {"can_start": False, "can_stop": False}
    return _render(request, "promotions/one.html", context)


@operator(MONEY)
@require_POST
def start(request: OfOperator, code: str) -> HttpResponse:
    """This will start a promotion."""
    return pages.started(request, _side(request), code)


@operator(MONEY)
@require_POST
def stop(request: OfOperator, code: str) -> HttpResponse:
    """This will stop a promotion."""
    return pages.stopped(request, _side(request), code)


def _side(request: OfOperator) -> Side:
    currency = settings.SHOAL_CURRENCY
    return Side(
        owner=PLATFORM,
        currency=currency,
        by=request.person.code,
        layout="desk/page.html",
        routes="desk:promotion",
        render=partial(_render, request),
        offers=lambda: offers_to_give(currency=currency, at=clock.now()),
        tabs=_tabs(everybody=False),
    )


def _tabs(*, everybody: bool) -> list[Place]:
    return [
        Place(gettext("The platform’s"), "", reverse("desk:promotions"), current=not everybody),
        Place(gettext("Everybody’s"), "", reverse("desk:all-promotions"), current=everybody),
    ]


def _render(
    request: OfOperator, piece: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    return desk_page(request, "promotion", {"piece": piece, **context}, status=status)
