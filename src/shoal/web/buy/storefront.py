"""A keeper's shop: its window, its sales, its goods, and the search in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.fields.files import ImageFieldFile
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from shoal.catalog.queries import Branch, category_by_code, category_tree
from shoal.catalog.search import search_products
from shoal.kit import clock
from shoal.kit.money import Money
from shoal.offers.models import FlashSale
from shoal.offers.queries import sale_by_code
from shoal.shelves.queries import (
    Choice,
    ShelfProduct,
    ShelfSale,
    Sorting,
    on_shelf,
    shelf_products,
    shelf_sales,
)
from shoal.shops.models import Shop
from shoal.shops.rules import ordered_blocks
from shoal.web.access import anyone
from shoal.web.answers import whole
from shoal.web.buy.coupons import strip
from shoal.web.buy.frame import in_shop, shared_page
from shoal.web.buy.goods import Tile, tile
from shoal.web.components.nav import Place, choices

_PAGE = 24
_SEARCHED = 120
_SORTINGS = (Sorting.SHOP, Sorting.ENDS, Sorting.SELLS, Sorting.NEW, Sorting.PRICE)


@anyone
@require_safe
@in_shop
def shop_home(request: HttpRequest, shop: Shop) -> HttpResponseBase:
    """This will show a shop's window: who keeps it, what runs, what comes, what it has."""
    at = clock.now()
    start = _start(request)
    context: dict[str, Any] = {"now": at, **_goods(request, shop, Choice(), at=at)}
    context["image"] = _address(shop.banner or shop.avatar)
    context["avatar"] = _address(shop.avatar)
    if not start:
        context |= {
            "sales": _sale_cards(shop, shelf_sales(shop=shop, at=at), "ends_at"),
            "trailers": _sale_cards(shop, shelf_sales(shop=shop, at=at, coming=True), "starts_at"),
            "blocks": ordered_blocks(shop.blocks),
            "coupons": strip(shop=shop, at=at),
            "pinned": [one for one in context["tiles"] if one.pinned],
            "tiles": [one for one in context["tiles"] if not one.pinned],
        }
    return _page(request, "home", context, shop=shop)


@anyone
@require_safe
@in_shop
def sale(request: HttpRequest, shop: Shop, sale_code: str) -> HttpResponseBase:
    """This will show a flash sale in this shop: before it begins, while it runs, after it ended."""
    at = clock.now()
    found = sale_by_code(code=sale_code)
    hidden = found.state in {FlashSale.State.DRAFT, FlashSale.State.APPLIED}
    if hidden or found.state == FlashSale.State.REFUSED:
        raise Http404
    state = _sale_state(found, at)
    context = {"sale": found, "state": state, "now": at, "tiles": [], "more_url": ""}
    context["image"] = _address(found.cover)
    if state in {"open", "coming"}:
        choice = Choice(sale=found.id, coming=state == "coming")
        context |= _goods(request, shop, choice, at=at)
    return _page(request, "sale", context, shop=shop)


@anyone
@require_safe
@in_shop
def categories(request: HttpRequest, shop: Shop) -> HttpResponseBase:
    """This will show what kinds of goods a shop has."""
    at = clock.now()
    stocked = set(
        on_shelf(shop=shop, at=at)
        .order_by()
        .values_list("sku__product__category__code", flat=True)
        .distinct()
    )
    tree = [kept for kept in (_stocked(row, stocked) for row in category_tree()) if kept]
    return shared_page(request, "buy/categories.html", {"tree": tree, "now": at}, shop=shop)


@anyone
@require_safe
@in_shop
def category(request: HttpRequest, shop: Shop, category_code: str) -> HttpResponseBase:
    """This will show a shop's goods of one kind, and of all kinds below it."""
    at = clock.now()
    found = category_by_code(code=category_code)
    goods = _goods(request, shop, Choice(categories=[found.code]), at=at)
    context = {"category": found, "now": at, **goods}
    return _page(request, "category", context, shop=shop)


