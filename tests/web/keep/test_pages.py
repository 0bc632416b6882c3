"""Every page of the keeper's face opens, full and empty, with few queries."""

import re

import pytest
from django.urls import reverse

from shoal.care.models import Message
from shoal.care.operations import ask
from shoal.catalog.operations import withdraw_product
from shoal.kit.clock import now
from shoal.people.operations import NewPerson, add_people
from shoal.shops.operations import open_shop, pause_shop, suspend_shop
from shoal.traffic.operations import make_share
from tests import trade
from tests.goods import HOUR, live_product, scheduled_sale, standing_offers
from tests.web.full_pages import open_with_few_queries

pytestmark = pytest.mark.django_db

# Of these, three are the session, the person and the shop she keeps.
PAGES = {
    "today": 22,
    "goods": 14,
    "sales": 9,
    "orders": 12,
    "customers": 8,
    "conversations": 8,
    "me": 9,
    "earnings": 10,
    "shelf": 9,
    "look": 5,
    "shop": 6,
    "shares": 12,
}


def paid_order(market, **changes: object):
    order = trade.order(market, at=now(), **changes)
    trade.pay(order, at=now())
    return order


def page(client, name, *args: str, **query: str):
    return client.get(reverse(f"keep:{name}", args=args), query)


def test_full_pages_take_few_queries(mei, market, product, django_assert_max_num_queries, subtests):
    at = now()
    for _ in range(3):
        standing_offers(market.brand, live_product(market.brand))
        paid_order(market)
        make_share(shop=market.shop, thing="product", thing_code=product.code, by="mei", at=at)
    for customer in (market.alice, market.bob):
        ask(customer=customer, shop=market.shop, text="有大一码吗？", at=at)
    open_with_few_queries(
        lambda name: page(mei, name), PAGES, django_assert_max_num_queries, subtests
    )


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_a_shop_that_was_just_opened(client, name):
    [bao] = add_people(entries=[NewPerson("13800000099", "宝", "en")], at=now())
    open_shop(person=bao, name="宝的小店", currency="CNY", at=now())
    client.force_login(bao, backend="shoal.web.account.backend.PeopleBackend")
    assert page(client, name).status_code == 200


@pytest.mark.parametrize("start", ["9" * 30, "9" * 5_000, "²"])
@pytest.mark.parametrize("name", ["goods", "conversations"])
def test_an_endless_page_is_the_first(mei, name, start):
    assert page(mei, name, **{"from": start}).status_code == 200


@pytest.mark.parametrize("name", ["today", "goods", "orders"])
def test_somebody_without_a_shop_is_shown_the_way(client, market, name):
    client.force_login(market.alice, backend="shoal.web.account.backend.PeopleBackend")
    response = page(client, name)
    assert response.status_code == 403
    assert reverse("keep:open") in response.content.decode()


def test_goods_tell_what_she_earns_and_customers_never_see_it(mei, market, client):
    assert "Earn" in page(mei, "goods").content.decode()
    assert "¥20.00" in page(mei, "goods").content.decode()
    shop_page = client.get(reverse("buy:shop", args=[market.shop.code])).content.decode()
    assert "¥100.00" in shop_page or "100" in shop_page
    assert "¥20.00" not in shop_page


def test_views_and_sortings_of_goods(mei, market, product):
    for sort in ("earn", "sells", "ends", "new", "nonsense"):
        assert page(mei, "goods", sort=sort).context["tiles"]
    assert page(mei, "goods", view="hidden").context["tiles"] == []
    assert page(mei, "goods", category="unknown").context["tiles"] == []
    assert page(mei, "goods", category="home").context["tiles"]
    assert page(mei, "goods", q="亚麻衬衫").context["tiles"]
    assert "Nothing found" in page(mei, "goods", q="zeppelin").content.decode()


def test_sales_and_trailers(mei, market):
    product = live_product(market.brand)
    at = now()
    sale = scheduled_sale(market.brand, product, starts_at=at + HOUR, ends_at=at + 5 * HOUR)
    found = page(mei, "sales")
    assert [one.title for one in found.context["coming"]] == [sale.title]
    opened = page(mei, "sale", sale.code)
    assert opened.context["coming"]
    assert opened.context["tiles"]
    assert page(mei, "product", product.code).context["rows"]


