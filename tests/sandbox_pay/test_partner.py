"""Harbour Pay as its payers and its merchants see it."""

import ast
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from shoal.kit.money import Money
from shoal.payments.providers import Prepayment, ProviderDown, ProviderSaidNo, provider
from shoal.payments.rules import Kind
from tests.partner import SOURCE, until

NOWHERE = "http://127.0.0.1:9/notices"
RETURN = "http://localhost:8000/orders/x?y=1"
PARTNER = SOURCE / "shoal" / "sandbox_pay"


def prepayment(code="a" * 20, minor=12_800, currency="CNY", **more: object):
    facts: dict[str, object] = {
        "code": code,
        "money": Money(minor, currency),
        "title": "Shoal x7k2",
        "return_url": RETURN,
        "notify_url": NOWHERE,
    }
    return Prepayment(**(facts | more))


def page_of(**more: object):
    return provider("sandbox").prepay(prepayment=prepayment(**more)).redirect_url


@pytest.fixture
def merchant():
    """A merchant's address that answers as told and keeps what it heard."""

    class Merchant:
        answers: list[int]
        heard: list[tuple[dict[str, str], bytes]]
        url: str

    shop = Merchant()
    shop.answers, shop.heard = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            shop.heard.append((dict(self.headers), body))
            self.send_response(shop.answers.pop(0) if shop.answers else 200)
            self.end_headers()

        def log_message(self, *_: object):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop.url = f"http://127.0.0.1:{server.server_port}/notices"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield shop
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_imports_nothing_of_shoal():
    for file in PARTNER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shoal"):
                assert node.module == "shoal.sandbox_pay" or node.module.startswith(
                    "shoal.sandbox_pay."
                ), file
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith("shoal") for alias in node.names), file


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (12_800, "CNY", "¥128.00"),
        (123_456_789, "CNY", "¥1,234,567.89"),
        (5, "GBP", "£0.05"),
        (1_280, "JPY", "JP¥1,280"),
        (1_234, "KWD", "KWD 1.234"),
    ],
)
def test_the_page_shows_the_sum_as_people_read_it(partner, minor, currency, shown):
    page = page_of(minor=minor, currency=currency)
    assert f'">{shown}</p>' in partner.browser.get(page).text


@pytest.mark.parametrize(
    ("told", "asked", "accepted", "lang"),
    [
        ("zh-hans", "", "en", "zh-Hans"),
        ("en", "", "zh", "en"),
        ("", "", "en-GB,en", "en"),
        ("", "", "zh-CN", "zh-Hans"),
        ("zh-hans", "?lang=en", "zh", "en"),
    ],
)
def test_the_page_speaks_the_payers_language(partner, told, asked, accepted, lang):
    page = page_of(language=told)
    html = partner.browser.get(page + asked, headers={"Accept-Language": accepted}).text
    assert f'<html lang="{lang}">' in html


def test_what_the_merchant_says_is_shown_as_text(partner):
    html = partner.browser.get(page_of(title="<script>alert(1)</script>")).text
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_page_allows_its_style_and_the_way_back_and_nothing_else(partner):
    headers = partner.browser.get(page_of()).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert policy.endswith("form-action 'self' http://localhost:8000")
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


def test_cancelling_leads_back_and_charges_nothing(partner):
    page = page_of()
    back = partner.pay(page, "cancel")
    assert (back.status_code, back.headers["location"]) == (303, RETURN)
    assert provider("sandbox").query(code="a" * 20) == []
    partner.pay(page)  # she may change her mind
    assert len(provider("sandbox").query(code="a" * 20)) == 1


def test_a_page_that_is_not_there(partner):
    answer = partner.browser.get(f"{partner.url}/pay/nothing")
    assert answer.status_code == 404
    assert "找不到" in answer.text or "cannot find" in answer.text


def test_paying_twice_charges_once_and_says_so(partner):
    page = page_of(language="en")
    partner.pay(page)
    partner.pay(page)
    [charge] = provider("sandbox").query(code="a" * 20)
    assert (charge.kind, charge.money) == (Kind.CAPTURED, Money(12_800, "CNY"))
    assert "This has been paid" in partner.browser.get(page).text


def test_a_code_stands_for_one_sum(partner):
    page_of(minor=100)
    with pytest.raises(ProviderSaidNo):
        page_of(minor=200)


def test_refunds_are_once_per_code_and_never_more_than_charged(partner):
    adapter = provider("sandbox")
    partner.pay(page_of(minor=1_000))

    def refund(code, minor):
        return adapter.refund(
            code=code,
            intent_code="a" * 20,
            money=Money(minor, "CNY"),
            reason="",
            notify_url=NOWHERE,
        )

    [first], [again] = refund("r1", 600), refund("r1", 600)
    assert first.event == again.event
    for code, minor in [("r1", 500), ("r2", 401)]:
        with pytest.raises(ProviderSaidNo):
            refund(code, minor)
    assert adapter.query_refund(code="r1") == [first]


def test_requests_must_be_signed_fresh_and_new(partner):
    address = f"{partner.url}/v1/payments/{'a' * 20}"
    assert httpx.get(address, trust_env=False).status_code == 401
    page_of()
    sent: list[httpx.Request] = []
    adapter = provider("sandbox")
    adapter._client.event_hooks = {"request": [sent.append]}
    adapter.query(code="a" * 20)
    replay = httpx.get(address, headers=dict(sent[0].headers), trust_env=False)
    assert replay.status_code == 401


def test_an_answer_of_somebody_else_is_not_believed(partner):
    page_of()
    (partner.folder / "partner.pub").write_text("00" * 32)
    with pytest.raises(ProviderDown):
        provider("sandbox").query(code="a" * 20)


def test_a_notice_is_repeated_until_it_is_heard(partner, merchant):
    merchant.answers = [500, 503, 200]
    partner.pay(page_of(notify_url=merchant.url))
    until(lambda: len(merchant.heard) == 3)
    bodies = {body for _, body in merchant.heard}
    nonces = {headers["Pay-Nonce"] for headers, _ in merchant.heard}
    assert len(bodies) == 1  # the same word
    assert len(nonces) == 3  # signed anew each time


def test_what_it_owes_survives_its_end(partner, merchant):
    partner.behave(notices="held")
    partner.pay(page_of(notify_url=merchant.url))
    public = (partner.folder / "partner.pub").read_text()
    partner.stop()
    partner.start()
    assert (partner.folder / "partner.pub").read_text() == public
    assert merchant.heard == []
    partner.release()
    until(lambda: len(merchant.heard) == 1)


def test_manners_that_it_does_not_know(partner):
    answer = partner.browser.post(f"{partner.url}/test", data={"charge": "nothing"})
    assert answer.status_code == 422
    assert partner.browser.get(f"{partner.url}/test").status_code == 200


def test_its_private_key_is_its_own(partner):
    assert (partner.folder / "partner.key").stat().st_mode & 0o077 == 0
