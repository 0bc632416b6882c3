"""What pricing an order asks of other modules, kept by each process until it changes.

Every cart, checkout and order asks for the same few rows. Pages may be half a second behind; the
desk asks anew what has changed (`changes.ask`) in its own transaction, so that it sells by nothing
that is older than it. What is held by locks (stock, limits, coupons) is never kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from shoal.catalog import queries as catalog
from shoal.catalog.models import Picture
from shoal.kit.changes import Changes
from shoal.kit.errors import NotFound
from shoal.kit.kept import Kept
from shoal.offers.models import Offer
from shoal.orders import pricing
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
_OnDay = tuple[UUID, UUID, date]
"""A brand, an offer of it, and a day (UTC): what comes by itself with it then."""


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
    days = {moment.astimezone(UTC).date() for moment in at}
    found = _automatic.of((offer.brand_id, offer.id, day) for offer in goods for day in days)
    rows = {row.id: row for several in found.values() for row in several}
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


def _load_prices(keys: Collection[_Here]) -> Mapping[_Here, ShopPrice]:
    here = shops(shop for shop, _, _ in keys)
    there = offers(offer for _, offer, _ in keys)
    wanted: dict[Shop, list[Offer]] = {}
    for shop, offer, _ in keys:
        if shop in here and offer in there:
            wanted.setdefault(here[shop], []).append(there[offer])
    found = prices_in(wanted=wanted)
    return {key: found[key[:2]] for key in keys if key[:2] in found}


def _load_automatic(keys: Collection[_OnDay]) -> Mapping[_OnDay, Sequence[Promotion]]:
    found: dict[_OnDay, Sequence[Promotion]] = {}
    for day in {day for _, _, day in keys}:
        begin = datetime.combine(day, time(), UTC)
        goods = [(brand, offer) for brand, offer, on in keys if on == day]
        rows = automatic_promotions(goods=goods, from_at=begin, to_at=begin + timedelta(days=1))
        found |= {(brand, offer, day): several for (brand, offer), several in rows.items()}
    return found


def _owners_of_promotions(key: _OnDay, rows: Sequence[Promotion]) -> Collection[UUID]:
    parts = {part.offer.brand_id for row in rows for part in row.parts.all()}
    return {key[0], *parts}


_shops = Kept[UUID, Shop](changes, load=lambda ids: shops_by_id(ids=ids), owners=lambda i, _: (i,))
_offers = Kept[UUID, Offer](
    changes, load=pricing.load_offers, owners=lambda _, offer: (offer.brand_id,)
)
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
