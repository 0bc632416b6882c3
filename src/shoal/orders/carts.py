"""The cart: what a visitor means to buy in one shop. It promises nothing and holds nothing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from shoal.kit.asking import rows_of
from shoal.kit.bulk import write
from shoal.kit.errors import NotFound, Refused
from shoal.kit.ids import uuid7
from shoal.kit.transactions import operation
from shoal.offers.queries import best_by_sku, open_offers
from shoal.orders import known, pricing
from shoal.orders.models import OrderLine
from shoal.orders.models_cart import CartLine
from shoal.shelves.queries import prices
from shoal.shops.models import Shop

_MOST_LINES = 120
MOST_UNITS = 999
# Two taps at one moment add up.
_PUT = """
INSERT INTO orders_cartline AS kept
    (id, visitor, shop_id, offer_id, quantity, seen_minor, added_at, chosen)
VALUES (%s, %s, %s, %s, %s, %s, %s, true)
ON CONFLICT (visitor, shop_id, offer_id) DO UPDATE SET
    quantity = least(kept.quantity + excluded.quantity, %s),
    chosen = true,
    seen_minor = excluded.seen_minor
"""

_CHOOSE = """
UPDATE orders_cartline SET chosen = (id = ANY(%s::uuid[]))
WHERE visitor = %s AND shop_id = %s AND chosen <> (id = ANY(%s::uuid[]))
"""
_CLEAR = "DELETE FROM orders_cartline WHERE visitor = %s AND shop_id = %s AND offer_id = ANY(%s)"


class CartFull(Refused):
    """Your cart holds {most} different things. Please order some of them first."""

    code = "cart_full"


@dataclass(frozen=True, slots=True)
class Kept:
    """What buying an order again could put into the cart, and the titles it could not."""

    put: int
    missing: tuple[str, ...]


@operation
def put_in_cart(*, visitor: UUID, shop: Shop, offer: UUID, quantity: int, at: datetime) -> None:
    """This will add `quantity` units of an offer to a visitor's cart in `shop`.

    Raises OfferClosed when it is not on sale. Stock and limits are looked at when she orders.
    """
    found = known.offers([offer]).get(offer)
    if found is None:
        raise NotFound
    pricing.check_open(found, at=at)
    price = known.prices([(shop.id, found)]).get((shop.id, offer))
    if price is None:
        raise pricing.OfferClosed(title=pricing.named(found))
    _put(visitor=visitor, shop=shop, offer=offer, quantity=quantity, seen=price.unit, at=at)


@operation
def set_cart_quantity(*, visitor: UUID, line: UUID, quantity: int) -> None:
    """This will set a cart line's quantity, between 1 and 999; zero or less removes it."""
    rows = CartLine.objects.filter(visitor=visitor, id=line)
    if quantity <= 0:
        rows.delete()
    elif not rows.update(quantity=min(quantity, MOST_UNITS)):
        raise NotFound


@operation
def choose_cart_lines(*, visitor: UUID, shop: Shop, chosen: set[UUID]) -> None:
    """This will choose exactly these lines of a visitor's cart for the next order."""
    write(_CHOOSE, [list(chosen), visitor, shop.id, list(chosen)])


@operation
def clear_ordered(*, visitor: UUID, shop: Shop, offers: set[UUID]) -> None:
    """This will take what has just been ordered out of the cart."""
    write(_CLEAR, [visitor, shop.id, list(offers)])


@operation
def adopt_cart(*, visitor: UUID, into: UUID) -> None:
    """This will move the lines of one cart into another; the same offer keeps the larger number.

    Used when somebody signs in: what she chose before is still there, on every phone of hers.
    """
    if visitor == into:
        return
    rows = rows_of(CartLine, "WHERE visitor = ANY(%s) ORDER BY id FOR UPDATE", [[visitor, into]])
    kept = {(row.shop_id, row.offer_id): row for row in rows if row.visitor == into}
    for row in (row for row in rows if row.visitor == visitor):
        there = kept.get((row.shop_id, row.offer_id))
        if there is None:
            row.visitor = into
            row.save(update_fields=["visitor"])
            continue
        there.quantity = max(there.quantity, row.quantity)
        there.save(update_fields=["quantity"])
        row.delete()


@operation
def buy_again(*, customer: UUID, order: str, visitor: UUID, shop: Shop, at: datetime) -> Kept:
    """This will put what an earlier order had into the cart, by the offers that are open now.

    A SKU bought in a sale that is over comes back by its standing offer, if it has one. A gift is
    left out: it comes by itself, or not.
    """
    lines = OrderLine.objects.filter(
        order__customer=customer, order__code=order, gift_of__isnull=True
    )
    wanted = {line.sku_id: line for line in lines.select_related("offer__sku__product")}
    if not wanted:
        raise NotFound
    offers = {offer.id: offer for offer in open_offers(at=at).filter(sku__in=wanted)}
    here = prices(shop=shop, offers=list(offers.values()))
    found = best_by_sku({offers[offer]: price.terms.sale for offer, price in here.items()})
    for sku, offer in found.items():
        _put(
            visitor=visitor,
            shop=shop,
            offer=offer.id,
            quantity=wanted[sku].quantity,
            seen=here[offer.id].unit,
            at=at,
        )
    missing = [pricing.title_of(row.offer) for sku, row in wanted.items() if sku not in found]
    return Kept(len(found), tuple(missing))


def _put(*, visitor: UUID, shop: Shop, offer: UUID, quantity: int, seen: int, at: datetime) -> None:
    quantity = max(1, min(quantity, MOST_UNITS))
    others = CartLine.objects.filter(visitor=visitor).exclude(shop=shop, offer=offer)
    if others.count() >= _MOST_LINES:
        raise CartFull(most=_MOST_LINES)
    with connection.cursor() as cursor:
        cursor.execute(_PUT, [uuid7(), visitor, shop.id, offer, quantity, seen, at, MOST_UNITS])
