"""Stock against an independent model: whatever is done in whatever order, the numbers add up."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shoal.kit.ids import uuid7
from shoal.kit.transactions import OutsideTransaction, one_transaction
from shoal.stock import doctor, steps
from shoal.stock.models import Allotment, Hold, Movement
from shoal.stock.queries import available, warehouse_of

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def sku(db: None) -> UUID:
    return make_sku()


def make_sku() -> UUID:
    """A SKU of 海风, by the shortest way: this test is about numbers only."""
    from shoal.brands.models import Brand
    from shoal.catalog.models import Category, Product, Sku

    brand = Brand.objects.create(names={"zh": "海风"}, currency="CNY", applied_at=AT)
    category, _ = Category.objects.get_or_create(code="tea", defaults={"names": {"zh": "茶"}})
    product = Product.objects.create(
        brand=brand,
        reference="T1",
        category=category,
        titles={"zh": "白茶"},
        created_at=AT,
        changed_at=AT,
    )
    return Sku.objects.create(product=product, reference="T1").id


class StockMachine(RuleBasedStateMachine):
    """Random receipts, allotments, holds, sales, releases and returns, beside plain integers."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.sku = make_sku()
        steps.receive(quantities=[steps.Quantity(self.sku, 10)], by="test", at=AT)
        self.warehouse = warehouse_of(skus=[self.sku])[self.sku].id
        self.left = {self.warehouse: 10}
        self.lines: dict[UUID, tuple[UUID, int, str]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(quantity=st.integers(1, 20))
    def receive(self, quantity: int) -> None:
        steps.receive(quantities=[steps.Quantity(self.sku, quantity)], by="test", at=AT)
        self.left[self.warehouse] += quantity

    @rule(quantity=st.integers(0, 15))
    def allot(self, quantity: int) -> None:
        if quantity > self.left[self.warehouse]:
            with pytest.raises(steps.NotEnoughStock):
                steps.allot(sku=self.sku, quantity=quantity, by="test", at=AT)
            return
        made = steps.allot(sku=self.sku, quantity=quantity, by="test", at=AT)
        self.left[self.warehouse] -= quantity
        self.left[made.id] = quantity

    @rule(data=st.data(), quantity=st.integers(1, 6))
    def hold(self, data: st.DataObject, quantity: int) -> None:
        allotment = data.draw(st.sampled_from(list(self.left)))
        assert steps.lock_available(allotments=[allotment]) == {allotment: self.left[allotment]}
        line = uuid7()
        wish = [steps.NewHold(line, allotment, quantity, AT)]
        if quantity > self.left[allotment]:
            with pytest.raises(steps.StockMoved), transaction.atomic():
                steps.hold(holds=wish, by="test")
            return
        steps.hold(holds=wish, by="test")
        self.left[allotment] -= quantity
        self.lines[line] = (allotment, quantity, "held")

    @rule(data=st.data(), way=st.sampled_from(["sell", "release", "put_back", "again"]))
    def go_on(self, data: st.DataObject, way: str) -> None:
        needs = {"sell": "held", "release": "held", "put_back": "sold", "again": "released"}[way]
        fitting = [line for line, row in self.lines.items() if row[2] == needs]
        if not fitting:
            return
        line = data.draw(st.sampled_from(fitting))
        allotment, quantity, _ = self.lines[line]
        if way == "sell":
            steps.sell(lines={line: AT}, by="test")
            self.lines[line] = (allotment, quantity, "sold")
        elif way == "release":
            steps.release(lines={line: AT}, by="test", reason="expired")
            self.left[allotment] += quantity
            self.lines[line] = (allotment, quantity, "released")
        elif way == "put_back":
            back = [steps.UnitsBack(line, quantity, "cancelled", AT)]
            steps.put_back(units=back, by="test")
            with pytest.raises(steps.StockMoved):
                steps.put_back(units=back, by="test")
            self.left[allotment] += quantity
            self.lines[line] = (allotment, quantity, "returned")
        elif steps.hold_again(lines=[line], by="test", at=AT):
            assert quantity <= self.left[allotment]
            self.left[allotment] -= quantity
            self.lines[line] = (allotment, quantity, "held")
        else:
            assert quantity > self.left[allotment]

    @rule()
    def give_back(self) -> None:
        others = [key for key in self.left if key != self.warehouse]
        back = steps.give_back(allotments=others, by="test", at=AT, reason="sale over")
        assert back == sum(self.left[key] for key in others)
        self.left[self.warehouse] += back
        self.left |= dict.fromkeys(others, 0)

    @rule(quantity=st.integers(1, 5))
    def write_off(self, quantity: int) -> None:
        if quantity <= self.left[self.warehouse]:
            steps.write_off(
                allotment=self.warehouse, quantity=quantity, by="test", at=AT, reason="broken"
            )
            self.left[self.warehouse] -= quantity

    @invariant()
    def numbers_are_those_of_the_model(self) -> None:
        assert available(allotments=self.left) == self.left
        held = dict.fromkeys(self.left, 0)
        for allotment, quantity, state in self.lines.values():
            held[allotment] += quantity if state == "held" else 0
        assert dict(Allotment.objects.values_list("id", "held")) == held
        assert all(check.ok for check in doctor.checks())


@pytest.mark.django_db
def test_stock_follows_the_model_whatever_happens() -> None:
    run_state_machine_as_test(
        StockMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_database_refuses_to_oversell_whoever_asks(sku: UUID) -> None:
    with one_transaction():
        steps.receive(quantities=[steps.Quantity(sku, 3)], by="test", at=AT)
    for statement in (
        "UPDATE stock_allotment SET available = -1, sold = 4",
        "UPDATE stock_allotment SET sold = 4",
        "UPDATE stock_allotment SET available = 4",
    ):
        with (
            pytest.raises(IntegrityError, match="stock_"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert Allotment.objects.get(sku=sku).available == 3


def test_a_hold_ends_once(sku: UUID) -> None:
    with one_transaction():
        steps.receive(quantities=[steps.Quantity(sku, 3)], by="test", at=AT)
    allotment, line = Allotment.objects.get(sku=sku).id, uuid7()
    with one_transaction():
        steps.hold(holds=[steps.NewHold(line, allotment, 2, AT)], by="test")
    with one_transaction():
        steps.sell(lines={line: AT}, by="test")
    for again in (
        lambda: steps.sell(lines={line: AT}, by="test"),
        lambda: steps.release(lines={line: AT}, by="test", reason=""),
    ):
        with pytest.raises(steps.StockMoved), one_transaction():
            again()
    assert Hold.objects.get(id=line).state == Hold.State.SOLD
    assert Allotment.objects.get().sold == 2


@pytest.mark.django_db(transaction=True)
def test_steps_need_an_operation_around_them() -> None:
    with pytest.raises(OutsideTransaction):
        steps.receive(quantities=[], by="test", at=AT)
    assert not Movement.objects.exists()
