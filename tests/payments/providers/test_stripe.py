"""Stripe as a program on a free port: localstripe, with what it lacks added beside it.

localstripe sends no webhook for refunds: those are signed here as Stripe's documents say.
"""

import hashlib
import hmac
import json
import subprocess
import sys
import warnings
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
from django.test import Client

from shoal.kit.clock import market_day, now
from shoal.kit.money import Money
from shoal.payments import operations, providers
from shoal.payments.models import Intent, Refund
from shoal.payments.providers import (
    BillNotReady,
    NoMoneyMoved,
    NoticeRefused,
    Prepayment,
    ProviderDown,
    ProviderSaidNo,
    provider,
)
from shoal.payments.providers.keys import KeyBroken, KeyFileUnreadable, KeyMissing
from shoal.payments.rules import Kind
from tests.payments.makers import NOW, alice, ask_back, books

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "whsec_test_of_shoal"
KEY = "sk_test_of_shoal"


@pytest.fixture(scope="module")
def running():
    """One process for the module."""
    with warnings.catch_warnings(action="ignore"):  # it is as old as it is
        from tests.payments.providers import stripe_server
    started = [sys.executable, "-W", "ignore", stripe_server.__file__, "0"]
    process = subprocess.Popen(started, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert line.startswith("ready "), line
    client = httpx.Client(
        base_url=f"http://127.0.0.1:{line.split()[1]}",
        headers={"Authorization": f"Bearer {KEY}"},
        trust_env=False,
    )
    yield client
    client.close()
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def stripe(running, settings, monkeypatch):
    """Stripe without a memory, as the partner that the settings name; the test's own hand in it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running.delete("/_config/data")
    settings.SHOAL_PAY = "stripe"
    settings.SHOAL_STRIPE_URL = str(running.base_url).rstrip("/")
    settings.SHOAL_STRIPE_KEY = KEY
    settings.SHOAL_STRIPE_WEBHOOK_SECRET = SECRET
    forget()
    yield running
    forget()


def forget():
    """The next adapter is made anew, from the settings of that moment."""
    if providers.provider.cache_info().currsize:
        with suppress(KeyMissing):
            provider("stripe")._client.close()
    providers.provider.cache_clear()


def intent_of(amount=12_800, currency="CNY"):
    intent = Intent.objects.create(
        subject=alice().id,
        payer=alice(),
        provider="stripe",
        amount=amount,
        currency=currency,
        created_at=NOW,
    )
    prepaid = provider("stripe").prepay(prepayment=prepayment(intent))
    intent.provider_reference = prepaid.reference
    intent.save()
    return intent


def pay(stripe, intent, card="4242424242424242"):
    """What the payer does on Stripe's page."""
    session = next(row for row in payments(stripe) if row["metadata"]["shoal"] == intent.code)
    card = {"number": card, "exp_month": 1, "exp_year": 2031, "cvc": "123"}
    method = stripe.post("/v1/payment_methods", json={"type": "card", "card": card}).json()
    path = f"/v1/payment_intents/{session['id']}"
    stripe.post(path, json={"payment_method": method["id"]}).raise_for_status()
    return stripe.post(f"{path}/confirm")


def payments(stripe):
    return stripe.get("/v1/payment_intents").json()["data"]


def signed(body, *, secret=SECRET, age=0):
    stamp = int(now().timestamp()) - age
    signature = hmac.digest(secret.encode(), f"{stamp}.".encode() + body, "sha256").hex()
    return {"stripe-signature": f"t={stamp},v1={signature},v0=old"}


def event(told, kind="payment_intent.succeeded"):
    created = int(now().timestamp())
    return json.dumps(
        {"id": "evt_1", "type": kind, "created": created, "data": {"object": told}}
    ).encode()


def read(body, headers):
    return provider("stripe").read_notice(headers=headers, body=body, at=now())


def test_the_payer_is_sent_to_stripes_own_page(stripe):
    intent = intent_of()
    prepaid = provider("stripe").prepay(prepayment=prepayment(intent))
    assert prepaid.redirect_url.startswith("https://checkout.stripe.com/")
    assert intent.provider_reference.startswith("cs_test_")
    assert {row["metadata"]["shoal"] for row in payments(stripe)} == {intent.code}


def prepayment(intent, **more: object):
    facts = {
        "code": intent.code,
        "money": Money(intent.amount, intent.currency),
        "title": "Shoal x7k2",
        "return_url": "http://localhost/x",
        "notify_url": "",
    }
    return Prepayment(**(facts | more))


def test_the_same_wish_twice_is_one_page(stripe):
    intent = intent_of()
    again = provider("stripe").prepay(prepayment=prepayment(intent))
    assert again.reference == intent.provider_reference
    other = provider("stripe").prepay(prepayment=prepayment(intent, language="zh-hans"))
    assert other.reference != intent.provider_reference


def test_a_query_finds_what_was_paid_and_books_it_once(stripe):
    intent = intent_of()
    assert provider("stripe").query(code=intent.code) == []
    assert pay(stripe, intent).status_code == 200
    for _ in range(2):
        operations.record_notices(notices=provider("stripe").query(code=intent.code), at=now())
    intent.refresh_from_db()
    assert (intent.state, intent.captured) == ("captured", 12_800)
    assert books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}


