"""One product in a keeper's hands: her price, her words, its place, and passing it on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.catalog.models import Product
from shoal.catalog.queries import live_product
from shoal.kit import clock
from shoal.kit.amounts import amount_parts
from shoal.kit.errors import NotFound
from shoal.kit.money import Money, minor_units
from shoal.offers.rules import Terms
from shoal.shelves.operations import (
    PriceOutOfRange,
    hide_product,
    pin_product,
    place_plainly,
    set_offer_markups,
    write_words,
)
from shoal.shelves.queries import (
    Choice,
    ShelfOffer,
    own_markups,
    placement_of,
    shelf_offers,
    words_of,
)
from shoal.shelves.rules import price_range
from shoal.shops.models import Shop
from shoal.web.access import OfKeeper, keeper
from shoal.web.components.fields import AmountField
from shoal.web.keep.forms import WordsForm
from shoal.web.keep.frame import done, keeper_page, try_form


@dataclass(frozen=True, slots=True)
class PriceRow:
    """Variants of a product on the same terms: one price for all of them."""

    offers: Sequence[ShelfOffer]
    own: bool

    @property
    def first(self) -> ShelfOffer:
        """Any of them: they are alike."""
        return self.offers[0]

    @property
    def terms(self) -> Terms:
        """What they are sold on, in this shop's currency."""
        return self.first.price.terms

    @property
    def key(self) -> str:
        """The name of the row's field."""
        return f"price-{self.first.offer.code}"

    @property
    def label(self) -> str:
        """Which variants these are."""
        names = [item.offer.sku.label for item in self.offers]
        return gettext(", ").join(name for name in names if name) or gettext("One kind")

    @property
    def price(self) -> Money:
        """What customers pay in this shop."""
        return Money(self.first.price.unit, self.terms.currency)

    @property
    def earn(self) -> Money:
        """What she earns with one."""
        return Money(self.first.price.earn, self.terms.currency)

    @property
    def floor(self) -> Money:
        """The lowest price allowed."""
        return Money(self.terms.floor, self.terms.currency)

    @property
    def cap(self) -> Money:
        """The highest price allowed."""
        return Money(self.terms.cap, self.terms.currency)

    @property
    def earn_at_floor(self) -> Money:
        """What she earns with one at the lowest price."""
        return Money(price_range(self.terms).earn_at_floor, self.terms.currency)

    @property
    def earn_at_cap(self) -> Money:
        """What she earns with one at the highest price."""
        return Money(price_range(self.terms).earn_at_cap, self.terms.currency)

    @property
    def sale(self) -> Money:
        """The sale price, to which a markup is added."""
        return Money(self.terms.sale, self.terms.currency)

    @property
    def sign(self) -> str:
        """The sign of the currency."""
        return amount_parts(amount=self.price)[0]

    @property
    def decimals(self) -> int:
        """How many decimals the currency has."""
        return minor_units(self.terms.currency)


