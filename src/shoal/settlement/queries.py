"""What a party has earned, line by line, and why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from shoal.kit.money import Money
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance
from shoal.orders.models import Order, OrderLine
from shoal.settlement.models import SettledFreight, SettledLine

# Paid, and neither settled nor given back: the money is in escrow.
ON_ITS_WAY = (Order.State.PAID, Order.State.SHIPPED, Order.State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Earnings:
    """A party's money: settled and hers, and on its way until the after-sales window ends."""

    settled: Money
    on_its_way: Money
    since: Money


def earnings_of_shop(*, shop: UUID, currency: str, since_at: datetime) -> Earnings:
    """This will sum what a shop has, what is on its way, and what orders paid since then bring."""
    waiting = OrderLine.objects.filter(order__earner=shop, order__state__in=ON_ITS_WAY)
    recent = OrderLine.objects.filter(
        Q(order__state__in=ON_ITS_WAY) | Q(order__state=Order.State.COMPLETED),
        order__earner=shop,
        order__paid_at__gte=since_at,
    )
    return Earnings(
        settled=party_balance(kind=Account.Kind.KEEPER, party=shop, currency=currency),
        on_its_way=Money(_sum(waiting, "keeper_minor"), currency),
        since=Money(_sum(recent, "keeper_minor"), currency),
    )


def earnings_of_brand(*, brand: UUID, currency: str, since_at: datetime) -> Earnings:
    """This will sum what a brand has, what is on its way, and what orders paid since then bring.

    Freight belongs to the brand and is in all three.
    """
    waiting = OrderLine.objects.filter(parcel__brand=brand, order__state__in=ON_ITS_WAY)
    recent = OrderLine.objects.filter(
        Q(order__state__in=ON_ITS_WAY) | Q(order__state=Order.State.COMPLETED),
        parcel__brand=brand,
        order__paid_at__gte=since_at,
    )
    return Earnings(
        settled=party_balance(kind=Account.Kind.BRAND, party=brand, currency=currency),
        on_its_way=Money(_sum(waiting, "brand_minor") + _freight(waiting), currency),
        since=Money(_sum(recent, "brand_minor") + _freight(recent), currency),
    )


def lines_of_shop(*, shop: UUID) -> QuerySet[OrderLine]:
    """This will list the lines a shop earns from, newest first, settled or not.

    Each has `order` (state, attribution: why she earns), `offer.sku.product` and, when settled,
    `settled` with its moment.
    """
    rows = OrderLine.objects.filter(order__earner=shop, keeper_minor__gt=0)
    return rows.select_related("order__share", "sku", "settled").order_by("-order__placed_at", "id")


def lines_of_brand(*, brand: UUID) -> QuerySet[OrderLine]:
    """This will list the lines a brand sold, newest first, settled or not."""
    rows = OrderLine.objects.filter(parcel__brand=brand).exclude(
        order__state__in=[Order.State.UNPAID, Order.State.EXPIRED]
    )
    return rows.select_related("order", "parcel", "sku", "settled").order_by(
        "-order__placed_at", "id"
    )


def settled_at(*, order: UUID) -> dict[UUID, datetime]:
    """This will return when each line of an order was settled, by line; others are left out."""
    return dict(SettledLine.objects.filter(order=order).values_list("line_id", "at"))


def totals() -> list[tuple[str, int, int, int, int, int]]:
    """This will return (currency, lines, brand, keeper, platform, freight) of all that settled."""
    freight = dict(
        SettledFreight.objects.values_list("currency").annotate(total=Sum("freight_minor"))
    )
    rows = SettledLine.objects.values("currency").annotate(
        lines=Count("line"),
        brand=Sum("brand_minor"),
        keeper=Sum("keeper_minor"),
        fee=Sum("platform_minor"),
    )
    return [
        (
            row["currency"],
            row["lines"],
            row["brand"],
            row["keeper"],
            row["fee"],
            freight.get(row["currency"], 0),
        )
        for row in rows
    ]


def _sum(rows: QuerySet[OrderLine], field: str) -> int:
    return int(rows.aggregate(total=Sum(field))["total"] or 0)


def _freight(rows: QuerySet[OrderLine]) -> int:
    parcels = rows.order_by().values("parcel", freight=F("parcel__freight_minor")).distinct()
    return sum(row["freight"] for row in parcels)
