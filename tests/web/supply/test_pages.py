"""Every page of the brand's face opens, full and empty, with few queries."""

import pytest
from django.urls import reverse

from shoal.kit.clock import now
from shoal.people.operations import NewPerson, add_people
from tests import goods, trade
from tests.goods import DAY, HOUR, live_product, scheduled_sale, standing_offers
from tests.web.full_pages import open_with_few_queries
from tests.web.supply.cast import signed_in

pytestmark = pytest.mark.django_db

# Of these, five are the session, the person, her role, her brands and the parcels that wait.
PAGES = {
    "today": 24,
    "application": 16,
    "products": 12,
    "new-product": 9,
    "stock": 9,
    "freight": 8,
    "new-freight": 7,
    "sheet": 7,
    "offers": 11,
    "new-offer": 12,
    "sales": 9,
    "new-sale": 7,
    "parcels": 12,
    "parcel-sheet": 9,
    "money": 14,
    "team": 12,
    "reports": 8,
    "settings": 7,
}


def page(client, name, *args: str, **query: str):
    return client.get(reverse(f"supply:{name}", args=args), query)


def paid(market, **changes: object):
    order = trade.order(market, at=now(), **changes)
    trade.pay(order, at=now())
    return order


@pytest.fixture
def busy(market):
    at = now()
    for _ in range(3):
        product = live_product(market.brand)
        standing_offers(market.brand, product)
        scheduled_sale(market.brand, product, starts_at=at - HOUR, ends_at=at + DAY)
        paid(market)
    return market


def test_full_pages_take_few_queries(owner, busy, django_assert_max_num_queries, subtests):
    open_with_few_queries(
        lambda name: page(owner, name), PAGES, django_assert_max_num_queries, subtests
    )


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_a_brand_that_was_just_opened(client, db, name):
    [nils] = add_people(entries=[NewPerson("13700000099", "Nils", "en")], at=now())
    goods.active_brand(name="Nordwind", owner=nils)
    assert page(signed_in(nils), name).status_code == 200


def test_a_brand_that_only_applied_sees_its_application(db):
    [nils] = add_people(entries=[NewPerson("13700000099", "Nils", "en")], at=now())
    goods.applied_brand(name="Nordwind", owner=nils)
    client = signed_in(nils)
    assert page(client, "today")["Location"] == reverse("supply:application")
    assert "The platform vets your brand" in page(client, "application").content.decode()


ROLES = {
    "goods": {"today", "products", "stock", "offers", "sales", "sheet", "freight", "reports"},
    "warehouse": {"today", "stock", "parcels", "parcel-sheet", "reports"},
    "money": {"today", "money", "reports"},
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_own_pages_and_no_other(staff, busy, role):
    opened = {name for name in PAGES if page(getattr(staff, role), name).status_code == 200}
    assert opened - {"new-product", "new-freight", "new-offer", "new-sale"} == ROLES[role]


def test_somebody_without_a_brand_is_shown_the_way(market):
    response = page(signed_in(market.alice), "today")
    assert response.status_code == 403
    assert reverse("supply:apply") in response.content.decode()
