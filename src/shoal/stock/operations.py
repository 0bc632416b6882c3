"""What a brand's warehouse reports."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shoal.brands.models import Brand
from shoal.catalog.models import Sku
from shoal.kit.errors import NotFound
from shoal.kit.transactions import operation
from shoal.stock import steps
from shoal.stock.models import Allotment
from shoal.stock.steps import Quantity


@operation
def receive_goods(*, brand: Brand, quantities: Sequence[Quantity], by: str, at: datetime) -> None:
    """This will add units of the brand's own SKUs to its warehouse stock.

    Raises NotFound, and keeps nothing, when a SKU is another brand's.
    """
    wanted = {quantity.of for quantity in quantities}
    if Sku.objects.filter(id__in=wanted, product__brand=brand).count() != len(wanted):
        raise NotFound
    steps.receive(quantities=quantities, by=by, at=at)


@operation
def write_off_goods(
    *, brand: Brand, sku: UUID, quantity: int, reason: str, by: str, at: datetime
) -> None:
    """This will take broken or lost units out of a SKU's warehouse stock, with the reason.

    Raises NotFound for another brand's SKU and NotEnoughStock when fewer are available.
    """
    warehouse = Allotment.objects.filter(
        sku=sku, sku__product__brand=brand, is_warehouse=True
    ).first()
    if warehouse is None:
        raise NotFound
    steps.write_off(allotment=warehouse.id, quantity=quantity, by=by, at=at, reason=reason)
