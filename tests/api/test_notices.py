"""POST /notices/<provider>, from the partner itself and from those who pretend to be it."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client, override_settings

from shoal.kit import events
from shoal.kit.clock import now
from shoal.payments import operations
from shoal.payments.models import Intent, Notice
from shoal.sandbox_pay.keys import PRIVATE_FILE, sign
from tests.partner import until
from tests.payments.makers import books, open_one

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/notices/sandbox"


@pytest.fixture(autouse=True)
def nobody_above():
    before = dict(events._reactors)
    events.route({})
    yield
    events.route(before)


def fresh(row):
    return type(row).objects.get(id=row.id)


def partner_key(partner):
    return Ed25519PrivateKey.from_private_bytes((partner.folder / PRIVATE_FILE).read_bytes())


def said(intent, **changes: object):
    words = {
        "event": "ch_1",
        "kind": "captured",
        "code": intent.code,
        "amount": intent.amount,
        "currency": intent.currency,
        "happened_at": now().isoformat(),
    }
    return json.dumps(words | changes).encode()


def post(body, headers, *, path=PATH):
    # A partner has no cookie: the check for forged forms must not stand in its way.
    return Client(enforce_csrf_checks=True).post(
        path, body, content_type="application/json", headers=headers
    )


def signed(partner, body, *, age=0):
    return sign(partner_key(partner), body, at=int(now().timestamp()) - age)


def nothing_kept(intent):
    return not Notice.objects.exists() and fresh(intent).captured == 0 and books(intent) == {}


def test_a_signed_notice_is_taken_in_before_it_is_answered(partner):
    intent = open_one()
    body = said(intent)
    assert post(body, signed(partner, body)).status_code == 200
    assert fresh(intent).state == "captured"
    assert bytes(Notice.objects.get().digest) == hashlib.sha256(body).digest()


def test_said_again_with_a_new_signature_is_welcome_and_counts_once(partner):
    intent = open_one()
    body = said(intent)
    for _ in range(3):
        assert post(body, signed(partner, body)).status_code == 200
    assert Notice.objects.count() == 1
    assert fresh(intent).captured == intent.amount


def test_the_very_same_message_a_second_time_is_refused(partner):
    intent = open_one()
    body = said(intent)
    headers = signed(partner, body)
    assert post(body, headers).status_code == 200
    assert post(body, headers).status_code == 409
    assert fresh(intent).captured == intent.amount


# What is signed ahead of its time grows older on the way here: half a minute is left for that.
@pytest.mark.parametrize("age", [301, -330, 86_400])
def test_too_old_or_from_the_future(partner, age):
    intent = open_one()
    body = said(intent)
    assert post(body, signed(partner, body, age=age)).status_code == 401
    assert nothing_kept(intent)


def test_signed_by_a_stranger(partner):
    intent = open_one()
    body = said(intent)
    headers = sign(Ed25519PrivateKey.generate(), body, at=int(now().timestamp()))
    assert post(body, headers).status_code == 401
    assert nothing_kept(intent)


@pytest.mark.parametrize("header", ["Pay-Timestamp", "Pay-Nonce", "Pay-Signature"])
@pytest.mark.parametrize("value", [None, "", "1", "字"])
def test_a_header_missing_or_changed(partner, header, value):
    intent = open_one()
    body = said(intent)
    headers = signed(partner, body)
    if value is None:
        del headers[header]
    else:
        headers[header] = value
    assert post(body, headers).status_code == 401
    assert nothing_kept(intent)


def test_a_body_changed_on_its_way(partner):
    intent = open_one()
    body = said(intent)
    headers = signed(partner, body)
    assert post(body.replace(b"12800", b"12801"), headers).status_code == 401
    assert nothing_kept(intent)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0},
        {"amount": -5},
        {"amount": "12800"},
        {"amount": 128.0},
        {"kind": "gift"},
        {"event": ""},
        {"happened_at": "yesterday"},
        {"happened_at": "2026-06-01T12:00:00"},
    ],
)
def test_rightly_signed_nonsense(partner, change):
    intent = open_one()
    body = said(intent, **change)
    assert post(body, signed(partner, body)).status_code == 401
    assert nothing_kept(intent)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff"])
def test_rightly_signed_noise(partner, body):
    intent = open_one()
    assert post(body, signed(partner, body)).status_code == 401
    assert nothing_kept(intent)


def test_a_body_that_is_too_long(partner):
    intent = open_one()
    body = said(intent, more="x" * 70_000)
    assert post(body, signed(partner, body)).status_code == 401
    assert nothing_kept(intent)


def test_only_known_providers_and_only_post(partner):
    intent = open_one()
    body = said(intent)
    assert post(body, signed(partner, body), path="/notices/otherpay").status_code == 404
    assert Client().get(PATH).status_code == 405
    assert nothing_kept(intent)


def test_what_we_could_not_keep_is_welcome_again(partner):
    intent = open_one()
    body = said(intent)
    headers = signed(partner, body)

    def fail(facts):
        raise RuntimeError("the disk is full")

    from shoal.payments.events import PaymentCaptured

    events.route({PaymentCaptured: (fail,)})
    client = Client(raise_request_exception=False)
    answer = client.post(PATH, body, content_type="application/json", headers=headers)
    assert answer.status_code == 500
    assert nothing_kept(intent)

    events.route({})
    assert post(body, headers).status_code == 200
    assert fresh(intent).state == "captured"


def test_before_the_partner_ever_started_its_word_waits(partner):
    intent = open_one()
    body = said(intent)
    headers = signed(partner, body)
    (partner.folder / "partner.pub").unlink()
    assert post(body, headers).status_code == 503
    assert nothing_kept(intent)


# The whole way: Alice pays on the partner's page, its notices come over HTTP --------------------


def page_of(intent, server):
    with override_settings(SHOAL_PUBLIC_URL=server.url):
        begun = operations.start_payment(intent=intent, return_url=f"{server.url}/", at=now())
    return begun.redirect_url


def pay(partner, server, *, times=1):
    intent = open_one(amount=12_800)
    page = page_of(intent, server)
    for _ in range(times):
        partner.pay(page)
    return intent


def answers(partner):
    """How the partner's latest notices were answered, as its own page shows it."""
    return partner.browser.get(f"{partner.url}/test?lang=en").text


