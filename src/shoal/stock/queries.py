"""How many there are."""

from collections.abc import Iterable
from uuid import UUID

from shoal.stock.models import Allotment, Movement


def available(*, allotments: Iterable[UUID]) -> dict[UUID, int]:
    """This will return how many units each allotment has available. A hint: only a hold decides."""
    return dict(Allotment.objects.filter(id__in=list(allotments)).values_list("id", "available"))


def warehouse_of(*, skus: Iterable[UUID]) -> dict[UUID, Allotment]:
    """This will return the warehouse allotment of each SKU that has one."""
    rows = Allotment.objects.filter(sku__in=list(skus), is_warehouse=True)
    return {row.sku_id: row for row in rows}


def deliveries_of(*, skus: Iterable[UUID], reasons: Iterable[str]) -> frozenset[tuple[UUID, str]]:
    """This will return which of these SKUs' warehouses took units in for which of `reasons`."""
    rows = Movement.objects.filter(
        allotment__sku__in=list(skus),
        allotment__is_warehouse=True,
        kind=Movement.Kind.RECEIVE,
        reason__in=list(reasons),
    )
    return frozenset(rows.values_list("allotment__sku_id", "reason"))
