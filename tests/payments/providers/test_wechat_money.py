"""WeChat Pay: refunds, a partner that is down or slow, its bills, and the keys it needs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from shoal.kit.clock import now
from shoal.payments import operations, providers, queries
from shoal.payments.providers import (
    BillNotReady,
    NoMoneyMoved,
    NoticeRefused,
    ProviderDown,
    provider,
)
from shoal.payments.providers.keys import KeyBroken, KeyFileUnreadable, KeyMissing
from shoal.payments.providers.rsa import SettingMissing
from tests.partners.wechat import API_KEY, bill
from tests.payments.makers import NOW, ask_back, books, open_one
from tests.payments.providers.wechat_makers import begin, fresh, paid, tell

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


def day_after(monkeypatch, *, hour=10):
    at = datetime(2026, 6, 2, hour - 8, tzinfo=UTC)
    monkeypatch.setattr("shoal.payments.providers.wechat.time.time", at.timestamp)


# Refunds --------------------------------------------------------------------------------------


def test_a_refund_arrives(wechat):
    intent = paid(wechat)
    refund = ask_back(intent, amount=5_000)
    operations.send_refunds(at=now())
    assert (fresh(refund).state, fresh(intent).returned) == ("done", 5_000)
    assert books(intent) == {("clearing", "CNY"): -7_800, ("escrow", "CNY"): 7_800}


def test_a_refund_under_way_is_finished_by_its_notice(wechat):
    wechat.refunds_wait = True
    intent = paid(wechat)
    refund = ask_back(intent, amount=5_000)
    operations.send_refunds(at=now())
    assert fresh(refund).state == "sent"
    wechat.finish_refund(refund.code)
    assert tell(*wechat.notice_of_refund(refund.code)).status_code == 200
    assert tell(*wechat.notice_of_refund(refund.code)).status_code == 200
    assert provider("wechat").query_refund(code=refund.code)[0].amount == 5_000
    assert (fresh(refund).state, fresh(intent).returned) == ("done", 5_000)


@pytest.mark.parametrize("state", ["ABNORMAL", "CLOSED"])
def test_a_refund_that_failed_is_tried_again_until_somebody_acts(wechat, state):
    wechat.refunds_wait = True
    intent = paid(wechat)
    refund = ask_back(intent, amount=5_000)
    operations.send_refunds(at=now())
    wechat.finish_refund(refund.code, state)
    assert tell(*wechat.notice_of_refund(refund.code)).status_code == 200
    assert fresh(refund).state == "failed"
    operations.send_refunds(at=now() + timedelta(minutes=5))
    assert fresh(refund).state == "failed"
    wechat.finish_refund(refund.code)
    operations.send_refunds(at=now() + timedelta(hours=1))
    assert (fresh(refund).state, fresh(intent).returned) == ("done", 5_000)


# A partner that is down or slow -----------------------------------------------------------------


def test_while_it_is_down_the_order_stays_payable_and_a_later_query_settles_it(
    wechat,
):
    intent = open_one()
    wechat.server.down = True
    with pytest.raises(ProviderDown):
        begin(intent)
    wechat.server.down = False
    begin(intent)
    wechat.pay(intent.code)
    wechat.server.down = True
    operations.settle_open_intents(at=NOW + timedelta(minutes=2))
    assert fresh(intent).state == "open"
    wechat.server.down = False
    operations.settle_open_intents(at=NOW + timedelta(minutes=10))
    assert fresh(intent).state == "captured"


def test_a_slow_partner_is_not_waited_for(wechat):
    partner = provider("wechat")
    partner._library._core._timeout = (0.2, 0.2)
    wechat.server.slow = 0.6
    with pytest.raises(ProviderDown):
        begin(open_one())


def test_an_answer_that_a_stranger_signed_moves_nothing(wechat):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code)
    wechat.signs_with = rsa.generate_private_key(65537, 2048)
    with pytest.raises(ProviderDown):
        provider("wechat").query(code=intent.code)


def test_a_number_that_it_does_not_know(wechat):
    assert provider("wechat").query(code="nobodyknowsthisone") == []
    assert provider("wechat").query_refund(code="nobodyknowsthisone") == []


# Bills ----------------------------------------------------------------------------------------


def test_a_bill_is_read_to_the_cent(wechat, monkeypatch):
    day_after(monkeypatch)
    wechat.bills[DAY.isoformat()] = bill(
        ("2026-06-01 20:00:30", "42001", "abc", "SUCCESS", "0", "0", "0.00", "0.76800", "128.00"),
        ("2026-06-01 21:00:00", "42001", "abc", "REFUND", "50301", "r1", "50.00", "-0.30000", "0"),
        ("2026-06-01 22:00:00", "42002", "def", "REVOKED", "0", "0", "0.00", "0.00000", "1.00"),
    )
    pay, back = provider("wechat").download_bill(day=DAY)
    assert (pay.kind, pay.code, pay.reference) == ("pay", "abc", "42001")
    assert (pay.amount, pay.fee, pay.currency) == (12_800, 77, "CNY")
    assert pay.happened_at == datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
    assert (back.kind, back.code, back.reference) == ("refund", "r1", "50301")
    assert (back.amount, back.fee) == (5_000, -30)


def test_a_day_without_business_and_one_that_is_not_closed(wechat, monkeypatch):
    day_after(monkeypatch, hour=9)
    with pytest.raises(BillNotReady):
        provider("wechat").download_bill(day=DAY)
    day_after(monkeypatch)
    assert provider("wechat").download_bill(day=DAY) == []
    wechat.bills[DAY.isoformat()] = "soon"
    with pytest.raises(BillNotReady):
        provider("wechat").download_bill(day=DAY)


@pytest.mark.parametrize("sent", [b"\x1f\x8b nonsense", b"another file"])
def test_a_bill_that_is_not_the_one_announced(wechat, monkeypatch, sent):
    day_after(monkeypatch)
    wechat.bills[DAY.isoformat()] = bill()
    wechat.sent_bill = sent
    with pytest.raises(ProviderDown):
        provider("wechat").download_bill(day=DAY)


# Keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "value", "refusal"),
    [
        ("SHOAL_WECHAT_APP_ID", "", SettingMissing),
        ("SHOAL_WECHAT_MERCHANT", "", SettingMissing),
        ("SHOAL_WECHAT_SERIAL", "", SettingMissing),
        ("SHOAL_WECHAT_PUBLIC_KEY_ID", "", SettingMissing),
        ("SHOAL_WECHAT_API_KEY", "", KeyMissing),
        ("SHOAL_WECHAT_API_KEY", "short", KeyBroken),
        ("SHOAL_WECHAT_PUBLIC_KEY", "", KeyMissing),
        ("SHOAL_WECHAT_PUBLIC_KEY", "not a key at all", KeyBroken),
        ("SHOAL_WECHAT_PRIVATE_KEY_FILE", "/nowhere/key.pem", KeyFileUnreadable),
        ("SHOAL_WECHAT_APP_SECRET", "", KeyMissing),
    ],
)
def test_a_missing_or_broken_key_says_which_and_shows_nothing(
    wechat,
    settings,
    setting,
    value,
    refusal,
):
    setattr(settings, setting, value)
    providers.provider.cache_clear()
    with pytest.raises(refusal) as refused:
        provider("wechat")
    assert setting.removesuffix("_FILE") in str(refused.value)
    assert "not a key" not in str(refused.value).replace("is not a key that fits", "")


def test_no_key_shows_in_the_adapter(wechat):
    shown = repr(provider("wechat")) + repr(provider("wechat")._library)
    assert API_KEY not in shown
    assert "PRIVATE" not in shown


def test_a_platform_certificate_is_known_by_its_own_serial_number(wechat, settings):
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tenpay.com Root CA")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(wechat.own_key.public_key())
        .serial_number(0x5157F09EFDC096DE15EBE81A47057A7232F1B8E1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1800))
        .sign(wechat.own_key, SHA256())
    )
    settings.SHOAL_WECHAT_PUBLIC_KEY = certificate.public_bytes(Encoding.PEM).decode()
    settings.SHOAL_WECHAT_PUBLIC_KEY_ID = ""
    providers.provider.cache_clear()
    headers, body = wechat.notice("PAYSCORE.USER_OPEN_SERVICE", "payscore", {"mchid": "1900000109"})
    lower = {key.lower(): value for key, value in headers.items()}
    with pytest.raises(NoticeRefused):
        provider("wechat").read_notice(headers=lower, body=body, at=now())
    lower["wechatpay-serial"] = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
    with pytest.raises(NoMoneyMoved):
        provider("wechat").read_notice(headers=lower, body=body, at=now())


def test_a_refund_that_never_ends_is_a_matter_for_an_operator(wechat):
    wechat.refunds_wait = True
    intent = paid(wechat)
    refund = ask_back(intent, amount=5_000)
    at = now()
    while fresh(refund).next_at is not None:
        at += timedelta(hours=7)
        operations.send_refunds(at=at)
    assert [stuck.id for stuck in queries.stuck_refunds()] == [refund.id]
    wechat.finish_refund(refund.code)
    operations.retry_refund(code=refund.code, by="olga", at=at)
    operations.send_refunds(at=at)
    assert fresh(refund).state == "done"
