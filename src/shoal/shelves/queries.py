"""Every read of shelves that is not a list of goods; those stand in `windows`."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from shoal.offers.models import Offer
from shoal.offers.rules import Terms
from shoal.shelves.models import Markup, Placement, Shelf, Words
from shoal.shelves.rules import markup_for
from shoal.shops.models import Shop


def shelf_of(*, shop: Shop) -> Shelf:
    """This will return the rule of `shop`; a shop that has written none follows all."""
    return Shelf.objects.filter(shop=shop).first() or Shelf(shop=shop)


def terms_of(offer: Offer) -> Terms:
    """This will return the terms of `offer` as the pure rules take them."""
    return Terms(
        supply=offer.supply_minor,
        sale=offer.sale_minor,
        floor=offer.floor_minor,
        cap=offer.cap_minor,
        rate_bp=offer.rate_bp,
        currency=offer.currency,
    )


def markups(*, shop_id: UUID, offers: Sequence[Offer]) -> dict[UUID, int]:
    """This will return, by offer id, what one unit costs more (or less) in this shop.

    Minor units of the offer's currency, already within its floor and cap. Two queries.
    """
    found = markups_in(wanted={shop_id: offers})
    return {offer: markup for (_, offer), markup in found.items()}


def markups_in(*, wanted: Mapping[UUID, Iterable[Offer]]) -> dict[tuple[UUID, UUID], int]:
    """This will return, by (shop id, offer id), the markups of offers in many shops.

    Two queries however many shops there are.
    """
    lists = {shop: list(offers) for shop, offers in wanted.items()}
    shelves = Shelf.objects.in_bulk(lists.keys())
    own = {
        (row.shop_id, row.offer_id): row.markup_minor
        for row in Markup.objects.filter(
            shop__in=lists.keys(), offer__in={offer.id for row in lists.values() for offer in row}
        )
    }
    found: dict[tuple[UUID, UUID], int] = {}
    for shop, offers in lists.items():
        shelf = shelves.get(shop) or Shelf(shop_id=shop)
        for offer in offers:
            found[shop, offer.id] = markup_for(
                terms=terms_of(offer),
                shelf_kind=shelf.markup_kind,
                shelf_value=shelf.markup_value,
                own=own.get((shop, offer.id)),
            )
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
