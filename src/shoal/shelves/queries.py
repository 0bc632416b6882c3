"""Every read of shelves: rule, exceptions and markups of a shop, and what it shows at a moment.

The shelf's rule is joined to open offers as they are read: opening a sale writes nothing per shop.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Exists,
    F,
    Max,
    Min,
    OrderBy,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from shoal.brands.models import Brand
from shoal.catalog.models import Product
from shoal.catalog.queries import category_paths
from shoal.kit.money import BASIS
from shoal.offers.models import Offer
from shoal.offers.queries import (
    SaleCard,
    best_by_product,
    full_offers,
    open_at,
    open_sales,
    sells,
    trailers,
)
from shoal.offers.queries_terms import load_prices, priced_in, terms_in
from shoal.shelves.models import Markup, Placement, Shelf, Words
from shoal.shelves.rules import MarkupKind, ShopPrice, markup_for
from shoal.shops.models import Shop

_SALES_AT_ONCE = 200


class Sorting(StrEnum):
    """How goods are listed; what is pinned always goes first in the keeper's own order."""

    SHOP = "shop"
    EARN = "earn"
    SELLS = "sells"
    ENDS = "ends"
    NEW = "new"
    PRICE = "price"


# What goods are sorted by, and which way: only what a sorting needs is counted of all there are.
_KEYS: Mapping[str, Aggregate] = {
    "closes": Min("closes_at"),
    "opens": Max("opens_at"),
    "earned": Max("earn"),
    "wanted": Sum(F("allotment__sold") - F("allotment__returned")),
    "cheapest": Min("unit"),
}
_DIRECTIONS: Mapping[str, OrderBy] = {
    "place": F("place").desc(nulls_last=True),
    "closes": F("closes").asc(nulls_last=True),
    "opens": F("opens").desc(),
    "earned": F("earned").desc(),
    "wanted": F("wanted").desc(),
    "cheapest": F("cheapest").asc(),
}
_SORTED_BY: Mapping[Sorting, Sequence[str]] = {
    Sorting.SHOP: ("place", "closes", "opens"),
    Sorting.EARN: ("earned", "closes"),
    Sorting.SELLS: ("wanted", "closes"),
    Sorting.ENDS: ("closes", "earned"),
    Sorting.NEW: ("opens",),
    Sorting.PRICE: ("cheapest",),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which goods of a shelf are wanted; empty: all of them."""

    coming: bool = False
    hidden: bool = False
    pinned: bool = False
    in_sales: bool = False
    sale: UUID | None = None
    brands: Sequence[str] = ()
    categories: Sequence[str] = ()
    products: Sequence[UUID] | None = None


@dataclass(frozen=True, slots=True)
class ShelfOffer:
    """An offer as one shop sells it."""

    offer: Offer
    price: ShopPrice


@dataclass(frozen=True, slots=True)
class ShelfProduct:
    """A product in one shop's window, with the offer its card shows. Amounts in minor units."""

    best: ShelfOffer
    from_minor: int
    most_earned_minor: int
    sold: int
    available: int
    closes_at: datetime | None
    pinned: bool

    @property
    def product(self) -> Product:
        """The product itself, with brand, category and pictures."""
        return self.best.offer.sku.product


@dataclass(frozen=True, slots=True)
class ShelfSale:
    """A flash sale as one shop shows it; amounts in minor units, markups included."""

    card: SaleCard
    from_minor: int
    most_earned_minor: int


def shelf_of(*, shop: Shop) -> Shelf:
    """This will return the rule of `shop`; a shop that has written none follows all."""
    return Shelf.objects.filter(shop=shop).first() or Shelf(shop=shop)


def prices(*, shop: Shop, offers: Sequence[Offer]) -> dict[UUID, ShopPrice]:
    """This will return, by offer id, what one unit costs in this shop. See `prices_in`."""
    found = prices_in(wanted={shop: offers})
    return {offer: price for (_, offer), price in found.items()}


def prices_in(*, wanted: Mapping[Shop, Iterable[Offer]]) -> dict[tuple[UUID, UUID], ShopPrice]:
    """This will return, by (shop id, offer id), what offers cost in many shops.

    Markups are within floor and cap. An offer without amounts in a shop's currency is left out:
    it is not for sale there. Two queries however many shops there are, and a third where an offer
    is sold in a currency other than its brand's.
    """
    shops = {shop.id: shop for shop in wanted}
    lists = {shop.id: list(offers) for shop, offers in wanted.items()}
    load_prices(
        offers={offer for offers in lists.values() for offer in offers},
        currencies={shop.currency for shop in wanted},
    )
    shelves = Shelf.objects.in_bulk(lists.keys())
    own = {
        (row.shop_id, row.offer_id): row.markup_minor
        for row in Markup.objects.filter(
            shop__in=lists.keys(), offer__in={offer.id for row in lists.values() for offer in row}
        )
    }
    found: dict[tuple[UUID, UUID], ShopPrice] = {}
    for shop, offers in lists.items():
        shelf = shelves.get(shop) or Shelf(shop_id=shop)
        for offer in offers:
            terms = terms_in(offer, currency=shops[shop].currency)
            if terms is None:
                continue
            markup = markup_for(
                terms=terms,
                shelf_kind=shelf.markup_kind,
                shelf_value=shelf.markup_value,
                own=own.get((shop, offer.id)),
            )
            found[shop, offer.id] = ShopPrice(terms, markup)
    return found


def own_markups(*, shop: Shop, offers: Iterable[Offer]) -> dict[UUID, int]:
    """This will return, by offer id, the markups that the keeper set for single offers."""
    rows = Markup.objects.filter(shop=shop, offer__in={offer.id for offer in offers})
    return dict(rows.values_list("offer_id", "markup_minor"))


def placement_of(*, shop: Shop, product: UUID) -> str | None:
    """This will return "hidden" or "pinned" for a product's exception in `shop`, or None."""
    rows = Placement.objects.filter(shop=shop, product=product)
    return rows.values_list("kind", flat=True).first()


def words_of(*, shop: Shop, product: UUID) -> str:
    """This will return what the keeper says about a product, or an empty text."""
    rows = Words.objects.filter(shop=shop, product=product).values_list("text", flat=True)
    return rows.first() or ""


def followable_brands() -> list[Brand]:
    """This will list the brands that a shelf can follow: those that sell now."""
    return list(Brand.objects.filter(state=Brand.State.ACTIVE).order_by("applied_at", "id"))


def markup_count(*, shop: Shop) -> int:
    """This will count the offers that have a price of their own in `shop`."""
    return Markup.objects.filter(shop=shop).count()


def on_shelf(*, shop: Shop, at: datetime, choice: Choice = Choice()) -> "QuerySet[Any]":
    """This will return the offers that `shop` shows at `at`, each with `unit` and `earn`.

    Listed offers of live products of active brands with amounts in the shop's currency, open at
    `at` (or, with `choice.coming`, announced and not open yet), that the shelf's rule follows and
    that are not hidden (or, with `choice.hidden`, only those).
    """
    shelf = shelf_of(shop=shop)
    window = _coming(at) if choice.coming else open_at(at)
    wanted = Offer.objects.filter(window, _follows(shelf), _chosen(choice))
    rows = priced_in(wanted, currency=shop.currency)
    hidden = Exists(_placed(shop, Placement.Kind.HIDDEN))
    rows = rows.filter(hidden if choice.hidden else ~hidden)
    if choice.pinned:
        rows = rows.filter(Exists(_placed(shop, Placement.Kind.PINNED)))
    # While a variant is in a sale, the sale is what customers buy by (`offers.best_by_sku`): its
    # standing terms must promise neither a price nor an earning.
    running = Offer.objects.filter(open_at(at), sku=OuterRef("sku"), sale__isnull=False)
    in_sale = priced_in(running, currency=shop.currency)
    rows = rows.filter(Q(sale__isnull=False) | ~Exists(in_sale))
    markup = _markup(shop, shelf)
    # As `offers.rules.keeper_part`: rate x S rounded half up, both sides not negative.
    rate = Cast(F("rate_bp"), BigIntegerField())
    earn = (rate * F("here_sale") * 2 + BASIS) / (2 * BASIS)
    found: QuerySet[Any] = rows.annotate(unit=F("here_sale") + markup, earn=earn + markup)
    return found


def shelf_offers(*, shop: Shop, at: datetime, choice: Choice = Choice()) -> list[ShelfOffer]:
    """This will list the offers that `shop` shows, by product and variant, with its markups."""
    # Found first, then loaded: as one question PostgreSQL reads every offer there is.
    ids = list(on_shelf(shop=shop, at=at, choice=choice).order_by().values_list("id", flat=True))
    rows = full_offers().filter(id__in=ids)
    offers = list(rows.order_by("sku__product", "sku__position", "sku", "id"))
    found = prices(shop=shop, offers=offers)
    # An offer that left the currency between the two looks is left out.
    return [ShelfOffer(offer, found[offer.id]) for offer in offers if offer.id in found]


def shelf_products(
    *,
    shop: Shop,
    at: datetime,
    choice: Choice = Choice(),
    sorting: Sorting = Sorting.SHOP,
    limit: int = 20,
    offset: int = 0,
) -> list[ShelfProduct]:
    """This will list the products that `shop` shows, in the order of `sorting`.

    Sorting, filters and limits are done by the database over the prices of this very shop; what
    the cards say is read from the offers of those on the page, and not of all there are.
    """
    keys = _SORTED_BY[sorting]
    position = Placement.objects.filter(
        shop=shop, product=OuterRef("sku__product"), kind=Placement.Kind.PINNED
    ).values("position")
    rows = (
        on_shelf(shop=shop, at=at, choice=choice)
        .order_by()
        .annotate(place=Subquery(position))
        .values("sku__product", "place")
        .annotate(**{name: _KEYS[name] for name in keys if name in _KEYS})
        .order_by(*(_DIRECTIONS[name] for name in keys), "sku__product")
    )
    page = list(rows.values_list("sku__product", "place")[offset : offset + limit])
    on_page = replace(choice, products=[product for product, _ in page])
    shown: dict[UUID, list[ShelfOffer]] = {}
    for item in shelf_offers(shop=shop, at=at, choice=on_page):
        shown.setdefault(item.offer.sku.product_id, []).append(item)
    # A product that left the shelf between the two looks is left out.
    return [
        _shelf_product(shown[product], pinned=place is not None)
        for product, place in page
        if product in shown
    ]


def _shelf_product(offers: Sequence[ShelfOffer], *, pinned: bool) -> ShelfProduct:
    """A product by all of its offers in a shop."""
    (best,) = best_by_product({item.offer: item.price.terms.sale for item in offers}).values()
    stock = [item.offer.allotment for item in offers]
    closings = [item.offer.closes_at for item in offers if item.offer.closes_at is not None]
    return ShelfProduct(
        best=next(item for item in offers if item.offer == best),
        from_minor=min(item.price.unit for item in offers),
        most_earned_minor=max(item.price.earn for item in offers),
        # What came back was not sold: buying and cancelling makes nothing look wanted.
        sold=sum(row.sold - row.returned for row in stock),
        available=sum(row.available for row in stock),
        closes_at=min(closings, default=None),
        pinned=pinned,
    )


def shelf_sales(*, shop: Shop, at: datetime, coming: bool = False) -> list[ShelfSale]:
    """This will list the flash sales that `shop` shows: those that run, or the trailer.

    What ends (or begins) soonest goes first.
    """
    rows = on_shelf(shop=shop, at=at, choice=Choice(coming=coming, in_sales=True)).order_by()
    totals = {
        row["sale"]: row
        for row in rows.values("sale").annotate(from_minor=Min("unit"), most=Max("earn"))
    }
    if not totals:
        return []
    cards = (trailers if coming else open_sales)(at=at, limit=_SALES_AT_ONCE)
    return [
        ShelfSale(card, totals[card.sale.id]["from_minor"], totals[card.sale.id]["most"])
        for card in cards
        if card.sale.id in totals
    ]


def _coming(at: datetime) -> Q:
    return sells() & Q(opens_at__gt=at, sale__trailer_at__lte=at)


def _follows(shelf: Shelf) -> Q:
    if shelf.rule == Shelf.Rule.ALL:
        return Q()
    return Q(brand__code__in=shelf.brands) | _in_categories(shelf.categories)


def _chosen(choice: Choice) -> Q:
    wanted = Q()
    if choice.in_sales:
        wanted &= Q(sale__isnull=False)
    if choice.sale is not None:
        wanted &= Q(sale=choice.sale)
    if choice.brands:
        wanted &= Q(brand__code__in=choice.brands)
    if choice.categories:
        wanted &= _in_categories(choice.categories)
    if choice.products is not None:
        wanted &= Q(sku__product__in=choice.products)
    return wanted


def _in_categories(codes: Iterable[str]) -> Q:
    """Goods in these categories or anywhere below them."""
    wanted = set(codes)
    if not wanted:
        return Q(pk__in=[])
    below = [code for code, path in category_paths().items() if wanted & set(path)]
    return Q(sku__product__category__code__in=below)


def _placed(shop: Shop, kind: Placement.Kind) -> "QuerySet[Placement]":
    return Placement.objects.filter(shop=shop, kind=kind, product=OuterRef("sku__product"))


def _markup(shop: Shop, shelf: Shelf) -> Combinable:
    """`rules.markup_for` in SQL, so that the database can sort by a shop's own prices."""
    own = Markup.objects.filter(shop=shop, offer=OuterRef("pk")).values("markup_minor")
    wanted = Coalesce(Subquery(own), _wanted(shelf), output_field=BigIntegerField())
    above_floor = Greatest(wanted, F("here_floor") - F("here_sale"))
    return Least(above_floor, F("here_cap") - F("here_sale"))


def _wanted(shelf: Shelf) -> Combinable:
    """`rules.wanted_markup` in SQL; division of whole numbers drops what is left over."""
    value = shelf.markup_value
    if shelf.markup_kind != MarkupKind.PERCENT:
        return Value(value if shelf.markup_kind == MarkupKind.FIXED else 0, BigIntegerField())
    part = (F("here_sale") * (2 * abs(value)) + BASIS) / (2 * BASIS)
    return part * (-1 if value < 0 else 1)
