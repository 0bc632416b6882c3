"""Who remembers an offer remembers what is sold beside it: the product's other sizes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoal.offers.making import NewOffer
from shoal.offers.models import Offer
from shoal.offers.operations import list_standing_offers
from shoal.offers.queries_beside import codes_beside, offers_beside
from shoal.orders import known
from tests import goods, trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> trade.Market:
    return trade.open_market()


def sizes(market: trade.Market, count: int) -> list[Offer]:
    """A scarf in so many sizes, each with an offer."""
    scarf = goods.live_product(market.brand, sizes=[f"{size}" for size in range(count)])
    entries = [NewOffer(sku=sku.id, terms=goods.terms()) for sku in scarf.skus.all()]
    return list_standing_offers(brand=market.brand, entries=entries, by="owner", at=trade.AT)


def test_all_listed_sizes_are_sold_beside_one_and_no_other_goods(market: trade.Market) -> None:
    small, middle, large = sizes(market, 3)
    Offer.objects.filter(id=large.id).update(state=Offer.State.WITHDRAWN)
    assert offers_beside([small.id]) == {small.id: {small.id, middle.id}}
    assert offers_beside([large.id]) == {large.id: {small.id, middle.id, large.id}}
    assert set(codes_beside([small.code])) == {(small.code, small.id), (middle.code, middle.id)}


def test_a_crowd_that_spreads_over_the_sizes_asks_once(market: trade.Market) -> None:
    small, middle, large = sizes(market, 3)
    known.prices([(market.shop.id, known.offers([small.id])[small.id])])
    with CaptureQueriesContext(connection) as asked:
        found = known.offers([middle.id, large.id])
        prices = known.prices((market.shop.id, offer) for offer in found.values())
    assert found.keys() == {middle.id, large.id}
    assert prices.keys() == {(market.shop.id, middle.id), (market.shop.id, large.id)}
    assert not [row for row in asked.captured_queries if "offers_offer" in row["sql"]]
