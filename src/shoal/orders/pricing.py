"""What a line costs, and why it cannot be bought: one place for cart, quote and desk."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import lazy

from shoal.brands.models import Brand
from shoal.catalog.models import Product
from shoal.catalog.queries import freight_in
from shoal.catalog.rules import freight_minor
from shoal.kit.errors import Refused
from shoal.offers.models import Offer
from shoal.offers.rules import Terms, is_open
from shoal.orders.rules import MOST_UNPAID
from shoal.shelves.rules import ShopPrice
from shoal.shops.models import Shop


class OfferClosed(Refused):
    """{title} is not on sale at the moment. Please take it out of the order."""

    code = "offer_closed"


class SoldOut(Refused):
    """{title} is sold out."""

    code = "sold_out"


class TooFew(Refused):
    """There are only {available} of {title} left. Please choose fewer."""

    code = "too_few"


class LimitReached(Refused):
    """Each customer can buy {limit} of {title}. Please choose fewer."""

    code = "limit_reached"


class LimitUsed(LimitReached):
    """You have ordered {bought} of {title} before; each customer can buy {limit}."""

    code = "limit_used"


class PriceChanged(Refused):
    """The price of {title} has changed. Please look at the new price and order again."""

    code = "price_changed"


class TotalChanged(Refused):
    """The total has changed, for the freight or the address did. Please look at it once more."""

    code = "total_changed"


class TooManyUnpaid(Refused):
    """You left {most} orders unpaid within a day. Please pay one of them, or come back later."""

    code = "too_many_unpaid"


class NoDelivery(Refused):
    """{brand} does not deliver to this region. Please choose another address."""

    code = "no_delivery"


class NoFreight(Refused):
    """{brand} has not said yet what a parcel costs in this currency. Please leave its goods out."""

    code = "no_freight"


class ShopClosed(Refused):
    """This shop is taking a break. What you chose is kept; please come back later."""

    code = "shop_closed"


class NothingChosen(Refused):
    """There is nothing in this order. Please choose something first."""

    code = "nothing_chosen"


@dataclass(frozen=True, slots=True)
class PricedLine:
    """`quantity` of an offer at one shop's price, in the shop's currency."""

    offer: Offer
    quantity: int
    price: ShopPrice

    @property
    def terms(self) -> Terms:
        """The offer's terms in the shop's currency."""
        return self.price.terms

    @property
    def markup(self) -> int:
        """What the keeper adds to each unit."""
        return self.price.markup

    @property
    def unit_minor(self) -> int:
        """What one unit costs in this shop."""
        return self.price.unit

    @property
    def line_minor(self) -> int:
        """What the line costs."""
        return self.unit_minor * self.quantity

    @property
    def title(self) -> str:
        """Product and variant, in the reader's language."""
        return title_of(self.offer)

    @property
    def named(self) -> str:
        """Product and variant, in the language of whoever reads it in the end."""
        return named(self.offer)


def title_of(offer: Offer) -> str:
    """This will name an offer's product and variant in the reader's language."""
    label = offer.sku.label
    return f"{offer.sku.product.title} {label}".strip()


named = lazy(title_of, str)
"""`title_of` in the language of whoever reads it: a batch has one leader and many readers."""


def check_shop(shop: Shop) -> None:
    """This will raise ShopClosed unless `shop` takes orders."""
    if shop.state != Shop.State.OPEN:
        raise ShopClosed


def check_open(offer: Offer, *, at: datetime) -> None:
    """This will raise OfferClosed unless the offer, its product and its brand are on sale."""
    product = offer.sku.product
    on_sale = (
        offer.brand.state == Brand.State.ACTIVE
        and product.state == Product.State.LIVE
        and is_open(opens_at=offer.opens_at, closes_at=offer.closes_at, state=offer.state, at=at)
    )
    if not on_sale:
        raise OfferClosed(title=named(offer))


def check_stock(line: PricedLine, *, available: int) -> None:
    """This will raise SoldOut or TooFew unless `available` units suffice."""
    if available <= 0:
        raise SoldOut(title=line.named)
    if available < line.quantity:
        raise TooFew(title=line.named, available=available)


def check_limit(line: PricedLine, *, bought: int) -> None:
    """This will raise LimitReached when the customer's units would pass the offer's limit.

    LimitUsed is the one for who has some already: choosing fewer may not be enough for her.
    """
    limit = line.offer.per_customer
    if limit is not None and bought + line.quantity > limit:
        if bought:
            raise LimitUsed(title=line.named, limit=limit, bought=bought)
        raise LimitReached(title=line.named, limit=limit)


def check_unpaid(*, unpaid: int) -> None:
    """This will raise TooManyUnpaid when a customer has left as many orders unpaid as she may."""
    if unpaid >= MOST_UNPAID:
        raise TooManyUnpaid(most=MOST_UNPAID)


def freight_by_brand(lines: Sequence[PricedLine], *, region: str) -> Mapping[UUID, int]:
    """This will return what each brand's parcel costs to `region`, in minor units.

    A brand charges once per order, by its dearest template among the goods, over all their weight.
    Raises NoDelivery for a region that a template refuses, NoFreight where one says nothing in the
    lines' currency.
    """
    groups: dict[UUID, list[PricedLine]] = defaultdict(list)
    for line in lines:
        groups[line.offer.brand_id].append(line)
    return {brand: _freight(group, region) for brand, group in groups.items()}


def _freight(group: Sequence[PricedLine], region: str) -> int:
    goods = sum(line.line_minor for line in group)
    weight = sum(line.offer.sku.weight_g * line.quantity for line in group)
    charges = [0]
    templates = {
        line.offer.sku.product.freight_id: line.offer.sku.product.freight for line in group
    }
    for template in templates.values():
        if template is None:
            continue
        said = freight_in(template, currency=group[0].terms.currency)
        if said is None:
            raise NoFreight(brand=group[0].offer.brand.named)
        charge = freight_minor(template=said, goods_minor=goods, weight_g=weight, region=region)
        if charge is None:
            raise NoDelivery(brand=group[0].offer.brand.named)
        charges.append(charge)
    return max(charges)
