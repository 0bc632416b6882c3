from datetime import timedelta

import pytest

from shoal.kit import ids, vault
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance, platform_balances
from shoal.orders import operations, shipping
from shoal.orders.models import Order, OrderStep, Parcel, ParcelStep
from shoal.payments.models import Refund
from shoal.payments.operations import NotPayable, start_payment
from shoal.payments.providers import Client
from shoal.settlement.models import SettledLine
from shoal.stock.models import Allotment
from tests import goods, trade
from tests.trade import AT, DAY, MINUTE, Market

pytestmark = pytest.mark.django_db
AFTER_SALES = timedelta(days=7)


@pytest.fixture
def market() -> Market:
    return trade.open_market()


def stock(market: Market) -> tuple[int, int, int]:
    row = Allotment.objects.get(id=market.offer.allotment_id)
    return row.available, row.held, row.sold


def escrow() -> int:
    return sum(money.minor for kind, _, money in platform_balances() if kind == "escrow")


def test_a_process_whose_clock_is_behind_takes_the_next_step(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as ahead:
        right = ids.time.time_ns
        ahead.setattr(ids.time, "time_ns", lambda: right() + 300 * 10**9)
        order = trade.order(market)
    monkeypatch.setattr(ids, "_last", [0, 0])  # as in another process
    trade.pay(order)
    assert [step.state for step in order.steps.order_by("id")] == ["unpaid", "paid"]
    assert trade.is_sound()


def test_from_order_to_payout_to_the_cent(market: Market) -> None:
    order = trade.order(market, quantity=2)
    trade.pay(order)
    assert (order.state, stock(market), escrow()) == ("paid", (8, 0, 2), 20_000)
    trade.ship(order)
    trade.deliver(order)
    assert order.state == "delivered"
    due = AT + 3 * DAY + AFTER_SALES
    assert operations.complete_orders(at=due - timedelta(microseconds=1)) == 0
    assert operations.complete_orders(at=due) == 1
    assert operations.complete_orders(at=due) == 0
    order.refresh_from_db()
    assert (order.state, order.completed_at, escrow()) == ("completed", due, 0)
    owed = [
        party_balance(kind=kind, party=party, currency="CNY").minor
        for kind, party in (
            (Account.Kind.BRAND, market.brand.id),
            (Account.Kind.KEEPER, market.shop.id),
        )
    ]
    assert owed == [14_000, 4_000]
    assert SettledLine.objects.get().platform_minor == 2_000
    states = list(OrderStep.objects.filter(order=order).order_by("id").values_list("state", "by"))
    assert states == [
        ("unpaid", market.alice.code),
        ("paid", "payments"),
        ("shipped", "owner"),
        ("delivered", "owner"),
        ("completed", "worker:complete"),
    ]
    assert trade.is_sound()


def test_an_unpaid_order_gives_everything_back_after_its_time(market: Market) -> None:
    order = trade.order(market, quantity=3)
    assert operations.expire_orders(at=order.expires_at - timedelta(microseconds=1)) == 0
    assert operations.expire_orders(at=order.expires_at) == 1
    order.refresh_from_db()
    assert (order.state, stock(market)) == ("expired", (10, 0, 0))
    assert trade.is_sound()


def test_money_that_comes_late_buys_what_is_still_there(market: Market) -> None:
    order = trade.order(market, quantity=3)
    operations.expire_orders(at=order.expires_at)
    trade.pay(order, at=order.expires_at + MINUTE)
    assert (order.state, stock(market), escrow()) == ("paid", (7, 0, 3), 30_000)
    assert Parcel.objects.get(order=order).state == "waiting"
    assert trade.is_sound()


def test_money_that_comes_too_late_goes_back_at_once(market: Market) -> None:
    order = trade.order(market, quantity=6)
    operations.expire_orders(at=order.expires_at)
    trade.order(market, quantity=6, customer=market.bob, at=order.expires_at)
    trade.pay(order, at=order.expires_at + MINUTE)
    refund = Refund.objects.get()
    assert (order.state, refund.amount, stock(market)) == ("expired", 60_000, (4, 6, 0))
    assert trade.is_sound()


def test_a_doubled_notice_pays_once(market: Market) -> None:
    order = trade.order(market)
    trade.pay(order)
    trade.pay(order)
    assert (stock(market), escrow()) == ((9, 0, 1), 10_000)
    assert OrderStep.objects.filter(order=order, state="paid").count() == 1


def test_who_changed_her_way_to_pay_and_paid_by_the_first_can_still_cancel(market: Market) -> None:
    order = trade.order(market)
    scan = trade.begin_to_pay(order, client=Client.DESK)
    page = trade.begin_to_pay(order, client=Client.PHONE)
    assert scan != page
    trade.pay(order, intents=[scan])
    page.refresh_from_db()
    assert (order.state, page.state) == ("paid", "closed")
    with pytest.raises(NotPayable):
        start_payment(intent=page, return_url="https://shop.example/", at=AT + 3 * MINUTE)
    assert trade.is_sound()
    operations.cancel_order(
        customer=market.alice.id, code=order.code, reason="", by=market.alice.code, at=AT + DAY
    )
    assert (stock(market)[0], Refund.objects.get().amount) == (10, 10_000)
    trade.money_arrives_back()
    assert escrow() == 0
    assert trade.is_sound()


@pytest.mark.parametrize("at_once", [True, False])
def test_who_pays_by_both_ways_gets_one_payment_back(market: Market, *, at_once: bool) -> None:
    order = trade.order(market)
    ways = [trade.begin_to_pay(order, client=client) for client in (Client.DESK, Client.PHONE)]
    for some in [ways] if at_once else [[way] for way in ways]:
        trade.pay(order, intents=some)
    refund = Refund.objects.get()
    assert (order.state, refund.amount, refund.reason) == ("paid", 10_000, "paid twice")
    assert (stock(market), escrow()) == ((9, 0, 1), 20_000)
    trade.money_arrives_back()
    assert escrow() == 10_000
    assert OrderStep.objects.filter(order=order).latest("id").reason == "excess returned"
    assert trade.is_sound()


def test_a_customer_cancels_before_anything_left(market: Market) -> None:
    order = trade.order(market, quantity=2)
    operations.cancel_order(
        customer=market.alice.id, code=order.code, reason="", by=market.alice.code, at=AT + MINUTE
    )
    paid = trade.order(market, quantity=2)
    trade.pay(paid)
    operations.cancel_order(
        customer=market.alice.id,
        code=paid.code,
        reason="changed my mind",
        by=market.alice.code,
        at=AT + 5 * MINUTE,
    )
    paid.refresh_from_db()
    row = Allotment.objects.get(id=market.offer.allotment_id)
    assert (paid.state, row.available, row.returned) == ("cancelled", 10, 2)
    assert Refund.objects.get().amount == 20_000
    assert trade.is_sound()


def test_nobody_cancels_what_has_left_or_is_somebody_elses(market: Market) -> None:
    order = trade.order(market)
    with pytest.raises(operations.NotFound):
        operations.cancel_order(
            customer=market.bob.id, code=order.code, reason="", by="bob", at=AT + MINUTE
        )
    trade.pay(order)
    trade.ship(order)
    with pytest.raises(operations.CannotCancel):
        operations.cancel_order(
            customer=market.alice.id, code=order.code, reason="", by="alice", at=AT + 2 * DAY
        )
    order.refresh_from_db()
    assert (order.state, stock(market)) == ("shipped", (9, 0, 1))
    assert not Refund.objects.exists()


def test_the_address_changes_until_the_parcel_leaves(market: Market) -> None:
    order = trade.order(market)
    there = {"recipient": "李爱丽", "phone": "+8613800000001", "street": "山路 2 号"}

    def move(region: str) -> None:
        operations.change_address(
            customer=market.alice.id,
            code=order.code,
            recipient=there,
            region=region,
            by=market.alice.code,
            at=AT + MINUTE,
        )

    move("330100")
    order.refresh_from_db()
    assert vault.reveal(market.alice.id, order.sealed)["street"] == "山路 2 号"
    with pytest.raises(operations.OtherRegion):
        move("110000")
    trade.pay(order)
    trade.ship(order)
    with pytest.raises(operations.AddressFixed):
        move("330100")


def test_a_refund_needs_two_operators(market: Market) -> None:
    order = trade.order(market)
    trade.pay(order)
    asked = operations.ask_refund(code=order.code, reason="broken", by="olga", at=AT + DAY)
    with pytest.raises(operations.SamePerson):
        operations.decide_refund(code=asked.code, approve=True, by="olga", at=AT + DAY)
    assert not Refund.objects.exists()
    operations.decide_refund(code=asked.code, approve=True, by="oskar", at=AT + DAY)
    order.refresh_from_db()
    assert (order.state, Refund.objects.get().amount) == ("refunded", 10_000)
    with pytest.raises(operations.NotFound):
        operations.decide_refund(code=asked.code, approve=True, by="oskar", at=AT + DAY)
    assert trade.is_sound()


def test_an_unpaid_or_settled_order_is_not_refunded(market: Market) -> None:
    unpaid, settled = trade.order(market), trade.order(market)
    trade.pay(settled)
    trade.ship(settled)
    trade.deliver(settled)
    operations.complete_orders(at=AT + 30 * DAY)
    for order in (unpaid, settled):
        with pytest.raises(operations.NotRefundable):
            operations.ask_refund(code=order.code, reason="…", by="olga", at=AT + 30 * DAY)


def test_a_brand_ships_only_its_own_paid_parcels(market: Market) -> None:
    order = trade.order(market)
    parcel = Parcel.objects.get(order=order)
    other = goods.active_brand(name="Nordwind")

    def try_ship(brand: object, tracking: str = "SF1") -> object:
        shipment = shipping.Shipment(brand, parcel.code, "顺丰", tracking, AT + DAY)  # type: ignore[arg-type]
        return shipping.ship_parcels(shipments=[shipment], by="owner")[0]

    assert isinstance(try_ship(market.brand.id), shipping.NotWaiting)
    trade.pay(order)
    assert isinstance(try_ship(other.id), operations.NotFound)
    assert isinstance(try_ship(market.brand.id, tracking=" "), shipping.TrackingMissing)
    assert isinstance(try_ship(market.brand.id), Parcel)
    assert isinstance(try_ship(market.brand.id), shipping.NotWaiting)


def test_a_parcel_splits_and_the_order_waits_for_both(market: Market) -> None:
    second = trade.standing_offer(market.brand)
    order = trade.order(market, offers=(market.offer, second))
    trade.pay(order)
    parcel = Parcel.objects.get(order=order)
    first_line = parcel.lines.order_by("number").values_list("id", flat=True)[:1]
    new = shipping.split_parcel(
        brand=market.brand.id, parcel=parcel.code, lines=first_line, by="owner", at=AT + DAY
    )
    for code in (new.code, parcel.code):
        assert Order.objects.get(id=order.id).state == "paid"
        shipping.ship_parcels(
            shipments=[shipping.Shipment(market.brand.id, code, "顺丰", code, AT + DAY)], by="owner"
        )
    assert Order.objects.get(id=order.id).state == "shipped"
    assert trade.is_sound()


def test_a_brand_says_why_it_cannot_ship(market: Market) -> None:
    order = trade.order(market)
    trade.pay(order)
    parcel = Parcel.objects.get(order=order)
    shipping.report_problem(
        brand=market.brand.id, parcel=parcel.code, reason="flooded", by="owner", at=AT + DAY
    )
    parcel.refresh_from_db()
    assert (parcel.problem, parcel.state) == ("flooded", "waiting")


def test_what_is_not_shipped_at_all_is_in_the_way_of_nothing(market: Market) -> None:
    other = trade.standing_offer(goods.active_brand(name="Nordwind"))
    order = trade.order(market, offers=(market.offer, other))
    trade.pay(order)
    parcel = order.lines.order_by("number")[0].parcel
    shipping.report_problem(
        brand=parcel.brand_id, parcel=parcel.code, reason="flooded", by="owner", at=AT + DAY
    )
    trade.give_back(order, units=1, restock=True)
    parcel.refresh_from_db()
    assert (parcel.state, parcel.problem) == ("cancelled", "")
    assert Order.objects.get(id=order.id).state == "paid"
    assert ParcelStep.objects.filter(parcel=parcel, reason="cannot ship: flooded").exists()
