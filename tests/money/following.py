"""What every story of money keeps beside itself: the model, the open cases, the close of it all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.conf import settings as shoal
from django.db import transaction
from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from shoal.care.models import Case
from shoal.care.operations_deadlines import pass_deadline
from shoal.care.operations_postage import NothingToTransfer, pay_postage
from shoal.care.queries_cases import due_cases
from shoal.care.rules_cases import CLOSED, Kind, State
from shoal.ledger.models import Transfer
from shoal.orders import operations
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.payments.models import Notice
from shoal.payments.operations import record_notices
from shoal.payments.providers import ProviderNotice
from shoal.payments.rules import Kind as NoticeKind
from shoal.settlement.deposits import cover_debts
from tests import trade
from tests.money.model import Bought, Line
from tests.money.world import World
from tests.trade import AT, MINUTE

OPEN_STATES = [Order.State.PAID, Order.State.SHIPPED, Order.State.DELIVERED]
LONG = timedelta(days=60)
_SWAPPING = {State.RETURNING, State.REPLACING}


@dataclass
class Asked:
    """What the story knows of a case that is open: about which line, for how much.

    `given` is what is on the table: so many units, for so much. A ruling waits in `ruled` until a
    second operator has agreed: what it gives, and whether the brand answers.
    """

    order: str
    line: Line
    units: int
    full: int
    amount: int
    genuine: bool = True
    fault: bool = True
    came_back: bool = False
    is_final: bool = False
    postage: int = 0
    """What the way back cost her, until the brand pays it."""
    given: tuple[int, int] = field(init=False)
    agreed: tuple[int, int] | None = None
    """What an exchange is about since it was agreed: perhaps a part of what she asked for."""
    ruled: tuple[int, int, bool] | None = None

    def __post_init__(self) -> None:
        self.start_again()

    def start_again(self) -> None:
        """All that she asked for is on the table, or that was agreed."""
        self.given = self.agreed or (self.units, self.amount)

    def worth(self, units: int) -> int:
        """What so many of the units cost."""
        return (2 * self.full * units + self.units) // (2 * self.units)

    def carry_out(self) -> None:
        """The platform has decided."""
        assert self.ruled is not None
        units, amount, self.fault = self.ruled
        self.given, self.ruled, self.is_final = (units, amount), None, True


class Followed(RuleBasedStateMachine):
    """A world and the model of its money; whatever is told, every account agrees after it."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.atomic: Any = transaction.atomic()
        # Each story is rolled back as a test of Django's is; operations stay durable inside it.
        self.atomic._from_testcase = True
        self.atomic.__enter__()
        self.market = self.world.market
        self.now = AT + MINUTE
        self.books = self.world.books()
        self.orders: dict[str, Bought] = {}
        self.cases: dict[str, Asked] = {}
        self.unpaid: list[str] = []
        self.is_sound = True
        self.pass_time(timedelta(0))

    def pass_time(self, span: timedelta) -> None:
        self.now += span
        for books in self.books.values():
            books.now = self.now

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
        for books in self.books.values():
            books.arrive_back()

    @invariant()
    def every_account_is_as_the_model_says(self) -> None:
        self.is_sound = False
        assert self.world.balances() == {
            currency: {
                "escrow": books.escrow,
                "clearing": books.clearing,
                "promotion": books.promotion,
                "on_its_way": books.on_its_way,
                "deposit": books.deposit,
                "return_postage": books.postage,
                **books.parties,
            }
            for currency, books in self.books.items()
        }
        gifts = OrderLine.objects.filter(order__code__in=self.orders).exclude(gift_of=None)
        assert {row.order.code: row.units_left for row in gifts.select_related("order")} == {
            code: told.gifts["sea"] for code, told in self.orders.items() if "sea" in told.gifts
        }
        self.is_sound = True

    def bring_to_its_close(self) -> None:
        """Everything on its way arrives, every deadline passes, all money goes where it belongs."""
        for order in Order.objects.filter(code__in=self.orders, state__in=OPEN_STATES):
            trade.ship(order, at=self.now)
            trade.deliver(order, at=self.now)
        for _ in range(6):
            self.pass_time(LONG)
            self.let_pass()
        self.money_arrives_back()
        for code in list(self.unpaid):
            self.transfer_way_back(code)
        self.every_account_is_as_the_model_says()
        assert not any(books.postage for books in self.books.values())
        assert not any(books.escrow for books in self.books.values())
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
                self.keep_silent(row)
                pass_deadline(case=case, at=self.now)
                self.follow(row.code)
        open_orders = Order.objects.filter(code__in=self.orders, state=Order.State.DELIVERED)
        before = set(open_orders.values_list("code", flat=True))
        operations.complete_orders(at=self.now)
        still = set(open_orders.values_list("code", flat=True))
        settled = defaultdict(list)
        for code in sorted(before - still):
            event("settled")
            settled[self.orders[code].currency].append(self.orders[code])
        for currency, orders in settled.items():
            self.books[currency].settle(orders)
        covered = cover_debts(at=self.now)
        owed = self.books["CNY"].cover("sea", shoal.SHOAL_DEBT_AFTER)
        assert covered == (1 if owed else 0)
        if owed:
            event("a deposit answered")

    def keep_silent(self, row: Case) -> None:
        """Whoever owes an answer lets the time go by."""
        asked = self.cases[row.code]
        if row.state == State.RETURNED:
            asked.came_back = True
        elif row.state == State.CONFIRMING:
            asked.ruled = None
            asked.start_again()

    def follow(self, code: str) -> None:
        """When a case has closed, its money moved: the model works out how much."""
        case = Case.objects.get(code=code)
        if case.kind == Kind.EXCHANGE and case.state in _SWAPPING:
            self.cases[code].agreed = self.cases[code].given
        self._pay_way_back(case)
        if case.state not in CLOSED:
            return
        asked = self.cases.pop(code)
        told, line = self.orders[asked.order], asked.line
        books = self.books[told.currency]
        event(f"{case.kind} {case.state}, settled {line.settled}, ruled {asked.is_final}")
        units, amount = asked.given
        if case.state == State.REFUNDED and (units or amount):
            cancelled = case.kind == Kind.CANCEL
            counted = cancelled or asked.came_back or amount >= asked.worth(units)
            whole = told.leaves_nothing(line, units if counted else 0)
            books.back(told, line, units if counted else 0, amount)
            if whole and (asked.fault or cancelled):
                books.freight_back(told, line.terms.brand)
        if case.state == State.REFUSED and asked.is_final:
            line.refused.append((asked.units, asked.full, asked.genuine))
        line.cases -= 1
        if told.settled:
            books.settle([told])

    def _pay_way_back(self, case: Case) -> None:
        """The brand pays when it has accepted what came back, and answers for it."""
        asked = self.cases[case.code]
        accepted = case.state in {State.REPLACING, State.REFUNDED, State.REPLACED}
        if asked.came_back and accepted and asked.fault and asked.postage:
            event("a way back was paid")
            told = self.orders[asked.order]
            self.books[told.currency].send_back_cost(asked.line.terms.brand, asked.postage)
            self.unpaid.append(case.code)
            asked.postage = 0

    def transfer_way_back(self, code: str) -> None:
        """An operator sends the customer what it cost, and hears "already" the second time."""
        case = pay_postage(code=code, reference=f"B-{code}", by="olga", at=self.now)
        self.books[case.currency].postage -= case.postage_minor
        with pytest.raises(NothingToTransfer):
            pay_postage(code=code, reference=f"C-{code}", by="olga", at=self.now)
        self.unpaid.remove(code)

    def has_orders(self, *states: str) -> bool:
        return Order.objects.filter(code__in=self.orders, state__in=states).exists()

    def has_parcels(self, *states: str) -> bool:
        return Parcel.objects.filter(order__code__in=self.orders, state__in=states).exists()

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
