"""What pricing an order asks of other modules, kept by each process until it changes.

Every cart, checkout and order asks for the same few rows. Pages may be half a second behind; the
desk asks anew what has changed (`changes.ask`) in its own transaction, so that it sells by nothing
that is older than it. What is held by locks (stock, limits, coupons) is never kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import prefetch_related_objects

from shoal.catalog import queries as catalog
from shoal.catalog.models import Picture, Product
from shoal.kit.changes import Changes
from shoal.kit.errors import NotFound
from shoal.kit.kept import Kept
from shoal.offers.models import Offer
from shoal.offers.queries_beside import offers_beside
from shoal.offers.queries_terms import load_prices
from shoal.people.queries import codes_of
from shoal.promotions.models import Promotion
from shoal.promotions.queries import automatic_promotions
from shoal.shelves.queries import prices_in
from shoal.shelves.rules import ShopPrice
from shoal.shops.models import Shop
from shoal.shops.queries import keepers_of, shop_id, shops_by_id
from shoal.traffic.models import Share
from shoal.traffic.queries import share_id

T = TypeVar("T")

changes = Changes()

_Here = tuple[UUID, UUID, UUID]
"""A shop, an offer, and the offer's brand: what a price depends on."""
_OnDay = tuple[UUID, date]
"""A brand and a day (UTC): what comes by itself with its goods then."""


def shops(ids: Iterable[UUID]) -> dict[UUID, Shop]:
    """This will return shops by id."""
    return _shops.of(ids)


def shop_by_code(*, code: str) -> Shop:
    """This will return the shop with this code. Raises NotFound."""
    return _one(shops([shop_id(code=code)]))


def share_by_code(*, code: str) -> Share:
    """This will return the link with this code, with its shop. Raises NotFound."""
    found = share_id(code)
    return _one(shares([found] if found else []))


def offers(ids: Iterable[UUID]) -> dict[UUID, Offer]:
    """This will return offers by id, with all that pricing them needs."""
    return _offers.of(ids)


def prices(wanted: Iterable[tuple[UUID, Offer]]) -> dict[tuple[UUID, UUID], ShopPrice]:
    """This will return, by (shop id, offer id), what a unit costs; see `shelves.prices_in`."""
    found = _prices.of((shop, offer.id, offer.brand_id) for shop, offer in wanted)
    return {(shop, offer): price for (shop, offer, _), price in found.items()}


def shares(ids: Iterable[UUID]) -> dict[UUID, Share]:
    """This will return links by id, each with its shop."""
    return _shares.of(ids)


