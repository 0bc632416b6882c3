"""WeChat Pay against a partner that signs, checks and seals as its documents say."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from shoal.kit.clock import now
from shoal.payments import operations
from shoal.payments.models import Intent, Notice, Refund
from shoal.payments.operations import Payer
from shoal.payments.providers import (
    Client,
    NoMoneyMoved,
    PaidAlready,
    ProviderSaidNo,
    provider,
)
from tests.partners.wechat import APP
from tests.payments.makers import NOW, books, open_one
from tests.payments.providers.wechat_makers import OPENID, begin, fresh, tell

pytestmark = pytest.mark.django_db


def nothing_kept(intent):
    return not Notice.objects.exists() and fresh(intent).captured == 0 and books(intent) == {}


# Announcing -----------------------------------------------------------------------------------


def test_on_a_desk_a_code_to_scan(wechat):
    intent = open_one()
    begun = begin(intent, expires_at=NOW + timedelta(minutes=30))
    assert begun.scan == f"weixin://wxpay/bizpayurl?pr={intent.code}"
    wish = wechat.orders[intent.code]["wish"]
    assert wish["amount"] == {"total": 12_800, "currency": "CNY"}
    assert wish["time_expire"] == "2026-06-01T20:30:00+08:00"
    assert wish["notify_url"].endswith("/notices/wechat")
    assert "payer" not in wish


def test_on_a_phone_a_page_that_leads_back(wechat):
    intent = open_one()
    begun = begin(intent, Client.PHONE)
    assert begun.redirect_url.startswith(f"{wechat.url}/h5?")
    assert begun.redirect_url.endswith(
        "&redirect_url=https%3A%2F%2Fshop.example%2Forders%2Fx%2Fpayment%2Freturn"
    )
    scene = wechat.orders[intent.code]["wish"]["scene_info"]
    assert scene == {"payer_client_ip": "203.0.113.9", "h5_info": {"type": "Wap"}}


def test_within_wechat_a_sheet_that_we_have_signed(wechat):
    intent = open_one()
    sheet = dict(begin(intent, Client.WECHAT).sheet)
    assert wechat.orders[intent.code]["wish"]["payer"] == {"openid": OPENID}
    assert (sheet["appId"], sheet["signType"]) == (APP, "RSA")
    assert sheet["package"].startswith("prepay_id=wx26")
    words = [sheet[name] for name in ("appId", "timeStamp", "nonceStr", "package")]
    from shoal.payments.providers.rsa import is_signed

    message = "".join(f"{word}\n" for word in words).encode()
    assert is_signed(wechat.merchant_key.public_key(), message, sheet["paySign"])


def test_the_same_way_twice_asks_for_the_money_once(wechat):
    intent = open_one()
    assert begin(intent).scan == begin(intent).scan
    assert Intent.objects.count() == 1


def test_another_way_is_another_number_and_both_count_as_one_payment(wechat):
    intent = open_one()
    begin(intent)
    begin(intent, Client.PHONE)
    first, heir = Intent.objects.order_by("id")
    assert (first.state, heir.state, heir.client) == ("closed", "open", "phone")
    assert (heir.subject, heir.amount) == (first.subject, first.amount)
    assert heir.payer_id == first.payer_id
    wechat.pay(first.code)
    assert tell(*wechat.notice_of_payment(first.code)).status_code == 200
    assert fresh(first).state == "captured"


def test_other_particulars_are_another_number(wechat):
    intent = open_one()
    begin(intent, Client.PHONE)
    who = Payer(provider="wechat", client=Client.PHONE, address="198.51.100.7")
    operations.start_payment(intent=intent, payer=who, return_url="https://shop.example/", at=NOW)
    first, heir = Intent.objects.order_by("id")
    assert (first.state, heir.state) == ("closed", "open")
    scene = wechat.orders[heir.code]["wish"]["scene_info"]
    assert scene["payer_client_ip"] == "198.51.100.7"


def test_what_has_been_paid_is_not_asked_for_again(wechat):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code)
    with pytest.raises(PaidAlready):
        begin(intent)
    assert fresh(intent).state == "open"


def test_only_in_yuan(wechat):
    with pytest.raises(ProviderSaidNo):
        begin(open_one(currency="USD"))
    assert wechat.orders == {}


# Notices --------------------------------------------------------------------------------------


def test_a_notice_pays_and_a_query_tells_of_the_same(wechat):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code)
    assert tell(*wechat.notice_of_payment(intent.code)).status_code == 200
    assert fresh(intent).captured_at == datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
    assert operations.record_notices(
        notices=provider("wechat").query(code=intent.code), at=now()
    ) == [None]
    assert books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}


def test_said_again_is_welcome_but_the_very_same_message_is_not(wechat):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code)
    first = wechat.notice_of_payment(intent.code)
    assert tell(*first).status_code == 200
    assert tell(*wechat.notice_of_payment(intent.code)).status_code == 200
    assert tell(*first).status_code == 409
    assert fresh(intent).captured == 12_800
    assert Notice.objects.count() == 1


@pytest.mark.parametrize("age", [301, -360, 86_400])
def test_too_old_or_from_the_future(wechat, age):
    intent = open_one()
    begin(intent)
    transaction = wechat._transaction(wechat.pay(intent.code)["wish"]["out_trade_no"])
    notice = wechat.notice("TRANSACTION.SUCCESS", "transaction", transaction, age=age)
    assert tell(*notice).status_code == 401
    assert nothing_kept(intent)


def test_signed_by_a_stranger(wechat):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code)
    wechat.signs_with = rsa.generate_private_key(65537, 2048)
    assert tell(*wechat.notice_of_payment(intent.code)).status_code == 401
    assert nothing_kept(intent)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Wechatpay-Serial", "PUB_KEY_ID_0000000000000000000000000000000000"),
        ("Wechatpay-Serial", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"),
        ("Wechatpay-Serial", ""),
        ("Wechatpay-Timestamp", "now"),
        ("Wechatpay-Timestamp", "１２３"),
        ("Wechatpay-Nonce", "another"),
        ("Wechatpay-Signature", "WECHATPAY/SIGNTEST/abc"),
        ("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3"),
    ],
)
def test_a_header_that_does_not_fit(wechat, header, value):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code)
    headers, body = wechat.notice_of_payment(intent.code)
    heard = len(wechat.server.heard)
    assert tell(headers | {header: value}, body).status_code == 401
    assert nothing_kept(intent)
    # A stranger cannot make us fetch certificates.
    assert len(wechat.server.heard) == heard


@pytest.mark.parametrize("change", [{"mchid": "1900000108"}, {"appid": "wx0000000000000000"}])
def test_about_another_merchant(wechat, change):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code)
    told = wechat._transaction(intent.code) | change
    assert tell(*wechat.notice("TRANSACTION.SUCCESS", "transaction", told)).status_code == 401
    assert nothing_kept(intent)


@pytest.mark.parametrize("amount", [{"total": 128.0}, {"total": "12800"}, {"total": 0}, {}])
def test_rightly_signed_nonsense(wechat, amount):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code)
    told = wechat._transaction(intent.code) | {"amount": amount}
    assert tell(*wechat.notice("TRANSACTION.SUCCESS", "transaction", told)).status_code == 401
    assert nothing_kept(intent)


def test_sealed_under_another_key(wechat):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code)
    _, body = wechat.notice_of_payment(intent.code)
    record = json.loads(body)
    record["resource"]["nonce"] = "000000000000"
    changed = json.dumps(record).encode()
    assert tell(wechat.signed(changed), changed).status_code == 401
    assert nothing_kept(intent)


def test_a_wrong_sum_is_booked_and_asked_back(wechat):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code, total=12_700)
    assert tell(*wechat.notice_of_payment(intent.code)).status_code == 200
    assert fresh(intent).state == "open"
    operations.send_refunds(at=now())
    assert books(intent) == {}
    assert Refund.objects.get().state == "done"


def test_an_unknown_number_is_kept_for_the_operator(wechat):
    intent = open_one()
    begin(intent)
    wechat.pay(intent.code)
    told = wechat._transaction(intent.code) | {"out_trade_no": "nobodyknowsthisone"}
    assert tell(*wechat.notice("TRANSACTION.SUCCESS", "transaction", told)).status_code == 200
    assert Notice.objects.get().verdict == "unknown"
    assert fresh(intent).captured == 0


def test_other_events_change_nothing(wechat):
    headers, body = wechat.notice("PAYSCORE.USER_OPEN_SERVICE", "payscore", {"mchid": "1900000109"})
    assert tell(headers, body).status_code == 200
    lower = {name.lower(): value for name, value in headers.items()}
    with pytest.raises(NoMoneyMoved):
        provider("wechat").read_notice(headers=lower, body=body, at=now())
