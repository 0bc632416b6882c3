"""A brand's deposit: paid in and given back by two people, and answering for a debt."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from shoal.brands.operations import suspend_brand
from shoal.kit.ids import uuid7
from shoal.kit.transactions import one_transaction
from shoal.ledger.models import Account, Balance
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.orders.models import OrderLine, Parcel
from shoal.settlement.deposits import (
    AccountHeld,
    DepositDecided,
    DepositKnown,
    DepositSamePerson,
    NoDeposit,
    NoVerifiedAccount,
    PayoutsHeld,
    ReferenceMissing,
    StillAnswering,
    StillOwing,
    StillSelling,
    ask_give_back,
    cover_debts,
    decide_deposit,
    deposit_of,
    in_debt_since,
    note_deposit,
)
from shoal.settlement.models_payouts import DepositMove, Payout
from shoal.settlement.operations_payouts import hold_payouts, lift_hold, send_payouts
from tests import trade
from tests.payouts import EARNED, OLGA, OSKAR, at, balance, brand, earned, verified

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def market():
    return trade.open_market()


def paid_in(market, minor: int = 50_000, reference: str = "B-1") -> DepositMove:
    noted = note_deposit(brand=market.brand, amount=minor, reference=reference, by=OLGA, at=EARNED)
    return decide_deposit(code=noted.code, approve=True, by=OSKAR, at=EARNED)


def moved(market, minor: int, *, at=EARNED) -> None:
    """Escrow gives the brand `minor`, or takes as much back, as a reversal does."""
    escrow = AccountKey(Account.Kind.ESCROW, "CNY")
    mine = AccountKey(Account.Kind.BRAND, "CNY", market.brand.id)
    debit, credit = (escrow, mine) if minor > 0 else (mine, escrow)
    with one_transaction():
        post(
            transfers=[NewTransfer(uuid7(), "test", debit, credit, abs(minor), uuid7(), at, "test")]
        )


def sound() -> bool:
    from shoal.ledger import doctor
    from shoal.settlement import doctor_payouts

    return all(check.ok for module in (doctor, doctor_payouts) for check in module.checks())


def test_a_deposit_is_there_when_a_second_person_has_seen_it(market):
    with pytest.raises(ReferenceMissing):
        note_deposit(brand=market.brand, amount=5, reference=" ", by=OLGA, at=EARNED)
    noted = note_deposit(brand=market.brand, amount=50_000, reference="B-1", by=OLGA, at=EARNED)
    assert deposit_of(brand=market.brand).minor == 0
    with pytest.raises(DepositKnown):
        note_deposit(brand=market.brand, amount=50_000, reference="B-1", by=OSKAR, at=EARNED)
    with pytest.raises(DepositSamePerson):
        decide_deposit(code=noted.code, approve=True, by=OLGA, at=EARNED)
    assert deposit_of(brand=market.brand).minor == 0
    decide_deposit(code=noted.code, approve=True, by=OSKAR, at=EARNED)
    with pytest.raises(DepositDecided):
        decide_deposit(code=noted.code, approve=True, by=OSKAR, at=EARNED)
    assert deposit_of(brand=market.brand).minor == 50_000
    assert at(Account.Kind.BANK) == -50_000
    with pytest.raises(IntegrityError), transaction.atomic():
        DepositMove.objects.update(decided_by=OLGA)
    assert sound()


def test_it_answers_for_a_debt_that_is_old_and_never_more_than_either(market):
    paid_in(market)
    moved(market, 3_000)
    moved(market, -10_000, at=EARNED + DAY)
    moved(market, -1_000, at=EARNED + 2 * DAY)
    assert in_debt_since(brand=market.brand.id, currency="CNY") == EARNED + DAY
    assert cover_debts(at=EARNED + 14 * DAY) == 0
    assert cover_debts(at=EARNED + 15 * DAY) == 1
    assert (balance(brand(market)), deposit_of(brand=market.brand).minor) == (0, 42_000)
    assert cover_debts(at=EARNED + 40 * DAY) == 0
    moved(market, -60_000, at=EARNED + 16 * DAY)
    assert cover_debts(at=EARNED + 40 * DAY) == 1
    assert (balance(brand(market)), deposit_of(brand=market.brand).minor) == (-18_000, 0)
    assert cover_debts(at=EARNED + 80 * DAY) == 0
    assert sound()


def test_it_answers_at_once_for_a_brand_that_is_closed(market):
    paid_in(market)
    moved(market, -700)
    suspend_brand(brand=market.brand, reason="gone", by=OLGA, at=EARNED)
    assert cover_debts(at=EARNED) == 1
    assert (balance(brand(market)), deposit_of(brand=market.brand).minor) == (0, 49_300)
    assert sound()


def test_it_is_given_back_by_two_when_the_contract_has_ended(market, partner):
    with pytest.raises(StillSelling):
        ask_give_back(brand=market.brand, reason="", by=OLGA, at=EARNED)
    suspend_brand(brand=market.brand, reason="contract ended", by=OLGA, at=EARNED)
    with pytest.raises(NoDeposit):
        ask_give_back(brand=market.brand, reason="", by=OLGA, at=EARNED)
    paid_in(market)
    moved(market, -1)
    with pytest.raises(StillOwing):
        ask_give_back(brand=market.brand, reason="", by=OLGA, at=EARNED)
    moved(market, 1)
    wish = ask_give_back(brand=market.brand, reason="ended", by=OLGA, at=EARNED)
    assert ask_give_back(brand=market.brand, reason="ended", by=OSKAR, at=EARNED) == wish
    with pytest.raises(DepositSamePerson):
        decide_deposit(code=wish.code, approve=True, by=OLGA, at=EARNED)
    with pytest.raises(NoVerifiedAccount):
        decide_deposit(code=wish.code, approve=True, by=OSKAR, at=EARNED)
    assert deposit_of(brand=market.brand).minor == 50_000
    verified(brand(market))
    before = at(Account.Kind.BANK)
    decide_deposit(code=wish.code, approve=True, by=OSKAR, at=EARNED)
    assert deposit_of(brand=market.brand).minor == 0
    send_payouts(at=EARNED)
    assert Payout.objects.get(purpose="deposit").state == "paid"
    assert at(Account.Kind.BANK) - before == 50_000
    assert Balance.objects.filter(account__kind=Account.Kind.DEPOSIT).count() == 1
    assert sound()


def test_a_deposit_that_did_not_arrive_is_a_deposit_again(market, partner):
    suspend_brand(brand=market.brand, reason="contract ended", by=OLGA, at=EARNED)
    paid_in(market)
    verified(brand(market))
    wish = ask_give_back(brand=market.brand, reason="ended", by=OLGA, at=EARNED)
    partner.behave(transfers="bounce")
    decide_deposit(code=wish.code, approve=True, by=OSKAR, at=EARNED)
    send_payouts(at=EARNED)
    assert deposit_of(brand=market.brand).minor == 50_000
    assert sound()
    again = ask_give_back(brand=market.brand, reason="ended", by=OLGA, at=EARNED)
    assert again != wish


def closed_with_deposit(market):
    """海风 has sold one thing, which arrived and was settled; then its contract ended."""
    earned(market)
    verified(brand(market))
    paid_in(market)
    suspend_brand(brand=market.brand, reason="contract ended", by=OLGA, at=EARNED)


def asked(market, *, at=EARNED + 200 * DAY):
    return ask_give_back(brand=market.brand, reason="ended", by=OLGA, at=at)


def test_it_stays_until_nobody_can_complain_any_more(market, partner):
    closed_with_deposit(market)
    arrived = Parcel.objects.get().delivered_at
    with pytest.raises(StillAnswering) as refused:
        asked(market, at=arrived + 90 * DAY - timedelta(seconds=1))
    assert f"{arrived + 90 * DAY:%Y-%m-%d}" in refused.value.sentence
    assert asked(market, at=arrived + 90 * DAY).state == DepositMove.State.ASKED


def test_an_open_case_about_what_was_settled_keeps_it(market, partner):
    closed_with_deposit(market)
    wish = asked(market)
    OrderLine.objects.update(open_cases=1)
    with pytest.raises(StillOwing):
        decide_deposit(code=wish.code, approve=True, by=OSKAR, at=EARNED + 200 * DAY)
    assert deposit_of(brand=market.brand).minor == 50_000


def test_a_debt_in_another_currency_keeps_it(market, partner):
    closed_with_deposit(market)
    owed = AccountKey(Account.Kind.BRAND, "JPY", market.brand.id)
    escrow = AccountKey(Account.Kind.ESCROW, "JPY")
    with one_transaction():
        post(transfers=[NewTransfer(uuid7(), "test", owed, escrow, 1, uuid7(), EARNED, "test")])
    with pytest.raises(StillOwing):
        asked(market)


def test_it_waits_for_a_changed_account_and_for_a_hold_as_every_payout_does(market, partner):
    closed_with_deposit(market)
    wish, at = asked(market), EARNED + 200 * DAY
    verified(brand(market), at=at, number="6222020200099999")
    with pytest.raises(AccountHeld):
        decide_deposit(code=wish.code, approve=True, by=OSKAR, at=at)
    later = at + 4 * DAY
    hold = hold_payouts(party=brand(market), reason="papers", by=OLGA, at=later)
    with pytest.raises(PayoutsHeld):
        decide_deposit(code=wish.code, approve=True, by=OSKAR, at=later)
    lift_hold(code=hold.code, reason="seen", by=OLGA, at=later)
    decide_deposit(code=wish.code, approve=True, by=OSKAR, at=later)
    assert deposit_of(brand=market.brand).minor == 0
