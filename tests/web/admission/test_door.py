"""At the door: the full house, the sold-out offer, too many tries, and a form sent twice."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client

from shoal.kit.clock import now
from shoal.orders import known
from shoal.orders.models import Order
from shoal.people.operations import add_address
from shoal.shops.operations import describe_shop
from shoal.stock.models import Allotment
from shoal.web.admission import door
from shoal.web.admission.soldout import SoldOutOffers
from tests import trade
from tests.web.admission.clock import Clock

pytestmark = pytest.mark.django_db
HOME = {
    "recipient": "李爱丽", "phone": "13800000011", "region": "330000", "city": "杭州市",
    "district": "西湖区", "street": "海边路 1 号", "province": "浙江省",
}  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(settings) -> Iterator[None]:
    settings.SHOAL_WEB_ORDERING = 1
    for made in (door._line, door._limits, door._codes_limit):
        made.cache_clear()
    yield
    for made in (door._line, door._limits, door._codes_limit):
        made.cache_clear()


@pytest.fixture
def market():
    return trade.open_market()


def signed_in(person) -> Client:
    add_address(person=person, at=now(), **HOME)
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="shoal.web.account.backend.PeopleBackend")
    return client


@pytest.fixture
def alice(market) -> Client:
    return signed_in(market.alice)


def form(market, **changes: str):
    code = market.offer.code
    return {
        "shop": market.shop.code, "key": str(uuid4()), "line": f"{code}~1~10000", "offer": code,
        "quantity": "1", **changes,
    }  # fmt: skip


def test_who_finds_the_house_full_waits_and_keeps_her_place(alice, market):
    line = door._line()
    assert line.enter(None, at_ms=0)  # somebody orders at this moment
    wish = form(market, note="请放门口")
    waits = alice.post("/checkout", wish)
    assert (waits.status_code, waits["Retry-After"]) == (503, "3")
    page = waits.content.decode()
    assert "You are in line" in page
    assert 'name="note" value="请放门口"' in page
    assert not Order.objects.exists()

    taken = alice.cookies["shoal_place"].value
    assert alice.post("/checkout", wish).status_code == 503
    assert alice.cookies["shoal_place"].value.split(":")[0] == taken.split(":")[0]
    bob = signed_in(market.bob)
    assert "1 person is before you" in bob.post("/checkout", form(market)).content.decode()

    line.leave()
    assert bob.post("/checkout", form(market)).status_code == 503  # she was first
    assert "It is your turn" in alice.get("/checkout/place").content.decode()
    placed = alice.post("/checkout", wish)
    assert placed.status_code == 302
    assert Order.objects.count() == 1
    assert alice.cookies["shoal_place"].value == ""
    assert bob.post("/checkout", form(market)).status_code == 302


def test_without_javascript_a_small_page_asks_again(alice, market):
    assert door._line().enter(None, at_ms=0)
    page = alice.post("/checkout", form(market)).content.decode()
    assert '<noscript><iframe class="line-frame" src="/checkout/place?frame=1"' in page
    frame = alice.get("/checkout/place?frame=1")
    assert '<meta http-equiv="refresh" content="3">' in frame.content.decode()
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in frame["Content-Security-Policy"]


def test_a_place_that_somebody_made_up_is_none(alice, market):
    assert door._line().enter(None, at_ms=0)
    alice.cookies["shoal_place"] = "1.first.0:forged"
    assert alice.post("/checkout", form(market)).status_code == 503
    assert not alice.cookies["shoal_place"].value.startswith("1.first")


def test_sold_out_is_answered_without_the_desk(
    alice, market, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(door, "sold_out", SoldOutOffers(clock=lambda: 0.0))
    Allotment.objects.filter(id=market.offer.allotment_id).update(available=0, received=0)
    assert alice.post("/checkout", form(market)).status_code == 409
    bob = Client(headers={"accept-language": "en"})
    first = bob.post("/checkout", form(market))  # makes the page
    with django_assert_max_num_queries(1):  # whether the shop has changed, now and then
        answer = bob.post("/checkout", form(market))
    assert answer.status_code == first.status_code == 409
    page = answer.content.decode()
    assert "is sold out" in page
    assert "Nothing was ordered" in page
    assert f'href="/shop/{market.shop.code}"' in page
    assert "csrf" not in page.lower()
    in_chinese = bob.post("/checkout", form(market), headers={"accept-language": "zh-CN"})
    assert 'lang="zh-Hans"' in in_chinese.content.decode()
    describe_shop(shop=market.shop, name="美的新店", greeting="")
    known.changes.ask_at_once()
    assert "See what else 美的新店 has" in bob.post("/checkout", form(market)).content.decode()
    bob.cookies["theme"] = "made up"
    made = len(door._told)
    bob.post("/checkout", form(market))
    assert len(door._told) == made  # by what a cookie says no page is kept
    made_up = bob.post("/checkout", form(market, shop="nowhere"))
    assert made_up.status_code == 404
    assert not Order.objects.exists()


def test_a_form_sent_twice_gets_its_order_though_nothing_is_left(alice, market):
    wish = form(market)
    first = alice.post("/checkout", wish)
    assert first.status_code == 302
    Allotment.objects.filter(id=market.offer.allotment_id).update(available=0, received=1)
    bob = signed_in(market.bob)
    assert bob.post("/checkout", form(market)).status_code == 409
    assert door.sold_out.answer([market.offer.code]) is not None
    again = alice.post("/checkout", wish)
    assert (again.status_code, again["Location"]) == (302, first["Location"])
    assert Order.objects.count() == 1


def test_too_many_tries_are_told_when_to_come_back(alice, market, settings):
    settings.SHOAL_ORDERS_PER_ACCOUNT = 2
    for _ in range(2):
        alice.post("/checkout", form(market, line="nothing~1~1"))
    refused = alice.post("/checkout", form(market))
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 61
    assert "a little too often" in refused.content.decode()
    assert not Order.objects.exists()


def test_places_that_nobody_took_do_not_stand_for_tries(alice, market, settings):
    settings.SHOAL_ORDERS_PER_ACCOUNT = settings.SHOAL_ORDERS_PER_DEVICE = 2
    line = door._line()
    assert line.enter(None, at_ms=0)
    taken = []
    for _ in range(4):
        nobody = Client()
        assert nobody.post("/checkout", form(market)).status_code == 503
        taken.append(nobody.cookies["shoal_place"].value)
    line.leave()
    answers = []
    for place in taken:
        alice.cookies["shoal_place"] = place
        answers.append(alice.post("/checkout", form(market)).status_code)
    assert answers == [302, 302, 429, 429]


def test_a_page_that_still_asks_while_she_orders_keeps_nobody_waiting(alice, market):
    line = door._line()
    assert line.enter(None, at_ms=0)
    assert alice.post("/checkout", form(market)).status_code == 503
    line.leave()
    place = alice.cookies["shoal_place"].value
    assert alice.post("/checkout", form(market)).status_code == 302
    alice.cookies["shoal_place"] = place
    assert "It is your turn" in alice.get("/checkout/place").content.decode()
    assert signed_in(market.bob).post("/checkout", form(market)).status_code == 302


def test_goods_that_came_back_are_sold_whoever_else_asks(alice, market, monkeypatch):
    """Somebody who is not signed in asks first each second, and never reaches the desk."""
    clock = Clock()
    monkeypatch.setattr(door, "sold_out", SoldOutOffers(clock=clock))
    stock = Allotment.objects.filter(id=market.offer.allotment_id)
    stock.update(available=0, received=0)
    assert alice.post("/checkout", form(market)).status_code == 409
    stock.update(available=5, received=5)
    clock.now += 1
    Client().post("/checkout", form(market))
    assert alice.post("/checkout", form(market)).status_code == 302


def test_a_busy_network_is_slowed_and_not_refused(alice, market, settings):
    settings.SHOAL_ORDERS_PER_NETWORK = 1
    there = {"REMOTE_ADDR": "203.0.113.9"}
    assert alice.post("/checkout", form(market), **there).status_code == 302
    slowed = alice.post("/checkout", form(market), **there)
    assert slowed.status_code == 503
    assert "You are next" in slowed.content.decode()
    assert Order.objects.count() == 1


def test_one_browser_asks_for_so_many_codes(market, settings):
    settings.SHOAL_CODES_PER_DEVICE = 1
    browser = Client(headers={"accept-language": "en"})
    assert browser.post("/sign-in/", {"phone": "13900000001"}).status_code == 200
    refused = browser.post("/sign-in/", {"phone": "13900000002"})
    assert "a little too often" in refused.content.decode()
