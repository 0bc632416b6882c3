"""What every page of the customer's face shares: the shop she is in, the bar, the caching."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext

from shoal.care.queries import unread_by_customer
from shoal.kit.errors import NotFound
from shoal.orders import known
from shoal.orders.quotes import cart_size
from shoal.shops.models import Shop
from shoal.web.access import person_of
from shoal.web.components.nav import Place, mark_current
from shoal.web.kept.pages import keep
from shoal.web.visitor import visitor_id

P = ParamSpec("P")
_SHOP_COOKIE = "shop"
_SHOP_DAYS = 180
# Of a countdown only its end counts: the same page a second later is the same page.
_CLOCK = re.compile(rb'data-now="\d+"')
_SHARED_SECONDS = 10


def shop_here(request: HttpRequest) -> Shop | None:
    """This will return the shop a request names, else the one she was in last, or None."""
    named = request.POST.get("shop") or request.GET.get("shop")
    code = named or request.COOKIES.get(_SHOP_COOKIE)
    try:
        return known.shop_by_code(code=code) if code else None
    except NotFound:
        return None


def remember_shop(response: HttpResponseBase, shop: Shop, *, secure: bool) -> None:
    """This will let the pages that belong to no shop lead back to this one."""
    response.set_cookie(
        _SHOP_COOKIE,
        shop.code,
        max_age=_SHOP_DAYS * 86_400,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def own_bar(request: HttpRequest, *, shop: Shop | None, path: str) -> list[Place]:
    """This will return the places of the bottom bar with what is in her cart and unread."""
    person = person_of(request)
    return bar(
        shop=shop,
        path=path,
        count=cart_size(visitor=visitor_id(request)),
        unread=unread_by_customer(customer=person) if person else 0,
    )


def bar(*, shop: Shop | None, path: str, count: int = 0, unread: int = 0) -> list[Place]:
    """This will return the places of the bottom bar; `count` things are in the cart."""
    query = f"?shop={shop.code}" if shop else ""
    places = [
        Place(gettext("Cart"), "cart", f"{reverse('buy:cart')}{query}", count=count),
        Place(gettext("Orders"), "parcel", reverse("buy:orders")),
        Place(gettext("Me"), "me", reverse("buy:me"), count=unread),
    ]
    if shop is not None:
        places = [
            Place(gettext("Shop"), "shop", reverse("buy:shop", args=[shop.code])),
            Place(gettext("Categories"), "categories", reverse("buy:categories", args=[shop.code])),
            *places,
        ]
    return mark_current(places=places, path=path)


def own_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    shop: Shop | None = None,
    status: int = 200,
) -> HttpResponse:
    """This will render a page that is hers alone; nothing on the way may keep it."""
    here = shop if shop is not None else shop_here(request)
    nav = own_bar(request, shop=here, path=request.path)
    filled = {"shop": here, "nav": nav, **_everywhere(), **context}
    response = render(request, template, filled, status=status)
    patch_cache_control(response, private=True, no_store=True)
    if here is not None and here.code != request.COOKIES.get(_SHOP_COOKIE):
        remember_shop(response, here, secure=request.is_secure())
    return response


def piece(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """This will render a piece of a page that is hers alone."""
    response = render(request, template, dict(context))
    patch_cache_control(response, private=True, no_store=True)
    return response


def shared_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    shop: Shop,
    brands: Collection[UUID] | None = None,
) -> HttpResponse:
    """This will render a page that is the same for everybody who reads its language and theme.

    It holds nothing personal (the cart's count comes as a piece of its own), so that a cache in
    front may hand it out, this process keeps it until `shop` or one of `brands` changes (none
    named: any of them), and whoever comes back is told that her copy still holds.
    """
    nav = bar(shop=shop, path=request.path)
    filled = {"shop": shop, "nav": nav, "palette": shop.palette, **_everywhere(), **context}
    response = render(request, template, filled)
    digest = hashlib.sha256(_CLOCK.sub(b"", response.content)).hexdigest()[:32]
    response["ETag"] = f'W/"{digest}"'
    patch_cache_control(
        response, public=True, max_age=0, must_revalidate=True, s_maxage=_SHARED_SECONDS
    )
    # Language and theme are chosen by cookie; the language else by what the browser asks for.
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    keep(response, shop=shop.id, brands=brands)
    return response


def _everywhere() -> dict[str, Any]:
    """What the pages promise, as this installation sets it."""
    days = settings.SHOAL_AFTER_SALES.days
    return {"after_sales_days": days, "site": settings.SHOAL_PUBLIC_URL}


def in_shop(
    view: Callable[Concatenate[HttpRequest, Shop, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """This will hand `view` the shop that its address names; a suspended one shows nothing."""

    @wraps(view)
    def found(
        request: HttpRequest, code: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        shop = known.shop_by_code(code=code)
        if shop.state == Shop.State.SUSPENDED:
            return shared_page(request, "buy/shop_suspended.html", {}, shop=shop)
        return view(request, shop, *args, **kwargs)

    return found
