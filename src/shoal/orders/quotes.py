"""What a cart would cost if it were ordered now, and what stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from shoal.brands.models import Brand
from shoal.kit.asking import ask, rows_of
from shoal.kit.errors import Refused
from shoal.offers.rules import Terms
from shoal.orders import known, pricing
from shoal.orders.discounts import NOTHING_OFF, Granted, LineShare
from shoal.orders.models_cart import CartLine
from shoal.orders.pricing import PricedLine
from shoal.orders.promoting import Buyer, QuotedCoupon, promote
from shoal.shelves.rules import ShopPrice
from shoal.shops.models import Shop
from shoal.stock.queries import available

_CART = "WHERE visitor = %s AND shop_id = %s ORDER BY added_at, id"
_SIZES = "SELECT shop_id, count(*) FROM orders_cartline WHERE visitor = %s GROUP BY shop_id"


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line with its price in this shop; `problem` says why it cannot be ordered as it is.

    `seen_minor` is what a unit cost when she put it into the cart, where that is known.
    """

    line: PricedLine
    cart_line: UUID | None
    chosen: bool
    available: int
    problem: Refused | None
    seen_minor: int | None = None
    share: LineShare = NOTHING_OFF


@dataclass(frozen=True, slots=True)
class QuotedParcel:
    """One brand's part of the order. `freight_minor` is None while the region is not known."""

    brand: Brand
    lines: tuple[QuotedLine, ...]
    freight_minor: int | None
    problem: Refused | None

    @property
    def goods_minor(self) -> int:
        """What the chosen lines that can be ordered cost."""
        return sum(row.line.line_minor for row in self.lines if row.chosen and not row.problem)


@dataclass(frozen=True, slots=True)
class Quote:
    """A cart priced in one shop, in the shop's currency."""

    shop: Shop
    parcels: tuple[QuotedParcel, ...]
    problems: tuple[Refused, ...] = field(default=())
    granted: tuple[Granted, ...] = ()
    coupons: tuple[QuotedCoupon, ...] = ()
    coupon_problem: Refused | None = None

    @property
    def lines(self) -> tuple[QuotedLine, ...]:
        """Every line, in the order of the parcels."""
        return tuple(row for parcel in self.parcels for row in parcel.lines)

    @property
    def chosen(self) -> tuple[QuotedLine, ...]:
        """The lines that an order placed now would have."""
        return tuple(row for row in self.lines if row.chosen and not row.problem)

    @property
    def goods_minor(self) -> int:
        """What the chosen goods cost."""
        return sum(parcel.goods_minor for parcel in self.parcels)

    @property
    def freight_minor(self) -> int:
        """What all parcels cost to send, as far as it is known."""
        return sum(parcel.freight_minor or 0 for parcel in self.parcels)

    @property
    def discount_minor(self) -> int:
        """What promotions take off."""
        return sum(row.share.total for row in self.chosen)

    @property
    def gifts(self) -> tuple[Granted, ...]:
        """What would be added for nothing."""
        return tuple(row for row in self.granted if row.gift is not None)

    @property
    def total_minor(self) -> int:
        """What would be paid."""
        return self.goods_minor + self.freight_minor - self.discount_minor

    @property
    def can_order(self) -> bool:
        """Whether there is something to order and nothing chosen stands in the way."""
        blocked = any(row.chosen and row.problem for row in self.lines)
        refused = any(parcel.problem for parcel in self.parcels)
        return bool(self.chosen) and not blocked and not refused and not self.problems


def cart_quote(
    *,
    visitor: UUID,
    shop: Shop,
    region: str,
    at: datetime,
    buyer: Buyer | None = None,
    coupons: Sequence[str] | None = None,
) -> Quote:
    """This will price a visitor's cart in `shop`. `region` may be empty: freight is then open."""
    rows = rows_of(CartLine, _CART, [visitor, shop.id])
    return quote(
        shop=shop,
        wanted=[(row.offer_id, row.quantity) for row in rows],
        region=region,
        at=at,
        cart={row.offer_id: row for row in rows},
        buyer=buyer,
        coupons=coupons,
    )


