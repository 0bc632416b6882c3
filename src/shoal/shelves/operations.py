"""What a keeper changes about her shelf. Each makes her shop's pages new."""

from collections.abc import Sequence

from django.db.models import Max

from shoal.brands.models import Brand
from shoal.catalog.models import Category, Product
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.transactions import operation
from shoal.offers.models import Offer
from shoal.offers.queries_terms import load_prices, terms_in
from shoal.shelves.models import Markup, Placement, Shelf, Words
from shoal.shelves.rules import MOST_FIXED_MINOR, MOST_PERCENT_BP, MarkupKind
from shoal.shops.models import Shop
from shoal.shops.steps import lock_shop, renew_shop

LONGEST_WORDS = 300
MOST_PINNED = 12


class NothingFollowed(Refused):
    """Choose at least one brand or category, or follow everything."""

    code = "nothing_followed"


class MarkupTooLarge(Refused):
    """This markup is too large. In percent, {percent} is the most."""

    code = "markup_too_large"


class TooManyPinned(Refused):
    """You can pin {most} products at most. Take one down first."""

    code = "too_many_pinned"


class PriceOutOfRange(Refused):
    """The price has to stay between the lowest and the highest that the brand allows."""

    code = "price_out_of_range"


class WordsTooLong(Refused):
    """Your words are too long. The limit is {longest} characters."""

    code = "words_too_long"


@operation
def follow_all(*, shop: Shop) -> None:
    """This will put everything that is on sale on the shelf."""
    _write_shelf(shop, rule=Shelf.Rule.ALL, brands=[], categories=[])


@operation
def follow(*, shop: Shop, brands: Sequence[str], categories: Sequence[str]) -> None:
    """This will put on the shelf what is of one of these brands or in one of these categories.

    Both by their codes; unknown ones are left out. Raises NothingFollowed.
    """
    known_brands = Brand.objects.filter(code__in=brands).values_list("code", flat=True)
    known = Category.objects.filter(code__in=categories).values_list("code", flat=True)
    if not known_brands and not known:
        raise NothingFollowed
    _write_shelf(
        shop, rule=Shelf.Rule.CHOSEN, brands=sorted(known_brands), categories=sorted(known)
    )


@operation
def set_shelf_markup(*, shop: Shop, kind: MarkupKind, value: int = 0) -> None:
    """This will set what the shelf adds to every price: minor units, or basis points.

    Each price still stays within its offer's floor and cap. Raises MarkupTooLarge.
    """
    most = MOST_PERCENT_BP if kind is MarkupKind.PERCENT else MOST_FIXED_MINOR
    if abs(value) > most:
        raise MarkupTooLarge(percent=MOST_PERCENT_BP // 100)
    _write_shelf(shop, markup_kind=kind.value, markup_value=0 if kind is MarkupKind.NONE else value)


@operation
def set_offer_markups(*, shop: Shop, wanted: Sequence[tuple[Offer, int | None]]) -> None:
    """This will set the markups of single offers in one shop, all or none.

    In minor units of the shop's currency; None lets the shelf's rule decide about an offer again.
    Raises PriceOutOfRange when a price would leave its offer's floor and cap.
    """
    renew_shop(shop=shop.id)
    kept = [
        Markup(shop=shop, offer=offer, markup_minor=markup)
        for offer, markup in wanted
        if markup is not None
    ]
    load_prices(offers=[row.offer for row in kept], currencies=[shop.currency])
    if any(not _in_range(shop, row) for row in kept):
        raise PriceOutOfRange
    Markup.objects.filter(shop=shop, offer__in=[offer for offer, _ in wanted]).delete()
    Markup.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["shop", "offer"],
        update_fields=["markup_minor"],
    )


@operation
def hide_product(*, shop: Shop, product: Product) -> None:
    """This will take a product off the shelf, whatever the rule says."""
    lock_shop(shop.id)
    _place(shop, product, kind=Placement.Kind.HIDDEN, position=0)


@operation
def pin_product(*, shop: Shop, product: Product) -> None:
    """This will put a product in front of the shelf, before those pinned earlier.

    Raises TooManyPinned.
    """
    lock_shop(shop.id)
    pinned = Placement.objects.filter(shop=shop, kind=Placement.Kind.PINNED)
    if pinned.exclude(product=product).count() >= MOST_PINNED:
        raise TooManyPinned(most=MOST_PINNED)
    # The highest position stands first, so that pinning rewrites no other row.
    highest = pinned.aggregate(most=Max("position"))["most"] or 0
    _place(shop, product, kind=Placement.Kind.PINNED, position=highest + 1)


@operation
def place_plainly(*, shop: Shop, product: Product) -> None:
    """This will let the shelf's rule decide about a product again: neither hidden nor pinned."""
    renew_shop(shop=shop.id)
    Placement.objects.filter(shop=shop, product=product).delete()


@operation
def write_words(*, shop: Shop, product: Product, text: str) -> None:
    """This will put the keeper's own words on a product's page; an empty text takes them away.

    Raises WordsTooLong.
    """
    text = text.strip()
    if len(text) > LONGEST_WORDS:
        raise WordsTooLong(longest=LONGEST_WORDS)
    renew_shop(shop=shop.id)
    if not text:
        Words.objects.filter(shop=shop, product=product).delete()
        return
    Words.objects.update_or_create(
        shop=shop,
        product=product,
        defaults={"text": text},
        create_defaults={"id": uuid7(), "text": text},
    )


def _in_range(shop: Shop, markup: Markup) -> bool:
    terms = terms_in(markup.offer, currency=shop.currency)
    return terms is not None and terms.floor <= terms.sale + markup.markup_minor <= terms.cap


def _write_shelf(shop: Shop, **fields: object) -> None:
    renew_shop(shop=shop.id)
    Shelf.objects.update_or_create(shop=shop, defaults=fields)


def _place(shop: Shop, product: Product, *, kind: Placement.Kind, position: int) -> None:
    renew_shop(shop=shop.id)
    fields = {"kind": kind, "position": position}
    Placement.objects.update_or_create(
        shop=shop, product=product, defaults=fields, create_defaults={"id": uuid7(), **fields}
    )
