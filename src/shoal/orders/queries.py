"""Every read of orders and parcels; each takes its tenant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, cast
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import TruncHour

from shoal.kit import vault
from shoal.kit.asking import rows_of
from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.orders import known
from shoal.orders.models import (
    Order,
    OrderLine,
    OrderStep,
    Parcel,
    ParcelStep,
    Receipt,
    RefundApproval,
)

IN_SALES = (
    Order.State.PAID,
    Order.State.SHIPPED,
    Order.State.DELIVERED,
    Order.State.COMPLETED,
)
"""The states that count as sold."""

_PLACED = "SELECT 1 FROM orders_receipt WHERE customer = %s AND key = %s"


def with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    """This will load orders with parcels, lines, pictures and shop in a fixed number of queries."""
    lines = OrderLine.objects.select_related("sku__product").prefetch_related(
        "sku__product__pictures"
    )
    parcels = Parcel.objects.select_related("brand").order_by("id")
    return orders.select_related("storefront").prefetch_related(
        Prefetch("lines", lines.order_by("number")),
        Prefetch("parcels", parcels.prefetch_related(Prefetch("lines", lines.order_by("number")))),
    )


def orders_of_customer(*, customer: UUID, states: Iterable[str] = ()) -> QuerySet[Order]:
    """This will list a customer's orders, newest first, all or only those in `states`."""
    rows = Order.objects.filter(customer=customer)
    chosen = list(states)
    return with_lines(rows.filter(state__in=chosen) if chosen else rows).order_by("-placed_at")


def order_for_customer(*, customer: UUID, code: str) -> Order:
    """This will return one order of a customer's with lines and parcels; else raises NotFound."""
    return _one(with_lines(Order.objects.filter(customer=customer, code=code)))


def order_to_pay(*, customer: UUID, code: str) -> Order:
    """This will return one order of a customer's with its shop alone; else raises NotFound.

    For the way to its payment and back: pages that ask again and again what state it is in.
    """
    found = rows_of(Order, "WHERE customer_id = %s AND code = %s", [customer, code])
    if not found:
        raise NotFound
    order = found[0]
    order.storefront = known.shops([order.storefront_id])[order.storefront_id]
    return order


def orders_of_shop(*, shop: UUID, states: Iterable[str] = ()) -> QuerySet[Order]:
    """This will list the orders placed in a shop, newest first, all or only those in `states`."""
    rows = Order.objects.filter(storefront=shop)
    chosen = list(states)
    return with_lines(rows.filter(state__in=chosen) if chosen else rows).order_by("-placed_at")


def order_for_shop(*, shop: UUID, code: str) -> Order:
    """This will return one order placed in a shop; else raises NotFound."""
    return _one(with_lines(Order.objects.filter(storefront=shop, code=code)))


def order_by_code(*, code: str) -> Order:
    """This will return any order, for the operator; else raises NotFound."""
    return _one(with_lines(Order.objects.filter(code=code)))


def order_by_id(*, order: UUID) -> Order:
    """This will return any order by its id, for links from payments; else raises NotFound."""
    return _one(with_lines(Order.objects.filter(id=order)))


def parcels_of_brand(*, brand: UUID, states: Iterable[str] = ()) -> QuerySet[Parcel]:
    """This will list a brand's parcels of orders that were paid, longest waiting first."""
    rows = Parcel.objects.filter(brand=brand, order__paid_at__isnull=False)
    chosen = list(states)
    if chosen:
        rows = rows.filter(state__in=chosen)
    lines = OrderLine.objects.select_related("sku__product").order_by("number")
    return (
        rows.select_related("order")
        .prefetch_related(Prefetch("lines", lines))
        .order_by("order__paid_at", "id")
    )