def test_orders_are_masked_and_tracked(mei, market):
    order = paid_order(market)
    trade.ship(order, at=now())
    for response in (page(mei, "orders"), page(mei, "order", order.code)):
        text = response.content.decode()
        assert "李**" in text
        assert "爱丽" not in text
        assert "海边路" not in text
        assert "13800000001" not in text
    assert "SF1" in text
    assert page(mei, "orders", state="shipped").context["rows"]
    assert page(mei, "orders", state="unpaid").context["rows"] == []


def test_another_keepers_order_is_not_found(client, market):
    order = paid_order(market)
    open_shop(person=market.bob, name="宝的小店", currency="CNY", at=now())
    client.force_login(market.bob, backend="shoal.web.account.backend.PeopleBackend")
    assert page(client, "order", order.code).status_code == 404


def test_earnings_say_why(mei, market):
    paid_order(market, quantity=2)
    response = page(mei, "earnings")
    [row] = response.context["rows"]
    assert row.earn.minor == 4_000
    assert row.how == "20% of ¥200.00 is ¥40.00"
    assert row.why == "Came straight to your shop"
    assert response.context["earnings"].on_its_way.minor == 4_000


def test_a_link_tells_what_it_brought(mei, market, product):
    made = make_share(
        shop=market.shop, thing="product", thing_code=product.code, by="mei", at=now()
    )
    make_share(shop=market.shop, thing="shop", thing_code=market.shop.code, by="mei", at=now())
    paid_order(market, share=made.id)
    trade.order(market, share=made.id, at=now())
    rows = page(mei, "shares").context["rows"]
    assert [(row.title, row.orders) for row in rows] == [("The whole shop", 0), (product.title, 1)]


def test_customers_are_masked(mei, market):
    paid_order(market)
    paid_order(market)
    [row] = page(mei, "customers").context["rows"]
    assert (row.name, row.orders, row.total.minor) == ("李**", 2, 20_000)


def test_she_answers_a_question(mei, market):
    said = ask(customer=market.alice, shop=market.shop, text="有大一码吗？", at=now())
    code = said.conversation.code
    assert page(mei, "today").context["nav"][3].count == 1
    response = page(mei, "conversation", code)
    assert "有大一码吗？" in response.content.decode()
    assert page(mei, "today").context["nav"][3].count == 0
    url = reverse("keep:conversation", args=[code])
    assert mei.post(url, {"text": "有的，明天到"}).status_code == 302
    assert "有的，明天到" in page(mei, "conversation", code).content.decode()
    assert mei.post(url, {"text": "  "}).status_code == 422
    assert mei.post(url, {"text": "长" * 1_001}).status_code == 422
    assert page(mei, "conversation", "nothing").status_code == 404


def test_a_conversation_opens_whatever_a_customer_asked_about(mei, market, product):
    placed = trade.order(market, at=now())
    asked = (("product", product.code), ("order", placed.code), ("product", "x"), ("order", "x"))
    for about, code in asked:
        said = ask(customer=market.alice, shop=market.shop, text="在吗？", at=now(),
                   about=about, about_code=code)  # fmt: skip
    # Of the time before anybody looked what it was about.
    Message.objects.create(
        conversation=said.conversation, side="customer", sealed=bytes(said.sealed),
        about="product", about_code="a/b", by=market.alice.code, at=now(),
    )  # fmt: skip
    code = said.conversation.code
    text = page(mei, "conversation", code).content.decode()
    links = re.findall(r'<a class="tiny" href="([^"]+)"', text)
    assert links == [f"/keep/goods/{product.code}", f"/keep/orders/{placed.code}"]
    assert [mei.get(link).status_code for link in links] == [200, 200]
    withdraw_product(product=product, reason="sold out for good", by="owner", at=now())
    text = page(mei, "conversation", code).content.decode()
    assert f"About: {product.title} · not sold at the moment" in text
    assert re.findall(r'<a class="tiny" href="([^"]+)"', text) == links[1:]


def test_a_resting_or_stopped_shop_says_so(mei, market):
    pause_shop(shop=market.shop, reason="带孩子", by=market.mei.code, at=now())
    assert "Your shop rests" in page(mei, "today").content.decode()
    assert "带孩子" in page(mei, "shop").content.decode()
    suspend_shop(shop=market.shop, reason="fake goods", by="olga", at=now())
    assert "stopped by the platform" in page(mei, "today").content.decode()
    assert "fake goods" in page(mei, "shop").content.decode()
