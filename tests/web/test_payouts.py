"""The pages on which a party has her money paid out, and two operators let it go."""

import pytest
from django.test import Client

from shoal.people import operations as people
from shoal.people.models import Operator, Person
from shoal.settlement.models_payouts import (
    GoodwillWish,
    Payout,
    PayoutAccount,
    PayoutHold,
    PayoutRun,
)
from shoal.settlement.operations_payouts import ask_payout
from shoal.shops.models import ShopMember
from shoal.web import proof
from shoal.web.payouts import hidden_number
from tests import goods, payouts, trade

pytestmark = pytest.mark.django_db
ACCOUNT = {"kind": "bank", "holder": "美", "bank": "工商银行", "number": "6222020200012345"}


def client_of(person: Person, how: str = proof.STAFF) -> Client:
    client = Client()
    client.force_login(person)
    session = client.session
    session["shoal_proof"] = how
    session.save()
    return client


def operator(*, at=payouts.EARNED) -> Client:
    person = goods.person()
    people.appoint_operator(person=person, role=Operator.Role.MONEY, at=at)
    return client_of(person)


@pytest.fixture
def market(settings):
    settings.SHOAL_PAYOUTS = "file"
    return trade.open_market()


def test_from_the_keepers_page_to_the_banks_file(market):
    payouts.earned(market)
    mei, olga, oskar = client_of(market.mei, proof.PHONE), operator(), operator()
    page = mei.get("/keep/me/payouts").content.decode()
    assert "¥20.00" in page
    assert mei.post("/keep/me/payouts/account", {**ACCOUNT, "number": ""}).status_code == 422
    assert mei.post("/keep/me/payouts/ask", {"amount": ""}).status_code == 422
    assert mei.post("/keep/me/payouts/proof", {"amount": "0.5"}).status_code == 422
    assert mei.post("/keep/me/payouts/account", ACCOUNT).status_code == 302
    page = mei.get("/keep/me/payouts").content.decode()
    assert "···· 2345" in page
    assert ACCOUNT["number"] not in page
    account = PayoutAccount.objects.get()
    assert ACCOUNT["number"] in olga.get("/desk/payouts/accounts").content.decode()
    verdict = f"/desk/payouts/accounts/{account.code}/verdict"
    assert olga.post(verdict, {"accepted": "yes"}).status_code == 302
    assert mei.post("/keep/me/payouts/ask", {"amount": "99"}).status_code == 422
    assert mei.post("/keep/me/payouts/ask", {"amount": "15"}).status_code == 302
    olga.post("/desk/payouts/preparation", {"currency": "CNY"})
    run = PayoutRun.objects.get()
    decision = f"/desk/payouts/runs/{run.code}/decision"
    olga.post(decision, {"accepted": "yes"})
    assert payouts.state(Payout.objects.get()) == "made"
    oskar.post(decision, {"accepted": "yes"})
    file = oskar.post(f"/desk/payouts/runs/{run.code}/file")
    assert ACCOUNT["number"] in file.content.decode()
    assert payouts.state(Payout.objects.get()) == "sent"
    again = olga.post(f"/desk/payouts/runs/{run.code}/file", follow=True).content.decode()
    assert "the bank has it all" in again
    assert "what is uploaded twice may be paid twice" in again
    copy = olga.post(f"/desk/payouts/runs/{run.code}/file", {"lost": "yes"})
    assert copy["Content-Disposition"].endswith('-copy.csv"')
    assert copy.content == file.content
    for path in ("payouts", f"payouts/runs/{run.code}", f"payouts/{Payout.objects.get().code}"):
        assert olga.get(f"/desk/{path}").status_code == 200


def test_a_helper_does_not_move_the_keepers_money(market):
    helper = goods.person()
    ShopMember.objects.create(
        shop=market.shop, person=helper, role="helper", since_at=payouts.EARNED
    )
    client = client_of(helper, proof.PHONE)
    client.raise_request_exception = False
    assert client.get("/keep/me").status_code == 200
    assert client.get("/keep/me/payouts").status_code == 403
    assert client.post("/keep/me/payouts/account", ACCOUNT).status_code == 403
    assert not PayoutAccount.objects.exists()


def test_deposits_and_goodwill_at_the_desk(market):
    placed = trade.order(market)
    olga, oskar = operator(), operator()
    deposits = f"/desk/payouts/deposits?brand={market.brand.code}"
    assert olga.post(deposits, {"amount": "5", "reference": "B-1"}).status_code == 302
    assert olga.post(deposits, {"amount": "5", "reference": "B-1"}).status_code == 422
    move = market.brand.deposit_moves.get()
    for who in (olga, oskar):
        who.post(f"/desk/payouts/deposits/{move.code}/decision", {"accepted": "yes"})
    assert "¥5.00" in olga.get("/desk/payouts/deposits").content.decode()
    goodwill = f"/desk/payouts/goodwill?order={placed.code}"
    assert olga.post(goodwill, {"amount": "", "reason": "late"}).status_code == 422
    assert olga.post(goodwill, {"amount": "3", "reason": "late"}).status_code == 302
    wish = GoodwillWish.objects.get()
    decision = f"/desk/payouts/goodwill/{wish.code}/decision"
    olga.post(decision, {"accepted": "yes", "reference": "B-2"})
    wish.refresh_from_db()
    assert wish.verdict == ""
    oskar.post(decision, {"accepted": "yes", "reference": "B-2"})
    assert "B-2" in olga.get("/desk/payouts/goodwill").content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("5", "less than the smallest sum"),
        ("0", "less than the smallest sum"),
        ("-3", "less than the smallest sum"),
        ("1e1", "Write an amount"),
        ("21", "not that much"),
    ],
)
def test_a_sum_that_cannot_be_paid_out_is_told_why(market, typed, told):
    party = payouts.earned(market)
    payouts.verified(party)
    mei = client_of(market.mei, proof.PHONE)
    answer = mei.post("/keep/me/payouts/ask", {"amount": typed})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert (payouts.balance(party), Payout.objects.count()) == (2_000, 0)


def test_a_wallet_is_known_by_its_address_not_by_its_ending():
    assert hidden_number("bao@example.com") == "ba····@example.com"
    assert hidden_number("6222020200012345") == "···· 2345"
    assert hidden_number("1234") == "1234"


def test_money_is_kept_back_from_the_partys_page_and_a_wrong_code_is_said(market):
    party = payouts.earned(market)
    payouts.verified(party)
    payout = ask_payout(party=party, amount=None, by="mei", at=payouts.EARNED)
    olga = operator()
    for role in (Operator.Role.CARE, Operator.Role.VETTING):
        person = Operator.objects.get(role=Operator.Role.MONEY).person
        people.appoint_operator(person=person, role=role, at=payouts.EARNED)
    mine = f"/desk/payouts/accounts?party={market.shop.code}#hold-party"
    assert mine in olga.get(f"/desk/shops/{market.shop.code}").content.decode()
    brands = f"/desk/payouts/accounts?party={market.brand.code}#hold-party"
    assert brands in olga.get(f"/desk/brands/{market.brand.code}").content.decode()
    assert mine in olga.get(f"/desk/payouts/{payout.code}").content.decode()
    answer = olga.post("/desk/payouts/holds", {"party": "nobody", "reason": "why"}, follow=True)
    page = answer.content.decode()
    assert "no shop and no brand with the code “nobody”" in page
    assert 'value="nobody"' in page
    assert not PayoutHold.objects.exists()
    for party in (market.shop, market.brand):
        olga.post("/desk/payouts/holds", {"party": party.code, "reason": "why"})
    assert PayoutHold.objects.count() == 2
