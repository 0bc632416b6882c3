"""海风 at work, with goods on sale and people who buy them."""

import pytest


@pytest.fixture
def market(db: None):
    from tests import trade

    return trade.open_market()


@pytest.fixture
def brand(market):
    return market.brand


@pytest.fixture
def staff(brand):
    from tests.web.supply.cast import hired

    return hired(brand)


@pytest.fixture
def owner(staff):
    return staff.owner
