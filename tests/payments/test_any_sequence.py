"""Whatever partners tell and people ask, in whatever order, the sums equal an independent model.

The model knows nothing of verdicts: it counts money the way a cashier would.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shoal.kit.ids import uuid7
from shoal.payments import doctor
from shoal.payments.models import Intent, Refund
from shoal.payments.providers import ProviderNotice
from shoal.payments.rules import Kind
from shoal.payments.steps import RefundTooLarge
from tests.payments.makers import (
    alice,
    ask_back,
    books,
    captured,
    open_one,
    refund_failed,
    refunded,
    tell,
)

ASKED = 1_000
picks = st.integers(min_value=0, max_value=20)


class Cashier:
    """Counts what came and what went, in the drawer's own currency and in foreign money."""

    def __init__(self) -> None:
        self.came = {"CNY": 0, "USD": 0}
        self.went = {"CNY": 0, "USD": 0}
        self.owed = 0
        self.paid = False

    def take(self, amount: int, currency: str) -> None:
        self.came[currency] += amount
        if (amount, currency) == (ASKED, "CNY") and not self.paid:
            self.paid = True
        elif currency == "CNY":
            self.owed += amount


class Payments(RuleBasedStateMachine):
    """One intent, a partner that says anything, people who ask for refunds."""

    @initialize()
    def begin(self) -> None:
        self.intent = open_one(amount=ASKED, payer=alice())
        self.cashier = Cashier()
        self.told: list[ProviderNotice] = []
        self.on_the_way: list[ProviderNotice] = []
        self.asked: dict[object, int] = {}
        self.done: set[str] = set()
        self.subjects = [uuid7() for _ in range(6)]

    def hear(self, notices: list[ProviderNotice]) -> None:
        for notice in notices:
            if notice not in self.told:
                self.told.append(notice)
                self.count(notice)
        tell(*notices)

    def count(self, notice: ProviderNotice) -> None:
        if notice.kind is Kind.CAPTURED and notice.code == self.intent.code:
            self.cashier.take(notice.amount, notice.currency)
        elif notice.kind is Kind.REFUNDED and notice.code not in self.done:
            refund = Refund.objects.get(code=notice.code)
            if notice.amount == refund.amount:
                self.done.add(notice.code)
                self.cashier.went[refund.currency] += refund.amount

    @rule(
        amount=st.sampled_from([ASKED, ASKED, ASKED - 1, ASKED + 1, 7]),
        currency=st.sampled_from(["CNY", "CNY", "CNY", "USD"]),
        late=st.booleans(),
        twice=st.booleans(),
    )
    def charge(self, amount: int, currency: str, late: bool, twice: bool) -> None:  # noqa: FBT001
        notice = captured(self.intent, amount=amount, currency=currency)
        if late:
            self.on_the_way.append(notice)
        else:
            self.hear([notice] * (2 if twice else 1))

    @rule()
    def speak_of_a_stranger(self) -> None:
        self.hear([captured(self.intent, code="nobody")])

    @precondition(lambda self: self.told)
    @rule(pick=picks)
    def say_again(self, pick: int) -> None:
        self.hear([self.told[pick % len(self.told)]])

    @precondition(lambda self: self.on_the_way)
    @rule(together=st.booleans())
    def arrive_in_the_wrong_order(self, together: bool) -> None:  # noqa: FBT001
        late, self.on_the_way = self.on_the_way[::-1], []
        for notices in [late] if together else [[notice] for notice in late]:
            self.hear(notices)

    @rule(amount=st.sampled_from([1, 400, 600, ASKED, ASKED + 1]), pick=st.integers(0, 5))
    def ask_for_a_refund(self, amount: int, pick: int) -> None:
        subject = self.subjects[pick]
        if subject in self.asked:
            assert ask_back(self.intent, amount, subject=subject).amount == self.asked[subject]
        elif amount <= self.cashier.came["CNY"] - self.cashier.owed:
            ask_back(self.intent, amount, subject=subject)
            self.asked[subject] = amount
            self.cashier.owed += amount
        else:
            with pytest.raises(RefundTooLarge):
                ask_back(self.intent, amount, subject=subject)

    @precondition(lambda self: self.asked or self.told)
    @rule(pick=picks, word=st.sampled_from(["done", "done", "failed", "wrongly"]))
    def speak_of_a_refund(self, pick: int, word: str) -> None:
        refunds = list(Refund.objects.filter(intent=self.intent).order_by("id"))
        if refunds:
            refund = refunds[pick % len(refunds)]
            wrong = refund.amount + 1
            words = {
                "done": refunded(refund),
                "failed": refund_failed(refund),
                "wrongly": refunded(refund, amount=wrong),
            }
            self.hear([words[word]])

    @invariant()
    def sums_equal_the_cashiers(self) -> None:
        if not hasattr(self, "intent"):
            return
        row, cashier = Intent.objects.get(id=self.intent.id), self.cashier
        assert (row.captured, row.refunded, row.returned) == (
            cashier.came["CNY"],
            cashier.owed,
            cashier.went["CNY"],
        )
        assert (row.state == "captured") == cashier.paid
        expected = {}
        for currency in ("CNY", "USD"):
            kept = cashier.came[currency] - cashier.went[currency]
            expected |= {("clearing", currency): -kept, ("escrow", currency): kept}
        assert books(self.intent) == {key: kept for key, kept in expected.items() if kept}

    def teardown(self) -> None:
        assert [check.sentence for check in doctor.checks() if not check.ok] == []


@pytest.mark.django_db(transaction=True)
def test_whatever_is_told_the_sums_equal_the_cashiers():
    run_state_machine_as_test(
        Payments,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