class PriceForm(forms.Form):
    """A price for each group of variants; empty lets the shelf's rule decide."""

    def __init__(self, *args: Any, rows: Sequence[PriceRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[row.key] = AmountField(
                currency=row.terms.currency,
                label=gettext("Your price"),
                required=False,
                initial=row.price.minor,
            )

    def paired(self) -> list[tuple[PriceRow, forms.BoundField]]:
        """This will return each row with its field, for the template."""
        return [(row, self[row.key]) for row in self.rows]


@keeper
@require_safe
def product(request: OfKeeper, code: str) -> HttpResponse:
    """This will show a product as its keeper sees it."""
    return _page(request, live_product(code=code), at=clock.now())


@keeper
@require_POST
def price(request: OfKeeper, code: str) -> HttpResponse:
    """This will set a keeper's own prices for a product, or give them back to the shelf's rule."""
    found, at = live_product(code=code), clock.now()
    rows = _rows(request.shop, found, at=at)
    goto = reverse("keep:product", args=[code])
    if "as-shelf" in request.POST:
        offers = [(item.offer, None) for row in rows for item in row.offers]
        set_offer_markups(shop=request.shop, wanted=offers)
        return done(request, gettext("Your shelf’s rule sets the price again."), goto)
    form = PriceForm(request.POST, rows=rows)
    if not form.is_valid():
        return _page(request, found, at=at, prices=form)
    wanted = []
    for row in rows:
        typed = form.cleaned_data[row.key]
        # A price left as the shelf's rule made it stays with the rule.
        if typed is None or (typed == row.price.minor and not row.own):
            wanted += [(item.offer, None) for item in row.offers]
            continue
        if not row.floor.minor <= typed <= row.cap.minor:
            form.add_error(row.key, PriceOutOfRange().sentence)
        wanted += [(item.offer, typed - row.terms.sale) for item in row.offers]
    if form.errors:
        return _page(request, found, at=at, prices=form)
    set_offer_markups(shop=request.shop, wanted=wanted)
    return done(request, gettext("Your price stands."), goto)


@keeper
@require_POST
def words(request: OfKeeper, code: str) -> HttpResponse:
    """This will put a keeper's own words on a product's page."""
    found = live_product(code=code)
    form = WordsForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        try_form(form, "text", lambda: write_words(shop=request.shop, product=found, text=text))
    if form.errors:
        return _page(request, found, at=clock.now(), spoken=form)
    saved = gettext("Your words stand on the product’s page.") if text else gettext("Taken down.")
    return done(request, saved, reverse("keep:product", args=[code]))


@keeper
@require_POST
def placement(request: OfKeeper, code: str) -> HttpResponse:
    """This will pin or hide a product in a keeper's shop, or leave it to her shelf's rule."""
    found, shop = live_product(code=code), request.shop
    match request.POST.get("kind", ""):
        case "pinned":
            pin_product(shop=shop, product=found)
            told = gettext("Pinned: it stands first in your shop.")
        case "hidden":
            hide_product(shop=shop, product=found)
            told = gettext("Hidden: your customers do not see it.")
        case "":
            place_plainly(shop=shop, product=found)
            told = gettext("It stands in your shop like everything else.")
        case _:
            raise NotFound
    return done(request, told, reverse("keep:product", args=[code]))


def _page(
    request: OfKeeper,
    found: Product,
    *,
    at: datetime,
    prices: PriceForm | None = None,
    spoken: WordsForm | None = None,
) -> HttpResponse:
    shop = request.shop
    rows = list(prices.rows) if prices else _rows(shop, found, at=at)
    text = words_of(shop=shop, product=found.id)
    best = max(rows, key=lambda row: row.earn.minor, default=None)
    offers = [item for row in rows for item in row.offers]
    context = {
        "now": at,
        "product": found,
        "pictures": list(found.pictures.all()),
        "best": best,
        "rows": rows,
        "prices": prices or PriceForm(rows=rows),
        "own_price": any(row.own for row in rows),
        "words": spoken or WordsForm(initial={"text": text}),
        "text": text,
        "placement": placement_of(shop=shop, product=found.id),
        "sale": next((item.offer.sale for item in offers if item.offer.sale), None),
        "opens_at": min((item.offer.opens_at for item in offers), default=None),
        "available": sum(item.offer.allotment.available for item in offers),
        "sold": sum(item.offer.allotment.sold - item.offer.allotment.returned for item in offers),
    }
    failed = (prices is not None and prices.errors) or (spoken is not None and spoken.errors)
    return keeper_page(request, "product", context, status=422 if failed else 200)


def _rows(shop: Shop, found: Product, *, at: datetime) -> list[PriceRow]:
    """The product's offers in this shop, those on the same terms together.

    Hidden or not, open or announced: she may arrange what comes tomorrow today.
    """
    placed = placement_of(shop=shop, product=found.id)
    chosen: dict[str, Any] = {"products": [found.id], "hidden": placed == "hidden"}
    offers = shelf_offers(shop=shop, at=at, choice=Choice(**chosen))
    offers = offers or shelf_offers(shop=shop, at=at, choice=Choice(coming=True, **chosen))
    own = own_markups(shop=shop, offers=[item.offer for item in offers])
    groups: dict[object, list[ShelfOffer]] = {}
    for item in offers:
        key = (item.price, item.offer.sale_id)
        groups.setdefault(key, []).append(item)
    return [
        PriceRow(group, own=any(item.offer.id in own for item in group))
        for group in groups.values()
    ]
