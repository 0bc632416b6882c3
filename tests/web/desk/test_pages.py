"""Every page of the desk opens, full and empty, with few queries, and only for its roles."""

import pytest
from django.urls import reverse

from shoal.brands import operations as brands
from shoal.brands.models import Paper
from shoal.catalog import operations as catalog
from shoal.catalog.operations_revisions import propose_revision
from shoal.kit.clock import now
from shoal.kit.ids import short_code
from shoal.offers.making import NewOffer
from shoal.offers.operations import apply_for_sale
from shoal.orders.operations import ask_refund
from shoal.payments.models import Refund
from shoal.people import operations as people
from shoal.people.models import Invitation
from tests import goods, trade
from tests.goods import DAY, HOUR
from tests.web.full_pages import open_with_few_queries

pytestmark = pytest.mark.django_db

# Which roles a page is for, besides the admin; and how many queries it takes with much on it.
# Of these, four are the session, the person, her roles and her name.
PAGES = {
    "today": ("vetting money care", 19),
    "brands": ("vetting", 8),
    "products": ("vetting", 10),
    "sales": ("vetting", 9),
    "calendar": ("vetting", 7),
    "categories": ("vetting", 6),
    "orders": ("money care", 8),
    "refunds": ("money", 12),
    "money": ("money", 9),
    "transfers": ("money", 11),
    "reconciliation": ("money", 14),
    "differences": ("money", 6),
    "shops": ("care", 8),
    "reports": ("care", 12),
    "terms": ("", 9),
    "team": ("", 10),
    "health": ("", 5),
}


def page(client, name, *args: str, **query: str):
    return client.get(reverse(f"desk:{name}", args=args), query)


@pytest.fixture
def busy(market):
    """A market with something in every queue."""
    at = now()
    brand = market.brand
    for _ in range(3):
        goods.applied_brand(at=at)
        product = catalog.add_product(
            brand=brand, entry=goods.new_product(short_code(6)), by="owner", at=at
        )
        catalog.propose_product(product=product, by="owner", at=at)
        live = goods.live_product(brand, at=at)
        propose_revision(product=live, changes={"titles": {"zh": "新名字"}}, by="owner", at=at)
        sale = goods.drafted_sale(brand, starts_at=at + HOUR, ends_at=at + DAY)
        apply_for_sale(
            sale=sale,
            offers=[NewOffer(sku.id, goods.terms(), 3) for sku in live.skus.all()],
            by="owner",
            at=at,
        )
        goods.scheduled_sale(brand, goods.live_product(brand, at=at), ends_at=at + DAY)
        brands.report_counterfeit(
            brand=brand, reporter=market.alice, text="标签不对", at=at, product=live.id
        )
        order = trade.order(market, at=at)
        trade.pay(order, at=at)
        ask_refund(code=order.code, reason="damaged", by="care", at=at)
    people.invite(
        email="new@shoal.example", place=Invitation.Place.PLATFORM, subject=None, role="care",
        place_name="Shoal", by="olga", at=at,
    )  # fmt: skip
    return market


def test_full_pages_take_few_queries(olga, busy, django_assert_max_num_queries, subtests):
    most = {name: queries for name, (_, queries) in PAGES.items()}
    open_with_few_queries(
        lambda name: page(olga, name), most, django_assert_max_num_queries, subtests
    )


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_an_empty_platform(olga, name):
    assert page(olga, name).status_code == 200


@pytest.mark.parametrize("role", ["vetting", "money", "care"])
def test_each_role_opens_its_own_pages_and_no_others(sign_in, market, role, subtests):
    client = sign_in(role)
    for name, (roles, _) in PAGES.items():
        with subtests.test(name):
            assert page(client, name).status_code == (200 if role in roles.split() else 403)


@pytest.mark.parametrize("role", ["vetting", "money", "care", "admin"])
def test_the_rail_leads_only_where_one_may_go(sign_in, market, role):
    client = sign_in(role)
    for place in page(client, "today").context["nav"]:
        assert client.get(place.url).status_code == 200, place


def test_files_open(olga, busy):
    applied = goods.applied_brand()
    sample = brands.ask_for_sample(brand=applied, wanted="一件衬衫", by="olga", at=now())
    order = busy.brand.parcels.first().order
    addresses = [
        reverse("desk:brand", args=[applied.code]),
        reverse("desk:brand", args=[busy.brand.code]),
        reverse("desk:order", args=[order.code]),
        reverse("desk:shop", args=[busy.shop.code]),
        reverse("desk:category", args=["home"]),
        *(reverse("desk:product", args=[row.code]) for row in busy.brand.products.all()[:3]),
        *(reverse("desk:sale", args=[row.code]) for row in busy.brand.sales.all()),
    ]
    for address in addresses:
        response = olga.get(address)
        assert response.status_code == 200, address
        assert b"style=" not in response.content
    assert sample.wanted in olga.get(addresses[0]).content.decode()
    assert Paper.objects.filter(brand=applied).count() == 2
    assert Refund.objects.count() == 0
