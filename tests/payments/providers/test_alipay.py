"""Alipay against a partner that signs and checks as its documents say."""

import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client as Browser

from shoal.kit.clock import now
from shoal.payments import operations, providers
from shoal.payments.models import Notice, Refund
from shoal.payments.operations import Payer
from shoal.payments.providers import (
    BillNotReady,
    Client,
    ProviderDown,
    ProviderSaidNo,
    provider,
)
from shoal.payments.providers.beijing import written
from shoal.payments.providers.keys import KeyBroken, KeyFileUnreadable, KeyMissing
from shoal.payments.providers.rsa import SettingMissing
from tests.partners.alipay import bare, bill
from tests.payments.makers import NOW, ask_back, books, open_one

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
RETURN = "https://shop.example/orders/x/payment/return"


def fresh(row):
    return type(row).objects.get(id=row.id)


def begin(intent, client=Client.DESK, **more: object):
    begun = operations.start_payment(
        intent=intent,
        payer=Payer(provider="alipay", client=client),
        return_url=RETURN,
        title="美的小店 x7k2",
        at=NOW,
        **more,
    )
    return begun.redirect_url


def tell(body):
    return Browser(enforce_csrf_checks=True).post(
        "/notices/alipay", body, content_type="application/x-www-form-urlencoded; charset=utf-8"
    )


def nothing_kept(intent):
    return not Notice.objects.exists() and fresh(intent).captured == 0 and books(intent) == {}


def paid(partner, *, amount=12_800):
    intent = open_one(amount=amount)
    partner.pay(begin(intent))
    operations.settle_open_intents(at=NOW + timedelta(minutes=2))
    assert fresh(intent).state == "captured"
    return fresh(intent)


def at_hour(monkeypatch, hour):
    at = datetime(2026, 6, 2, hour - 8, tzinfo=UTC)
    monkeypatch.setattr("shoal.payments.providers.alipay.time.time", at.timestamp)


# Announcing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "method", "product"),
    [
        (Client.DESK, "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
        (Client.PHONE, "alipay.trade.wap.pay", "QUICK_WAP_WAY"),
    ],
)
def test_the_page_suits_what_she_holds(alipay, client, method, product):
    intent = open_one()
    page = begin(intent, client, expires_at=NOW + timedelta(minutes=30))
    assert page.startswith(f"{alipay.url}/gateway.do?")
    words = dict(parse_qsl(urlsplit(page).query))
    assert alipay.is_signed(words)
    assert (words["method"], words["return_url"]) == (method, RETURN)
    assert words["notify_url"].endswith("/notices/alipay")
    wish = json.loads(words["biz_content"])
    assert (wish["total_amount"], wish["product_code"]) == ("128.00", product)
    assert wish["time_expire"] == "2026-06-01 20:30:00"
    assert wish["subject"] == "美的小店 x7k2"


def test_only_in_yuan(alipay):
    with pytest.raises(ProviderSaidNo):
        begin(open_one(currency="JPY"))


# Notices --------------------------------------------------------------------------------------


def test_a_notice_pays_and_a_query_tells_of_the_same(alipay):
    intent = open_one()
    alipay.pay(begin(intent))
    answer = tell(alipay.notice_of_payment(intent.code))
    assert (answer.status_code, answer.content) == (200, b"success")
    assert fresh(intent).captured_at == datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
    known = provider("alipay").query(code=intent.code)
    assert operations.record_notices(notices=known, at=now()) == [None]
    assert books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}


def test_the_same_notice_over_and_over_counts_once(alipay):
    intent = open_one()
    alipay.pay(begin(intent))
    body = alipay.notice_of_payment(intent.code)
    assert [tell(body).content for _ in range(3)] == [b"success"] * 3
    assert fresh(intent).captured == 12_800
    assert Notice.objects.count() == 1


def test_a_trade_that_is_finished_later_is_no_second_payment(alipay):
    intent = open_one()
    alipay.pay(begin(intent))
    tell(alipay.notice_of_payment(intent.code))
    tell(alipay.notice_of_payment(intent.code, trade_status="TRADE_FINISHED"))
    assert fresh(intent).captured == 12_800


@pytest.mark.parametrize("ago", [timedelta(hours=26, minutes=1), timedelta(minutes=-6)])
def test_too_old_or_from_the_future(alipay, ago):
    intent = open_one()
    alipay.pay(begin(intent))
    body = alipay.notice_of_payment(intent.code, notify_time=written(now() - ago))
    assert tell(body).status_code == 401
    assert nothing_kept(intent)


def test_said_again_a_day_later_is_welcome(alipay):
    intent = open_one()
    alipay.pay(begin(intent))
    at = written(now() - timedelta(hours=25))
    assert tell(alipay.notice_of_payment(intent.code, notify_time=at)).status_code == 200
    assert fresh(intent).state == "captured"


