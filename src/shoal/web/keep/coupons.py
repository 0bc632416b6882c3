"""A keeper's own coupons: she pays for them out of what she earns."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shoal.promotions.models import Promotion
from shoal.promotions.queries import promotion_of, shop_owner
from shoal.web.access import OfKeeper, keeper
from shoal.web.keep.frame import keeper_page
from shoal.web.promoting import pages
from shoal.web.promoting.pages import Side


@keeper
@require_safe
def coupons(request: OfKeeper) -> HttpResponse:
    """This will list a keeper's coupons."""
    return pages.listed(request, _side(request))


@keeper
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfKeeper) -> HttpResponse:
    """This will make a coupon."""
    return pages.made(request, _side(request))


@keeper
@require_safe
def coupon(request: OfKeeper, code: str) -> HttpResponse:
    """This will show one coupon and what it did."""
    side = _side(request)
    promotion = promotion_of(owner=side.owner, code=code)
    link = f"{settings.SHOAL_PUBLIC_URL}{reverse('buy:coupon', args=[request.shop.code, code])}"
    is_shown = promotion.state == Promotion.State.RUNNING
    return pages.shown(side, code, extra={"link": link if is_shown else ""})


@keeper
@require_POST
def start(request: OfKeeper, code: str) -> HttpResponse:
    """This will start a coupon."""
    return pages.started(request, _side(request), code)


@keeper
@require_POST
def stop(request: OfKeeper, code: str) -> HttpResponse:
    """This will stop a coupon."""
    return pages.stopped(request, _side(request), code)


def _side(request: OfKeeper) -> Side:
    return Side(
        owner=shop_owner(request.shop),
        currency=request.shop.currency,
        by=request.person.code,
        layout="keep/page.html",
        routes="keep:coupon",
        render=partial(_render, request),
    )


def _render(
    request: OfKeeper, piece: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    return keeper_page(request, "promotion", {"piece": piece, **context}, status=status)