@anyone
@require_safe
@in_shop
def search(request: HttpRequest, shop: Shop) -> HttpResponseBase:
    """This will show what of a shop's goods the typed words mean, the best first."""
    at = clock.now()
    words = " ".join(request.GET.get("q", "").split())[:80]
    ids = search_products(words=words, limit=_SEARCHED) if words else []
    start = _start(request)
    shown = _on_shelf_in_order(shop, ids, at=at)
    page = shown[start : start + _PAGE]
    query = urlencode({"q": words, "from": str(start + _PAGE)})
    context = {
        "words": words,
        "now": at,
        "found": len(shown),
        "tiles": [_tile(shop, row, at) for row in page],
        "more_url": f"?{query}" if len(shown) > start + _PAGE else "",
        "start": start,
    }
    return _page(request, "search", context, shop=shop)


def _address(picture: ImageFieldFile) -> str:
    return str(picture.url) if picture else ""


def _page(
    request: HttpRequest, name: str, context: dict[str, Any], *, shop: Shop
) -> HttpResponseBase:
    """The page, or only its further tiles for "show more"."""
    further = request.headers.get("HX-Request") and _start(request)
    template = "buy/pieces/tiles.html" if further else f"buy/{name}.html"
    response = shared_page(request, template, context, shop=shop)
    patch_vary_headers(response, ["HX-Request"])  # both: a cache has to know it of the first
    return response


def _goods(request: HttpRequest, shop: Shop, choice: Choice, *, at: datetime) -> dict[str, Any]:
    start, sorting = _start(request), _sorting(request)
    rows = shelf_products(
        shop=shop, at=at, choice=choice, sorting=sorting, limit=_PAGE + 1, offset=start
    )
    chosen = {"sort": sorting.value} if sorting != Sorting.SHOP else {}
    more = urlencode({**chosen, "from": str(start + _PAGE)})
    return {
        # A sale's own page has its countdown once, at its head.
        "tiles": [_tile(shop, row, at, flagged=choice.sale is None) for row in rows[:_PAGE]],
        "more_url": f"?{more}" if len(rows) > _PAGE else "",
        "sortings": _sortings(request.path, sorting),
        "start": start,
    }


def _tile(shop: Shop, row: ShelfProduct, at: datetime, *, flagged: bool = True) -> Tile:
    return tile(
        shop=shop,
        best=row.best,
        at=at,
        gone=row.available <= 0,
        pinned=row.pinned,
        flagged=flagged,
    )


def _on_shelf_in_order(shop: Shop, ids: list[UUID], *, at: datetime) -> list[ShelfProduct]:
    if not ids:
        return []
    choice = Choice(products=ids)
    rows = shelf_products(shop=shop, at=at, choice=choice, limit=_SEARCHED)
    place = {key: number for number, key in enumerate(ids)}
    return sorted(rows, key=lambda row: place[row.product.id])


def _sale_cards(shop: Shop, rows: list[ShelfSale], moment: str) -> list[dict[str, Any]]:
    return [
        {
            "title": row.card.sale.title,
            "brand": row.card.sale.brand.name,
            "text": row.card.sale.summary,
            "url": reverse("buy:sale", args=[shop.code, row.card.sale.code]),
            "banner": row.card.sale.cover.url if row.card.sale.cover else "",
            "picture": None,
            "from": Money(row.from_minor, shop.currency),
            "until": getattr(row.card.sale, moment),
        }
        for row in rows
    ]


def _sale_state(found: FlashSale, at: datetime) -> str:
    if found.state == FlashSale.State.CANCELLED:
        return "cancelled"
    if found.brand.state != "active":
        return "stopped"
    if at >= found.ends_at:
        return "over"
    return "open" if at >= found.starts_at else "coming"


def _stocked(branch: Branch, stocked: set[str]) -> Branch | None:
    """A branch with only those places that have goods in this shop."""
    children = [kept for kept in (_stocked(row, stocked) for row in branch.children) if kept]
    if not children and branch.category.code not in stocked:
        return None
    return Branch(branch.category, children)


def _start(request: HttpRequest) -> int:
    return whole(request.GET.get("from"), default=0)


def _sorting(request: HttpRequest) -> Sorting:
    wanted = request.GET.get("sort", "")
    return next((one for one in _SORTINGS if one.value == wanted), Sorting.SHOP)


def _sortings(path: str, current: Sorting) -> list[Place]:
    labels = {
        Sorting.SHOP: gettext("Her choice"),
        Sorting.ENDS: gettext("Ends first"),
        Sorting.SELLS: gettext("Liked most"),
        Sorting.NEW: gettext("Newest"),
        Sorting.PRICE: gettext("Lowest price"),
    }
    return choices(labels=labels, here=path, parameter="sort", current=current)
