"""The goods a keeper can share, sorted by what she earns, and the sales they are in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from shoal.catalog.models import Picture
from shoal.catalog.queries import category_tree
from shoal.catalog.search import search_products
from shoal.kit import clock
from shoal.kit.money import Money
from shoal.offers.queries import public_sale
from shoal.shelves.queries import (
    Choice,
    ShelfProduct,
    ShelfSale,
    Sorting,
    shelf_products,
    shelf_sales,
)
from shoal.shops.models import Shop
from shoal.web.access import OfKeeper, keeper
from shoal.web.answers import whole
from shoal.web.components.nav import Place
from shoal.web.keep.frame import PAGE, keeper_page

_SEARCHED = 200
_FEW = 10
_ENDS_SOON = timedelta(hours=24)
_SORTINGS = (Sorting.EARN, Sorting.SELLS, Sorting.ENDS, Sorting.NEW)
_VIEWS = ("now", "sale", "coming", "pinned", "hidden")


@dataclass(frozen=True, slots=True)
class Tile:
    """A product as its keeper sees it: her price, and what she earns with one."""

    url: str
    title: str
    brand: str
    picture: Picture | None
    price: Money
    earn: Money
    gone: bool
    flag: str
    note: str


@dataclass(frozen=True, slots=True)
class SaleTile:
    """A sale as a keeper sees it."""

    url: str
    title: str
    brand: str
    text: str
    banner: str
    until: datetime
    earn: Money
    sold_percent: int
    starts: bool


@keeper
@require_safe
def goods(request: OfKeeper) -> HttpResponse:
    """This will list what a keeper can share."""
    shop, at = request.shop, clock.now()
    asked = request.GET
    view = asked.get("view", "") if asked.get("view") in _VIEWS else "now"
    words = " ".join(asked.get("q", "").split())[:80]
    sorting = Sorting(asked["sort"]) if asked.get("sort") in _SORTINGS else Sorting.EARN
    category = asked.get("category", "")[:40]
    choice = Choice(
        coming=view == "coming",
        hidden=view == "hidden",
        pinned=view == "pinned",
        in_sales=view == "sale",
        categories=[category] if category else [],
        products=search_products(words=words, limit=_SEARCHED) if words else None,
    )
    start = whole(asked.get("from"), default=0)
    rows = shelf_products(
        shop=shop, at=at, choice=choice, sorting=sorting, limit=PAGE + 1, offset=start
    )
    query = {"view": view, "sort": sorting.value, "q": words, "category": category}
    context = {
        "now": at,
        "words": words,
        "view": view,
        "tiles": [tile(row, shop=shop, at=at) for row in rows[:PAGE]],
        "more_url": _address(query, start=start + PAGE) if len(rows) > PAGE else "",
        "start": start,
        "views": _views(query),
        "sortings": _sortings(query),
        "categories": _categories(query),
    }
    return keeper_page(request, "goods", context)


@keeper
@require_safe
def sales(request: OfKeeper) -> HttpResponse:
    """This will list the sales that run and those that come."""
    shop, at = request.shop, clock.now()
    context = {
        "now": at,
        "running": sale_cards(shelf_sales(shop=shop, at=at), shop=shop, at=at),
        "coming": sale_cards(shelf_sales(shop=shop, at=at, coming=True), shop=shop, at=at),
    }
    return keeper_page(request, "sales", context)


@keeper
@require_safe
def sale(request: OfKeeper, code: str) -> HttpResponse:
    """This will show a sale with its goods: what runs, what comes, or that it is over."""
    shop, at = request.shop, clock.now()
    found = public_sale(code=code, at=at)
    coming = at < found.starts_at
    choice = Choice(sale=found.id, coming=coming)
    offset = whole(request.GET.get("from"), default=0)
    rows = shelf_products(
        shop=shop, at=at, choice=choice, sorting=Sorting.EARN, limit=PAGE + 1, offset=offset
    )
    context = {
        "now": at,
        "sale": found,
        "coming": coming,
        "over": found.ends_at <= at,
        # The whole sale ends at one moment, which stands above: no tile repeats it.
        "tiles": [replace(tile(row, shop=shop, at=at), flag="") for row in rows[:PAGE]],
        "more_url": f"?from={offset + PAGE}" if len(rows) > PAGE else "",
    }
    return keeper_page(request, "sale", context)


def tile(row: ShelfProduct, *, shop: Shop, at: datetime) -> Tile:
    """This will make the tile of a product in a keeper's list."""
    return Tile(
        url=reverse("keep:product", args=[row.product.code]),
        title=row.product.title,
        brand=row.product.brand.name,
        picture=next(iter(row.product.pictures.all()), None),
        price=Money(row.from_minor, shop.currency),
        earn=Money(row.most_earned_minor, shop.currency),
        gone=row.available <= 0,
        flag=_flag(row, at),
        note=_note(row),
    )


