"""A bank that takes files, and gives its answer as one."""

from datetime import timedelta

import pytest

from shoal.ledger.models import Account
from shoal.settlement.models_payouts import Payout, PayoutStep
from shoal.settlement.operations_payouts import (
    NothingForTheBank,
    ask_payout,
    hand_over_file,
    send_payouts,
    take_answer,
    take_back,
)
from shoal.settlement.payout_providers.file import AnswerLacks, AnswerUnreadable
from shoal.settlement.queries_payouts import steps_in_files
from shoal.settlement.rules_payouts import Why
from tests import trade
from tests.payouts import (
    EARNED,
    OLGA,
    at,
    balance,
    released,
    state,
    why_not,
)

pytestmark = pytest.mark.django_db

State = Payout.State
DAY = timedelta(days=1)


def answer(*rows: tuple[str, str, str]) -> bytes:
    lines = ["number,outcome,amount,currency,date,reference,reason"]
    lines += [f"{code},{outcome},{amount},CNY,2026-06-01,B1," for code, outcome, amount in rows]
    return "\n".join(lines).encode()


def test_a_bank_that_takes_files(mei):
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    run = released()
    assert send_payouts(at=EARNED) == 0
    first = hand_over_file(code=run.code, by=OLGA, at=EARNED)
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
    for copy in (False, True):
        with pytest.raises(NothingForTheBank):
            hand_over_file(code=run.code, by=OLGA, at=EARNED, copy=copy)
    assert trade.is_sound()


def test_what_the_bank_has_comes_again_only_as_a_copy(mei):
    """Uploaded twice it may be paid twice: so nobody gets it twice without asking for that."""
    payout = ask_payout(party=mei, amount=None, by="mei", at=EARNED)
    run = released()
    with pytest.raises(NothingForTheBank):
        hand_over_file(code=run.code, by=OLGA, at=EARNED, copy=True)
    assert state(payout) == State.RELEASED
    first = hand_over_file(code=run.code, by=OLGA, at=EARNED)
    steps = PayoutStep.objects.filter(payout=payout).count()
    with pytest.raises(NothingForTheBank):
        hand_over_file(code=run.code, by="oskar", at=EARNED + DAY)
    assert (state(payout), PayoutStep.objects.filter(payout=payout).count()) == (State.SENT, steps)
    assert hand_over_file(code=run.code, by="oskar", at=EARNED + DAY, copy=True) == first
    assert state(payout) == State.SENT
    taken = [(step.by, step.reason) for step in steps_in_files(run=run)]
    assert taken == [
        (OLGA, "in the bank’s file"),
        ("oskar", "in a copy of the bank’s file"),
    ]
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
