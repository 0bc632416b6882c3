"""Payout accounts: sealed, checked by somebody else, proved by a small sum."""

from datetime import timedelta

import pytest

from shoal.ledger.models import Account
from shoal.settlement.accounts import (
    AccountIncomplete,
    AccountJudged,
    MoneyLeft,
    NothingToProve,
    OwnAccount,
    ProofLost,
    RefusalNeedsReason,
    WrongProof,
    give_account,
    judge_account,
    opened,
    prove_account,
)
from shoal.settlement.models_payouts import Payout, PayoutAccount
from shoal.settlement.operations_payouts import (
    ask_payout,
    hand_over_file,
    send_payouts,
    take_answer,
)
from shoal.settlement.rules_payouts import Why
from tests import trade
from tests.payouts import (
    EARNED,
    MINUTE,
    OLGA,
    at,
    balance,
    earned,
    given,
    released,
    state,
    verified,
    why_not,
)

pytestmark = pytest.mark.django_db

State = Payout.State
DAY = timedelta(days=1)


def test_an_account_is_sealed_checked_by_another_and_proved(partner):
    party = earned(trade.open_market())
    with pytest.raises(AccountIncomplete):
        give_account(party=party, given=given(" "), by="mei", at=EARNED)
    account = give_account(party=party, given=given(), by="mei", at=EARNED)
    assert opened(account)["number"] == "6222020200012345"
    assert b"6222020200012345" not in bytes(account.sealed)
    assert give_account(party=party, given=given(), by="mei", at=EARNED).id == account.id
    with pytest.raises(OwnAccount):
        judge_account(code=account.code, accepted=True, reason="", by="mei", at=EARNED)
    with pytest.raises(RefusalNeedsReason):
        judge_account(code=account.code, accepted=False, reason="", by=OLGA, at=EARNED)
    with pytest.raises(NothingToProve):
        prove_account(party=party, minor=1, at=EARNED)
    account = judge_account(code=account.code, accepted=True, reason="", by=OLGA, at=EARNED)
    with pytest.raises(AccountJudged):
        judge_account(code=account.code, accepted=True, reason="", by=OLGA, at=EARNED)
    sum_sent = account.proof_minor
    with pytest.raises(NothingToProve):
        prove_account(party=party, minor=sum_sent, at=EARNED)  # it has not arrived yet
    send_payouts(at=EARNED)
    with pytest.raises(WrongProof):
        prove_account(party=party, minor=sum_sent + 1, at=EARNED)
    assert prove_account(party=party, minor=sum_sent, at=EARNED).state == "verified"
    assert at(Account.Kind.GOODWILL) == -sum_sent
    assert trade.is_sound()


def test_three_wrong_sums_end_it(partner):
    party = earned(trade.open_market())
    account = give_account(party=party, given=given(), by="mei", at=EARNED)
    account = judge_account(code=account.code, accepted=True, reason="", by=OLGA, at=EARNED)
    send_payouts(at=EARNED)
    for refused in (WrongProof, WrongProof, ProofLost):
        with pytest.raises(refused) as said:
            prove_account(party=party, minor=account.proof_minor + 1, at=EARNED)
        assert "left" not in said.value.sentence, "the page says how many tries are left"
    account.refresh_from_db()
    assert account.state == "refused"
    with pytest.raises(NothingToProve):
        prove_account(party=party, minor=account.proof_minor, at=EARNED)


def test_an_account_that_does_not_exist_is_refused_by_the_bank(partner):
    party = earned(trade.open_market())
    account = give_account(party=party, given=given("62220000"), by="mei", at=EARNED)
    judge_account(code=account.code, accepted=True, reason="", by=OLGA, at=EARNED)
    send_payouts(at=EARNED)
    account.refresh_from_db()
    assert (account.state, account.reason) == ("refused", "no such account")
    assert at(Account.Kind.GOODWILL) == 0
    assert trade.is_sound()


def test_another_account_is_checked_anew_and_money_waits(mei):
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    account = give_account(party=mei, given=given("999"), by="mei", at=EARNED)
    assert (state(payout), balance(mei)) == (State.FAILED, 20_000)
    assert account.held_until == EARNED + 3 * DAY
    assert why_not(mei) == {Why.NOT_VERIFIED, Why.ACCOUNT_CHANGED}
    judge_account(code=account.code, accepted=True, reason="", by=OLGA, at=EARNED)
    assert why_not(mei, at=EARNED + 3 * DAY - MINUTE) == {Why.ACCOUNT_CHANGED}
    assert why_not(mei, at=EARNED + 3 * DAY) == set()
    assert trade.is_sound()


def test_a_released_payout_to_an_account_that_was_changed_does_not_leave(partner):
    party = earned(trade.open_market())
    proof = verified(party).proof_minor or 0
    payout = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    released()
    give_account(party=party, given=given("999"), by="somebody", at=EARNED)
    send_payouts(at=EARNED)
    assert (state(payout), balance(party)) == (State.FAILED, 2_000)
    assert at(Account.Kind.BANK) == proof
    assert trade.is_sound()


def test_a_keeper_is_not_forgotten_while_she_has_money(by_file):
    from shoal.people.operations import erase_person

    market = trade.open_market()
    party = earned(market)
    with pytest.raises(MoneyLeft):
        erase_person(person=market.mei, at=EARNED)
    verified(party)
    payout = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    with pytest.raises(MoneyLeft):
        erase_person(person=market.mei, at=EARNED)
    run = released()
    hand_over_file(code=run.code, by=OLGA, at=EARNED)
    told = f"number,outcome,amount,currency,date\n{payout.code},paid,20.00,CNY,2026-06-01\n"
    take_answer(data=told.encode(), by=OLGA, at=EARNED)
    erase_person(person=market.mei, at=EARNED)
    account = PayoutAccount.objects.get()
    assert opened(account) == {}
