"""How many there are."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from shoal.brands.models import Brand
from shoal.catalog.models import Product, Sku
from shoal.kit.asking import ask
from shoal.stock.models import Allotment, Movement


def available(*, allotments: Iterable[UUID]) -> dict[UUID, int]:
    """This will return how many units each allotment has available. A hint: only a hold decides."""
    question = "SELECT id, available FROM stock_allotment WHERE id = ANY(%s)"
    return dict(ask(question, [list(allotments)]))


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


def stock_of_brand(*, brand: Brand, words: str = "", drafts: bool = False) -> "QuerySet[Sku]":
    """This will list a brand's SKUs with what became of their units, fewest available first.

    Those of drafts, which nobody can buy yet, only with `drafts`.

    Each carries `in_warehouse` (free to sell), `set_aside` (free within sales), `held`, `sold`,
    `written_off` and `returned`; the last four over all its allotments.
    """
    rows = Sku.objects.filter(product__brand=brand).select_related("product")
    if not drafts:
        rows = rows.exclude(product__state=Product.State.DRAFT)
    if words:
        rows = rows.filter(
            Q(reference__icontains=words)
            | Q(barcode=words)
            | Q(product__reference__icontains=words)
            | Q(product__titles__zh__icontains=words)
            | Q(product__titles__en__icontains=words)
        )
    home = Q(allotments__is_warehouse=True)
    return rows.annotate(
        in_warehouse=_sum("available", home),
        set_aside=_sum("available", ~home),
        held=_sum("held"),
        sold=_sum("sold"),
        written_off=_sum("written_off"),
        returned=_sum("returned"),
    ).order_by("in_warehouse", F("product__reference"), "position", "id")


def movements_of(*, sku: UUID) -> "QuerySet[Movement]":
    """This will list what happened to the units of a SKU, the newest first."""
    return (
        Movement.objects.filter(allotment__sku=sku)
        .select_related("allotment")
        .order_by("-at", "-id")
    )


def _sum(column: str, only: Q | None = None) -> Coalesce:
    return Coalesce(Sum(f"allotments__{column}", filter=only), Value(0))