def cart_shops(*, visitor: UUID) -> list[tuple[Shop, int]]:
    """This will list the shops where a visitor has something in her cart, and how many things."""
    sizes: dict[UUID, int] = dict(ask(_SIZES, [visitor]))
    shops = sorted(known.shops(sizes).values(), key=lambda shop: (shop.name, shop.id))
    return [(shop, sizes[shop.id]) for shop in shops]


def cart_size(*, visitor: UUID) -> int:
    """This will count the different things in a visitor's carts."""
    ((count,),) = ask("SELECT count(*) FROM orders_cartline WHERE visitor = %s", [visitor])
    return int(count)


def quote(
    *,
    shop: Shop,
    wanted: Sequence[tuple[UUID, int]],
    region: str,
    at: datetime,
    cart: Mapping[UUID, CartLine] | None = None,
    buyer: Buyer | None = None,
    coupons: Sequence[str] | None = None,
) -> Quote:
    """This will price `wanted` (offer id, quantity) in `shop`, grouped by brand.

    Gifts and bundles come by themselves. Of the coupons of `buyer` those with the codes `coupons`
    are taken off; None chooses the best for her.
    """
    offers = known.offers(offer for offer, _ in wanted)
    found = known.prices((shop.id, offer) for offer in offers.values())
    here = {offer: price for (_, offer), price in found.items()}
    there = available(allotments=[offer.allotment_id for offer in offers.values()])
    rows = []
    for offer_id, quantity in wanted:
        offer = offers.get(offer_id)
        if offer is None:
            continue
        kept = (cart or {}).get(offer_id)
        price = here.get(offer_id) or _unpriced(shop, kept)
        line = PricedLine(offer=offer, quantity=quantity, price=price)
        left = there.get(offer.allotment_id, 0)
        rows.append(
            QuotedLine(
                line=line,
                cart_line=kept.id if kept else None,
                chosen=kept.chosen if kept else True,
                available=left,
                problem=_problem(line, priced=offer_id in here, left=left, at=at),
                seen_minor=kept.seen_minor if kept else None,
            )
        )
    problems: tuple[Refused, ...] = ()
    try:
        pricing.check_shop(shop)
    except pricing.ShopClosed as refusal:
        problems = (refusal,)
    promoted = promote(
        shop=shop,
        lines=[row.line for row in rows if row.chosen and not row.problem],
        buyer=buyer,
        coupons=coupons,
        at=at,
    )
    shares = iter(promoted.shares)
    rows = [
        replace(row, share=next(shares)) if row.chosen and not row.problem else row for row in rows
    ]
    return Quote(
        shop,
        tuple(_parcels(rows, region)),
        problems,
        granted=promoted.granted,
        coupons=promoted.coupons,
        coupon_problem=promoted.problem,
    )


def _unpriced(shop: Shop, kept: CartLine | None) -> ShopPrice:
    """What stands at a line that has no price in this shop: what it cost when it was chosen."""
    seen = kept.seen_minor or 0 if kept else 0
    return ShopPrice(Terms(0, seen, seen, seen, 0, shop.currency), 0)


def _problem(line: PricedLine, *, priced: bool, left: int, at: datetime) -> Refused | None:
    try:
        pricing.check_open(line.offer, at=at)
        if not priced:
            raise pricing.OfferClosed(title=line.named)
        pricing.check_stock(line, available=left)
        pricing.check_limit(line, bought=0)
    except Refused as refusal:
        return refusal
    return None


def _parcels(rows: Sequence[QuotedLine], region: str) -> list[QuotedParcel]:
    brands = {row.line.offer.brand_id: row.line.offer.brand for row in rows}
    parcels = []
    for key, brand in brands.items():
        own = tuple(row for row in rows if row.line.offer.brand_id == key)
        counted = [row.line for row in own if row.chosen and not row.problem]
        freight: int | None = 0 if not counted else None
        problem: Refused | None = None
        if region and counted:
            try:
                freight = pricing.freight_by_brand(counted, region=region)[key]
            except (pricing.NoDelivery, pricing.NoFreight) as refusal:
                problem = refusal
        parcels.append(QuotedParcel(brand, own, freight, problem))
    return parcels
