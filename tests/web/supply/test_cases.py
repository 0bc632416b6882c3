"""A brand's cases: what waits for it, its decisions, what comes back and what leaves anew."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shoal.care.models import Case
from shoal.care.operations_cases import send_back
from shoal.care.rules_cases import Kind, Reason, State
from shoal.kit.clock import now
from tests import goods
from tests.care.cases import WAREHOUSE, again, forwarded, name_address
from tests.trade import deliver, order, pay, ship
from tests.web.supply.cast import signed_in

pytestmark = pytest.mark.django_db


def url(name: str, *args: str) -> str:
    return reverse(f"supply:{name}", args=args)


@pytest.fixture
def arrived(market):
    placed = order(market, quantity=2, at=now())
    pay(placed, at=now())
    ship(placed, at=now())
    deliver(placed, at=now())
    return placed


def a_case(arrived, **changes: object) -> Case:
    return forwarded(arrived, at=now(), **changes)


def test_the_list_shows_what_waits_and_until_when(staff, arrived):
    case = a_case(arrived)
    page = staff.money.get(url("cases")).content.decode()
    assert case.code in page
    assert "爱丽" not in page
    assert "Cases that wait for you" in staff.money.get(url("today")).content.decode()
    closed = staff.money.get(url("cases"), {"state": "closed"}).content.decode()
    assert case.code not in closed


def test_a_case_shows_her_words_and_who_answers(staff, arrived):
    case = a_case(arrived)
    page = staff.money.get(url("case", case.code)).content.decode()
    assert "收到就是坏的" in page
    assert "Without an answer the customer gets what she asked for" in page
    packing = staff.warehouse.get(url("case", case.code)).content.decode()
    assert url("case-agreement", case.code) not in packing


def test_a_return_is_agreed_and_received(staff, market, arrived):
    name_address(market, at=now())
    case = a_case(arrived)
    assert staff.money.post(url("case-agreement", case.code)).status_code == 302
    assert again(case).state == State.RETURNING
    send_back(
        customer=case.customer_id, code=case.code, carrier="顺丰", tracking="SF8", by="alice",
        at=now(),
    )  # fmt: skip
    row = case.lines.get()
    bad = staff.warehouse.post(url("case-arrival", case.code), {f"broken-{row.id}": "3"})
    assert bad.status_code == 422
    assert again(case).state == State.RETURNED
    sent = {f"broken-{row.id}": "0"}
    assert staff.warehouse.post(url("case-arrival", case.code), sent).status_code == 302
    assert again(case).state == State.REFUNDED


def test_less_is_offered_line_by_line(staff, arrived):
    case = a_case(arrived, kind=Kind.REFUND, units=2)
    row = case.lines.get()
    typed = {f"units-{row.id}": "2", f"amount-{row.id}": "500", "words": "补发扣子"}
    refused = staff.money.post(url("case-offer", case.code), typed)
    assert refused.status_code == 422
    assert "asked for can be given: 2 of these, and ¥200.00" in refused.content.decode()
    typed[f"amount-{row.id}"] = "30.00"
    assert staff.money.post(url("case-offer", case.code), typed).status_code == 302
    row.refresh_from_db()
    assert (again(case).state, row.given_minor) == (State.OFFERED, 3_000)


def test_a_refusal_needs_a_reason_and_may_show_pictures(staff, arrived):
    case = a_case(arrived)
    assert staff.money.post(url("case-refusal", case.code), {"words": " "}).status_code == 422
    assert again(case).state == State.JUDGING
    shown = SimpleUploadedFile("it.png", goods.picture(), "image/png")
    sent = {"words": "是使用痕迹", "pictures": [shown]}
    assert staff.money.post(url("case-refusal", case.code), sent).status_code == 302
    page = staff.money.get(url("case", case.code)).content.decode()
    assert "case-pictures" in page
    assert "Refused by the brand" in page


def test_an_exchange_is_sent_or_paid_instead(staff, market, arrived):
    name_address(market, at=now())
    case = a_case(arrived, kind=Kind.EXCHANGE, reason=Reason.BROKEN)
    sent = {"crosswise": "1", "words": ""}
    assert staff.money.post(url("case-agreement", case.code), sent).status_code == 302
    assert again(case).state == State.REPLACING
    typed = {"carrier": "顺丰速运", "tracking": "SF77"}
    assert staff.warehouse.post(url("case-replacement", case.code), typed).status_code == 302
    assert again(case).state == State.SENT


def test_the_return_address_is_kept(staff):
    assert staff.money.post(url("return-address"), {"recipient": "x"}).status_code == 422
    assert staff.money.post(url("return-address"), WAREHOUSE).status_code == 302
    assert WAREHOUSE["address"] in staff.money.get(url("return-address")).content.decode()


def test_another_brand_finds_nothing(arrived):
    case = a_case(arrived)
    owner = goods.person()
    goods.active_brand(name="Nordwind", owner=owner)
    stranger = signed_in(owner)
    assert stranger.get(url("case", case.code)).status_code == 404
    assert stranger.post(url("case-agreement", case.code)).status_code == 404
    assert again(case).state == State.JUDGING


def test_a_part_of_an_exchange_is_offered_in_units(staff, arrived, client):
    case = a_case(arrived, kind=Kind.EXCHANGE, reason=Reason.MISSING, units=2)
    row = case.lines.get()
    page = staff.money.get(url("case", case.code)).content.decode()
    assert "Exchange a part of it" in page
    assert (f"units-{row.id}" in page, f"amount-{row.id}" in page) == (True, False)
    typed = {f"units-{row.id}": "2", "words": "只少了一件"}
    assert staff.money.post(url("case-offer", case.code), typed).status_code == 422
    typed[f"units-{row.id}"] = "1"
    assert staff.money.post(url("case-offer", case.code), typed).status_code == 302
    client.force_login(case.customer)
    hers = client.get(reverse("buy:case", args=[case.code])).content.decode()
    assert "Offered: ×&nbsp;1</small>" in hers, "an exchange is in units, not in money"
    assert "Agree to an exchange of 1<" in hers
    row.refresh_from_db()
    assert (again(case).state, row.given_units) == (State.OFFERED, 1)
