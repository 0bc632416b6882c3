"""Alice at Mei's shop: a market, a browser that nobody knows yet, and one that is hers."""

import pytest
from django.test import Client

from shoal.kit.clock import now
from tests.web.buy.browser import BACKEND, HERE, HOME


@pytest.fixture
def market(db: None):
    from tests import trade

    return trade.open_market()


@pytest.fixture
def shop(market):
    return market.shop


@pytest.fixture
def product(market):
    return market.offer.sku.product


@pytest.fixture
def stranger() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def alice(market) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(market.alice, backend=BACKEND)
    return client


@pytest.fixture
def home(market):
    """An entry of Alice's address book."""
    from shoal.people.operations import add_address

    return add_address(person=market.alice, province="浙江省", at=now(), **HOME)


@pytest.fixture
def put(market):
    """Puts units of the market's offer into a browser's cart, as the product's page does."""

    def put(client: Client, quantity: int = 1, offer: str = ""):
        form = {"shop": market.shop.code, "offer": offer or market.offer.code}
        return client.post("/cart/lines", form | {"quantity": str(quantity)}, headers=HERE)

    return put


@pytest.fixture
def known_shop(market, monkeypatch):
    """As in a process that has served this shop a moment ago and has heard of no change since."""
    from shoal.orders import known

    monkeypatch.setattr(known.changes, "_every", 60)
    known.changes.ask()
    known.shop_by_code(code=market.shop.code)
