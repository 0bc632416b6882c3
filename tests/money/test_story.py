"""Any story of orders, discounts, parcels, cases, settlements and payouts, beside plain integers.

Shoal and `model` are told the same things, in two currencies; after each of them every account must
agree. At the end everything is brought to its close: escrow is empty, and hearing every notice
twice more changes nothing.
"""

from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as shoal
from django.db.models import QuerySet
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from shoal.care.rules_cases import Kind
from shoal.kit.money import Money, minor_of
from shoal.kit.transactions import operation
from shoal.orders import operations
from shoal.orders.desk import OrderRequest, Placed, WantedLine, place_orders
from shoal.orders.models import Order, Parcel
from shoal.orders.shipping import (
    Delivery,
    Shipment,
    deliver_parcels,
    ship_parcels,
    split_parcel,
)
from shoal.payments.providers import Client
from shoal.payments.queries import intents_for
from shoal.promotions.operations import claim_coupon
from shoal.promotions.rules import Funder
from shoal.settlement.operations_payouts import ask_payout, hand_over_file
from shoal.settlement.payout_providers import PayoutWord
from shoal.settlement.rules_payouts import Word
from shoal.settlement.steps_payouts import PayoutBlocked, take_words
from tests import payouts, trade
from tests.money.answering import Answered
from tests.money.model import Basket, Bought, Coupons, Wanted, buy
from tests.money.world import (
    BUNDLES,
    FREIGHT,
    GIFT,
    KEEPER_OFF,
    PERCENT,
    PLATFORM_FROM,
    PLATFORM_OFF,
    World,
    terms_of,
)

_PAYABLE = (Order.State.UNPAID, Order.State.EXPIRED, Order.State.CANCELLED)
_BASKETS = [
    (1, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 3), (3, 0, 0), (0, 1, 2),
    (2, 1, 0), (2, 1, 0), (3, 2, 2), (4, 3, 4), (0, 3, 5),
]  # fmt: skip