def parcel_counts(*, brand: UUID) -> dict[str, int]:
    """This will return how many paid parcels a brand has in each state, and its "problem"s."""
    rows = Parcel.objects.filter(brand=brand, order__paid_at__isnull=False).order_by()
    found = dict(rows.values_list("state").annotate(count=Count("id")))
    waiting = rows.filter(state=Parcel.State.WAITING).exclude(problem="")
    return {**found, "problem": waiting.count()}


def parcel_of_brand(*, brand: UUID, code: str) -> Parcel:
    """This will return one parcel of a brand's; else raises NotFound."""
    parcel = parcels_of_brand(brand=brand).filter(code=code).first()
    if parcel is None:
        raise NotFound
    return parcel


def parcels_of_orders(*, orders: Iterable[UUID]) -> list[Parcel]:
    """This will list the parcels of many orders."""
    return list(Parcel.objects.filter(order__in=list(orders)).order_by("id"))


def lines_of_requests(
    *, customers: Iterable[UUID], keys: Iterable[UUID]
) -> dict[tuple[UUID, int], tuple[UUID, UUID]]:
    """This will find what requests became: (key, number of the line) to (order, line)."""
    asked = Receipt.objects.filter(customer__in=set(customers), key__in=set(keys))
    orders = {order: key for key, order in asked.values_list("key", "order")}
    rows = OrderLine.objects.filter(order__in=list(orders))
    return {
        (orders[order], number): (order, line)
        for order, number, line in rows.values_list("order", "number", "id")
    }


def request_keys_of_brand(*, brand: UUID) -> set[UUID]:
    """This will return the keys under which orders with something of a brand were asked for."""
    orders = Parcel.objects.filter(brand=brand).values("order")
    return set(Receipt.objects.filter(order__in=orders).values_list("key", flat=True))


def recipients(*, orders: Iterable[Order]) -> dict[UUID, dict[str, str]]:
    """This will open the sealed recipients of orders, by order id; empty where one was erased."""
    rows = list(orders)
    opened = vault.reveal_many((row.customer_id, row.sealed) for row in rows)
    return {row.id: found or {} for row, found in zip(rows, opened, strict=True)}


def steps_of(*, order: UUID) -> list[OrderStep | ParcelStep]:
    """This will list all that happened to an order and its parcels, in the order we heard of it.

    A partner's clock may be a second behind ours: by its own time she would have paid before she
    ordered.
    """
    own = OrderStep.objects.filter(order=order)
    parcels = ParcelStep.objects.filter(parcel__order=order).select_related("parcel")
    return sorted([*own, *parcels], key=lambda step: step.id)


@dataclass(frozen=True, slots=True)
class InvoiceWish:
    """The invoice that a customer asks for; only a company's has a tax number."""

    kind: str
    title: str
    tax_number: str


def invoice_wish(*, recipient: Mapping[str, str]) -> InvoiceWish | None:
    """This will read from an opened recipient what invoice she wants, or None when she wants none.

    A person who names nobody has it made out to whoever gets the parcel.
    """
    kind = recipient.get("invoice", "")
    if not kind:
        return None
    title = recipient.get("invoice_title") or recipient["recipient"]
    return InvoiceWish(kind, title, recipient.get("invoice_tax_number", ""))


class Customer(TypedDict):
    """One customer of a shop: her orders that count as sold, their sum and the latest."""

    customer: UUID
    orders: int
    total: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class BrandSales:
    """What a brand has sold, whatever went back of it since; sums in minor units."""

    lines: int
    orders: int
    customers: int
    units: int
    goods_minor: int


@dataclass(frozen=True, slots=True)
class SoldHour:
    """What was paid in one hour in one currency."""

    hour: datetime
    orders: int
    total: Money


def sales_of_brand(*, brand: UUID) -> BrandSales:
    """This will sum the lines of a brand that were ever paid."""
    rows = OrderLine.objects.filter(parcel__brand=brand, order__paid_at__isnull=False)
    found = rows.aggregate(
        lines=Count("id"),
        orders=Count("order", distinct=True),
        customers=Count("order__customer", distinct=True),
        units=Sum("quantity"),
        goods=Sum("line_minor"),
    )
    return BrandSales(
        lines=found["lines"],
        orders=found["orders"],
        customers=found["customers"],
        units=int(found["units"] or 0),
        goods_minor=int(found["goods"] or 0),
    )


