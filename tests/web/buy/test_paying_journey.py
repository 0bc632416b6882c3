"""Paying with WeChat and Alipay, in a real browser against partners that sign."""

import httpx
import pytest
from csp.constants import SELF
from django.test import Client

from shoal.kit.clock import now
from shoal.payments.models import Intent
from tests import trade
from tests.partners.alipay import alipay, zhifubao  # noqa: F401 - fixtures
from tests.partners.wechat import wechat, weixin  # noqa: F401 - fixtures
from tests.web.buy.browser import BACKEND
from tests.web.screen import browser, files, hold, look_closely  # noqa: F401 - fixtures

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
# What WeChat puts into its pages: it hands the sheet to the app, and tells how she left it.
_BRIDGE = """
window.WeixinJSBridge = {
  invoke: (name, words, then) => window.inWeChat(name, words).then((told) => then({err_msg: told})),
};
"""


@pytest.fixture
def shop(wechat, alipay, settings, live_server):  # noqa: F811
    settings.SHOAL_PAY = "wechat,alipay"
    settings.SHOAL_PUBLIC_URL = live_server.url
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    pages = [SELF, wechat.url, alipay.url]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, "form-action": pages}}
    return live_server


def sign_in(page, shop, person):
    client = Client()
    client.force_login(person, backend=BACKEND)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": shop.url}
    page.context.add_cookies([cookie])


def tell(shop, partner, code):
    headers, body = partner.notice_of_payment(code)
    assert httpx.post(f"{shop.url}/notices/wechat", content=body, headers=headers).is_success


def test_alice_pays_from_her_phone_her_desk_and_within_wechat(
    hold,  # noqa: F811
    shop,
    market,
    wechat,  # noqa: F811
    alipay,  # noqa: F811
):
    first, second, third = (trade.order(market, at=now()) for _ in range(3))

    phone = hold(agent=PHONE)
    sign_in(phone, shop, market.alice)
    phone.goto(f"{shop.url}/orders/{first.code}")
    phone.get_by_role("button", name="Pay now").click()
    phone.get_by_role("button", name="WeChat Pay").wait_for()
    look_closely(phone)
    phone.get_by_role("button", name="Alipay").click()
    phone.get_by_role("heading", name="Alipay").wait_for()
    alipay.pay(phone.url)
    phone.goto(f"{shop.url}/orders/{first.code}/payment/return")
    phone.get_by_role("heading", name="Waiting for the payment partner").wait_for()
    body = alipay.notice_of_payment(Intent.objects.get(subject=first.id).code)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert httpx.post(f"{shop.url}/notices/alipay", content=body, headers=form).is_success
    phone.get_by_role("heading", name="Your payment has arrived").wait_for()

    desk = hold(width=1280)
    sign_in(desk, shop, market.alice)
    desk.goto(f"{shop.url}/orders/{second.code}/payment")
    desk.get_by_role("button", name="WeChat Pay").click()
    desk.get_by_role("img", name="Code for WeChat Pay").wait_for()
    look_closely(desk)
    code = Intent.objects.get(subject=second.id).code
    wechat.pay(code)
    tell(shop, wechat, code)
    desk.get_by_role("heading", name="Your payment has arrived").wait_for()

    inside = hold(agent=f"{PHONE} MicroMessenger/8.0.50")
    answers = ["get_brand_wcpay_request:cancel", "get_brand_wcpay_request:ok"]

    def in_wechat(name: str, words: dict[str, str]) -> str:
        assert (name, words["signType"]) == ("getBrandWCPayRequest", "RSA")
        assert words["package"].startswith("prepay_id=")
        return answers.pop(0)

    inside.add_init_script(_BRIDGE)
    inside.expose_function("inWeChat", in_wechat)
    sign_in(inside, shop, market.alice)
    inside.goto(f"{shop.url}/orders/{third.code}")
    inside.get_by_role("button", name="Pay now").click()
    inside.get_by_text("You have closed WeChat").wait_for()
    look_closely(inside)
    code = Intent.objects.get(subject=third.id).code
    wechat.pay(code)
    tell(shop, wechat, code)
    inside.get_by_role("button", name="Pay with WeChat").click()
    inside.get_by_role("heading", name="Your payment has arrived").wait_for()
