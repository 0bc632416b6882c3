"""A payout from the balance to the bank, and everything that holds it back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from shoal.kit import vault
from shoal.kit.money import Money
from shoal.kit.transactions import operation
from shoal.ledger.models import Account, Balance
from shoal.ledger.queries import transfers
from shoal.notify.models import Outgoing
from shoal.orders.models import Order, Parcel
from shoal.settlement.accounts import (
    give_account,
    judge_account,
)
from shoal.settlement.models_payouts import Payout, PayoutAccount, PayoutRun
from shoal.settlement.operations_payouts import (
    HeldAlready,
    NothingToRelease,
    PayoutFixed,
    PayoutNotStuck,
    ReasonNeeded,
    RunDecided,
    SameOperator,
    ask_payout,
    decide_run,
    hand_over_file,
    hold_payouts,
    lift_hold,
    prepare_payouts,
    prepare_run,
    retry_payout,
    send_payouts,
    take_back,
)
from shoal.settlement.parties import currencies_of
from shoal.settlement.payout_providers import PayoutWord
from shoal.settlement.rules_payouts import Verdict, Why, Word
from shoal.settlement.steps_payouts import PayoutBlocked, PayoutTooLarge, take_words
from tests import trade
from tests.payouts import (
    EARNED,
    MINUTE,
    OLGA,
    OSKAR,
    at,
    balance,
    brand,
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


def told() -> list[str]:
    rows = [(row.key, row.sealed) for row in Outgoing.objects.order_by("made_at", "pk")]
    return [record["body"] for record in vault.reveal_many(rows) if record]


def test_a_payout_goes_from_the_balance_to_the_bank(partner):
    party = earned(trade.open_market())
    account = verified(party)
    assert balance(party) == 2_000
    payout = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    assert (payout.state, payout.amount, balance(party)) == (State.MADE, 2_000, 0)
    assert at(Account.Kind.PAYOUT) == 2_000
    assert send_payouts(at=EARNED) == 0  # nobody has released it
    released()
    assert state(payout) == State.RELEASED
    assert send_payouts(at=EARNED) == 1
    assert state(payout) == State.PAID
    assert payout.reference.startswith("ht_")
    assert at(Account.Kind.PAYOUT) == 0
    assert at(Account.Kind.BANK) == 2_000 + (account.proof_minor or 0)
    assert [step.state for step in payout.steps.order_by("id")] == [
        "made", "released", "sent", "paid",
    ]  # fmt: skip
    assert any("20.00" in message for message in told())
    assert trade.is_sound()


def test_a_failed_payout_is_back_in_the_balance_and_may_be_paid_again(partner):
    party = earned(trade.open_market())
    verified(party)
    partner.behave(transfers="bounce")
    payout = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    released()
    send_payouts(at=EARNED)
    assert state(payout) == State.FAILED
    assert payout.steps.last().reason == "no such account"
    assert (balance(party), at(Account.Kind.PAYOUT)) == (2_000, 0)
    partner.behave()
    again = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    assert again.code != payout.code
    released()
    send_payouts(at=EARNED)
    assert (state(again), state(payout)) == (State.PAID, State.FAILED)
    assert trade.is_sound()


def test_the_bank_sends_it_back_after_it_was_paid(partner):
    party = earned(trade.open_market())
    proof = verified(party).proof_minor or 0
    partner.behave(transfers="sent_back")
    payout = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    released()
    send_payouts(at=EARNED)
    assert state(payout) == State.FAILED
    assert (balance(party), at(Account.Kind.BANK)) == (2_000, proof)
    kinds = {one.kind for one in transfers(subjects=[payout.id])}
    assert kinds == {"payout", "payout_paid", "payout_returned", "payout_failed"}
    assert trade.is_sound()


@pytest.mark.parametrize("manner", ["answered_twice", "answer_lost", "on_the_way"])
def test_whatever_the_partner_answers_one_transfer_is_made(partner, manner):
    party = earned(trade.open_market())
    proof = verified(party).proof_minor or 0
    partner.behave(transfers=manner)
    payout = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    released()
    moment = EARNED
    for _ in range(3):
        send_payouts(at=moment)
        moment += timedelta(minutes=10)
    partner.finish_refunds()
    send_payouts(at=moment + timedelta(hours=1))
    assert state(payout) == State.PAID
    assert at(Account.Kind.BANK) == 2_000 + proof
    assert trade.is_sound()


def test_a_partner_that_is_down_is_asked_again_and_then_an_operator_looks(partner):
    party = earned(trade.open_market())
    verified(party)
    partner.behave(answers="down")
    payout = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    released()
    moment = EARNED
    for _ in range(12):
        send_payouts(at=moment)
        moment += timedelta(hours=7)
    assert state(payout) == State.RELEASED
    assert payout.next_at is None
    assert payout.trouble == "ProviderDown"
    assert balance(party) == 0  # nobody says that it did not leave
    partner.behave()
    retry_payout(code=payout.code, by=OLGA, at=moment)
    send_payouts(at=moment)
    assert state(payout) == State.PAID
    with pytest.raises(PayoutNotStuck):
        retry_payout(code=payout.code, by=OLGA, at=moment)
    assert trade.is_sound()


def test_she_may_ask_for_a_part_and_never_for_more_than_there_is(mei):
    for amount, refused in ((20_001, PayoutTooLarge), (999, PayoutBlocked), (-1, PayoutBlocked)):
        with pytest.raises(refused):
            ask_payout(party=mei, amount=amount, by="mei", at=EARNED)
    assert (balance(mei), Payout.objects.count()) == (20_000, 0)
    payout = ask_payout(party=mei, amount=5_000, by="mei", at=EARNED)
    assert (payout.gross_minor, balance(mei)) == (5_000, 15_000)
    with pytest.raises(PayoutBlocked) as refusal:
        ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    assert [block.why for block in refusal.value.blocks] == [Why.UNDER_WAY]
    assert (balance(mei), Payout.objects.count()) == (15_000, 1)


def test_what_holds_money_back_is_said(by_file):
    market = trade.open_market()
    party = earned(market)
    assert why_not(party) == {Why.NO_ACCOUNT}
    account = give_account(party=party, given=given(), by="mei", at=EARNED)
    assert why_not(party) == {Why.NOT_VERIFIED}
    judge_account(code=account.code, accepted=True, reason="", by=OLGA, at=EARNED)
    assert why_not(party) == set()
    hold = hold_payouts(party=party, reason="papers", by=OLGA, at=EARNED)
    assert why_not(party) == {Why.OPERATOR}
    with pytest.raises(PayoutBlocked):
        ask_payout(party=party, amount=None, by="mei", at=EARNED)
    with pytest.raises(HeldAlready):
        hold_payouts(party=party, reason="again", by=OLGA, at=EARNED)
    with pytest.raises(ReasonNeeded):
        lift_hold(code=hold.code, reason=" ", by=OSKAR, at=EARNED)
    lift_hold(code=hold.code, reason="they came", by=OSKAR, at=EARNED)
    assert why_not(party) == set()
    Balance.objects.filter(account__party=party.id).update(debits=9_999)
    assert why_not(party) == {Why.BELOW_ZERO}


def test_a_word_said_again_is_the_newest_word(mei):
    """The bank says paid, says so again, and then comes what it had said in between."""
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    run = released()
    hand_over_file(code=run.code, by=OLGA, at=EARNED)
    state(payout)
    said = [(Word.PAID, 1), (Word.PAID, 3), (Word.FAILED, 2)]
    words = [
        PayoutWord(
            provider=payout.provider,
            event=f"word-{minutes}",
            word=word,
            code=payout.code,
            money=Money(payout.amount, payout.currency),
            happened_at=EARNED + minutes * MINUTE,
        )
        for word, minutes in said
    ]
    verdicts = operation(take_words)(words=words, by="bank", at=EARNED + DAY)
    assert verdicts == [Verdict.ACCEPTED, Verdict.REPEATED, Verdict.TOO_LATE]
    assert (state(payout), balance(mei)) == (State.PAID, 0)


def test_a_suspended_brand_waits(by_file):
    from shoal.brands.operations import suspend_brand

    market = trade.open_market()
    earned(market)
    party = brand(market)
    verified(party)
    payout = ask_payout(party=party, amount=None, by="owner", at=EARNED)
    suspend_brand(brand=market.brand, reason="counterfeits", by=OLGA, at=EARNED)
    assert why_not(brand(market)) == {Why.SUSPENDED, Why.UNDER_WAY, Why.NOTHING}
    released()
    assert (state(payout), balance(party)) == (State.FAILED, 7_000)
    assert why_not(brand(market)) == {Why.SUSPENDED}
    assert prepare_payouts(at=EARNED) == 0


def test_a_closed_brand_is_paid_its_last_once_nobody_can_ask_anything_of_it(by_file):
    from shoal.brands.operations import suspend_brand

    market = trade.open_market()
    earned(market)
    verified(brand(market))
    suspend_brand(brand=market.brand, reason="contract ended", by=OLGA, at=EARNED)
    over = Parcel.objects.get().delivered_at + 90 * DAY
    assert why_not(brand(market), at=over - MINUTE) == {Why.SUSPENDED}
    assert why_not(brand(market), at=over) == set()
    payout = ask_payout(party=brand(market), amount=None, by="owner", at=over)
    released(at=over)
    assert (state(payout), balance(brand(market))) == (State.RELEASED, 0)


def test_who_fell_below_zero_before_the_release_waits(by_file):
    """Mei asked for all she had; then what she had earned on came back."""
    market = trade.open_market()
    mei = earned(market, quantity=2)
    verified(mei)
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    trade.give_back(Order.objects.get(), units=1, at=EARNED)
    assert balance(mei) == -2_000
    released()
    assert (state(payout), balance(mei)) == (State.FAILED, 2_000)
    assert payout.steps.last().reason == "below zero"
    assert trade.is_sound()


def test_a_hold_takes_back_what_was_not_released(mei):
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    run = prepare_run(currency="CNY", by=OLGA, at=EARNED)
    hold_payouts(party=mei, reason="papers", by=OLGA, at=EARNED)
    assert (state(payout), balance(mei)) == (State.FAILED, 20_000)
    decide_run(code=run.code, approve=True, by=OSKAR, at=EARNED)
    assert state(payout) == State.FAILED
    assert trade.is_sound()


def test_the_worker_makes_one_payout_per_party_and_period(mei, settings):
    settings.SHOAL_PAYOUT_PERIOD = "weekly"
    assert prepare_payouts(at=EARNED) == 1
    assert prepare_payouts(at=EARNED) == 0
    payout = Payout.objects.get()
    assert (payout.period, payout.made_by) == ("2026-W22", "worker:payouts")
    take_back(code=payout.code, reason="too early", by=OLGA, at=EARNED)
    assert prepare_payouts(at=EARNED + MINUTE) == 0
    assert prepare_payouts(at=EARNED + 7 * DAY) == 1
    settings.SHOAL_PAYOUT_PERIOD = "never"
    assert prepare_payouts(at=EARNED + 14 * DAY) == 0


def test_each_currency_is_paid_by_itself_and_nothing_converts(by_file):
    from shoal.kit.ids import uuid7
    from shoal.kit.transactions import one_transaction
    from shoal.ledger.steps import AccountKey, NewTransfer, post

    party = brand(trade.open_market())
    verified(party)
    escrow = AccountKey(Account.Kind.ESCROW, "JPY")
    mine = AccountKey(Account.Kind.BRAND, "JPY", party.id)
    with one_transaction():
        post(transfers=[NewTransfer(uuid7(), "t", escrow, mine, 500, uuid7(), EARNED, "t")])
    assert currencies_of(party=party) == ["CNY", "JPY"]
    assert prepare_payouts(at=EARNED) == 1
    assert prepare_payouts(at=EARNED) == 0
    payout = Payout.objects.get()
    assert (payout.currency, payout.amount) == ("JPY", 500)
    assert currencies_of(party=party) == ["CNY"]


def test_less_than_the_minimum_waits(by_file, settings):
    from decimal import Decimal

    settings.SHOAL_PAYOUT_MINIMUM = {"CNY": Decimal("20.01")}
    party = earned(trade.open_market())
    verified(party)
    assert why_not(party) == {Why.TOO_LITTLE}
    assert prepare_payouts(at=EARNED) == 0
    settings.SHOAL_PAYOUT_MINIMUM = {"CNY": Decimal("20.00")}
    assert prepare_payouts(at=EARNED) == 1


def test_a_run_needs_two_people(mei):
    with pytest.raises(NothingToRelease):
        prepare_run(currency="CNY", by=OLGA, at=EARNED)
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    run = prepare_run(currency="CNY", by=OLGA, at=EARNED)
    with pytest.raises(SameOperator):
        decide_run(code=run.code, approve=True, by=OLGA, at=EARNED)
    with pytest.raises(ReasonNeeded):
        decide_run(code=run.code, approve=False, by=OSKAR, at=EARNED)
    assert state(payout) == State.MADE
    decide_run(code=run.code, approve=False, reason="later", by=OSKAR, at=EARNED)
    payout.refresh_from_db()
    assert (payout.state, payout.run) == (State.MADE, None)
    second = released()
    assert state(payout) == State.RELEASED
    with pytest.raises(RunDecided):
        decide_run(code=second.code, approve=True, by=OSKAR, at=EARNED)
    with pytest.raises(PayoutFixed):
        take_back(code=payout.code, reason="no", by=OLGA, at=EARNED)
    assert state(payout) == State.RELEASED


def test_the_database_itself_wants_two_people_and_a_run(mei):
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    run = prepare_run(currency="CNY", by=OLGA, at=EARNED)
    alone = {"state": "released", "decided_by": OLGA, "decided_at": EARNED}
    for rows, changes in (
        (PayoutRun.objects.filter(id=run.id), alone),
        (PayoutRun.objects.filter(id=run.id), {"prepared_by": "worker:payouts"}),
        (Payout.objects.filter(id=payout.id), {"state": "released", "run": None}),
        (Payout.objects.filter(id=payout.id), {"amount": 19_999}),
        (Payout.objects.filter(id=payout.id), {"state": "paid"}),
        (PayoutAccount.objects.all(), {"checked_by": "mei"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**changes)