def test_signed_by_a_stranger(alipay):
    intent = open_one()
    alipay.pay(begin(intent))
    alipay.signs_with = rsa.generate_private_key(65537, 2048)
    assert tell(alipay.notice_of_payment(intent.code)).status_code == 401
    assert nothing_kept(intent)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"total_amount=128.00", b"total_amount=1.00"),
        (b"sign_type=RSA2", b"sign_type=RSA"),
        (b"sign=", b"signature="),
        (b"charset=utf-8", b"charset=utf-8&trade_no=1&trade_no=2"),
        (b"app_id=2021000122671234", b"app_id=2021000122671235"),
    ],
)
def test_changed_on_its_way(alipay, old, new):
    intent = open_one()
    alipay.pay(begin(intent))
    body = alipay.notice_of_payment(intent.code)
    assert old in body
    assert tell(body.replace(old, new)).status_code == 401
    assert nothing_kept(intent)


@pytest.mark.parametrize("body", [b"", b"null", b"\xff=1", b"a=1&a=2"])
def test_noise(alipay, body):
    assert tell(body).status_code == 401
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"app_id": "2021000122671235"}, {"total_amount": "a lot"}, {"total_amount": "-1"}]
)
def test_rightly_signed_but_not_for_us(alipay, changes):
    intent = open_one()
    alipay.pay(begin(intent))
    assert tell(alipay.notice_of_payment(intent.code, **changes)).status_code == 401
    assert nothing_kept(intent)


def test_a_trade_that_nobody_paid_is_no_payment(alipay):
    intent = open_one()
    alipay.pay(begin(intent))
    for changes in ({"trade_status": "WAIT_BUYER_PAY"}, {"trade_status": "TRADE_CLOSED"}):
        body = alipay.notice_of_payment(intent.code, gmt_payment="", **changes)
        assert tell(body).content == b"success"
    assert nothing_kept(intent)


def test_a_wrong_sum_is_booked_and_asked_back(alipay):
    intent = open_one()
    alipay.pay(begin(intent), amount="127.00")
    assert tell(alipay.notice_of_payment(intent.code)).status_code == 200
    assert fresh(intent).state == "open"
    operations.send_refunds(at=now())
    assert Refund.objects.get().state == "done"
    assert books(intent) == {}


def test_an_unknown_number_is_kept_for_the_operator(alipay):
    intent = open_one()
    alipay.pay(begin(intent))
    assert tell(alipay.notice_of_payment(intent.code, out_trade_no="nobody")).status_code == 200
    assert Notice.objects.get().verdict == "unknown"


# Refunds --------------------------------------------------------------------------------------


def test_parts_are_refunded_one_by_one(alipay):
    intent = paid(alipay)
    first, second = ask_back(intent, 5_000), ask_back(intent, 7_800)
    operations.send_refunds(at=now())
    assert (fresh(first).state, fresh(second).state) == ("done", "done")
    assert books(intent) == {}
    assert provider("alipay").query(code=intent.code)[0].amount == 12_800


def test_of_a_refund_the_notice_is_the_same_news_as_the_query(alipay):
    intent = paid(alipay)
    first, second = ask_back(intent, 5_000), ask_back(intent, 2_000)
    operations.send_refunds(at=now())
    # It names the sum of both; each moved its own part, once.
    for refund in (first, second, second):
        assert tell(alipay.notice_of_refund(refund.code)).content == b"success"
    assert fresh(intent).returned == 7_000
    assert books(intent) == {("clearing", "CNY"): -5_800, ("escrow", "CNY"): 5_800}


def test_a_notice_of_a_refund_that_never_was(alipay):
    intent = paid(alipay)
    body = alipay.notice_of_payment(intent.code, gmt_refund="2026-06-02 09:00:00", out_biz_no="x")
    assert tell(body).content == b"success"
    assert fresh(intent).returned == 0


def test_a_refund_whose_answer_was_lost_is_not_done_twice(alipay):
    intent = paid(alipay)
    refund = ask_back(intent, 5_000)
    alipay._refund(
        {"out_trade_no": intent.code, "out_request_no": refund.code, "refund_amount": "50.00"}
    )
    operations.send_refunds(at=now())
    assert (fresh(refund).state, len(alipay.refunds)) == ("done", 1)


def test_a_refund_that_it_will_not_do_is_tried_again(alipay):
    intent = paid(alipay)
    alipay.refuses_refunds = "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    refund = ask_back(intent, 5_000)
    operations.send_refunds(at=now())
    assert fresh(refund).state == "failed"
    assert fresh(intent).returned == 0
    alipay.refuses_refunds = ""
    operations.send_refunds(at=now() + timedelta(minutes=5))
    assert fresh(refund).state == "done"


