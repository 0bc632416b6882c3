"""A product's page in a keeper's shop: everything a cautious person wants to know first."""

from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from shoal.brands.models import Brand
from shoal.catalog.models import FreightTemplate, Product
from shoal.catalog.queries import freight_in, public_product
from shoal.kit import clock
from shoal.kit.money import Money
from shoal.offers.queries import best_by_sku
from shoal.promotions.queries import gifts_on_show
from shoal.shelves.queries import Choice, ShelfOffer, shelf_offers, words_of
from shoal.shops.models import Shop
from shoal.web.access import anyone
from shoal.web.buy.coupons import strip
from shoal.web.buy.frame import in_shop, shared_page
from shoal.web.buy.goods import choices, variants
from shoal.web.promoting.telling import gift_words


@anyone
@require_safe
@in_shop
def product(request: HttpRequest, shop: Shop, product_code: str) -> HttpResponseBase:
    """This will show a product in this shop: its variants and prices, or why it is not sold."""
    at = clock.now()
    found = public_product(code=product_code)
    offered = shelf_offers(shop=shop, at=at, choice=Choice(products=[found.id]))
    pictures = list(found.pictures.all())
    context: dict[str, Any] = {
        "product": found,
        "pictures": pictures,
        "image": default_storage.url(pictures[0].stored.largest) if pictures else "",
        "words": words_of(shop=shop, product=found.id),
        "freight": freight_hint(found.freight, currency=shop.currency),
        "now": at,
    }
    brands = {found.brand_id}
    if not offered:
        context |= _not_now(shop, found, at=at)
        return shared_page(request, "buy/product_gone.html", context, shop=shop, brands=brands)
    context |= _on_offer(shop, found, offered)
    context |= {
        "coupons": strip(shop=shop, at=at, brand=found.brand_id),
        "gifts": [
            words
            for row in gifts_on_show(brand=found.brand_id, currency=shop.currency, at=at)
            if (words := gift_words(row, shop=shop, at=at))
        ],
    }
    if context["sold_out"]:
        context |= _coming(shop, found, at=at)
    return shared_page(request, "buy/product.html", context, shop=shop, brands=brands)


def freight_hint(
    template: FreightTemplate | None, *, currency: str
) -> dict[str, Money | bool | None]:
    """This will return what a page can promise about freight before it knows the address.

    Nothing where the template says nothing in `currency`.
    """
    if template is None:
        return {"free": True, "base": None, "free_from": None, "refuses": False}
    said = freight_in(template, currency=currency)
    if said is None:
        return {}
    free_from = said.free_from_minor
    return {
        "free": said.base_minor == 0 and not any(said.regions.values()),
        "base": Money(said.base_minor, currency),
        "free_from": None if free_from is None else Money(free_from, currency),
        "refuses": None in said.regions.values(),
    }


def _on_offer(shop: Shop, found: Product, offered: list[ShelfOffer]) -> dict[str, Any]:
    best = best_by_sku({row.offer: row.price.terms.sale for row in offered})
    shelf = {row.offer.id: row for row in offered}
    shown = [best[sku.id] for sku in found.skus.all() if sku.id in best]
    rows = variants(shop=shop, offers=[shelf[offer.id] for offer in shown])
    in_stock = [row for row in rows if row.left]
    cheapest = min(in_stock or rows, key=lambda row: row.price.minor)
    limits = {offer.per_customer for offer in shown if offer.per_customer}
    sales = [offer.sale for offer in shown if offer.sale is not None]
    running = min(sales, key=lambda sale: sale.ends_at) if sales else None
    return {
        "skus": rows,
        "groups": choices(found),
        "price": cheapest.price,
        "was": cheapest.was,
        "several_prices": len({row.price.minor for row in rows}) > 1,
        "sold_out": not in_stock,
        "limit": min(limits) if limits else None,
        "sale": running,
        "most": max((row.left for row in rows), default=1),
    }


def _not_now(shop: Shop, found: Product, *, at: datetime) -> dict[str, Any]:
    """Why it is not sold here now, and what is the nearest thing to do."""
    coming = _coming(shop, found, at=at)
    if coming:
        return {**coming, "why": "coming", "sale": coming["coming_sale"]}
    if found.state == Product.State.WITHDRAWN:
        return {"why": "withdrawn"}
    if found.brand.state != Brand.State.ACTIVE:
        return {"why": "stopped"}
    return {"why": "over"}


def _coming(shop: Shop, found: Product, *, at: datetime) -> dict[str, Any]:
    """The sale in which it can be bought next, where one is announced."""
    coming = shelf_offers(shop=shop, at=at, choice=Choice(products=[found.id], coming=True))
    if not coming:
        return {}
    soonest = min(coming, key=lambda row: (row.offer.opens_at, row.price.unit))
    return {
        "opens_at": soonest.offer.opens_at,
        "coming_sale": soonest.offer.sale,
        "coming_price": Money(soonest.price.unit, shop.currency),
    }