def sale_cards(rows: Iterable[ShelfSale], *, shop: Shop, at: datetime) -> list[SaleTile]:
    """This will make the cards of sales in a keeper's list."""
    return [_sale_card(row, shop, at) for row in rows]


def _sale_card(row: ShelfSale, shop: Shop, at: datetime) -> SaleTile:
    found = row.card.sale
    starts = found.starts_at > at
    return SaleTile(
        url=reverse("keep:sale", args=[found.code]),
        title=found.title,
        brand=found.brand.name,
        text=found.summary,
        banner=found.cover.url if found.cover else "",
        until=found.starts_at if starts else found.ends_at,
        earn=Money(row.most_earned_minor, shop.currency),
        sold_percent=row.card.sold_percent,
        starts=starts,
    )


def _flag(row: ShelfProduct, at: datetime) -> str:
    if row.closes_at is not None and at <= row.closes_at <= at + _ENDS_SOON:
        return gettext("Ends within a day")
    return ""


def _note(row: ShelfProduct) -> str:
    told = [gettext("Pinned")] if row.pinned else []
    if row.sold:
        told.append(ngettext("{count} sold", "{count} sold", row.sold).format(count=row.sold))
    if 0 < row.available <= _FEW:
        left = ngettext("{count} left", "{count} left", row.available)
        told.append(left.format(count=row.available))
    return " · ".join(told)


def _address(query: dict[str, str], *, start: int = 0) -> str:
    kept: dict[str, Any] = {key: value for key, value in query.items() if value}
    if kept.get("view") == "now":
        del kept["view"]
    if kept.get("sort") == Sorting.EARN.value:
        del kept["sort"]
    if start:
        kept["from"] = start
    return f"{reverse('keep:goods')}?{urlencode(kept)}" if kept else reverse("keep:goods")


def _views(query: dict[str, str]) -> list[Place]:
    names = {
        "now": gettext("On sale"),
        "sale": gettext("In a sale"),
        "coming": gettext("Coming"),
        "pinned": gettext("Pinned"),
        "hidden": gettext("Hidden"),
    }
    return [
        Place(name, "goods", _address({**query, "view": view}), current=query["view"] == view)
        for view, name in names.items()
    ]


def _sortings(query: dict[str, str]) -> list[Place]:
    names = {
        Sorting.EARN: gettext("Earns most"),
        Sorting.SELLS: gettext("Sells best"),
        Sorting.ENDS: gettext("Ends soonest"),
        Sorting.NEW: gettext("Newest"),
    }
    return [
        Place(names[sorting], "sort", _address({**query, "sort": sorting.value}),
              current=query["sort"] == sorting.value)
        for sorting in _SORTINGS
    ]  # fmt: skip


def _categories(query: dict[str, str]) -> list[Place]:
    everything = Place(
        gettext("All kinds"), "categories", _address({**query, "category": ""}),
        current=not query["category"],
    )  # fmt: skip
    return [
        everything,
        *(
            Place(
                branch.category.name,
                "categories",
                _address({**query, "category": branch.category.code}),
                current=query["category"] == branch.category.code,
            )
            for branch in category_tree()
        ),
    ]