# A partner that is down or slow -----------------------------------------------------------------


def test_while_it_is_down_a_later_query_settles(alipay):
    intent = open_one()
    alipay.pay(begin(intent))
    alipay.server.down = True
    operations.settle_open_intents(at=NOW + timedelta(minutes=2))
    assert fresh(intent).state == "open"
    alipay.server.down = False
    operations.settle_open_intents(at=NOW + timedelta(minutes=10))
    assert fresh(intent).state == "captured"


def test_a_slow_partner_is_not_waited_for(alipay):
    partner = provider("alipay")
    partner._client.timeout = 0.2
    alipay.server.slow = 0.6
    with pytest.raises(ProviderDown):
        partner.query(code="abc")


def test_an_answer_that_is_not_signed_by_it_moves_nothing(alipay):
    intent = open_one()
    alipay.pay(begin(intent))
    alipay.forgets_to_sign = True
    with pytest.raises(ProviderDown):
        provider("alipay").query(code=intent.code)
    alipay.forgets_to_sign = False
    alipay.signs_with = rsa.generate_private_key(65537, 2048)
    with pytest.raises(ProviderDown):
        provider("alipay").query(code=intent.code)


def test_with_a_key_that_it_does_not_know(alipay, settings):
    settings.SHOAL_ALIPAY_PRIVATE_KEY = bare(rsa.generate_private_key(65537, 2048))
    providers.provider.cache_clear()
    with pytest.raises(ProviderSaidNo):
        provider("alipay").query(code="abc")


# Bills ----------------------------------------------------------------------------------------


def test_a_bill_is_read_to_the_cent(alipay, monkeypatch):
    at_hour(monkeypatch, 10)
    alipay.bills[DAY.isoformat()] = bill(
        ("202606012200", "abc", "交易", "2026-06-01 20:00:30", "128.00", "", "-0.77"),
        ("202606012200", "abc", "退款", "2026-06-01 21:00:00", "-50.00", "r1", "0.30"),
        ("", "20260601fee", "收费", "2026-06-01 23:00:00", "0.00", "", "-2.00"),
    )
    pay, back, fee = provider("alipay").download_bill(day=DAY)
    assert (pay.kind, pay.code, pay.reference) == ("pay", "abc", "202606012200")
    assert (pay.amount, pay.fee) == (12_800, 77)
    assert pay.happened_at == datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
    assert (back.kind, back.code, back.amount, back.fee) == ("refund", "r1", 5_000, -30)
    assert (fee.kind, fee.amount, fee.fee) == ("fee", 0, 200)


def test_a_day_without_business_and_one_that_is_not_closed(alipay, monkeypatch):
    at_hour(monkeypatch, 9)
    with pytest.raises(BillNotReady):
        provider("alipay").download_bill(day=DAY)
    at_hour(monkeypatch, 10)
    assert provider("alipay").download_bill(day=DAY) == []


@pytest.mark.parametrize("sent", [b"", b"PK nonsense"])
def test_a_bill_that_is_none(alipay, monkeypatch, sent):
    at_hour(monkeypatch, 10)
    alipay.bills[DAY.isoformat()] = sent
    with pytest.raises(ProviderDown):
        provider("alipay").download_bill(day=DAY)


def test_a_bill_comes_from_alipay_or_not_at_all(alipay):
    partner = provider("alipay")
    theirs = "http://dwbillcenter.alipay.com/downloadBillFile.resource?bizType=trade"
    assert partner._bill_address(theirs) == theirs.replace("http:", "https:")
    for strange in ("http://alipay.com.example/x", "ftp://alipay.com/x", f"{alipay.url}.example/"):
        with pytest.raises(ProviderDown):
            partner._bill_address(strange)


# Keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "value", "refusal"),
    [
        ("SHOAL_ALIPAY_APP_ID", "", SettingMissing),
        ("SHOAL_ALIPAY_PRIVATE_KEY", "", KeyMissing),
        ("SHOAL_ALIPAY_PRIVATE_KEY", "bm90IGEga2V5", KeyBroken),
        ("SHOAL_ALIPAY_PUBLIC_KEY_FILE", "/nowhere", KeyFileUnreadable),
        ("SHOAL_ALIPAY_PUBLIC_KEY", "bm90IGEga2V5", KeyBroken),
    ],
)
def test_a_missing_or_broken_key_says_which_and_shows_nothing(
    alipay,
    settings,
    setting,
    value,
    refusal,
):
    setattr(settings, setting, value)
    providers.provider.cache_clear()
    with pytest.raises(refusal) as refused:
        provider("alipay")
    assert setting.removesuffix("_FILE") in str(refused.value)
    assert "bm90" not in str(refused.value)
