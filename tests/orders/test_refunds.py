"""Parts of an order go back: what the customer gets, what the parties give, what settles after."""

from uuid import uuid4

import pytest
from django.db import IntegrityError

from shoal.care.operations_cases import withdraw_case
from shoal.kit.transactions import operation
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance, platform_balances
from shoal.orders import operations
from shoal.orders.models import LineRefund, Order, OrderLine, Parcel, ParcelStep
from shoal.orders.refunds import LinePart, PartsBack, freeze, refund_parts
from shoal.orders.shipping import Shipment, presume_arrivals, ship_parcels
from shoal.orders.steps import lock_orders
from shoal.payments.models import Refund
from shoal.payments.steps import RefundTooLarge, lock_intents
from shoal.settlement.models import Reversal, SettledLine
from shoal.stock.models import Allotment
from tests import goods, trade
from tests.care import cases
from tests.trade import AT, DAY, Market

pytestmark = pytest.mark.django_db(transaction=True)
LATER = AT + 20 * DAY


@pytest.fixture
def market() -> Market:
    return trade.open_market(stock=10, per_customer=5)


@pytest.fixture
def arrived(market: Market) -> Order:
    """Three units for 300.00, arrived at Alice's."""
    placed = trade.order(market, quantity=3)
    trade.pay(placed)
    trade.ship(placed)
    trade.deliver(placed)
    return placed


def balances(market: Market) -> tuple[int, int, int, int]:
    """Brand, keeper, fee, escrow."""
    platform = {kind: money.minor for kind, _, money in platform_balances()}
    return (
        party_balance(kind=Account.Kind.BRAND, party=market.brand.id, currency="CNY").minor,
        party_balance(kind=Account.Kind.KEEPER, party=market.shop.id, currency="CNY").minor,
        platform.get("platform_fee", 0),
        platform["escrow"],
    )


def test_one_of_three_units_before_shipping(market: Market) -> None:
    placed = trade.order(market, quantity=3)
    trade.pay(placed)
    assert trade.give_back(placed, units=1, restock=True) == 10_000
    line = OrderLine.objects.get(order=placed)
    assert (line.units_left, line.back_paid_minor, placed.state) == (2, 10_000, "paid")
    assert Allotment.objects.get(id=line.allotment_id).available == 8
    trade.money_arrives_back()
    trade.ship(placed)
    trade.deliver(placed)
    assert operations.complete_orders(at=LATER) == 1
    assert balances(market) == (14_000, 4_000, 2_000, 0)
    assert trade.is_sound()


def test_the_last_unit_before_shipping_cancels_the_order(market: Market) -> None:
    placed = trade.order(market, quantity=2)
    trade.pay(placed)
    trade.give_back(placed, units=1, restock=True)
    trade.give_back(placed, units=1, restock=True)
    assert placed.state == Order.State.CANCELLED
    assert Parcel.objects.get(order=placed).state == Parcel.State.CANCELLED
    trade.money_arrives_back()
    assert balances(market) == (0, 0, 0, 0)
    assert trade.is_sound()


def test_a_part_of_the_price_for_goods_she_keeps(market: Market, arrived: Order) -> None:
    assert trade.give_back(arrived, amount=1_000) == 1_000
    trade.money_arrives_back()
    assert operations.complete_orders(at=LATER) == 1
    assert balances(market) == (20_300, 5_800, 2_900, 0)
    assert trade.is_sound()


def test_after_settlement_each_party_gives_its_part_back(market: Market, arrived: Order) -> None:
    operations.complete_orders(at=LATER)
    assert balances(market) == (21_000, 6_000, 3_000, 0)
    trade.give_back(arrived, units=3, at=LATER + DAY)
    assert balances(market) == (0, 0, 0, 30_000)  # on its way to her
    trade.money_arrives_back()
    assert balances(market) == (0, 0, 0, 0)
    assert Reversal.objects.get().brand_minor == 21_000
    assert arrived.state == Order.State.COMPLETED
    assert trade.is_sound()


def test_more_than_is_left_is_refused_and_nothing_changes(market: Market, arrived: Order) -> None:
    trade.give_back(arrived, units=2)
    with pytest.raises(RefundTooLarge):
        trade.give_back(arrived, units=2)
    with pytest.raises(RefundTooLarge):
        trade.give_back(arrived, amount=10_001)
    with pytest.raises(RefundTooLarge):
        trade.give_back(arrived, freight=1)
    assert (LineRefund.objects.count(), Refund.objects.count()) == (1, 1)
    assert trade.is_sound()


def test_one_subject_gives_a_line_back_once(arrived: Order) -> None:
    subject = uuid4()
    trade.give_back(arrived, units=1, subject=subject)
    with pytest.raises(IntegrityError, match="one_refund_of_a_line"):
        trade.give_back(arrived, units=1, subject=subject)
    assert OrderLine.objects.get(order=arrived).back_units == 1
    assert trade.is_sound()


def test_the_database_lets_no_line_give_more_than_it_had(arrived: Order) -> None:
    with pytest.raises(IntegrityError, match="line_back"):
        OrderLine.objects.filter(order=arrived).update(
            back_paid_minor=30_001, back_brand_minor=30_001
        )