class Story(Answered):
    """What people do, at random; amounts are worked out by the model alone."""

    # What customers do

    @rule(
        data=st.data(),
        units=st.sampled_from(_BASKETS),
        coupons=st.sets(st.sampled_from(Funder)),
        goes_to=st.sampled_from(["cart", "payment", "pieces", "carrier", "door", "door", "door"]),
    )
    def order(
        self,
        data: st.DataObject,
        units: tuple[int, int, int],
        coupons: set[Funder],
        goes_to: str,
    ) -> None:
        wanted = [(terms, many) for terms, many in zip(terms_of("CNY"), units, strict=True) if many]
        basket = Basket(wanted, BUNDLES)
        chosen = coupons - (set() if any(basket.of("sea")) else {Funder.BRAND})
        chosen -= set() if basket.base >= PLATFORM_FROM else {Funder.PLATFORM}
        off = Coupons(
            brand="sea",
            brand_percent=PERCENT if Funder.BRAND in chosen else 0,
            keeper=KEEPER_OFF if Funder.KEEPER in chosen else 0,
            platform=PLATFORM_OFF if Funder.PLATFORM in chosen else 0,
        )
        told = buy(basket, _freight(wanted, "CNY"), off, [GIFT])
        event(f"gifts {told.gifts['sea']}, basket {units}")
        claims = [
            claim_coupon(
                customer=self.market.alice.id, code=self.world.coupons[funder].code, at=self.now
            ).code
            for funder in sorted(chosen)
        ]
        placed = self._place(wanted, told, goes_to, claims)
        if placed is not None and goes_to == "pieces":
            self._split(data, Parcel.objects.filter(order=placed))
            self.ship(data)

    @rule(
        units=st.sampled_from([(1, 0), (0, 1), (3, 0), (2, 3)]),
        goes_to=st.sampled_from(["payment", "door", "door"]),
    )
    def order_in_yen(self, units: tuple[int, int], goes_to: str) -> None:
        wanted = [(terms, many) for terms, many in zip(terms_of("JPY"), units, strict=True) if many]
        told = buy(Basket(wanted, []), _freight(wanted, "JPY"), Coupons(), [], "JPY")
        self._place(wanted, told, goes_to)

    def _place(
        self, wanted: Wanted, told: Bought, goes_to: str, claims: list[str] | None = None
    ) -> Order | None:
        request = OrderRequest(
            key=uuid4(),
            customer=self.market.alice.id,
            storefront=self.world.shops[told.currency].id,
            share=None,
            lines=tuple(
                WantedLine(self.world.offers[terms.name].id, units, terms.sale)
                for terms, units in wanted
            ),
            recipient=trade.HOME,
            region="330100",
            at=self.now,
            total_minor=told.total,
            coupons=tuple(claims or ()),
        )
        answer = place_orders(requests=[request])[0]
        if not isinstance(answer, Placed):
            assert answer.code == "too_many_unpaid", answer
            return None
        assert answer.total_minor == told.total
        self.orders[answer.code] = told
        order = Order.objects.get(pk=answer.order)
        self._go_on(order, goes_to)
        return order

    def _go_on(self, order: Order, goes_to: str) -> None:
        """Most orders go straight on: stories get to what is rare by way of what is common."""
        if goes_to == "cart":
            return
        trade.pay(order, at=self.now)
        self.books[order.currency].pay(self.orders[order.code])
        if goes_to in {"carrier", "door"}:
            trade.ship(order, at=self.now)
        if goes_to == "door":
            trade.deliver(order, at=self.now)

    @precondition(lambda self: self.has_orders(Order.State.UNPAID))
    @rule(data=st.data(), client=st.sampled_from([Client.DESK, Client.PHONE]))
    def choose_a_way_to_pay(self, data: st.DataObject, client: Client) -> None:
        order = self.some(data, Order.State.UNPAID)
        if order is not None:
            trade.begin_to_pay(order, client=client, at=self.now)

    @precondition(lambda self: self.has_orders(*_PAYABLE, Order.State.PAID))
    @rule(data=st.data(), times=st.integers(1, 2))
    def pay(self, data: st.DataObject, times: int) -> None:
        """By whatever way she chose, perhaps one after the other."""
        order = self.some(data, *_PAYABLE, Order.State.PAID)
        if order is None:
            return
        intent = data.draw(st.sampled_from(intents_for(subject=order.id)))
        if intent.captured:
            return
        before = order.paid_at
        for _ in range(times):
            trade.pay(order, at=self.now, intents=[intent])
        told, books = self.orders[order.code], self.books[order.currency]
        if order.state == Order.State.PAID and before is None:
            books.pay(told)
        else:  # paid before, or given up, and its goods or coupons are somebody else's by now
            books.keep_excess(told.total)

    @precondition(lambda self: self.has_orders(Order.State.UNPAID, Order.State.PAID))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        order = self.some(data, Order.State.UNPAID, Order.State.PAID)
        if order is None:
            return
        try:
            operations.cancel_order(
                customer=self.market.alice.id, code=order.code, reason="", by="alice", at=self.now
            )
        except operations.CannotCancel:
            assert order.parcels.filter(state__in=["shipped", "delivered"]).exists()
            return
        if order.state == Order.State.PAID:
            told, books = self.orders[order.code], self.books[order.currency]
            for line in told.lines:
                if line.units:
                    books.back(told, line, line.units)
            for brand in list(told.freight):
                books.freight_back(told, brand)

    # What brands do

    @precondition(lambda self: self.has_parcels(Parcel.State.WAITING))
    @rule(data=st.data())
    def split(self, data: st.DataObject) -> None:
        """A part of a parcel travels later, perhaps only what was added for nothing."""
        rows = Parcel.objects.filter(order__code__in=self.orders, state=Parcel.State.WAITING)
        self._split(data, rows)

    def _split(self, data: st.DataObject, rows: QuerySet[Parcel]) -> None:
        lines_of = {
            row: [line for line in row.lines.order_by("number") if line.units_left]
            for row in rows.order_by("id")
        }
        parcel = self.one_of(data, [row for row, lines in lines_of.items() if len(lines) > 1])
        if parcel is None:
            return
        first, *others = lines_of[parcel]
        chosen = data.draw(st.lists(st.sampled_from(others), min_size=1, unique=True))
        made = split_parcel(
            brand=parcel.brand_id,
            parcel=parcel.code,
            lines=[row.id for row in chosen],
            by="owner",
            at=self.now,
        )
        assert first.parcel_id == parcel.id != made.id
        event("split, a gift alone" if all(row.gift_of_id for row in chosen) else "split")
        lines = self.orders[parcel.order.code].lines
        for row in chosen:
            if row.gift_of_id is None:
                lines[row.number - 1].parcel = made.id.int

    @precondition(lambda self: self.has_parcels(Parcel.State.WAITING))
    @rule(data=st.data())
    def ship(self, data: st.DataObject) -> None:
        rows = Parcel.objects.filter(order__code__in=self.orders, state=Parcel.State.WAITING)
        parcel = self.one_of(data, rows.filter(order__state=Order.State.PAID).order_by("id"))
        if parcel is not None:
            wish = Shipment(parcel.brand_id, parcel.code, "顺丰", "SF1", self.now)
            assert isinstance(ship_parcels(shipments=[wish], by="owner")[0], Parcel)

    @precondition(lambda self: self.has_parcels(Parcel.State.SHIPPED))
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        rows = Parcel.objects.filter(order__code__in=self.orders, state=Parcel.State.SHIPPED)
        parcel = self.one_of(data, rows.order_by("id"))
        if parcel is not None:
            wish = Delivery(parcel.brand_id, parcel.code, self.now)
            assert isinstance(deliver_parcels(deliveries=[wish], by="owner")[0], Parcel)

    # What money does

    @precondition(lambda self: any(books.going_back for books in self.books.values()))
    @rule()
    def refunds_arrive(self) -> None:
        self.money_arrives_back()

    @precondition(lambda self: self.unpaid)
    @rule(data=st.data())
    def a_way_back_is_transferred(self, data: st.DataObject) -> None:
        self.transfer_way_back(data.draw(st.sampled_from(self.unpaid)))

    @precondition(lambda self: self._to_be_paid())
    @rule(data=st.data(), arrives=st.sampled_from([True, True, False]))
    def pay_out(self, data: st.DataObject, *, arrives: bool) -> None:
        self._pay_out(data.draw(st.sampled_from(self._to_be_paid())), arrives=arrives)

    @precondition(lambda self: "sea" in self._to_be_paid())
    @rule(data=st.data(), kind=st.sampled_from([Kind.REFUND, Kind.RETURN]))
    def doubt_what_was_paid_out(self, data: st.DataObject, kind: Kind) -> None:
        """What the brand had is at its bank: what it owes from now on, its deposit answers for."""
        self._pay_out("sea", arrives=True)
        self.doubt(data=data, kind=kind, answers=4)
        self.time_passes(hours=20 * 24)

    def _to_be_paid(self) -> list[str]:
        return [who for who in self.world.payees if self.books["CNY"].parties[who] > 0]

    def _pay_out(self, who: str, *, arrives: bool) -> None:
        books = self.books["CNY"]
        had = books.parties[who]
        try:
            payout = ask_payout(party=self.world.payees[who], amount=None, by="mei", at=self.now)
        except PayoutBlocked:
            assert had < minor_of(shoal.SHOAL_PAYOUT_MINIMUM["CNY"], "CNY")
            return
        books.pay_out(who, had)
        event(f"payout of {who}")
        run = payouts.released(at=self.now)
        hand_over_file(code=run.code, by="olga", at=self.now)
        payout.refresh_from_db()
        word = PayoutWord(
            provider=payout.provider,
            event=f"word-{payout.code}",
            word=Word.PAID if arrives else Word.FAILED,
            code=payout.code,
            money=Money(payout.amount, payout.currency),
            happened_at=self.now,
        )
        for _ in range(2):
            operation(take_words)(words=[word], by="bank", at=self.now)
        if arrives:
            books.paid(had)
        else:
            books.failed(who, had)


def _freight(wanted: Wanted, currency: str) -> dict[str, int]:
    """What each brand asks to send these."""
    amounts = FREIGHT[currency]
    return {terms.brand: amounts[terms.name] for terms, _ in wanted if terms.name in amounts}


@pytest.mark.django_db
def test_any_story_of_money_ends_where_it_must(settings_by_file: None) -> None:
    assert settings_by_file is None
    Story.world = World()
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=16,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def settings_by_file(settings: Any) -> None:
    """Payouts go by file: nothing is called."""
    settings.SHOAL_PAYOUTS = "file"
