"""The background entry point of offers."""

import pytest

from shoal.offers import tasks
from shoal.stock.models import Allotment
from tests import goods

pytestmark = pytest.mark.django_db


def test_the_sweep_runs_until_nothing_is_left() -> None:
    brand = goods.active_brand()
    goods.scheduled_sale(brand, goods.live_product(brand), quantity=3)
    tasks.close_ended_sales(timestamp=0)
    tasks.close_ended_sales(timestamp=60)
    assert not Allotment.objects.filter(is_warehouse=False, available__gt=0).exists()
    assert {row.available for row in Allotment.objects.filter(is_warehouse=True)} == {10}
