import pytest

from shoal.kit.errors import NotFound
from shoal.offers import operations as offers
from shoal.orders import known
from shoal.shops.operations import open_shop
from shoal.traffic import operations, queries
from shoal.traffic.models import Share
from tests.goods import AT, HOUR, OLGA, active_brand, live_product, person, scheduled_sale

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meis():
    return open_shop(person=person(), name="美的小店", currency="CNY", at=AT)


@pytest.fixture
def product():
    return live_product(active_brand())


def share(shop, thing, code):
    return operations.make_share(shop=shop, thing=thing, thing_code=code, by="mei", at=AT)


def test_each_forwarding_has_a_link_of_its_own(meis, product):
    first = share(meis, Share.Thing.PRODUCT, product.code)
    second = share(meis, Share.Thing.PRODUCT, product.code)
    assert first.code != second.code
    assert list(queries.shares_of(shop=meis)) == [second, first]
    found = known.share_by_code(code=first.code)
    assert (found.shop, found.thing, found.thing_code) == (meis, "product", product.code)
    assert (found.channel, found.by, found.created_at) == ("link", "mei", AT)


def test_shop_and_sale_can_be_shared(meis, product):
    sale = scheduled_sale(product.brand, product)
    assert share(meis, Share.Thing.SHOP, meis.code).thing == "shop"
    assert share(meis, Share.Thing.SALE, sale.code).thing_code == sale.code


def test_what_customers_cannot_see_is_not_shared(meis, product):
    bao = open_shop(person=person(), name="宝的小店", currency="CNY", at=AT)
    sale = scheduled_sale(product.brand, product)
    offers.cancel_sale(sale=sale, reason="no goods", by=OLGA, at=AT + HOUR)
    for thing, code in (
        (Share.Thing.SHOP, bao.code),
        (Share.Thing.SALE, sale.code),
        (Share.Thing.PRODUCT, "nothing"),
    ):
        with pytest.raises(NotFound):
            share(meis, thing, code)
    assert not Share.objects.exists()


def test_a_share_is_found_in_its_own_shop_only(meis, product):
    bao = open_shop(person=person(), name="宝的小店", currency="CNY", at=AT)
    made = share(meis, Share.Thing.PRODUCT, product.code)
    assert queries.share_of_shop(shop=meis, code=made.code) == made
    with pytest.raises(NotFound):
        queries.share_of_shop(shop=bao, code=made.code)
