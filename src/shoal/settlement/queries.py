"""What a party has earned, line by line, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Max, Q, QuerySet, Sum

from shoal.brands.models import Brand
from shoal.kit.money import Money
from shoal.ledger.models import Account, Balance
from shoal.ledger.queries import party_balance
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.settlement.models import SettledFreight, SettledLine
from shoal.settlement.rules_deposits import Answering, claims_until

# Paid, and neither settled nor given back: the money is in escrow.
ON_ITS_WAY = (Order.State.PAID, Order.State.SHIPPED, Order.State.DELIVERED)
_PAID = Q(order__state__in=[*ON_ITS_WAY, Order.State.COMPLETED])
# A line with an open case is not settled with its order: it waits until the case is closed.
_WAITING = Q(order__state__in=ON_ITS_WAY) | Q(order__state=Order.State.COMPLETED, settled=None)


@dataclass(frozen=True, slots=True)
class Earnings:
    """A party's money: settled and hers, and on its way until the after-sales window ends."""

    settled: Money
    on_its_way: Money
    since: Money


def earnings_of_shop(*, shop: UUID, currency: str, since_at: datetime) -> Earnings:
    """This will sum what a shop has, what is on its way, and what orders paid since then bring.

    What went back to a customer is off the latter two; off the first it is once it was settled.
    """
    lines = OrderLine.objects.filter(order__earner=shop, order__currency=currency)
    return Earnings(
        settled=party_balance(kind=Account.Kind.KEEPER, party=shop, currency=currency),
        on_its_way=Money(_left(lines.filter(_WAITING), "keeper"), currency),
        since=Money(_left(lines.filter(_PAID, order__paid_at__gte=since_at), "keeper"), currency),
    )


def earnings_of_brand(*, brand: Brand, since_at: datetime) -> list[Earnings]:
    """This will sum what a brand has, what is on its way, and what orders paid since then bring.

    For each currency: the brand's own first, others where there is any. Freight belongs to the
    brand and is in all three, less what of it went back.
    """
    accounts = Balance.objects.filter(account__kind=Account.Kind.BRAND, account__party=brand.id)
    balances = dict(accounts.values_list("account__currency", F("credits") - F("debits")))
    others = {*balances, settings.SHOAL_CURRENCY, *settings.SHOAL_CURRENCIES} - {brand.currency}
    own, *found = (
        _earned(brand.id, Money(balances.get(currency, 0), currency), since_at)
        for currency in (brand.currency, *sorted(others))
    )
    return [
        own,
        *(one for one in found if one.settled.minor or one.on_its_way.minor or one.since.minor),
    ]


def _earned(brand: UUID, settled: Money, since_at: datetime) -> Earnings:
    currency = settled.currency
    lines = OrderLine.objects.filter(parcel__brand=brand, order__currency=currency)
    parcels = Parcel.objects.filter(brand=brand, order__currency=currency)
    under_way = parcels.filter(order__state__in=ON_ITS_WAY)
    recent = parcels.filter(_PAID, order__paid_at__gte=since_at)
    return Earnings(
        settled=settled,
        on_its_way=Money(_left(lines.filter(_WAITING), "brand") + _freight(under_way), currency),
        since=Money(
            _left(lines.filter(_PAID, order__paid_at__gte=since_at), "brand") + _freight(recent),
            currency,
        ),
    )


def lines_of_shop(*, shop: UUID) -> QuerySet[OrderLine]:
    """This will list the lines a shop earns from, newest first, settled or not.

    Nobody earns from what was never paid for, whatever became of its order. Each has `order`
    (state, attribution: why she earns), `offer.sku.product` and, when settled, `settled` with its
    moment.
    """
    rows = OrderLine.objects.filter(
        order__earner=shop, order__paid_at__isnull=False, keeper_minor__gt=0
    )
    return rows.select_related("order__share", "sku", "settled").order_by("-order__placed_at", "id")


def lines_of_brand(*, brand: UUID) -> QuerySet[OrderLine]:
    """This will list the lines a brand sold, newest first, settled or not.

    What was never paid for was not sold, whatever became of its order.
    """
    rows = OrderLine.objects.filter(parcel__brand=brand, order__paid_at__isnull=False)
    return rows.select_related("order", "parcel", "sku", "settled").order_by(
        "-order__placed_at", "id"
    )


def answering_of(*, brand: UUID, sells: bool) -> Answering:
    """This will gather what a brand may still come to owe, in every currency."""
    lines = OrderLine.objects.filter(parcel__brand=brand)
    balances = Balance.objects.filter(account__kind=Account.Kind.BRAND, account__party=brand)
    last = Parcel.objects.filter(brand=brand).aggregate(at=Max("delivered_at"))["at"]
    longest = lines.aggregate(days=Max("return_days"))["days"]
    return Answering(
        sells=sells,
        balances=[row.credits - row.debits for row in balances],
        under_way=lines.filter(_WAITING | Q(open_cases__gt=0)).exists(),
        claims_until=claims_until(
            delivered_at=last,
            terms=[
                timedelta(days=longest or 0),
                settings.SHOAL_AFTER_SALES,
                timedelta(days=settings.SHOAL_COUNTERFEIT_DAYS),
            ],
        ),
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


def _left(lines: QuerySet[OrderLine], part: str) -> int:
    """What of a party's part of these lines did not go back."""
    left = Sum(F(f"{part}_minor") - F(f"back_{part}_minor"))
    return int(lines.aggregate(total=left)["total"] or 0)


def _freight(parcels: QuerySet[Parcel]) -> int:
    left = Sum(F("freight_minor") - F("freight_back_minor"))
    return int(parcels.exclude(state=Parcel.State.CANCELLED).aggregate(total=left)["total"] or 0)
