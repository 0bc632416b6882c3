"""Coupons: where they are found, claimed with one tap, and looked up."""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from shoal.kit import clock
from shoal.kit.errors import NotFound, Refused
from shoal.promotions.models import Claim, Promotion
from shoal.promotions.operations import claim_coupon
from shoal.promotions.queries import coupon_for_all, coupons_on_show, problem_of, wallet_of
from shoal.shops.models import Shop
from shoal.web.access import SignedIn, anyone, signed_in
from shoal.web.answers import done
from shoal.web.buy.frame import in_shop, own_page, piece, shared_page, shop_here
from shoal.web.buy.origin import from_our_pages
from shoal.web.promoting.telling import CouponCard, coupon_card

_MOST = 60
_FEW = 2


@anyone
@require_safe
@in_shop
def coupons(request: HttpRequest, shop: Shop) -> HttpResponseBase:
    """This will list the coupons that can be claimed in a shop."""
    context = {"cards": strip(shop=shop, at=clock.now(), most=_MOST)}
    return shared_page(request, "buy/coupons.html", context, shop=shop)


@anyone
@require_safe
@in_shop
def coupon(request: HttpRequest, shop: Shop, coupon_code: str) -> HttpResponseBase:
    """This will show one coupon: what a keeper's link leads to."""
    promotion = coupon_for_all(code=coupon_code)
    if promotion.shop_id not in {None, shop.id}:
        raise NotFound
    context = {"card": coupon_card(promotion, shop), "closed": _closed(promotion)}
    return shared_page(request, "buy/coupon.html", context, shop=shop)


@signed_in
@from_our_pages
@require_POST
def claim(request: HttpRequest, code: str) -> HttpResponse:
    """This will claim a coupon: a page's form, or the button in a card."""
    person = cast("SignedIn", request).person
    wants_piece = bool(request.headers.get("HX-Request"))
    refused: Refused | None = None
    try:
        claim_coupon(customer=person.pk, code=code, at=clock.now())
    except NotFound:
        raise
    except Refused as refusal:
        if not wants_piece:
            raise
        refused = refusal
    if wants_piece:
        return piece(request, "buy/pieces/claimed.html", {"refused": refused})
    return done(request, gettext("The coupon is yours."), reverse("buy:wallet"))


@signed_in
@require_GET
def wallet(request: SignedIn) -> HttpResponse:
    """This will show her coupons: those to use, those in use, those that are over."""
    at = clock.now()
    mine = wallet_of(customer=request.person.pk, at=at)
    shop = shop_here(request)
    context = {
        "usable": [_card(claimed, shop, at=at) for claimed in mine.usable],
        "used": [_card(claimed, shop, at=at) for claimed in mine.used],
        "over": [_card(claimed, shop, at=at) for claimed in mine.over],
    }
    return own_page(request, "buy/wallet.html", context, shop=shop)


def strip(
    *, shop: Shop, at: datetime, brand: UUID | None = None, most: int = _FEW
) -> list[CouponCard]:
    """This will make the coupons that a page of a shop shows; a product's are its brand's too."""
    rows = coupons_on_show(shop=shop, brand=brand, at=at, most=most)
    return [coupon_card(row, shop) for row in rows]


def _card(claimed: Claim, shop: Shop | None, *, at: datetime) -> dict[str, Any]:
    promotion = claimed.promotion
    problem = problem_of(claimed, at=at) if claimed.used_by is None else None
    where = promotion.shop or shop
    return {
        # How many others may still have one is nothing to her who has hers.
        "card": replace(coupon_card(promotion, where), left=""),
        "problem": problem.sentence if problem else "",
        "shop_url": reverse("buy:shop", args=[where.code]) if where else "",
    }


def _closed(promotion: Promotion) -> str:
    """Why a coupon cannot be claimed now; nothing where it can."""
    at = clock.now()
    is_gone = promotion.supply is not None and promotion.claimed >= promotion.supply
    if promotion.state == Promotion.State.STOPPED or promotion.claim_until_at <= at:
        return gettext("This coupon cannot be claimed any more.")
    if promotion.claim_from_at > at:
        return gettext("This coupon cannot be claimed yet.")
    return gettext("All of these coupons have been claimed.") if is_gone else ""
