"""What a brand gives: coupons on its goods, gifts, bundles."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shoal.kit import clock
from shoal.promotions.queries import brand_owner, offers_to_give
from shoal.web.access import OfBrand, brand_member
from shoal.web.promoting import pages
from shoal.web.promoting.pages import Side
from shoal.web.supply.frame import Role, supply_page


@brand_member(Role.GOODS)
@require_safe
def promotions(request: OfBrand) -> HttpResponse:
    """This will list a brand's promotions."""
    return pages.listed(request, _side(request))


@brand_member(Role.GOODS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfBrand) -> HttpResponse:
    """This will make a promotion."""
    return pages.made(request, _side(request))


@brand_member(Role.GOODS)
@require_safe
def promotion(request: OfBrand, code: str) -> HttpResponse:
    """This will show one promotion and what it did."""
    return pages.shown(_side(request), code)


@brand_member(Role.GOODS)
@require_POST
def start(request: OfBrand, code: str) -> HttpResponse:
    """This will start a promotion."""
    return pages.started(request, _side(request), code)


@brand_member(Role.GOODS)
@require_POST
def stop(request: OfBrand, code: str) -> HttpResponse:
    """This will stop a promotion."""
    return pages.stopped(request, _side(request), code)


def _side(request: OfBrand) -> Side:
    return Side(
        owner=brand_owner(request.brand),
        currency=request.brand.currency,
        by=request.person.code,
        layout="supply/page.html",
        routes="supply:promotion",
        render=partial(_render, request),
        offers=lambda: offers_to_give(
            currency=request.brand.currency, at=clock.now(), brand=request.brand
        ),
    )


def _render(
    request: OfBrand, piece: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    return supply_page(request, "promotion", {"piece": piece, **context}, status=status)
