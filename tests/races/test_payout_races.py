"""One balance, many hands. First the race is shown without the lock; then the payout holds."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest

from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.transactions import one_transaction
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.settlement.accounts import give_account
from shoal.settlement.models_payouts import Payout, PayoutAccount, PayoutRun
from shoal.settlement.operations_payouts import (
    ask_payout,
    decide_run,
    prepare_payouts,
    prepare_run,
    send_payouts,
    take_answer,
    take_back,
)
from tests import trade
from tests.partner import harbour, partner  # noqa: F401 - fixtures
from tests.payouts import EARNED, OLGA, OSKAR, at, balance, earned, given, released, verified
from tests.races.test_last_unit import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def pay_without_lock(party: UUID, both_looked: threading.Barrier) -> int:
    """What a payout does that looks first and takes later: it pays what it saw."""
    seen = party_balance(kind=Account.Kind.KEEPER, party=party, currency="CNY").minor
    both_looked.wait()
    mine = AccountKey(Account.Kind.KEEPER, "CNY", party)
    way = AccountKey(Account.Kind.PAYOUT, "CNY")
    with one_transaction():
        post(transfers=[NewTransfer(uuid7(), "payout", mine, way, seen, uuid7(), EARNED, "unsafe")])
    return seen


def test_without_the_lock_two_taps_pay_the_balance_twice(settings) -> None:
    settings.SHOAL_PAYOUTS = "file"
    party, both_looked = earned(trade.open_market()), threading.Barrier(2)
    act = lambda: pay_without_lock(party.id, both_looked)  # noqa: E731 - two of the same
    assert at_once(act, act) == [2_000, 2_000]
    assert balance(party) == -2_000


def answers_of(*acts: Callable[[], object]) -> list[str]:
    """What each act gave, or why it was refused."""

    def tried(act: Callable[[], object]) -> Callable[[], str]:
        def run() -> str:
            try:
                return type(act()).__name__
            except Refused as refused:
                return refused.code

        return run

    return sorted(str(answer) for answer in at_once(*(tried(act) for act in acts)))


def test_two_taps_and_the_worker_make_one_payout(settings) -> None:
    settings.SHOAL_PAYOUTS = "file"
    party = earned(trade.open_market())
    verified(party)
    tap = lambda: ask_payout(party=party, amount=None, by="mei", at=EARNED)  # noqa: E731
    at_once(lambda: answers_of(tap), lambda: answers_of(tap), lambda: prepare_payouts(at=EARNED))
    assert Payout.objects.count() == 1
    assert (balance(party), at(Account.Kind.PAYOUT)) == (0, 2_000)
    assert trade.is_sound()


def test_parts_asked_for_at_once_never_exceed_the_balance(settings) -> None:
    settings.SHOAL_PAYOUTS = "file"
    party = earned(trade.open_market())
    verified(party)
    part = lambda: ask_payout(party=party, amount=1_500, by="mei", at=EARNED)  # noqa: E731
    assert answers_of(part, part, part) == ["Payout", "payout_blocked", "payout_blocked"]
    assert balance(party) == 500


def test_two_accounts_given_at_once_leave_one_that_counts(settings) -> None:
    settings.SHOAL_PAYOUTS = "file"
    party = earned(trade.open_market())
    give = [
        lambda number=number: give_account(party=party, given=given(number), by="mei", at=EARNED)
        for number in ("111", "222", "333")
    ]
    assert answers_of(*give) == ["PayoutAccount"] * 3
    states = sorted(PayoutAccount.objects.values_list("state", flat=True))
    assert states == ["given", "replaced", "replaced"]


def test_two_operators_release_a_run_once(settings) -> None:
    settings.SHOAL_PAYOUTS = "file"
    party = earned(trade.open_market())
    verified(party)
    ask_payout(party=party, amount=None, by="mei", at=EARNED)
    runs = answers_of(
        *[lambda: prepare_run(currency="CNY", by=OLGA, at=EARNED)] * 2,
    )
    assert runs == ["PayoutRun", "nothing_to_release"]
    run = PayoutRun.objects.get()
    decide = lambda: decide_run(code=run.code, approve=True, by=OSKAR, at=EARNED)  # noqa: E731
    payout = Payout.objects.get()
    back = lambda: take_back(code=payout.code, reason="no", by=OLGA, at=EARNED)  # noqa: E731
    answers = answers_of(decide, decide, back)
    assert answers in (
        ["PayoutRun", "payout_fixed", "run_decided"],
        ["Payout", "PayoutRun", "run_decided"],
    )
    assert trade.is_sound()


def test_two_workers_send_one_transfer(partner) -> None:  # noqa: F811 - the fixture
    party = earned(trade.open_market())
    proof = verified(party).proof_minor or 0
    ask_payout(party=party, amount=None, by="mei", at=EARNED)
    released()
    sent = at_once(*[lambda: send_payouts(at=EARNED)] * 3)
    assert sum(int(str(count)) for count in sent) == 1
    assert at(Account.Kind.BANK) == 2_000 + proof
    page = partner.browser.get(f"{partner.url}/test?lang=en").text
    assert page.count("¥20.00") == 1
    assert trade.is_sound()


def test_the_banks_answer_uploaded_by_two_counts_once(settings) -> None:
    settings.SHOAL_PAYOUTS = "file"
    party = earned(trade.open_market())
    verified(party)
    payout = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    released()
    told = (
        f"number,outcome,amount,currency,date\n{payout.code},paid,20.00,CNY,2026-06-01\n"
    ).encode()
    take = lambda: take_answer(data=told, by=OLGA, at=EARNED)  # noqa: E731
    assert answers_of(take, take) == ["list", "list"]
    assert Payout.objects.get().state == "paid"
    assert at(Account.Kind.BANK) == 2_000
    assert trade.is_sound()