@pytest.mark.parametrize(
    "manner", ["prompt", "doubled", "reordered", "forged", "expired", "replayed"]
)
def test_however_the_notice_comes_the_payment_counts_once(partner, live_server, manner):
    partner.behave(notices=manner)
    intent = pay(partner, live_server)
    until(lambda: fresh(intent).state == "captured")
    if manner in {"forged", "expired"}:
        until(lambda: "<b>401</b>" in answers(partner))
    if manner == "replayed":
        until(lambda: "<b>200, then 409</b>" in answers(partner))
    until(lambda: "<b>waiting</b>" not in answers(partner))
    assert fresh(intent).captured == 12_800
    assert Notice.objects.count() == 1
    assert books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}


@pytest.mark.parametrize("charge", ["less", "more", "other_currency"])
def test_a_wrong_charge_comes_back_and_the_right_one_still_pays(partner, live_server, charge):
    partner.behave(charge=charge)
    intent = pay(partner, live_server)
    until(lambda: Notice.objects.count() == 1)
    assert fresh(intent).state == "open"
    partner.behave()
    partner.pay(page_of(fresh(intent), live_server))
    until(lambda: fresh(intent).state == "captured")
    operations.send_refunds(at=now())
    until(lambda: books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800})


def test_charged_twice_one_goes_back(partner, live_server):
    partner.behave(charge="twice")
    intent = pay(partner, live_server)
    until(lambda: fresh(intent).captured == 25_600)
    operations.send_refunds(at=now())
    until(lambda: fresh(intent).returned == 12_800)
    assert books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}


def test_notices_owed_survive_the_partners_restart(partner, live_server):
    partner.behave(notices="held")
    intent = pay(partner, live_server)
    partner.stop()
    partner.start()
    assert fresh(intent).state == "open"
    partner.release()
    until(lambda: fresh(intent).state == "captured")


def test_intents_of_others_are_untouched(partner, live_server):
    other = open_one()
    intent = pay(partner, live_server)
    until(lambda: fresh(intent).state == "captured")
    assert Intent.objects.get(id=other.id).captured == 0
