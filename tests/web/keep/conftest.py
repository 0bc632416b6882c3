"""Mei at her desk: signed in, with a shop and goods to share."""

import pytest
from django.test import Client


@pytest.fixture
def market(db: None):
    from tests import trade

    return trade.open_market()


@pytest.fixture
def shop(market):
    return market.shop


@pytest.fixture
def mei(market) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(market.mei, backend="shoal.web.account.backend.PeopleBackend")
    return client


@pytest.fixture
def product(market):
    return market.offer.sku.product