def test_a_webhook_and_a_query_are_one_event(stripe):
    intent = intent_of()
    told = pay(stripe, intent).json()
    body = event(told)
    answer = Client().post(
        "/notices/stripe", body, content_type="application/json", headers=signed(body)
    )
    assert answer.status_code == 200
    asked = provider("stripe").query(code=intent.code)
    assert operations.record_notices(notices=asked, at=now()) == [None]
    intent.refresh_from_db()
    assert intent.captured == 12_800


def test_localstripes_own_webhook_is_believed(stripe, live_server):
    intent = intent_of()
    hook = {"url": f"{live_server.url}/notices/stripe", "secret": SECRET}
    stripe.post("/_config/webhooks/shoal", json=hook).raise_for_status()
    pay(stripe, intent)
    from tests.partner import until

    until(lambda: Intent.objects.get(id=intent.id).state == "captured")
    # It would go on telling an address where nobody listens any more.
    stripe.post("/_config/webhooks/shoal", json=hook | {"events": []}).raise_for_status()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"stripe-signature": "nonsense"},
        {"stripe-signature": "t=1,v1="},
        {"stripe-signature": "t=١٢٣,v1=ü"},
        {"stripe-signature": f"t={'9' * 40},v1=ab"},
    ],
)
def test_a_webhook_without_a_good_signature_is_refused(stripe, headers):
    with pytest.raises(NoticeRefused):
        read(b"{}", headers)


def test_a_forged_an_old_and_a_changed_webhook_are_refused(stripe):
    body = event({"id": "pi_1", "status": "succeeded", "metadata": {"shoal": "a"}})
    for headers in (signed(body, secret="whsec_other"), signed(body, age=301)):
        with pytest.raises(NoticeRefused):
            read(body, headers)
    with pytest.raises(NoticeRefused):
        read(body + b" ", signed(body))
    answer = Client().post(
        "/notices/stripe", body, content_type="application/json", headers=signed(body, age=301)
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("customer.created", {"id": "cus_1"}),
        ("payment_intent.succeeded", {"id": "pi_1", "status": "succeeded", "metadata": {}}),
        ("refund.updated", {"id": "re_1", "status": "pending", "metadata": {"shoal": "r"}}),
    ],
)
def test_events_that_move_no_money_of_ours_are_thanked_for(stripe, kind, told):
    body = event(told, kind)
    with pytest.raises(NoMoneyMoved):
        read(body, signed(body))
    answer = Client().post(
        "/notices/stripe", body, content_type="application/json", headers=signed(body)
    )
    assert answer.status_code == 200


def test_money_goes_back_once_however_often_it_is_asked(stripe):
    intent = intent_of()
    pay(stripe, intent)
    operations.record_notices(notices=provider("stripe").query(code=intent.code), at=now())
    refund = ask_back(intent, 2_800)
    assert operations.send_refunds(at=now()) == 1
    refund.refresh_from_db()
    assert refund.state == Refund.State.DONE
    again = provider("stripe").refund(
        code=refund.code,
        intent_code=intent.code,
        money=Money(2_800, "CNY"),
        reason="",
        notify_url="",
    )
    assert operations.record_notices(notices=again, at=now()) == [None]
    assert len(stripe.get("/v1/refunds").json()["data"]) == 1
    assert provider("stripe").query_refund(code=refund.code)[0].kind is Kind.REFUNDED
    assert books(intent) == {("clearing", "CNY"): -10_000, ("escrow", "CNY"): 10_000}


def test_a_refund_that_failed_is_told_and_tried_anew(stripe):
    intent = intent_of()
    pay(stripe, intent)
    operations.record_notices(notices=provider("stripe").query(code=intent.code), at=now())
    refund = ask_back(intent, 2_800)
    asked = {
        "code": refund.code,
        "intent_code": intent.code,
        "money": Money(2_800, "CNY"),
        "reason": "",
        "notify_url": "",
    }
    first = provider("stripe").refund(**asked)[0]
    stripe.post(f"/_config/refunds/{first.event.partition(':')[2]}/failed").raise_for_status()
    failed = provider("stripe").query_refund(code=refund.code)[0]
    assert failed.kind is Kind.REFUND_FAILED
    body = event(stripe.get("/v1/refunds").json()["data"][0], "refund.failed")
    assert read(body, signed(body)).event == failed.event
    assert provider("stripe").refund(**asked)[0].event != first.event


