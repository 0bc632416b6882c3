"""Where people arrive: through a keeper's share, or at the front door."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shoal.kit.errors import NotFound
from shoal.orders import known
from shoal.shops.models import Shop
from shoal.traffic.models import Share
from shoal.web.access import anyone, person_of
from shoal.web.arrivals import tell_visit
from shoal.web.buy.frame import own_page, remember_shop, shop_here
from shoal.web.visitor import remember_share


@anyone
@never_cache
@require_safe
def share(request: HttpRequest, code: str) -> HttpResponse:
    """This will lead to what was shared, in the shop of who shared it. Writes a cookie, no row."""
    try:
        found = known.share_by_code(code=code)
    except NotFound:
        return render(request, "buy/old_link.html", {"nav": []}, status=404)
    remember_share(request, found.code)
    tell_visit(request, found)
    response = HttpResponseRedirect(_address(found))
    remember_shop(response, found.shop, secure=request.is_secure())
    return response


@anyone
@never_cache
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """This will lead back to the shop she was in last; a newcomer is told how shops are found."""
    typed = request.GET.get("shop", "").strip().lower()
    if typed:
        try:
            return _to(known.shop_by_code(code=typed))
        except NotFound:
            return _welcome(request, typed=typed, status=404)
    shop = shop_here(request)
    if shop is not None and "welcome" not in request.GET:
        return _to(shop)
    return _welcome(request)


def _welcome(request: HttpRequest, *, typed: str = "", status: int = 200) -> HttpResponse:
    context = {"typed": typed, "person": person_of(request), "shop": None}
    return own_page(request, "buy/welcome.html", context, status=status)


def _to(shop: Shop) -> HttpResponse:
    return HttpResponseRedirect(reverse("buy:shop", args=[shop.code]))


def _address(found: Share) -> str:
    shop = found.shop.code
    match found.thing:
        case Share.Thing.SALE:
            return reverse("buy:sale", args=[shop, found.thing_code])
        case Share.Thing.PRODUCT:
            return reverse("buy:product", args=[shop, found.thing_code])
    return reverse("buy:shop", args=[shop])
