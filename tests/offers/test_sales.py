"""A flash sale from the draft to its end."""

import pytest

from shoal.offers import operations, queries
from shoal.offers.models import Offer
from shoal.stock.models import Allotment
from tests import goods

pytestmark = pytest.mark.django_db


def test_a_sale_opens_by_its_window_alone() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    sale = goods.scheduled_sale(brand, product)
    assert [card.sale for card in queries.trailers(at=goods.AT)] == [sale]
    assert queries.open_sales(at=goods.AT) == []
    card = queries.open_sales(at=goods.AT + goods.HOUR)[0]
    assert (card.sale, card.offers, card.from_minor, card.received) == (sale, 2, 10_000, 10)
    assert card.most_earned_minor == 2_000
    assert len(queries.offers_of_product(product_id=product.id, at=goods.AT + goods.HOUR)) == 2
    assert queries.open_sales(at=goods.AT + goods.DAY) == []


def test_what_is_not_sold_goes_back_after_the_end() -> None:
    brand = goods.active_brand()
    goods.scheduled_sale(brand, goods.live_product(brand), quantity=4)
    assert operations.close_ended_sales(at=goods.AT + goods.DAY - goods.HOUR) == 0
    assert operations.close_ended_sales(at=goods.AT + goods.DAY) == 8
    assert operations.close_ended_sales(at=goods.AT + goods.DAY) == 0
    assert {row.available for row in Allotment.objects.filter(is_warehouse=True)} == {10}
    assert Offer.objects.exclude(state=Offer.State.LISTED).count() == 0
