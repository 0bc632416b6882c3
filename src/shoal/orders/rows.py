"""The rows that the order desk writes: an order, its parcels, its lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from shoal.kit.bulk import Row, new_row
from shoal.orders.discounts import Discounted, Granted, LineShare
from shoal.orders.models import Order, OrderLine, OrderStep, Parcel, Receipt
from shoal.orders.pricing import PricedLine
from shoal.orders.requests import OrderRequest, digest_of
from shoal.orders.rules import GIFT_RULE, SHARING_RULE, included_tax, share_line
from shoal.shops.models import Shop
from shoal.traffic.rules import Attribution


@dataclass(slots=True)
class OrderRows:
    """All that an order begins with, as `kit.bulk.insert_new` writes it."""

    order: Row
    parcels: list[Row]
    lines: list[Row]
    step: Row
    receipt: Row


def order_rows(
    wish: OrderRequest,
    *,
    region: str,
    shop: Shop,
    lines: list[PricedLine],
    freight: Mapping[UUID, int],
    discounted: Discounted,
    attribution: Attribution,
    sealed: bytes,
    by: str,
) -> OrderRows:
    """This will make the rows of a new order, with `freight` by brand.

    Amounts are minor units of the shop's currency.
    """
    goods, carried = sum(line.line_minor for line in lines), sum(freight.values())
    order = new_row(
        Order,
        customer_id=wish.customer,
        storefront_id=shop.id,
        earner_id=attribution.earner,
        share_id=attribution.share,
        attribution=attribution.reason,
        attribution_rule=attribution.rule,
        currency=shop.currency,
        goods_minor=goods,
        freight_minor=carried,
        discount_minor=discounted.total,
        total_minor=goods + carried - discounted.total,
        region=region,
        sealed=sealed,
        placed_at=wish.at,
        expires_at=wish.at + settings.SHOAL_UNPAID_AFTER,
    )
    parcels = {
        brand: new_row(Parcel, order_id=order["id"], brand_id=brand, freight_minor=minor)
        for brand, minor in freight.items()
    }
    return OrderRows(
        order,
        list(parcels.values()),
        _lines(order, parcels, lines, discounted),
        new_row(OrderStep, order_id=order["id"], state=order["state"], by=by, at=wish.at),
        new_row(
            Receipt,
            customer=wish.customer,
            key=wish.key,
            order_id=order["id"],
            digest=digest_of(wish),
        ),
    )


def _lines(
    order: Row,
    parcels: Mapping[UUID, Row],
    lines: list[PricedLine],
    discounted: Discounted,
) -> list[Row]:
    """The rows of an order's lines, and after them those of its gifts."""
    rows = [
        _line(order, parcels[line.offer.brand_id], line, share)
        for line, share in zip(lines, discounted.shares, strict=True)
    ]
    rows += [_gift(order, parcels, granted) for granted in discounted.gifts]
    for number, row in enumerate(rows, start=1):
        row["number"] = number
    return rows


def _line(order: Row, parcel: Row, line: PricedLine, share: LineShare) -> Row:
    offer, product = line.offer, line.offer.sku.product
    parts = share_line(
        sale=line.terms.sale,
        supply=line.terms.supply,
        markup=line.markup,
        rate_bp=line.terms.rate_bp,
        quantity=line.quantity,
        earns=order["earner_id"] is not None,
        brand_discount=share.brand,
        keeper_discount=share.keeper,
    )
    # What the parties get: the platform's discount is paid to them all the same.
    taxed = parts.line - share.brand - share.keeper
    promised: int | None = offer.return_days
    return new_row(
        OrderLine,
        order_id=order["id"],
        parcel_id=parcel["id"],
        offer_id=offer.id,
        offer_version=offer.version,
        sku_id=offer.sku_id,
        allotment_id=offer.allotment_id,
        titles=product.titles,
        quantity=line.quantity,
        supply_minor=line.terms.supply,
        sale_minor=line.terms.sale,
        markup_minor=line.markup,
        rate_bp=line.terms.rate_bp,
        line_minor=parts.line,
        brand_minor=parts.brand,
        keeper_minor=parts.keeper,
        platform_minor=parts.platform,
        brand_discount_minor=share.brand,
        keeper_discount_minor=share.keeper,
        platform_discount_minor=share.platform,
        tax_bp=product.category.tax_bp,
        tax_minor=included_tax(amount=taxed, tax_bp=product.category.tax_bp),
        rule=SHARING_RULE,
        return_days=settings.SHOAL_AFTER_SALES.days if promised is None else promised,
    )


def _gift(order: Row, parcels: Mapping[UUID, Row], granted: Granted) -> Row:
    """A line that costs nothing: it travels in its brand's parcel and holds stock as any other."""
    part = granted.gift
    if part is None:
        raise TypeError("not a gift")
    offer, product = part.offer, part.offer.sku.product
    promised: int | None = offer.return_days
    return new_row(
        OrderLine,
        order_id=order["id"],
        parcel_id=parcels[offer.brand_id]["id"],
        gift_of_id=granted.promotion.id,
        offer_id=offer.id,
        offer_version=offer.version,
        sku_id=offer.sku_id,
        allotment_id=offer.allotment_id,
        titles=product.titles,
        quantity=part.quantity,
        supply_minor=0,
        sale_minor=0,
        markup_minor=0,
        rate_bp=0,
        line_minor=0,
        brand_minor=0,
        keeper_minor=0,
        platform_minor=0,
        tax_bp=product.category.tax_bp,
        rule=GIFT_RULE,
        return_days=settings.SHOAL_AFTER_SALES.days if promised is None else promised,
    )
