"""Pages may be half a second behind; the desk sells by nothing older than its transaction."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoal.kit.changes import Changes
from shoal.offers.models import Offer
from shoal.orders import known
from shoal.orders.desk import Placed, place_orders
from shoal.orders.pricing import PriceChanged, ShopClosed
from shoal.orders.quotes import quote
from shoal.shops.models import Shop
from tests import trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Changes:
    """What is known is looked at every minute only, by whoever does not ask at once."""
    monkeypatch.setattr(known.changes, "_every", 60)
    return known.changes


def placed(market: trade.Market) -> object:
    return place_orders(requests=[trade.wish(market)])[0]


def test_the_desk_hears_of_a_new_price_before_it_sells(slow: Changes) -> None:
    market = trade.open_market()
    assert isinstance(placed(market), Placed)
    Offer.objects.filter(id=market.offer.id).update(sale_minor=9_900)
    assert isinstance(placed(market), PriceChanged)


def test_the_desk_hears_of_a_shop_that_closed(slow: Changes) -> None:
    market = trade.open_market()
    assert isinstance(placed(market), Placed)
    Shop.objects.filter(id=market.shop.id).update(state=Shop.State.PAUSED)
    assert isinstance(placed(market), ShopClosed)


def test_a_second_quote_asks_only_for_stock(slow: Changes) -> None:
    market = trade.open_market()
    slow.ask()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            found = quote(
                shop=market.shop,
                wanted=[(market.offer.id, 1)],
                region="",
                at=trade.AT + timedelta(hours=1),
            )
        assert found.goods_minor == 10_000
        return len(queries)

    assert asked() > 1
    assert asked() == 1


def test_a_burning_sale_does_not_have_its_offer_read_again(slow: Changes) -> None:
    """What is left is asked for under its lock; pages show it, a price does not depend on it."""
    market = trade.open_market(stock=3)
    assert isinstance(placed(market), Placed)
    before, kept = slow.ask(), known.offers([market.offer.id])[market.offer.id]
    assert isinstance(placed(market), Placed)
    slow.ask()
    assert slow.since(before, [market.brand.id])
    assert not slow.since(before, [market.brand.id], stock=False)
    assert known.offers([market.offer.id])[market.offer.id] is kept
