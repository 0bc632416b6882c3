"""A payout from the balance to the bank, and everything that holds it back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from shoal.kit import vault
from shoal.ledger.models import Account, Balance
from shoal.ledger.queries import transfers_about
from shoal.notify.models import Outgoing
from shoal.settlement.accounts import (
    AccountIncomplete,
    AccountJudged,
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
from shoal.settlement.models_payouts import Payout, PayoutAccount, PayoutRun
from shoal.settlement.payout_providers.file import AnswerLacks, AnswerUnreadable
from shoal.settlement.payouts import PayoutBlocked, PayoutTooLarge
from shoal.settlement.payouts_operations import (
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
    take_answer,
    take_back,
)
from shoal.settlement.payouts_queries import payout_desk
from shoal.settlement.payouts_rules import Why
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
)

pytestmark = pytest.mark.django_db

State = Payout.State
DAY = timedelta(days=1)


@pytest.fixture
def by_file(settings):
    settings.SHOAL_PAYOUTS = "file"


@pytest.fixture
def mei(by_file):
    """Mei has 200.00 and an account that stands; payouts go by file, so nothing is called."""
    party = earned(trade.open_market(), quantity=10)
    verified(party)
    return party


def why_not(party, *, at=EARNED) -> set[Why]:
    account = PayoutAccount.objects.filter(party=party.id).exclude(state="replaced").last()
    return {block.why for block in payout_desk(party=party, account=account, at=at).blocks}


def told() -> list[str]:
    rows = [(row.key, row.sealed) for row in Outgoing.objects.order_by("made_at", "pk")]
    return [record["body"] for record in vault.reveal_many(rows) if record]


# ---- the way to paid -----------------------------------------------------------------------


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
    kinds = {one.kind for one in transfers_about(payout.id)}
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


# ---- asking --------------------------------------------------------------------------------


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


def test_a_suspended_brand_waits(by_file):
    from shoal.brands.operations import suspend_brand

    market = trade.open_market()
    earned(market)
    party = brand(market)
    verified(party)
    suspend_brand(brand=market.brand, reason="counterfeits", by=OLGA, at=EARNED)
    assert why_not(brand(market)) == {Why.SUSPENDED}
    assert prepare_payouts(at=EARNED) == 0


def test_a_hold_takes_back_what_was_not_released(mei):
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    run = prepare_run(currency="CNY", by=OLGA, at=EARNED)
    hold_payouts(party=mei, reason="papers", by=OLGA, at=EARNED)
    assert (state(payout), balance(mei)) == (State.FAILED, 20_000)
    decide_run(code=run.code, approve=True, by=OSKAR, at=EARNED)
    assert state(payout) == State.FAILED
    assert trade.is_sound()


# ---- the worker ----------------------------------------------------------------------------


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


def test_less_than_the_minimum_waits(by_file, settings):
    from decimal import Decimal

    settings.SHOAL_PAYOUT_MINIMUM = {"CNY": Decimal("20.01")}
    party = earned(trade.open_market())
    verified(party)
    assert why_not(party) == {Why.TOO_LITTLE}
    assert prepare_payouts(at=EARNED) == 0
    settings.SHOAL_PAYOUT_MINIMUM = {"CNY": Decimal("20.00")}
    assert prepare_payouts(at=EARNED) == 1


# ---- two people ----------------------------------------------------------------------------


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


# ---- accounts ------------------------------------------------------------------------------


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
        with pytest.raises(refused):
            prove_account(party=party, minor=account.proof_minor + 1, at=EARNED)
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


# ---- the bank's files ----------------------------------------------------------------------


def answer(*rows: tuple[str, str, str]) -> bytes:
    lines = ["number,outcome,amount,currency,date,reference,reason"]
    lines += [f"{code},{outcome},{amount},CNY,2026-06-01,B1," for code, outcome, amount in rows]
    return "\n".join(lines).encode()


def test_a_bank_that_takes_files(mei):
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    run = released()
    assert send_payouts(at=EARNED) == 0
    first = hand_over_file(code=run.code, by=OLGA, at=EARNED)
    assert hand_over_file(code=run.code, by=OLGA, at=EARNED) == first
    assert f"{payout.code},bank,美,工商银行,6222020200012345,200.00,CNY" in first.decode()
    assert state(payout) == State.SENT
    for bad in (b"\xff\xfe", b"a,b\n1,2\n", b""):
        with pytest.raises((AnswerUnreadable, AnswerLacks)):
            take_answer(data=bad, by=OLGA, at=EARNED)
    with pytest.raises(AnswerUnreadable):
        take_answer(
            data=answer((payout.code, "paid", "200.00"), ("x", "perhaps", "1")), by=OLGA, at=EARNED
        )
    assert state(payout) == State.SENT
    words = answer((payout.code, "paid", "199.00"), ("nobody", "paid", "1.00"))
    assert take_answer(data=words, by=OLGA, at=EARNED) == ["wrong_amount", "unknown"]
    assert state(payout) == State.SENT
    right = answer((payout.code, "paid", "200.00"))
    assert take_answer(data=right, by=OLGA, at=EARNED) == ["accepted"]
    assert take_answer(data=right, by=OLGA, at=EARNED) == [None]
    assert (state(payout), payout.reference) == (State.PAID, "B1")
    assert at(Account.Kind.BANK) == 20_000
    assert hand_over_file(code=run.code, by=OLGA, at=EARNED).decode().count("\n") == 1
    assert trade.is_sound()


def test_it_went_out_after_all(mei):
    """A failed one that the bank paid after all leaves the balance below zero: nothing is lost."""
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    run = released()
    hand_over_file(code=run.code, by=OLGA, at=EARNED)
    take_answer(data=answer((payout.code, "failed", "200.00")), by=OLGA, at=EARNED)
    assert balance(mei) == 20_000
    again = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    late = answer((payout.code, "paid", "200.00")).replace(b"2026-06-01", b"2026-06-03")
    take_answer(data=late, by=OLGA, at=EARNED)
    assert (state(payout), balance(mei)) == (State.PAID, -20_000)
    assert why_not(mei) >= {Why.BELOW_ZERO, Why.UNDER_WAY}
    take_back(code=again.code, reason="paid already", by=OLGA, at=EARNED)
    assert balance(mei) == 0
    assert trade.is_sound()