def test_a_refund_that_was_cancelled_goes_out_again_and_moves_money_once(stripe):
    intent = intent_of()
    pay(stripe, intent)
    operations.record_notices(notices=provider("stripe").query(code=intent.code), at=now())
    refund = ask_back(intent, 2_800)
    stripe.post("/_config/pending").raise_for_status()
    operations.send_refunds(at=now())
    refund.refresh_from_db()
    assert refund.state == Refund.State.SENT
    [made] = stripe.get("/v1/refunds").json()["data"]
    stripe.post(f"/_config/refunds/{made['id']}/canceled").raise_for_status()
    body = event(stripe.get("/v1/refunds").json()["data"][0], "refund.updated")
    for _ in range(2):  # told once more, by a query
        Client().post(
            "/notices/stripe", body, content_type="application/json", headers=signed(body)
        )
        operations.record_notices(
            notices=provider("stripe").query_refund(code=refund.code), at=now()
        )
    refund.refresh_from_db()
    assert refund.state == Refund.State.FAILED
    assert books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}
    operations.send_refunds(at=now() + timedelta(days=1))
    refund.refresh_from_db()
    assert refund.state == Refund.State.DONE
    rows = stripe.get("/v1/refunds").json()["data"]
    assert sorted(row["status"] for row in rows) == ["canceled", "succeeded"]
    assert books(intent) == {("clearing", "CNY"): -10_000, ("escrow", "CNY"): 10_000}


def test_more_than_was_paid_does_not_go_back(stripe):
    intent = intent_of()
    pay(stripe, intent)
    with pytest.raises(ProviderSaidNo):
        provider("stripe").refund(
            code="r" * 20,
            intent_code=intent.code,
            money=Money(12_801, "CNY"),
            reason="",
            notify_url="",
        )
    assert stripe.get("/v1/refunds").json()["data"] == []


def test_yesterdays_bill_says_what_came_went_and_stayed_with_stripe(stripe):
    intent = intent_of()
    pay(stripe, intent)
    operations.record_notices(notices=provider("stripe").query(code=intent.code), at=now())
    refund = ask_back(intent, 2_800)
    operations.send_refunds(at=now())
    with pytest.raises(BillNotReady):
        provider("stripe").download_bill(day=market_day(now()))
    stripe.post("/_config/day").raise_for_status()
    rows = provider("stripe").download_bill(day=market_day(now()) - timedelta(days=1))
    assert sorted((row.kind, row.code, row.amount, row.fee) for row in rows) == [
        ("pay", intent.code, 12_800, 401),
        ("refund", refund.code, 2_800, 0),
    ]


def test_a_declined_card_is_no_payment(stripe):
    intent = intent_of()
    assert pay(stripe, intent, card="4000000000000341").status_code == 402
    assert provider("stripe").query(code=intent.code) == []


def test_a_key_that_is_missing_is_named_and_one_in_a_file_is_read(stripe, settings, tmp_path):
    forget()
    settings.SHOAL_STRIPE_KEY = ""
    with pytest.raises(KeyMissing, match="SHOAL_STRIPE_KEY"):
        provider("stripe")
    file = tmp_path / "key"
    settings.SHOAL_STRIPE_KEY_FILE = str(file)
    with pytest.raises(KeyFileUnreadable, match="SHOAL_STRIPE_KEY_FILE"):
        provider("stripe")
    for cannot_travel in ("sk_live\nrest", "sk_liveé", "sk live"):
        file.write_text(cannot_travel)
        with pytest.raises(KeyBroken) as broken:
            provider("stripe")
        assert cannot_travel not in repr(broken.value)
    file.write_text(f"{KEY}\n")
    assert provider("stripe").query(code="a" * 20) == []


def test_a_stripe_that_is_away_leaves_everything_as_it_is(stripe, settings):
    intent = intent_of()
    forget()
    settings.SHOAL_STRIPE_URL = "http://127.0.0.1:9"
    with pytest.raises(ProviderDown):
        provider("stripe").query(code=intent.code)


def test_keys_are_in_no_message(stripe, caplog):
    caplog.set_level("DEBUG")
    intent = intent_of()
    body = event({"id": "pi_1"})
    with pytest.raises(NoticeRefused) as refused:
        read(body, signed(body, secret="wrong"))
    for secret in (KEY, SECRET):
        assert secret not in caplog.text + str(refused.value) + repr(provider("stripe"))
    assert hashlib.sha256(body).digest()
    assert intent.code
