"""Goods as the pages show them: tiles of a grid, lines of a cart, variants of a product."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from shoal.brands.models import Brand
from shoal.catalog.models import Picture, Product
from shoal.kit.errors import Refused
from shoal.kit.money import Money
from shoal.kit.texts import in_language
from shoal.offers.models import Offer
from shoal.orders import known
from shoal.orders.quotes import Quote, QuotedLine, QuotedParcel
from shoal.shelves.queries import ShelfOffer
from shoal.shelves.rules import ShopPrice
from shoal.shops.models import Shop

_ENDS_SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Tile:
    """A product in a grid, at this shop's price."""

    url: str
    title: str
    brand: str
    picture: Picture | None
    price: Money
    was: Money | None
    gone: bool
    flag: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """What the SKU picker shows of one SKU; `code` is the offer's, and what the form sends."""

    code: str
    label: str
    values: Sequence[str]
    left: int
    price: Money
    was: Money | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a cart or a checkout."""

    code: str
    url: str
    title: str
    sku: str
    picture: Picture | None
    quantity: int
    most: int
    price: Money
    chosen: bool
    problem: Refused | None
    limit: int | None
    unit_minor: int
    before: Money | None


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """One brand's part of a cart or a checkout."""

    brand: Brand
    lines: Sequence[LineRow]
    goods: Money
    freight: Money | None
    problem: Refused | None

    @property
    def has_goods(self) -> bool:
        """Whether an order placed now would have this parcel."""
        return any(line.chosen and not line.problem for line in self.lines)


def product_url(shop: Shop, product: Product) -> str:
    """This will return the address of a product's page in a shop."""
    return reverse("buy:product", args=[shop.code, product.code])


def tile(
    *, shop: Shop, best: ShelfOffer, at: datetime, gone: bool, pinned: bool, flagged: bool
) -> Tile:
    """This will make the tile of a product from the offer it sells by; `gone`: all sold out."""
    product = best.offer.sku.product
    price = Money(best.price.unit, shop.currency)
    return Tile(
        url=product_url(shop, product),
        title=product.title,
        brand=product.brand.name,
        picture=next(iter(product.pictures.all()), None),
        price=price,
        was=_was(best.price, price),
        gone=gone,
        flag=_flag(best.offer, at) if flagged else "",
        pinned=pinned,
    )


def variants(*, shop: Shop, offers: Iterable[ShelfOffer]) -> list[Variant]:
    """This will list the variants of one product, one offer each, with this shop's prices."""
    rows = []
    for row in offers:
        offer, price = row.offer, Money(row.price.unit, shop.currency)
        rows.append(
            Variant(
                code=offer.code,
                label=offer.sku.label or gettext("One kind"),
                values=[in_language(value, "zh") for value in offer.sku.values],
                left=max(0, offer.allotment.available),
                price=price,
                was=_was(row.price, price),
            )
        )
    return rows


def choices(product: Product) -> list[dict[str, Any]]:
    """This will list what a product's variants differ in, in the reader's language."""
    return [
        {
            "name": in_language(attribute["names"], product.base_language),
            "values": [in_language(value, "zh") for value in attribute["values"]],
        }
        for attribute in product.attributes
    ]


def line_rows(quote: Quote) -> list[ParcelRow]:
    """This will show a quote brand by brand, with the pictures of all lines."""
    pictures = known.covers(row.line.offer for row in quote.lines)
    return [_parcel_row(quote.shop, parcel, pictures) for parcel in quote.parcels]


def _parcel_row(shop: Shop, parcel: QuotedParcel, pictures: Mapping[UUID, Picture]) -> ParcelRow:
    freight = parcel.freight_minor
    return ParcelRow(
        brand=parcel.brand,
        lines=[_line_row(shop, row, pictures) for row in parcel.lines],
        goods=Money(parcel.goods_minor, shop.currency),
        freight=None if freight is None else Money(freight, shop.currency),
        problem=parcel.problem,
    )


def _line_row(shop: Shop, row: QuotedLine, pictures: Mapping[UUID, Picture]) -> LineRow:
    offer, product = row.line.offer, row.line.offer.sku.product
    most = min(max(row.available, 1), offer.per_customer or 999, 999)
    return LineRow(
        code=offer.code,
        url=product_url(shop, product),
        title=product.title,
        sku=offer.sku.label,
        picture=pictures.get(product.id),
        quantity=row.line.quantity,
        most=most,
        price=Money(row.line.unit_minor, shop.currency),
        chosen=row.chosen,
        problem=row.problem,
        limit=offer.per_customer,
        unit_minor=row.line.unit_minor,
        before=_before(shop, row),
    )


def _before(shop: Shop, row: QuotedLine) -> Money | None:
    """What it cost when she chose it, if that has changed."""
    if row.seen_minor is None or row.seen_minor == row.line.unit_minor:
        return None
    return Money(row.seen_minor, shop.currency)


def _was(sold: ShopPrice, price: Money) -> Money | None:
    """The usual price elsewhere, where it is proved and higher."""
    usual = sold.terms.usual
    return None if usual is None or usual <= price.minor else Money(usual, price.currency)


def _flag(offer: Offer, at: datetime) -> str:
    """What is worth knowing at a glance; a price that stays asks for no hurry."""
    ends_soon = offer.closes_at is not None and offer.closes_at - at <= _ENDS_SOON
    return gettext("Ends within a day") if ends_soon else ""
