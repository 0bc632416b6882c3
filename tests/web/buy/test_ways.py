"""Choosing how to pay: by what she holds in her hand, and what the order is in."""

import json
import re
from html import unescape

import httpx
import pytest
from django.test import Client

from shoal.kit.clock import now
from shoal.orders.models import Order
from shoal.payments.models import Intent
from shoal.people import operations as people
from shoal.people import queries
from tests import trade
from tests.partners.alipay import alipay, zhifubao  # noqa: F401 - fixtures
from tests.partners.wechat import wechat, weixin  # noqa: F401 - fixtures
from tests.web.buy.browser import BACKEND

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
INSIDE = f"{PHONE} MicroMessenger/8.0.50"
DESK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"


@pytest.fixture(autouse=True)
def partners(wechat, alipay, settings):  # noqa: F811
    settings.SHOAL_PAY = "wechat,alipay"
    return wechat, alipay


@pytest.fixture
def order(market) -> Order:
    return trade.order(market, at=now())


@pytest.fixture
def alice_with(market):
    def alice_with(agent: str) -> Client:
        client = Client(headers={"accept-language": "en", "user-agent": agent})
        client.force_login(market.alice, backend=BACKEND)
        return client

    return alice_with


def choose(client, order, provider):
    return client.post(f"/orders/{order.code}/payment", {"provider": provider})


def names(page):
    return re.findall(r'name="provider" value="(\w+)"', page.content.decode())


def come_through_wechat(client, answer):
    """Through WeChat and back, as a browser within it goes."""
    there = httpx.get(answer["Location"].partition("#")[0], trust_env=False)
    answer = client.get(there.headers["location"].removeprefix("http://localhost:8000"))
    return client.get(answer["Location"])


def test_with_several_partners_she_chooses(alice_with, order):
    client = alice_with(PHONE)
    assert client.post(f"/orders/{order.code}/payment")["Location"].endswith("/payment")
    assert names(client.get(f"/orders/{order.code}/payment")) == ["wechat", "alipay"]
    assert choose(client, order, "nobody")["Location"].endswith("/payment")
    assert Intent.objects.get().asked == 0


def test_alipay_on_a_phone_and_on_a_desk(alice_with, order, partners):
    there = choose(alice_with(PHONE), order, "alipay")["Location"]
    assert "alipay.trade.wap.pay" in there
    assert order.code in there
    there = choose(alice_with(DESK), order, "alipay")["Location"]
    assert "alipay.trade.page.pay" in there
    assert partners[1].pay(there)["total_amount"] == "100.00"


def test_wechat_on_another_phone_is_its_page(alice_with, order, partners):
    there = choose(alice_with(PHONE), order, "wechat")["Location"]
    assert there.startswith(f"{partners[0].url}/h5?")
    assert "payment%2Freturn" in there


def test_wechat_on_a_desk_is_a_code_that_waits(alice_with, order):
    client = alice_with(DESK)
    page = choose(client, order, "wechat").content.decode()
    assert "Scan this code with WeChat" in page
    assert "<svg" in page
    address = f"/orders/{order.code}/payment/state"
    assert address in page
    waits = client.get(address, {"by": "scan", "asked": "3"}).content.decode()
    assert "asked=4" in waits
    trade.pay(order, at=now())
    assert client.get(address, {"by": "scan"})["HX-Redirect"].endswith("/paid")


def test_within_wechat_it_asks_who_she_is_and_goes_on(alice_with, market, order, partners):
    client = alice_with(INSIDE)
    assert names(client.get(f"/orders/{order.code}/payment")) == ["wechat"]
    there = client.post(f"/orders/{order.code}/payment")
    assert there["Location"].startswith(f"{partners[0].url}/connect/oauth2/authorize?")
    page = come_through_wechat(client, there)
    sheet = re.search(r'data-wechat-pay="([^"]+)"', page.content.decode())
    words = json.loads(unescape(sheet[1]))
    assert words["package"].startswith("prepay_id=")
    assert queries.wechat_of(queries.person_by_code(market.alice.code)) != ""
    assert partners[0].orders[Intent.objects.get().code]["kind"] == "jsapi"
    # The second time it knows.
    again = client.post(f"/orders/{order.code}/payment")
    assert "data-wechat-pay" in again.content.decode()


def test_another_wechat_than_the_last_is_asked_again(alice_with, market, order, partners):
    people.know_wechat(person=market.alice, openid="oUpF8uN95-Ptaags6E_roPHg7AG0", at=now())
    there = alice_with(INSIDE).post(f"/orders/{order.code}/payment")
    assert there["Location"].startswith(f"{partners[0].url}/connect/oauth2/authorize?")


def test_going_on_with_what_nobody_began(alice_with, order):
    answer = alice_with(INSIDE).get(f"/orders/{order.code}/payment/going-on")
    assert answer["Location"] == f"/orders/{order.code}"
    assert Intent.objects.get().asked == 0


def test_while_the_partner_is_down_she_reads_it_and_the_order_stays(alice_with, order, partners):
    client = alice_with(DESK)
    partners[0].server.down = True
    answer = choose(client, order, "wechat")
    page = client.get(answer["Location"]).content.decode()
    assert "does not answer right now" in page
    assert "You can also pay another way." in page
    assert "Pay now" in page
    partners[0].server.down = False
    assert "Scan this code" in choose(client, order, "wechat").content.decode()


def test_a_key_that_is_missing_is_no_matter_of_hers(alice_with, order, settings, caplog):
    from shoal.payments import providers

    settings.SHOAL_WECHAT_API_KEY = ""
    providers.provider.cache_clear()
    client = alice_with(DESK)
    page = client.get(choose(client, order, "wechat")["Location"]).content.decode()
    assert "does not answer right now" in page
    assert "SHOAL_" not in page
    assert "neither SHOAL_WECHAT_API_KEY nor" in caplog.text


def test_where_no_partner_can_be_used_she_is_told(alice_with, order, settings):
    settings.SHOAL_PAY = "alipay"
    client = alice_with(INSIDE)
    page = client.get(client.post(f"/orders/{order.code}/payment")["Location"]).content.decode()
    assert "cannot be paid here" in page


def test_changing_her_mind_pays_once(alice_with, order, partners):
    client = alice_with(DESK)
    choose(client, order, "wechat")
    there = choose(client, order, "alipay")["Location"]
    first, heir = Intent.objects.order_by("id")
    partners[1].pay(there)
    partners[0].pay(first.code)
    form = "application/x-www-form-urlencoded"
    told = client.post("/notices/alipay", partners[1].notice_of_payment(heir.code), form)
    assert told.content == b"success"
    headers, body = partners[0].notice_of_payment(first.code)
    answer = client.post("/notices/wechat", body, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    order.refresh_from_db()
    assert order.state == "paid"
    refunded = sum(intent.refunded for intent in Intent.objects.all())
    assert refunded == order.total_minor
    assert trade.is_sound()
