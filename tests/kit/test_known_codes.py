"""A code is asked for once, and one that is nobody's each time."""

import pytest

from shoal.kit.known_codes import KnownCodes
from shoal.shops.models import Shop
from tests import trade


@pytest.mark.django_db
def test_a_code_is_asked_for_once(django_assert_num_queries):
    market = trade.open_market()
    known = KnownCodes(Shop)
    with django_assert_num_queries(1):
        assert known.of([market.shop.code]) == {market.shop.code: market.shop.id}
    with django_assert_num_queries(0):
        assert known.of([market.shop.code]) == {market.shop.code: market.shop.id}
    with django_assert_num_queries(2):
        assert known.of(["nobody"]) == {}
        assert known.of(["nobody", market.shop.code]) == {market.shop.code: market.shop.id}
