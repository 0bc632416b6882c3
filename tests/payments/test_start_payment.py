"""Starting to pay, and finding out that it was paid when no notice ever came."""

from datetime import timedelta

import pytest
from django.db import transaction

from shoal.payments import operations
from shoal.payments.models import Notice
from shoal.payments.operations import NotPayable
from shoal.payments.providers import ProviderDown, provider
from shoal.payments.steps import close_intents
from tests.payments.makers import NOW, books, captured, open_one, tell

pytestmark = pytest.mark.django_db(transaction=True)
RETURN = "http://localhost:8000/orders/x"


def fresh(row):
    return type(row).objects.get(id=row.id)


def start(intent, **more: object):
    return operations.start_payment(intent=intent, return_url=RETURN, at=NOW, **more).redirect_url


def test_alice_is_sent_to_the_partners_page_and_back(partner):
    intent = open_one(amount=12_800)
    page = start(intent, title="Shoal x7k2", language="en")

    assert page.startswith(f"{partner.url}/pay/")
    shown = partner.browser.get(page)
    assert "¥128.00" in shown.text
    assert "Shoal x7k2" in shown.text
    back = partner.pay(page)
    assert (back.status_code, back.headers["location"]) == (303, RETURN)
    assert fresh(intent).provider_reference == f"hp_{intent.code}"


def test_opening_the_page_twice_asks_for_the_money_once(partner):
    intent = open_one()
    first, second = start(intent), start(intent)
    assert first == second
    partner.pay(first)
    partner.pay(second)
    assert len(provider("sandbox").query(code=intent.code)) == 1


def test_while_the_partner_is_down_the_order_stays_payable(partner):
    intent = open_one()
    partner.stop()
    with pytest.raises(ProviderDown):
        start(intent)
    assert fresh(intent).state == "open"
    partner.start()
    assert start(intent)


@pytest.mark.parametrize("manner", ["down", "slow"])
def test_a_partner_that_answers_badly_counts_as_down(partner, manner):
    intent = open_one()
    partner.behave(answers=manner)
    with pytest.raises(ProviderDown):
        start(intent)
    assert fresh(intent).state == "open"


def test_what_was_paid_or_given_up_cannot_be_paid(partner):
    intent, other = open_one(), open_one()
    tell(captured(intent))
    with transaction.atomic():
        close_intents(subjects=[other.subject], at=NOW)
    for row in (intent, other):
        with pytest.raises(NotPayable):
            start(row)
        assert not fresh(row).provider_reference


def test_a_payment_whose_notice_never_came_is_found(partner):
    intent = open_one(amount=12_800)
    partner.behave(notices="never")
    partner.pay(start(intent))

    assert operations.settle_open_intents(at=NOW) == 0  # its notice may still come
    assert operations.settle_open_intents(at=NOW + timedelta(minutes=1)) == 1

    assert fresh(intent).state == "captured"
    assert books(intent) == {("clearing", "CNY"): -12_800, ("escrow", "CNY"): 12_800}
    # The notice that comes after all tells of the same event.
    [told] = provider("sandbox").query(code=intent.code)
    assert tell(told) == [None]
    assert Notice.objects.count() == 1
    assert operations.settle_open_intents(at=NOW + timedelta(days=1)) == 0


def test_questions_about_what_was_never_paid_end(partner):
    intent = open_one()
    start(intent)
    at, asked = NOW, 0
    for _ in range(40):
        at += timedelta(hours=6)
        asked += operations.settle_open_intents(at=at)
    assert asked == 12
    assert fresh(intent).ask_at is None


def test_money_that_came_after_closing_is_found_too(partner):
    intent = open_one()
    partner.behave(notices="never")
    page = start(intent)
    with transaction.atomic():
        close_intents(subjects=[intent.subject], at=NOW)
    partner.pay(page)
    operations.settle_open_intents(at=NOW + timedelta(minutes=2))
    assert fresh(intent).state == "captured"


def test_the_partners_page_closes_when_the_order_expires(partner):
    intent = open_one()
    page = start(intent, expires_at=NOW - timedelta(days=3650))
    assert partner.pay(page).status_code == 200
    assert provider("sandbox").query(code=intent.code) == []
