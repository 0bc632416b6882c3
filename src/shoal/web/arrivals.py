"""Telling the visit stream who came and what was opened, in passing; attribution never needs it."""

import re

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from shoal.kit import clock
from shoal.shops.models import Shop
from shoal.traffic import stream
from shoal.traffic.models import Share, Trace
from shoal.traffic.traces import is_peek, seen, visitor_mark
from shoal.web.visitor import browser_id

# A page of a shop, by the name of its address, and what is open then.
_PAGES = {"shop": Share.Thing.SHOP, "sale": Share.Thing.SALE, "product": Share.Thing.PRODUCT}
_CODE = re.compile(r"[0-9a-z]{1,12}")
_CODE_OF = {Share.Thing.SALE: "sale_code", Share.Thing.PRODUCT: "product_code"}


def tell_visit(request: HttpRequest, share: Share) -> None:
    """This will tell that somebody came through a share."""
    _tell(
        request,
        Trace.Kind.VISIT,
        share.shop,
        thing=share.thing,
        thing_code=share.thing_code,
        share=share.code,
    )


def tell_open(request: HttpRequest, shop: Shop) -> None:
    """This will tell that the page which a piece was fetched for was opened.

    Shared pages come from caches that nobody asks us about: what each page fetches for its reader
    alone is what shows that somebody looks at it.
    """
    try:
        page = resolve(
            f"/{request.headers.get('HX-Current-URL', '').split('/', 3)[-1]}".split("?")[0]
        )
    except Resolver404:
        return
    thing = _PAGES.get(page.url_name or "")
    if thing is None or page.kwargs.get("code") != shop.code:
        return
    code = page.kwargs.get(_CODE_OF.get(thing, ""), shop.code)
    if not _CODE.fullmatch(code):
        return  # what a browser says is open may be anything
    _tell(request, Trace.Kind.OPEN, shop, thing=thing, thing_code=code)


def tell_share(share: Share, shop: Shop) -> None:
    """This will tell that a keeper passed something on."""
    stream.tell(
        seen(
            kind=Trace.Kind.SHARE,
            shop=shop.id,
            thing=share.thing,
            thing_code=share.thing_code,
            share=share.code,
            at=share.created_at,
        )
    )


def _tell(
    request: HttpRequest,
    kind: Trace.Kind,
    shop: Shop,
    *,
    thing: str,
    thing_code: str,
    share: str = "",
) -> None:
    if request.method != "GET" or is_peek(headers=request.headers):
        return
    at = clock.now()
    # Whoever asks not to be followed is counted as a visit, and never as a visitor.
    mark = (
        ""
        if request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1"
        else visitor_mark(
            key=settings.SHOAL_BLIND_INDEX_KEY,
            browser=browser_id(request),
            shop=shop.id,
            day=clock.market_day(at),
        )
    )
    stream.tell(
        seen(
            kind=kind,
            shop=shop.id,
            thing=thing,
            thing_code=thing_code,
            share=share,
            visitor=mark,
            at=at,
            headers=request.headers,
            host=request.get_host(),
        )
    )
