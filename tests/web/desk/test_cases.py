"""Arbitration at the desk: every fact, a decision with its reason, a second person."""

from decimal import Decimal

import pytest
from django.urls import reverse

from shoal.brands.models import CounterfeitReport
from shoal.care.operations_brand import accept_case, receive_return, refuse_case
from shoal.care.operations_cases import ask_platform, send_back
from shoal.care.rules_cases import Kind, Reason, State
from shoal.kit.clock import now
from tests.care.cases import again, ask, forwarded, name_address
from tests.trade import deliver, order, pay, ship

pytestmark = pytest.mark.django_db


def url(name: str, *args: str) -> str:
    return reverse(f"desk:{name}", args=args)


@pytest.fixture
def arrived(market):
    placed = order(market, quantity=2, at=now())
    pay(placed, at=now())
    ship(placed, at=now())
    deliver(placed, at=now())
    return placed


@pytest.fixture
def disputed(market, arrived):
    case = forwarded(arrived, kind=Kind.REFUND, units=1, at=now())
    refuse_case(brand=market.brand.id, code=case.code, words="没有问题", by="owner", at=now())
    return ask_platform(
        customer=case.customer_id, code=case.code, words="请平台看照片", by="alice", at=now()
    )


def ruled(**changes: str) -> dict[str, str]:
    return {"outcome": "all", "fault": "brand", "words": "照片清楚", **changes}


def test_the_queue_shows_what_waits_for_the_platform(sign_in, disputed):
    page = sign_in("care").get(url("cases")).content.decode()
    assert disputed.code in page
    assert "Cases to decide" in sign_in("care").get(url("today")).content.decode()


def test_a_case_tells_what_both_said(sign_in, disputed):
    page = sign_in("care").get(url("case", disputed.code)).content.decode()
    for words in ("收到就是坏的", "没有问题", "请平台看照片", "The platform decides"):
        assert words in page


def test_care_decides_and_the_money_goes_back(sign_in, disputed):
    row = disputed.lines.get()
    sent = ruled() | {f"units-{row.id}": "1", f"amount-{row.id}": "100.00"}
    assert sign_in("care").post(url("case-ruling", disputed.code), sent).status_code == 302
    assert (again(disputed).state, disputed.refund_minor) == (State.REFUNDED, 10_000)
    page = sign_in("care").get(url("case", disputed.code)).content.decode()
    assert "What was decided" in page


def test_a_part_is_given(sign_in, disputed):
    row = disputed.lines.get()
    sent = ruled(outcome="part") | {f"units-{row.id}": "1", f"amount-{row.id}": "25.00"}
    assert sign_in("care").post(url("case-ruling", disputed.code), sent).status_code == 302
    assert again(disputed).refund_minor == 2_500


def test_without_a_reason_nothing_is_decided(sign_in, disputed):
    row = disputed.lines.get()
    sent = ruled(words="") | {f"units-{row.id}": "1", f"amount-{row.id}": "100.00"}
    assert sign_in("care").post(url("case-ruling", disputed.code), sent).status_code == 422
    assert again(disputed).state == State.DISPUTED


def test_a_large_amount_takes_a_second_person(sign_in, disputed, settings):
    settings.SHOAL_TWO_PEOPLE_ABOVE = {"CNY": Decimal(50)}
    row = disputed.lines.get()
    sent = ruled() | {f"units-{row.id}": "1", f"amount-{row.id}": "100.00"}
    care = sign_in("care")
    assert care.post(url("case-ruling", disputed.code), sent).status_code == 302
    assert again(disputed).state == State.CONFIRMING
    care.post(url("case-confirmation", disputed.code), {"accepted": "yes"})
    assert again(disputed).state == State.CONFIRMING
    page = sign_in("money").get(url("case", disputed.code)).content.decode()
    assert url("case-confirmation", disputed.code) in page
    sign_in("money").post(url("case-confirmation", disputed.code), {"accepted": "yes"})
    assert (again(disputed).state, disputed.refund_minor) == (State.REFUNDED, 10_000)


def test_not_genuine_is_judged_with_its_report(sign_in, arrived):
    case = ask(arrived, kind=Kind.REFUND, reason=Reason.COUNTERFEIT, units=2, at=now())
    assert case.waits_for == "platform"
    assert case.code in sign_in("care").get(url("reports")).content.decode()
    row = case.lines.get()
    sent = ruled() | {f"units-{row.id}": "2", f"amount-{row.id}": "200.00"}
    sign_in("care").post(url("case-ruling", case.code), sent)
    assert again(case).state == State.REFUNDED
    assert CounterfeitReport.objects.get().verdict == "upheld"


def test_money_has_no_hand_in_rulings(sign_in, disputed):
    assert sign_in("money").post(url("case-ruling", disputed.code), ruled()).status_code == 403
    assert again(disputed).state == State.DISPUTED


def test_a_way_back_is_transferred_by_whoever_has_the_money(sign_in, market, arrived):
    name_address(market, at=now())
    case = forwarded(arrived, at=now())
    who = {"code": case.code, "at": now()}
    accept_case(brand=market.brand.id, by="owner", **who)
    send_back(
        customer=case.customer_id, carrier="顺丰", tracking="SF9", postage=1_200, by="alice", **who
    )
    receive_return(brand=market.brand.id, by="owner", **who)
    money = sign_in("money")
    assert "Ways back to pay" in money.get(reverse("desk:today")).content.decode()
    assert case.code in money.get(url("cases"), {"state": "postage"}).content.decode()
    assert "The brand has paid" in money.get(url("case", case.code)).content.decode()
    assert money.post(url("case-postage", case.code), {"reference": " "}).status_code == 302
    assert again(case).postage_paid_at is None
    assert money.post(url("case-postage", case.code), {"reference": "B-77"}).status_code == 302
    assert again(case).postage_reference == "B-77"
    shown = money.get(url("case", case.code)).content.decode()
    assert "the platform has transferred it" in shown
    care = sign_in("care")
    assert care.post(url("case-postage", case.code), {"reference": "B-78"}).status_code == 403


def test_a_part_of_an_exchange_is_granted_in_units(sign_in, market, arrived):
    name_address(market, at=now())
    case = forwarded(arrived, kind=Kind.EXCHANGE, units=2, at=now())
    refuse_case(brand=market.brand.id, code=case.code, words="没有问题", by="owner", at=now())
    ask_platform(customer=case.customer_id, code=case.code, words="请平台看", by="alice", at=now())
    row = case.lines.get()
    page = sign_in("care").get(url("case", case.code)).content.decode()
    assert (f"units-{row.id}" in page, f"amount-{row.id}" in page) == (True, False)
    sent = ruled(outcome="part") | {f"units-{row.id}": "1"}
    assert sign_in("care").post(url("case-ruling", case.code), sent).status_code == 302
    row.refresh_from_db()
    assert (again(case).state, row.agreed_units) == (State.RETURNING, 1)