def sales_of_shop(*, shop: UUID, since_at: datetime) -> tuple[int, int]:
    """This will count a shop's paid orders since then, and sum what they cost."""
    rows = Order.objects.filter(storefront=shop, state__in=IN_SALES, paid_at__gte=since_at)
    found = rows.aggregate(count=Count("id"), total=Sum("total_minor"))
    return found["count"], int(found["total"] or 0)


def sales_by_share(*, shares: Iterable[UUID]) -> dict[UUID, int]:
    """This will count the paid orders that came through each share; those with none left out."""
    rows = Order.objects.filter(share__in=list(shares), state__in=IN_SALES).order_by()
    found = rows.values_list("share").annotate(count=Count("id"))
    return {share: count for share, count in found if share is not None}


def customers_of_shop(*, shop: UUID) -> QuerySet[Order, Customer]:
    """This will list who bought in a shop, the latest first."""
    rows = Order.objects.filter(storefront=shop, state__in=IN_SALES).values("customer")
    found = rows.annotate(orders=Count("id"), total=Sum("total_minor"), last_at=Max("placed_at"))
    return cast("QuerySet[Order, Customer]", found.order_by("-last_at"))


def orders_of_all(*, states: Iterable[str] = ()) -> QuerySet[Order]:
    """This will list orders for the operator, newest first, all or only those in `states`."""
    chosen = list(states)
    rows = Order.objects.filter(state__in=chosen) if chosen else Order.objects.all()
    return rows.select_related("storefront").order_by("-placed_at", "-id")


def held_up_orders() -> QuerySet[Order]:
    """This will list paid orders of which a brand cannot ship something, longest waiting first.

    Each has `problem`: what its brand says.
    """
    held = Parcel.objects.filter(state=Parcel.State.WAITING).exclude(problem="")
    told = held.filter(order=OuterRef("pk")).order_by("id").values("problem")
    rows = Order.objects.filter(state=Order.State.PAID, id__in=held.values("order"))
    found = rows.annotate(problem=Subquery(told[:1])).select_related("storefront")
    return found.order_by("paid_at", "id")


def sold_by_hour(*, from_at: datetime, to_at: datetime) -> list[SoldHour]:
    """This will sum the orders paid in [from_at, to_at) by hour and currency; no empty ones."""
    rows = Order.objects.filter(paid_at__gte=from_at, paid_at__lt=to_at, state__in=IN_SALES)
    hours = rows.order_by().annotate(hour=TruncHour("paid_at")).values_list("hour", "currency")
    found = hours.annotate(Count("id"), Sum("total_minor")).order_by("hour", "currency")
    return [
        SoldHour(hour, orders, Money(int(total), currency))
        for hour, currency, orders, total in found
    ]


def refund_approvals_of(*, order: UUID) -> list[RefundApproval]:
    """This will list every wish to give an order back, oldest first."""
    return list(RefundApproval.objects.filter(order=order).order_by("asked_at"))


def open_refund_approvals() -> QuerySet[RefundApproval]:
    """This will list the refunds that wait for a second operator, oldest first."""
    return RefundApproval.objects.filter(verdict="").select_related("order").order_by("asked_at")


def was_placed(*, customer: UUID, key: str) -> bool:
    """This will say whether a customer's form, known by its key, has got its order already."""
    try:
        wanted = UUID(key)
    except ValueError:
        return False
    with connection.cursor() as cursor:
        # A crowd that comes too late asks: putting Django's question together took longer.
        cursor.execute(_PLACED, [customer, wanted])
        return cursor.fetchone() is not None


def _one(rows: QuerySet[Order]) -> Order:
    order = rows.first()
    if order is None:
        raise NotFound
    return order
