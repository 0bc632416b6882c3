"""Any story of orders, told beside plain integers: money and units always end where they belong."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance, platform_balances
from shoal.orders import operations
from shoal.orders.desk import Placed, place_orders
from shoal.orders.models import Order
from shoal.payments.models import Intent, Refund
from shoal.payments.operations import record_notices
from shoal.payments.providers import ProviderNotice
from shoal.payments.rules import Kind
from shoal.stock.models import Allotment
from tests import trade
from tests.trade import AT, MINUTE

STOCK = 12
PRICE, BRAND, KEEPER = 10_000, 7_000, 2_000
UNPAID_FOR = timedelta(minutes=30)
AFTER_SALES = timedelta(days=7)


@dataclass
class Told:
    """What the model knows of one order."""

    quantity: int
    state: str
    expires_at: datetime
    arrived_at: datetime | None = None


class Story(RuleBasedStateMachine):
    """Orders, payments (late and doubled), parcels, cancellations, refunds and time, at random."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic: Any = transaction.atomic()
        # Each story is rolled back as a test of Django's is; operations stay durable inside it.
        self.atomic._from_testcase = True
        self.atomic.__enter__()
        self.market = trade.open_market(stock=STOCK)
        self.now = AT + MINUTE
        self.left = STOCK
        self.orders: dict[str, Told] = {}
        self.escrow = 0
        self.settled = 0
        self.is_sound = True

    def teardown(self) -> None:
        try:
            # The doctor asks about every fact there is, and facts stay: once is enough.
            if self.is_sound:
                assert trade.is_sound()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def some(self, data: st.DataObject, *states: str) -> tuple[Order, Told] | None:
        # In the order of their placing: codes are random, and a story must be told again the same.
        fitting = [code for code, told in self.orders.items() if told.state in states]
        if not fitting:
            return None
        code = data.draw(st.sampled_from(fitting))
        return Order.objects.get(code=code), self.orders[code]

    @rule(quantity=st.integers(1, 5))
    def order(self, quantity: int) -> None:
        wish = trade.wish(self.market, quantity=quantity, at=self.now)
        answer = place_orders(requests=[wish])[0]
        assert isinstance(answer, Placed) == (quantity <= self.left)
        if isinstance(answer, Placed):
            self.left -= quantity
            self.orders[answer.code] = Told(quantity, "unpaid", self.now + UNPAID_FOR)

    @rule(data=st.data(), twice=st.booleans())
    def pay(self, data: st.DataObject, twice: bool) -> None:  # noqa: FBT001 - hypothesis gives it
        found = self.some(data, "unpaid", "expired")
        if found is None or Intent.objects.get(subject=found[0].id).captured:
            return
        order, told = found
        for _ in range(1 + twice):
            trade.pay(order, at=self.now)
        if told.state == "expired" and told.quantity > self.left:
            self.escrow += PRICE * told.quantity  # on its way back
            return
        if told.state == "expired":
            self.left -= told.quantity
        told.state = "paid"
        self.escrow += PRICE * told.quantity

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        found = self.some(data, "unpaid", "paid", "shipped", "delivered")
        if found is None:
            return
        order, told = found
        try:
            operations.cancel_order(
                customer=self.market.alice.id,
                code=order.code,
                reason="",
                by=self.market.alice.code,
                at=self.now,
            )
        except operations.CannotCancel:
            assert told.state in {"shipped", "delivered"}
            return
        assert told.state in {"unpaid", "paid"}
        self.left += told.quantity
        told.state = "cancelled"

    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        found = self.some(data, "paid")
        if found:
            trade.ship(found[0], at=self.now)
            found[1].state = "shipped"

    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        found = self.some(data, "shipped")
        if found:
            trade.deliver(found[0], at=self.now)
            found[1].state, found[1].arrived_at = "delivered", self.now

    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        found = self.some(data, "paid", "shipped", "delivered", "unpaid", "completed")
        if found is None:
            return
        order, told = found
        try:
            asked = operations.ask_refund(code=order.code, reason="…", by="olga", at=self.now)
        except operations.NotRefundable:
            assert told.state in {"unpaid", "completed"}
            return
        operations.decide_refund(code=asked.code, approve=True, by="oskar", at=self.now)
        if told.state == "paid":  # nothing has left: the units are back on the shelf
            self.left += told.quantity
        told.state = "refunded"

    @rule()
    def money_reaches_its_payers(self) -> None:
        for refund in Refund.objects.exclude(state=Refund.State.DONE).select_related("intent"):
            notice = ProviderNotice(
                provider=refund.intent.provider,
                event=f"back-{refund.code}",
                kind=Kind.REFUNDED,
                code=refund.code,
                amount=refund.amount,
                currency=refund.currency,
                happened_at=self.now,
            )
            record_notices(notices=[notice, notice], at=self.now)
            self.escrow -= refund.amount

    @rule(minutes=st.sampled_from([1, 29, 30, 60, 24 * 60, 8 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        operations.expire_orders(at=self.now)
        operations.complete_orders(at=self.now)
        for told in self.orders.values():
            if told.state == "unpaid" and told.expires_at <= self.now:
                told.state = "expired"
                self.left += told.quantity
            if told.state == "delivered" and told.arrived_at + AFTER_SALES <= self.now:
                told.state = "completed"
                self.escrow -= PRICE * told.quantity
                self.settled += told.quantity

    @invariant()
    def everything_is_where_the_model_says(self) -> None:
        self.is_sound = False
        states = dict(Order.objects.values_list("code", "state"))
        assert states == {code: told.state for code, told in self.orders.items()}
        assert Allotment.objects.get(id=self.market.offer.allotment_id).available == self.left
        balances = {kind: money.minor for kind, _, money in platform_balances()}
        assert balances.get("escrow", 0) == self.escrow
        for kind, party, part in (
            (Account.Kind.BRAND, self.market.brand.id, BRAND),
            (Account.Kind.KEEPER, self.market.shop.id, KEEPER),
        ):
            balance = party_balance(kind=kind, party=party, currency="CNY")
            assert balance.minor == part * self.settled
        assert balances.get("platform_fee", 0) == (PRICE - BRAND - KEEPER) * self.settled
        self.is_sound = True


@pytest.mark.django_db
def test_any_story_of_orders_ends_where_it_must() -> None:
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
