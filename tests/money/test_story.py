"""Any story of orders, coupons, parcels, cases, settlements and payouts, beside plain integers.

Shoal and `model` are told the same things; after each of them every account must agree. At the end
everything is brought to its close: escrow is empty, and hearing every notice twice more changes
nothing.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as shoal
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from shoal.care.models import Case
from shoal.care.opening import AskedTooLate, NothingChosen, WantedUnits
from shoal.care.operations_brand import (
    ReturnAddressMissing,
    accept_case,
    cannot_replace,
    offer_less,
    receive_return,
    refuse_case,
    send_replacement,
)
from shoal.care.operations_cases import (
    confirm_replacement,
    forward_case,
    open_case,
    send_back,
    take_offer,
    withdraw_case,
)
from shoal.care.rules_cases import Kind, Reason, State
from shoal.care.steps_cases import GivenUnits
from shoal.kit.money import Money
from shoal.kit.transactions import operation
from shoal.orders import operations
from shoal.orders.desk import OrderRequest, Placed, WantedLine, place_orders
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.orders.shipping import Delivery, Shipment, deliver_parcels, ship_parcels
from shoal.payments.providers import Client
from shoal.payments.queries import intents_for
from shoal.promotions.operations import claim_coupon
from shoal.promotions.rules import Funder
from shoal.settlement.operations_payouts import ask_payout, hand_over_file
from shoal.settlement.payout_providers import PayoutWord
from shoal.settlement.rules_payouts import Word
from shoal.settlement.steps_payouts import PayoutBlocked, take_words
from tests import payouts, trade
from tests.money.following import Asked, Followed
from tests.money.model import Coupons, buy
from tests.money.world import (
    FREIGHT,
    HILL,
    KEEPER_OFF,
    PERCENT,
    PLATFORM_FROM,
    PLATFORM_OFF,
    SEA,
)

# Whose fault it is decides about freight, and what is missing cannot come back.
_REASONS = {
    Kind.CANCEL: [Reason.CHANGED_MIND],
    Kind.REFUND: [Reason.BROKEN],
    Kind.RETURN: [Reason.BROKEN],
    Kind.EXCHANGE: [Reason.BROKEN, Reason.MISSING],
}


_PAYABLE = (Order.State.UNPAID, Order.State.EXPIRED, Order.State.CANCELLED)
_HERS = (State.JUDGING, State.OFFERED, State.RETURNING, State.SENT)


class Story(Followed):
    """What people do, at random; amounts are worked out by the model alone."""

    # What customers do

    @rule(
        units=st.sampled_from([(1, 0), (0, 1), (2, 1), (1, 3), (3, 0), (0, 2), (3, 3)]),
        coupons=st.sets(st.sampled_from(Funder)),
        goes_to=st.sampled_from(["cart", "payment", "carrier", "door", "door", "door"]),
    )
    def order(self, units: tuple[int, int], coupons: set[Funder], goes_to: str) -> None:
        sea, hill = units
        wanted = [(terms, units) for terms, units in ((SEA, sea), (HILL, hill)) if units]
        goods_minor = sum(terms.sale * units for terms, units in wanted)
        chosen = coupons - ({Funder.BRAND} if not sea else set())
        chosen -= {Funder.PLATFORM} if goods_minor < PLATFORM_FROM else set()
        claims = [
            claim_coupon(
                customer=self.market.alice.id, code=self.world.coupons[funder].code, at=self.now
            )
            for funder in sorted(chosen)
        ]
        told = buy(
            wanted,
            {"hill": FREIGHT} if hill else {},
            Coupons(
                brand="sea",
                brand_percent=PERCENT if Funder.BRAND in chosen else 0,
                keeper=KEEPER_OFF if Funder.KEEPER in chosen else 0,
                platform=PLATFORM_OFF if Funder.PLATFORM in chosen else 0,
            ),
        )
        request = OrderRequest(
            key=uuid4(),
            customer=self.market.alice.id,
            storefront=self.market.shop.id,
            share=None,
            lines=tuple(
                WantedLine(self.world.offers[terms.brand].id, units, terms.sale)
                for terms, units in wanted
            ),
            recipient=trade.HOME,
            region="330100",
            at=self.now,
            total_minor=told.total,
            coupons=tuple(claim.code for claim in claims),
        )
        answer = place_orders(requests=[request])[0]
        if isinstance(answer, Placed):
            assert answer.total_minor == told.total
            self.orders[answer.code] = told
            self._go_on(Order.objects.get(pk=answer.order), goes_to)
        else:
            assert answer.code == "too_many_unpaid", answer

    def _go_on(self, order: Order, goes_to: str) -> None:
        """Most orders go straight on: stories get to what is rare by way of what is common."""
        if goes_to == "cart":
            return
        trade.pay(order, at=self.now)
        self.books.pay(self.orders[order.code])
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
        told = self.orders[order.code]
        if order.state == Order.State.PAID and before is None:
            self.books.pay(told)
        else:  # paid before, or given up, and its goods or coupons are somebody else's by now
            self.books.keep_excess(told.total)

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
            told = self.orders[order.code]
            for at, line in enumerate(told.lines):
                if line.units:
                    self.books.back(told, at, line.units)
            for brand in told.freight:
                self.books.freight_back(told, brand)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), kind=st.sampled_from(Kind))
    def ask(self, data: st.DataObject, kind: Kind) -> None:
        state = Parcel.State.WAITING if kind == Kind.CANCEL else Parcel.State.DELIVERED
        rows = OrderLine.objects.filter(order__code__in=self.orders, parcel__state=state).exclude(
            order__state=Order.State.UNPAID
        )
        row = self.one_of(data, rows.order_by("id"))
        if row is None:
            return
        code = row.order.code
        place = row.number - 1
        line = self.orders[code].lines[place]
        taken = [asked for asked in self.cases.values() if asked.line is line]
        free = line.units - sum(asked.units for asked in taken)
        worth = line.paid - sum(asked.full for asked in taken)
        if free < 1:
            return
        units = data.draw(st.integers(1, free))
        full = (2 * worth * units + free) // (2 * free)
        amount = data.draw(st.integers(1, full)) if kind == Kind.REFUND and full else full
        try:
            case = open_case(
                customer=self.market.alice.id,
                order=code,
                kind=kind,
                reason=data.draw(st.sampled_from(_REASONS[kind])),
                lines=[WantedUnits(row.id, units, amount if kind == Kind.REFUND else None)],
                words="坏了",
                by="alice",
                at=self.now,
            )
        except (AskedTooLate, NothingChosen):
            return
        line.cases += 1
        self.cases[case.code] = Asked(code, line, units, full, amount)
        self.follow(case.code)

    @precondition(lambda self: self.has_cases(*_HERS))
    @rule(data=st.data())
    def the_customer_goes_on(self, data: st.DataObject) -> None:
        case = self.some_case(data, *_HERS)
        if case is None:
            return
        alice: dict[str, Any] = {
            "customer": self.market.alice.id, "code": case.code, "by": "alice", "at": self.now,
        }  # fmt: skip
        if case.state == State.OFFERED:
            take_offer(**alice)
        elif case.state == State.RETURNING:
            send_back(**alice, carrier="顺丰", tracking="SF1")
        elif case.state == State.SENT:
            confirm_replacement(**alice)
        else:
            withdraw_case(**alice)
        self.follow(case.code)

    # What brands do

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

    @precondition(lambda self: self.has_cases(State.ASKED, State.JUDGING))
    @rule(data=st.data(), verdict=st.sampled_from(["accept", "offer", "refuse"]))
    def the_brand_judges(self, data: st.DataObject, verdict: str) -> None:
        case = self.some_case(data, State.ASKED, State.JUDGING)
        if case is None:
            return
        if case.state == State.ASKED:
            forward_case(shop=self.market.shop.id, code=case.code, words="", by="mei", at=self.now)
        brand, asked = self._brand_of(case), self.cases[case.code]
        swaps = case.kind == Kind.EXCHANGE
        try:
            if verdict == "refuse":
                refuse_case(**brand, words="人为损坏")
                asked.amount = 0
            elif verdict == "accept" or swaps:
                accept_case(**brand, crosswise=swaps and verdict == "offer")
            elif asked.amount > 1:
                amount = data.draw(st.integers(1, asked.amount - 1))
                given = [GivenUnits(case.lines.get().line_id, asked.units, amount)]
                offer_less(**brand, given=given, words="只有划痕")
                asked.amount = amount
        except ReturnAddressMissing:
            assert (asked.line.terms, case.needs_return) == (HILL, True)
            return  # until her time is over, and it is decided for the customer
        self.follow(case.code)

    @precondition(lambda self: self.has_cases(State.RETURNED, State.REPLACING))
    @rule(data=st.data(), has_goods=st.booleans())
    def the_brand_handles_goods(self, data: st.DataObject, *, has_goods: bool) -> None:
        case = self.some_case(data, State.RETURNED, State.REPLACING)
        if case is None:
            return
        brand = self._brand_of(case)
        if case.state == State.RETURNED:
            self.cases[case.code].came_back = True
            receive_return(**brand)
        elif has_goods:
            send_replacement(**brand, carrier="顺丰", tracking="SF2")
        else:
            cannot_replace(**brand, words="断货了")
        self.follow(case.code)

    def _brand_of(self, case: Case) -> dict[str, Any]:
        return {"brand": case.brand_id, "code": case.code, "by": "owner", "at": self.now}

    # What money and time do

    @precondition(lambda self: self.books.going_back)
    @rule()
    def refunds_arrive(self) -> None:
        self.money_arrives_back()

    @rule(hours=st.sampled_from([1, 24, 8 * 24, 20 * 24]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.let_pass()

    @precondition(lambda self: self.books.parties["keeper"] > 0)
    @rule(arrives=st.booleans())
    def pay_the_keeper_out(self, *, arrives: bool) -> None:
        had = self.books.parties["keeper"]
        try:
            payout = ask_payout(party=self.world.keeper, amount=None, by="mei", at=self.now)
        except PayoutBlocked:
            assert had < int(shoal.SHOAL_PAYOUT_MINIMUM.get("CNY", 0) * 100) or had <= 0
            return
        self.books.pay_out("keeper", had)
        event("payout")
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
            self.books.paid(had)
        else:
            self.books.failed("keeper", had)


@pytest.mark.django_db
def test_any_story_of_money_ends_where_it_must(settings_by_file: None) -> None:
    assert settings_by_file is None
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def settings_by_file(settings: Any) -> None:
    """Payouts go by file: nothing is called."""
    settings.SHOAL_PAYOUTS = "file"