def test_a_frozen_line_waits_for_its_case(market: Market, arrived: Order) -> None:
    case = cases.ask(arrived)
    assert operations.complete_orders(at=LATER) == 1
    assert not SettledLine.objects.exists()
    assert balances(market) == (0, 0, 0, 30_000)
    assert trade.is_sound()
    alice = market.alice.id
    withdraw_case(customer=alice, code=case.code, by="alice", at=LATER + DAY)
    assert balances(market) == (21_000, 6_000, 3_000, 0)
    assert trade.is_sound()


def test_a_limit_counts_what_she_kept(market: Market) -> None:
    placed = trade.order(market, quantity=5)
    trade.pay(placed)
    trade.give_back(placed, units=2, restock=True)
    again = trade.order(market, quantity=2)
    assert again.state == Order.State.UNPAID
    assert trade.is_sound()


def test_a_parcel_that_nobody_speaks_of_counts_as_arrived(market: Market) -> None:
    placed = trade.order(market)
    trade.pay(placed)
    trade.ship(placed)
    assert presume_arrivals(at=AT + 15 * DAY) == 0
    assert presume_arrivals(at=AT + 16 * DAY) == 1
    placed.refresh_from_db()
    assert placed.state == Order.State.DELIVERED
    assert ParcelStep.objects.filter(by="worker:arrive").exists()
    assert presume_arrivals(at=AT + 16 * DAY) == 0
    assert trade.is_sound()


def test_a_parcel_somebody_asks_about_does_not_arrive_by_itself(market: Market) -> None:
    placed = trade.order(market)
    trade.pay(placed)
    trade.ship(placed)
    operation(freeze)(lines=[placed.lines.get().id])
    assert presume_arrivals(at=AT + 60 * DAY) == 0


@operation
def give_both_back(placed: Order, *parts: LinePart) -> list[int]:
    """Two things ask for parts of one order in the same breath."""
    lock_intents(subjects=[placed.id])
    order = lock_orders([placed.id])[placed.id]
    return refund_parts(
        [
            PartsBack(order, uuid4(), [part], {}, f"wish {number}", LATER + number * DAY)
            for number, part in enumerate(parts)
        ],
        by="olga",
    )


def test_two_wishes_for_one_line_count_both(market: Market) -> None:
    placed = trade.order(market, quantity=3)
    trade.pay(placed)
    line = placed.lines.get()
    one = LinePart(line.id, 1, restock=True)
    assert give_both_back(placed, one, one) == [10_000, 10_000]
    line.refresh_from_db()
    assert (line.units_left, line.back_paid_minor) == (1, 20_000)
    assert Allotment.objects.get(id=line.allotment_id).available == 9
    assert LineRefund.objects.filter(line=line).count() == 2
    trade.money_arrives_back()
    assert trade.is_sound()


def test_two_wishes_for_more_than_there_was_keep_neither(market: Market) -> None:
    placed = trade.order(market, quantity=3)
    trade.pay(placed)
    line = placed.lines.get()
    two = LinePart(line.id, 2, restock=True)
    with pytest.raises(RefundTooLarge):
        give_both_back(placed, two, two)
    line.refresh_from_db()
    assert (line.units_left, Refund.objects.count()) == (3, 0)
    assert Allotment.objects.get(id=line.allotment_id).available == 7


def test_a_parcel_that_the_first_wish_empties_is_cancelled_once(market: Market) -> None:
    nordwind = goods.active_brand(name="Nordwind")
    other = trade.standing_offer(nordwind)
    placed = trade.order(market, quantity=2, offers=(market.offer, other))
    trade.pay(placed)
    first, second = placed.lines.order_by("number")
    paid = give_both_back(
        placed, LinePart(first.id, 2, restock=True), LinePart(second.id, 1, restock=True)
    )
    assert paid == [20_000, 10_000]
    steps = ParcelStep.objects.filter(parcel=first.parcel, state=Parcel.State.CANCELLED)
    assert [step.reason for step in steps] == ["wish 0"]
    placed.refresh_from_db()
    assert placed.state == Order.State.PAID
    assert give_both_back(placed, LinePart(second.id, 1, restock=True)) == [10_000]
    placed.refresh_from_db()
    assert placed.state == Order.State.CANCELLED
    trade.money_arrives_back()
    assert balances(market) == (0, 0, 0, 0)
    assert trade.is_sound()


def test_an_order_arrives_when_what_was_waited_for_was_cancelled(market: Market) -> None:
    """And not when somebody else asks for a part of a price later in the same list."""
    other = trade.standing_offer(goods.active_brand(name="Nordwind"))
    placed = trade.order(market, quantity=2, offers=(market.offer, other))
    trade.pay(placed)
    sent, waiting = placed.lines.order_by("number")
    leaving = Shipment(sent.parcel.brand_id, sent.parcel.code, "顺丰", "SF1", AT + DAY)
    ship_parcels(shipments=[leaving], by="owner")
    trade.deliver(placed)
    give_both_back(placed, LinePart(waiting.id, 2, restock=True), LinePart(sent.id, 0, amount=500))
    placed.refresh_from_db()
    assert (placed.state, placed.delivered_at) == (Order.State.DELIVERED, LATER)