def keepers(shop_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """This will return, by shop id, who keeps it now."""
    return _keepers.of(shop_ids)


def customers(ids: Iterable[UUID]) -> dict[UUID, str]:
    """This will return the short codes of people by id."""
    return _customers.of(ids)


def automatic(goods: Iterable[Offer], *, at: Iterable[datetime]) -> list[Promotion]:
    """This will list the gifts and bundles for baskets with these offers on the days of `at`.

    Whoever reads them looks at currency and moment: see `discounts.Basket.running`.
    """
    there = list(goods)
    brands, ids = {offer.brand_id for offer in there}, {offer.id for offer in there}
    days = {moment.astimezone(UTC).date() for moment in at}
    found = _automatic.of((brand, day) for brand in brands for day in days)
    rows = {row.id: row for several in found.values() for row in several if _concerns(row, ids)}
    return [rows[key] for key in sorted(rows)]


def covers(goods: Iterable[Offer]) -> dict[UUID, Picture]:
    """This will return, by product, the first picture of what offers sell."""
    found = _covers.of((offer.sku.product_id, offer.brand_id) for offer in goods)
    return {product: picture for (product, _), picture in found.items() if picture}


def _load_covers(keys: Collection[tuple[UUID, UUID]]) -> Mapping[tuple[UUID, UUID], Picture | None]:
    found = catalog.covers(product_ids=[product for product, _ in keys])
    return {key: found.get(key[0]) for key in keys}


def _one(found: Mapping[UUID, T]) -> T:
    if not found:
        raise NotFound
    return next(iter(found.values()))


def _load_products(ids: Collection[UUID]) -> Mapping[UUID, Product]:
    rows = Product.objects.filter(id__in=ids).select_related("brand", "category", "freight")
    found = {row.id: row for row in rows}
    prefetch_related_objects(list(found.values()), "freight__prices")
    return found


def _load_offers(ids: Collection[UUID]) -> Mapping[UUID, Offer]:
    """Offers with all that pricing them needs, and what is sold beside them.

    Those of one product share it.
    """
    wanted = set[UUID]().union(*offers_beside(ids).values())
    found = {row.id: row for row in Offer.objects.filter(id__in=wanted).select_related("sku")}
    products = _products.of(row.sku.product_id for row in found.values())
    for row in found.values():
        row.sku.product = products[row.sku.product_id]
        row.brand = row.sku.product.brand
    load_prices(offers=found.values())
    return found


def _load_prices(keys: Collection[_Here]) -> Mapping[_Here, ShopPrice]:
    here = shops(shop for shop, _, _ in keys)
    beside = offers_beside([offer for _, offer, _ in keys])
    there = offers({offer for several in beside.values() for offer in several})
    wanted: dict[Shop, set[Offer]] = {}
    for shop, offer, _ in keys:
        if shop in here:
            found_beside = (there[one] for one in beside.get(offer, ()) if one in there)
            wanted.setdefault(here[shop], set()).update(found_beside)
    found = prices_in(wanted=wanted)
    return {(shop, offer, there[offer].brand_id): price for (shop, offer), price in found.items()}


def _concerns(row: Promotion, offers: Collection[UUID]) -> bool:
    if row.kind == Promotion.Kind.GIFT:
        return True
    return any(part.offer_id in offers for part in row.parts.all())


def _load_automatic(keys: Collection[_OnDay]) -> Mapping[_OnDay, Sequence[Promotion]]:
    found: dict[_OnDay, Sequence[Promotion]] = {}
    for day in {day for _, day in keys}:
        begin = datetime.combine(day, time(), UTC)
        rows = automatic_promotions(
            brands={brand for brand, on in keys if on == day},
            from_at=begin,
            to_at=begin + timedelta(days=1),
        )
        found |= {(brand, day): several for brand, several in rows.items()}
    return found


def _owners_of_promotions(key: _OnDay, rows: Sequence[Promotion]) -> Collection[UUID]:
    parts = {part.offer.brand_id for row in rows for part in row.parts.all()}
    return {key[0], *parts}


_shops = Kept[UUID, Shop](changes, load=lambda ids: shops_by_id(ids=ids), owners=lambda i, _: (i,))
_products = Kept[UUID, Product](
    changes, load=_load_products, owners=lambda _, product: (product.brand_id,)
)
_offers = Kept[UUID, Offer](changes, load=_load_offers, owners=lambda _, offer: (offer.brand_id,))
_prices = Kept[_Here, ShopPrice](changes, load=_load_prices, owners=lambda key, _: (key[0], key[2]))
_shares = Kept[UUID, Share](
    changes,
    load=lambda ids: Share.objects.select_related("shop").in_bulk(list(ids)),
    owners=lambda _, share: (share.shop_id,),
)
_keepers = Kept[UUID, UUID](
    changes, load=lambda ids: keepers_of(shops=ids), owners=lambda shop, _: (shop,)
)
_covers = Kept[tuple[UUID, UUID], Picture | None](
    changes, load=_load_covers, owners=lambda key, _: (key[1],)
)
# A code stays its person's for good.
_customers = Kept[UUID, str](
    changes, load=lambda ids: codes_of(people=ids), owners=lambda _key, _code: ()
)
_automatic = Kept[_OnDay, Sequence[Promotion]](
    changes, load=_load_automatic, owners=_owners_of_promotions
)
