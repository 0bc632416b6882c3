"""What every story of money keeps beside itself: the model, the open cases, the close of it all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from shoal.care.models import Case
from shoal.care.operations_deadlines import pass_deadline
from shoal.care.queries_cases import due_cases
from shoal.care.rules_cases import CLOSED, Kind, State
from shoal.ledger.models import Transfer
from shoal.orders import operations
from shoal.orders.models import Order, Parcel
from shoal.payments.models import Notice
from shoal.payments.operations import record_notices
from shoal.payments.providers import ProviderNotice
from shoal.payments.rules import Kind as NoticeKind
from tests import trade
from tests.money.model import Books, Bought, Line
from tests.money.world import World
from tests.trade import AT, MINUTE

OPEN_STATES = [Order.State.PAID, Order.State.SHIPPED, Order.State.DELIVERED]
LONG = timedelta(days=60)


@dataclass
class Asked:
    """What the story knows of a case that is open: about which line, for how much."""

    order: str
    line: Line
    units: int
    full: int
    amount: int
    came_back: bool = False


class Followed(RuleBasedStateMachine):
    """A world and the model of its money; whatever is told, every account agrees after it."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic: Any = transaction.atomic()
        # Each story is rolled back as a test of Django's is; operations stay durable inside it.
        self.atomic._from_testcase = True
        self.atomic.__enter__()
        self.world = World()
        self.market = self.world.market
        self.now = AT + MINUTE
        self.books = Books(parties=dict.fromkeys(("sea", "hill", "keeper", "fee"), 0))
        self.orders: dict[str, Bought] = {}
        self.cases: dict[str, Asked] = {}
        self.is_sound = True

    def teardown(self) -> None:
        try:
            if self.is_sound:
                # The doctor asks about every fact there is, and facts stay: once is enough.
                assert trade.is_sound()
                self.bring_to_its_close()
                assert trade.is_sound()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def money_arrives_back(self) -> None:
        """All that is going back reaches its payers; they are told twice."""
        for _ in range(2):
            trade.money_arrives_back(at=self.now)
        self.books.arrive_back()

    @invariant()
    def every_account_is_as_the_model_says(self) -> None:
        self.is_sound = False
        books = self.books
        assert self.world.balances() == {
            "escrow": books.escrow,
            "clearing": books.clearing,
            "promotion": books.promotion,
            "on_its_way": books.on_its_way,
            **books.parties,
        }
        self.is_sound = True

    def bring_to_its_close(self) -> None:
        """Everything on its way arrives, every deadline passes, all money goes where it belongs."""
        for order in Order.objects.filter(code__in=self.orders, state__in=OPEN_STATES):
            trade.ship(order, at=self.now)
            trade.deliver(order, at=self.now)
        for _ in range(6):
            self.now += LONG
            self.let_pass()
        self.money_arrives_back()
        self.every_account_is_as_the_model_says()
        assert self.books.escrow == 0
        assert not self.cases
        transfers = Transfer.objects.count()
        for _ in range(2):
            record_notices(notices=[_heard(row) for row in Notice.objects.all()], at=self.now)
        assert Transfer.objects.count() == transfers
        self.every_account_is_as_the_model_says()

    def let_pass(self) -> None:
        """What the worker does by itself until now."""
        operations.expire_orders(at=self.now)
        for _ in range(6):  # what one deadline decides may begin another
            for case in due_cases(at=self.now):
                row = Case.objects.get(id=case)
                if row.state == State.RETURNED:
                    self.cases[row.code].came_back = True
                pass_deadline(case=case, at=self.now)
                self.follow(row.code)
        open_orders = Order.objects.filter(code__in=self.orders, state=Order.State.DELIVERED)
        before = set(open_orders.values_list("code", flat=True))
        operations.complete_orders(at=self.now)
        still = set(open_orders.values_list("code", flat=True))
        for code in sorted(before - still):
            event("settled")
            self.books.settle(self.orders[code])

    def follow(self, code: str) -> None:
        """When a case has closed, its money moved: the model works out how much."""
        case = Case.objects.get(code=code)
        if case.state not in CLOSED:
            return
        asked = self.cases.pop(code)
        told = self.orders[asked.order]
        event(f"{case.kind} {case.state}, settled {asked.line.settled}")
        if case.state == State.REFUNDED and asked.amount:
            counted = case.kind == Kind.CANCEL or asked.came_back or asked.amount >= asked.full
            units = asked.units if counted else 0
            whole = units == asked.line.units
            self.books.back(told, told.lines.index(asked.line), units, asked.amount)
            if whole and told.freight.get(asked.line.terms.brand):
                self.books.freight_back(told, asked.line.terms.brand)
        asked.line.cases -= 1
        if told.settled:
            self.books.settle(told)

    def has_orders(self, *states: str) -> bool:
        return Order.objects.filter(code__in=self.orders, state__in=states).exists()

    def has_parcels(self, state: str) -> bool:
        return Parcel.objects.filter(order__code__in=self.orders, state=state).exists()

    def has_cases(self, *states: str) -> bool:
        return Case.objects.filter(code__in=self.cases, state__in=states).exists()

    def some(self, data: st.DataObject, *states: str) -> Order | None:
        rows = Order.objects.filter(code__in=self.orders, state__in=states)
        return self.one_of(data, rows.order_by("placed_at", "id"))

    def some_case(self, data: st.DataObject, *states: str) -> Case | None:
        rows = Case.objects.filter(code__in=self.cases, state__in=states)
        return self.one_of(data, rows.order_by("id"))

    @staticmethod
    def one_of(data: st.DataObject, rows: Any) -> Any:
        found: Sequence[Any] = list(rows)
        return data.draw(st.sampled_from(found)) if found else None


def _heard(row: Notice) -> ProviderNotice:
    return ProviderNotice(
        provider=row.provider,
        event=row.event,
        kind=NoticeKind(row.kind),
        code=row.our_code,
        amount=row.amount,
        currency=row.currency,
        happened_at=row.happened_at,
    )
