"""Mona holds the books against bills: days, differences, deeds, and files that are wrong."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shoal.reconciliation.models import Bill, Deed
from shoal.web.desk.reconciliation_words import answer_words
from tests import trade
from tests.reconciliation.bills import (
    PAID_ON,
    balances,
    open_kinds,
    paid_order,
    row,
    take_in,
    the_open_one,
)

pytestmark = pytest.mark.django_db
HEADER = "kind,code,amount,fee\n"


@pytest.fixture
def mona(sign_in):
    return sign_in("money")


def page(client, name, *args: str, **query: str):
    response = client.get(reverse(f"desk:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def post(client, name, *args: str, **form: object):
    return client.post(reverse(f"desk:{name}", args=args), form, follow=True)


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


def sheet(text, name="bill.csv"):
    return SimpleUploadedFile(name, text.encode())


def upload(client, text, **changes: str):
    form = {"source": "provider", "partner": "sandbox", "day": PAID_ON.isoformat()}
    return post(client, "bill-taking-in", **(form | changes), file=sheet(text))


def test_with_no_bill_the_page_says_what_comes(mona, market):
    told = page(mona, "reconciliation")
    assert "No bill yet" in told
    assert "Nothing is open" in told
    assert "No bill yet" in page(mona, "reconciliation", of="carrier")
    assert "Every cent has its other side." in page(mona, "differences")


def test_a_day_that_agrees_is_calm(mona, market):
    bill = take_in(row(paid_order(market))).bill
    assert "All matched" in page(mona, "reconciliation")
    told = page(mona, "reconciliation-bill", bill.code)
    assert "Both sides say the same" in told
    assert "¥99.40" in told


def test_a_difference_is_found_from_the_list_and_written_off_by_two(mona, olga, market):
    intent = paid_order(market)
    bill = take_in(row(intent, amount=9_900)).bill
    difference = the_open_one()
    link = reverse("desk:difference", args=[difference.code])
    assert link in page(mona, "reconciliation")
    assert "1 open" in page(mona, "reconciliation")
    assert link in page(mona, "reconciliation-bill", bill.code)
    told = page(mona, "difference", difference.code)
    assert "Another amount" in told
    assert "¥100.00" in told
    assert "¥99.00" in told
    assert "why" in said(post(mona, "difference-write-off", difference.code, reason=" ")).lower()
    post(mona, "difference-write-off", difference.code, reason="rounded there")
    assert "somebody else has to decide" in page(mona, "difference", difference.code)
    refused = post(mona, "difference-decision", difference.code, accepted="yes")
    assert "somebody else has to decide" in said(refused)
    assert open_kinds() == ["amount"]
    post(olga, "difference-decision", difference.code, accepted="yes")
    assert open_kinds() == []
    assert "clearing" not in balances()
    told = page(mona, "difference", difference.code)
    assert "Written off by two people" in told
    assert "rounded there" in told
    assert "All cleared up" in page(mona, "reconciliation")


def test_it_is_not_agreed(mona, olga, market):
    take_in(row(paid_order(market), amount=9_900))
    code = the_open_one().code
    post(mona, "difference-write-off", code, reason="rounded there")
    post(olga, "difference-decision", code, accepted="no")
    assert open_kinds() == ["amount"]
    assert "Not agreed" in page(mona, "difference", code)


def test_the_provider_is_asked(mona, market, settings):
    paid_order(market)
    take_in()
    code = the_open_one().code
    settings.SHOAL_PAY_URL = "http://127.0.0.1:9"
    from shoal.payments import providers

    providers.provider.cache_clear()
    assert "does not answer" in said(post(mona, "difference-question", code))
    providers.provider.cache_clear()
    assert open_kinds() == ["missing_there"]
    assert not Deed.objects.exists()


def test_a_file_is_taken_in_once(mona, market):
    intent = paid_order(market)
    text = f"{HEADER}pay,{intent.code},100,0.6\n"
    assert "The bill is taken in" in said(upload(mona, text))
    assert "taken in before" in said(upload(mona, text))
    assert Bill.objects.count() == 1


def test_each_row_that_cannot_be_read_is_named(mona, market):
    paid_order(market)
    told = upload(mona, f"{HEADER}pay,a1,x,0\ngift,a2,3,0\n")
    assert told.status_code == 422
    words = told.content.decode()
    assert "Row 2" in words
    assert "“x” is no amount in CNY." in words
    assert "Row 3" in words
    assert "“gift” is no kind of row" in words
    assert not Bill.objects.exists()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"day": ""}, "Which day is this bill of?"),
        ({"partner": "nobody"}, "No money has moved through this provider."),
        ({"day": "2999-01-01"}, "is not over yet"),
    ],
)
def test_what_the_form_lacks_is_said_beside_the_field(mona, market, changes, why):
    intent = paid_order(market)
    told = upload(mona, f"{HEADER}pay,{intent.code},100,0\n", **changes)
    assert told.status_code == 422
    assert why in told.content.decode()
    assert not Bill.objects.exists()


def test_another_days_bill_is_asked_about_first(mona, market):
    intent = paid_order(market)
    text = f"kind,code,amount,happened_at\npay,{intent.code},100,{PAID_ON}\n"
    assert 'name="anyway"' not in page(mona, "bill-upload")
    before = (PAID_ON - trade.DAY).isoformat()
    told = upload(mona, text, day=before)
    assert told.status_code == 422
    assert f"they are of {PAID_ON}" in told.content.decode()
    assert not Bill.objects.exists()
    assert "The bill is taken in" in said(upload(mona, text, day=before, anyway="on"))


def test_a_file_that_is_none_is_refused(mona, market):
    paid_order(market)
    told = upload(mona, "\x00\x01\x02")
    assert told.status_code == 422
    assert not Bill.objects.exists()


def test_a_carriers_bill_has_its_own_words(mona, market):
    text, whose = "运单号,金额,日期\nSF404,8,2026-05-02\n", {"source": "carrier", "partner": "顺丰"}
    doubted = upload(mona, text, **whose)
    assert doubted.status_code == 422
    assert "parcel that went by 顺丰" in doubted.content.decode()
    assert 'name="anyway"' in doubted.content.decode()
    assert not Bill.objects.exists()
    told = upload(mona, text, **whose, anyway="on")
    assert "The bill is taken in" in said(told)
    assert "No parcel of ours" in told.content.decode()
    told = page(mona, "difference", the_open_one().code)
    assert "Billed by the carrier" in told
    assert "Ask now" not in told


def test_looking_again_finds_what_came_meanwhile(mona, market):
    placed = trade.order(market)
    from shoal.payments.models import Intent

    bill = take_in(row(Intent.objects.get(subject=placed.id))).bill
    assert open_kinds() == ["missing_here"]
    trade.pay(placed)
    post(mona, "bill-second-look", bill.code)
    assert open_kinds() == []


def test_many_differences_have_pages(mona, market):
    intent = paid_order(market)
    rows = [row(intent, code=f"stray{n:03}") for n in range(35)]
    bill = take_in(row(intent), *rows).bill
    assert reverse("desk:differences") in page(mona, "reconciliation")
    assert "page=2" in page(mona, "differences")
    assert "page=2" in page(mona, "reconciliation-bill", bill.code)
    assert "stray034" in page(mona, "reconciliation-bill", bill.code, page="2")


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("captured 100.00 CNY; refunded 1200 JPY", "Paid ¥100.00; Refunded JP¥1,200"),
        ("knows nothing of it", "It knows nothing of it."),
        ("refused: 12.00 CNY too much", "It refused: 12.00 CNY too much"),
    ],
)
def test_an_answer_names_sums_as_pages_do(kept, told):
    assert answer_words(kept) == told
