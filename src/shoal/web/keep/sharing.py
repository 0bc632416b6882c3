"""Passing on: a link, a text to copy and a QR code for shop, sale or product."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from shoal.catalog.queries import is_live, product_by_code
from shoal.kit import clock
from shoal.kit.amounts import amount_text
from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.offers.queries import is_public, sale_by_code
from shoal.orders.queries import sales_by_share
from shoal.shelves.queries import Choice, shelf_products, words_of
from shoal.shops.models import Shop
from shoal.traffic.models import Share
from shoal.traffic.operations import make_share
from shoal.traffic.queries import share_of_shop, shares_of, titles_of
from shoal.traffic.queries_traces import Came, visits_by_share
from shoal.web.access import OfKeeper, keeper
from shoal.web.arrivals import tell_share
from shoal.web.keep.came import fortnight
from shoal.web.keep.frame import keeper_page, page_of


@dataclass(frozen=True, slots=True)
class Passed:
    """A share as its keeper sees it; `back` leads to her page of what it shares, if there is one.

    There is none for goods that are not sold at the moment and for a sale that was called off.
    """

    share: Share
    url: str
    title: str
    text: str
    back: str
    is_sold: bool


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A share in the list: what it leads to, and how many visits and paid orders it brought."""

    share: Share
    title: str
    icon: str
    orders: int
    visits: int


@keeper
@require_http_methods(["GET", "HEAD", "POST"])
def shares(request: OfKeeper) -> HttpResponse:
    """This will make a link for something, or list what was passed on so far."""
    if request.method != "POST":
        page = page_of(request, shares_of(shop=request.shop))
        context = {
            "page": page,
            "rows": _rows(list(page)),
            "came": fortnight(shop=request.shop, at=clock.now()),
        }
        return keeper_page(request, "shares", context)
    thing = request.POST.get("thing", "")
    if thing not in Share.Thing.values:
        raise NotFound
    made = make_share(
        shop=request.shop,
        thing=Share.Thing(thing),
        thing_code=request.POST.get("code", "")[:12],
        by=request.person.code,
        at=clock.now(),
    )
    tell_share(made, request.shop)
    return HttpResponseRedirect(reverse("keep:share", args=[made.code]))


@keeper
@require_safe
def share(request: OfKeeper, code: str) -> HttpResponse:
    """This will show one link with its text and its QR code, ready to be passed on."""
    found = share_of_shop(shop=request.shop, code=code)
    at = clock.now()
    context = {
        "passed": _passed(request.shop, found, at=at),
        "new": "new" in request.GET,
        "came": fortnight(shop=request.shop, at=at, share=found.code),
    }
    return keeper_page(request, "share", context)


def share_url(share: Share) -> str:
    """This will return the whole short address of a share."""
    return f"{settings.SHOAL_PUBLIC_URL}{reverse('buy:share', args=[share.code])}"


def _passed(shop: Shop, found: Share, *, at: datetime) -> Passed:
    url = share_url(found)
    is_sold = True
    match found.thing:
        case Share.Thing.PRODUCT:
            product = product_by_code(code=found.thing_code)
            shown = shelf_products(shop=shop, at=at, choice=Choice(products=[product.id]))
            price = amount_text(amount=Money(shown[0].from_minor, shop.currency)) if shown else ""
            own = words_of(shop=shop, product=product.id)
            lines = [f"{product.brand.name} · {product.title}", price, own]
            title, back = product.title, reverse("keep:product", args=[product.code])
            is_sold = is_live(product)
        case Share.Thing.SALE:
            sale = sale_by_code(code=found.thing_code)
            lines = [f"{sale.brand.name} · {sale.title}", sale.summary]
            title, back = sale.title, reverse("keep:sale", args=[sale.code])
            is_sold = is_public(sale, at=at)
        case _:
            lines = [shop.name, shop.greeting or gettext("Come and have a look at my shop.")]
            title, back = shop.name, reverse("keep:me")
    return Passed(
        share=found,
        url=url,
        title=title,
        text="\n".join([*(line for line in lines if line), url]),
        back=back if is_sold else reverse("keep:shares"),
        is_sold=is_sold,
    )


def _rows(found: Sequence[Share]) -> list[ShareRow]:
    titles = titles_of(shares=found)
    sold = sales_by_share(shares=[row.id for row in found])
    came = visits_by_share(shares=found)
    icons = {"shop": "shop", "sale": "sale", "product": "goods"}
    return [
        ShareRow(
            share=row,
            title=titles.get(row.thing_code) or gettext("The whole shop"),
            icon=icons[row.thing],
            orders=sold.get(row.id, 0),
            visits=came.get(row.code, Came()).visits,
        )
        for row in found
    ]
