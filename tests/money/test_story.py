"""Any story of orders, coupons, parcels, cases, settlements and payouts, beside plain integers.

Shoal and `model` are told the same things; after each of them every account must agree. At the end
everything is brought to its close: escrow is empty, and hearing every notice twice more changes
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as shoal
from django.db import transaction
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shoal.care.models import Case
from shoal.care.opening import AskedTooLate, NothingChosen, WantedUnits
from shoal.care.operations_brand import (
    accept_case,
    offer_less,
    receive_return,
    refuse_case,
    set_return_address,
)
from shoal.care.operations_cases import (
    forward_case,
    open_case,
    send_back,
    take_offer,
    withdraw_case,
)
from shoal.care.operations_deadlines import pass_deadline
from shoal.care.queries_cases import due_cases
from shoal.care.rules_cases import CLOSED, Kind, Reason, State
from shoal.care.steps_cases import GivenUnits
from shoal.catalog.models import Product
from shoal.catalog.operations import set_freight_template
from shoal.kit.transactions import operation
from shoal.ledger.models import Account, Transfer
from shoal.ledger.queries import party_balance, platform_balances
from shoal.offers.making import NewOffer
from shoal.offers.operations import list_standing_offers
from shoal.orders import operations
from shoal.orders.desk import OrderRequest, Placed, WantedLine, place_orders
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.orders.shipping import Delivery, Shipment, deliver_parcels, ship_parcels
from shoal.payments.models import Intent, Notice
from shoal.payments.operations import record_notices
from shoal.payments.providers import ProviderNotice
from shoal.payments.rules import Kind as NoticeKind
from shoal.promotions.models import Promotion
from shoal.promotions.operations import claim_coupon
from shoal.promotions.rules import Funder
from shoal.settlement.parties import shop_party
from shoal.settlement.payout_providers import PayoutWord
from shoal.settlement.payouts import PayoutBlocked, take_words
from shoal.settlement.payouts_operations import ask_payout, hand_over_file
from shoal.settlement.payouts_rules import Word
from tests import goods, payouts, trade
from tests.care.cases import WAREHOUSE
from tests.money.model import Books, Bought, Coupons, Line, Terms, buy
from tests.promotions import makers
from tests.trade import AT, DAY, MINUTE

STOCK, FREIGHT = 200, 800
PERCENT, KEEPER_OFF, PLATFORM_OFF, PLATFORM_FROM = 7, 311, 977, 15_000
SEA = Terms("sea", 7_000, 10_000, 2_000)  # 海风, who takes goods back, ships for nothing
HILL = Terms("hill", 2_100, 3_333, 1_234)  # 山野, who gave no address, asks for freight
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


class Story(RuleBasedStateMachine):
    """What people do, at random; amounts are worked out by the model alone."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic: Any = transaction.atomic()
        # Each story is rolled back as a test of Django's is; operations stay durable inside it.
        self.atomic._from_testcase = True
        self.atomic.__enter__()
        self.market = trade.open_market(stock=STOCK)
        self.now = AT + MINUTE
        self.books = Books(parties=dict.fromkeys(("sea", "hill", "keeper", "fee"), 0))
        self.orders: dict[str, Bought] = {}
        self.cases: dict[str, Asked] = {}
        self.is_sound = True
        self.hill = goods.active_brand(name="山野")
        self.offers = {"sea": self.market.offer, "hill": self._hill_offer()}
        set_return_address(brand=self.market.brand.id, record=WAREHOUSE, by="owner", at=AT)
        self.coupons = {
            "brand": self._coupon(
                Funder.BRAND, Promotion.Kind.PERCENT, percent_bp=PERCENT * 100, amount=0
            ),
            "keeper": self._coupon(Funder.KEEPER, amount=KEEPER_OFF),
            "platform": self._coupon(Funder.PLATFORM, amount=PLATFORM_OFF, threshold=PLATFORM_FROM),
        }
        self.keeper = shop_party(self.market.shop)
        payouts.verified(self.keeper, at=AT - 30 * DAY)

    def _coupon(self, funder: Funder, kind: Any = Promotion.Kind.FIXED, **terms: int) -> Promotion:
        return makers.promotion(
            self.market, funder, kind, per_person=1_000, use_until_at=AT + 400 * DAY, **terms
        )

    def _hill_offer(self) -> Any:
        product = goods.live_product(self.hill, stock=STOCK)
        freight = set_freight_template(brand=self.hill, name="标准", base_minor=FREIGHT, at=AT)
        Product.objects.filter(id=product.id).update(freight=freight)
        terms = goods.terms(
            HILL.sale, supply=HILL.supply, rate_bp=HILL.rate, floor=HILL.sale, cap=HILL.sale
        )
        entry = NewOffer(sku=product.skus.all()[0].id, terms=terms)
        return list_standing_offers(brand=self.hill, entries=[entry], by="owner", at=AT)[0]

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.bring_to_its_close()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # What customers do

    @rule(sea=st.integers(0, 3), hill=st.integers(0, 3), coupons=st.sets(st.sampled_from(Funder)))
    def order(self, sea: int, hill: int, coupons: set[Funder]) -> None:
        wanted = [(terms, units) for terms, units in ((SEA, sea), (HILL, hill)) if units]
        if not wanted:
            return
        goods_minor = sum(terms.sale * units for terms, units in wanted)
        chosen = coupons - ({Funder.BRAND} if not sea else set())
        chosen -= {Funder.PLATFORM} if goods_minor < PLATFORM_FROM else set()
        claims = [
            claim_coupon(customer=self.market.alice.id, code=self.coupons[funder].code, at=self.now)
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
                WantedLine(self.offers[terms.brand].id, units, terms.sale)
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
        else:
            assert answer.code == "too_many_unpaid", answer

    @rule(data=st.data(), times=st.integers(1, 2))
    def pay(self, data: st.DataObject, times: int) -> None:
        order = self._some(data, Order.State.UNPAID, Order.State.EXPIRED, Order.State.CANCELLED)
        if order is None or order.paid_at or Intent.objects.get(subject=order.id).captured:
            return
        for _ in range(times):
            trade.pay(order, at=self.now)
        told = self.orders[order.code]
        if order.state == Order.State.PAID:
            self.books.pay(told)
        else:  # given up, and its goods or coupons are somebody else's by now
            self.books.keep_excess(told.total)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        order = self._some(data, Order.State.UNPAID, Order.State.PAID)
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

    @rule(data=st.data(), kind=st.sampled_from([Kind.CANCEL, Kind.REFUND, Kind.RETURN]))
    def ask(self, data: st.DataObject, kind: Kind) -> None:
        state = Parcel.State.WAITING if kind == Kind.CANCEL else Parcel.State.DELIVERED
        rows = OrderLine.objects.filter(order__code__in=self.orders, parcel__state=state).exclude(
            order__state=Order.State.UNPAID
        )
        row = self._one_of(data, rows.order_by("id"))
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
                reason=Reason.CHANGED_MIND if kind == Kind.CANCEL else Reason.BROKEN,
                lines=[WantedUnits(row.id, units, amount if kind == Kind.REFUND else None)],
                words="坏了",
                by="alice",
                at=self.now,
            )
        except (AskedTooLate, NothingChosen):
            return
        line.cases += 1
        self.cases[case.code] = Asked(code, line, units, full, amount)
        self._follow(case.code)

    @rule(data=st.data())
    def the_customer_goes_on(self, data: st.DataObject) -> None:
        case = self._some_case(data, State.JUDGING, State.OFFERED, State.RETURNING)
        if case is None:
            return
        alice: dict[str, Any] = {
            "customer": self.market.alice.id, "code": case.code, "by": "alice", "at": self.now,
        }  # fmt: skip
        if case.state == State.OFFERED:
            take_offer(**alice)
        elif case.state == State.RETURNING:
            send_back(**alice, carrier="顺丰", tracking="SF1")
        else:
            withdraw_case(**alice)
        self._follow(case.code)

    # What brands do

    @rule(data=st.data())
    def ship(self, data: st.DataObject) -> None:
        rows = Parcel.objects.filter(order__code__in=self.orders, state=Parcel.State.WAITING)
        parcel = self._one_of(data, rows.filter(order__state=Order.State.PAID).order_by("id"))
        if parcel is not None:
            wish = Shipment(parcel.brand_id, parcel.code, "顺丰", "SF1", self.now)
            assert isinstance(ship_parcels(shipments=[wish], by="owner")[0], Parcel)

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        rows = Parcel.objects.filter(order__code__in=self.orders, state=Parcel.State.SHIPPED)
        parcel = self._one_of(data, rows.order_by("id"))
        if parcel is not None:
            wish = Delivery(parcel.brand_id, parcel.code, self.now)
            assert isinstance(deliver_parcels(deliveries=[wish], by="owner")[0], Parcel)

    @rule(data=st.data(), verdict=st.sampled_from(["accept", "offer", "refuse"]))
    def the_brand_answers(self, data: st.DataObject, verdict: str) -> None:
        case = self._some_case(data, State.ASKED, State.JUDGING, State.RETURNED)
        if case is None:
            return
        if case.state == State.ASKED:
            forward_case(shop=self.market.shop.id, code=case.code, words="", by="mei", at=self.now)
        brand: dict[str, Any] = {
            "brand": case.brand_id, "code": case.code, "by": "owner", "at": self.now,
        }  # fmt: skip
        asked = self.cases[case.code]
        if case.state == State.RETURNED:
            asked.came_back = True
            receive_return(**brand)
        elif verdict == "offer" and asked.amount > 1:
            asked.amount = data.draw(st.integers(1, asked.amount - 1))
            row = case.lines.get()
            given = [GivenUnits(row.line_id, asked.units, asked.amount)]
            offer_less(**brand, given=given, words="只有划痕")
        elif verdict == "refuse":
            refuse_case(**brand, words="人为损坏")
            asked.amount = 0
        elif verdict == "accept":
            accept_case(**brand)
        self._follow(case.code)

    # What money and time do

    @rule()
    def money_arrives_back(self) -> None:
        for _ in range(2):
            trade.money_arrives_back(at=self.now)
        self.books.arrive_back()

    @rule(hours=st.sampled_from([1, 24, 8 * 24, 20 * 24]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self._let_pass()

    @rule(arrives=st.booleans())
    def pay_the_keeper_out(self, *, arrives: bool) -> None:
        had = self.books.parties["keeper"]
        try:
            payout = ask_payout(party=self.keeper, amount=None, by="mei", at=self.now)
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
            money=payout.money,
            happened_at=self.now,
        )
        for _ in range(2):
            operation(take_words)(words=[word], by="bank", at=self.now)
        if arrives:
            self.books.paid(had)
        else:
            self.books.failed("keeper", had)

    @invariant()
    def every_account_is_as_the_model_says(self) -> None:
        self.is_sound = False
        expected = {
            "escrow": self.books.escrow,
            "clearing": self.books.clearing,
            "promotion": self.books.promotion,
            "platform_fee": self.books.parties["fee"],
            "payout": self.books.on_its_way,
        }
        found = dict.fromkeys(expected, 0)
        for kind, _, money in platform_balances():
            if kind in found:
                found[kind] += money.minor
        assert found == expected
        for kind, party, name in (
            (Account.Kind.BRAND, self.market.brand.id, "sea"),
            (Account.Kind.BRAND, self.hill.id, "hill"),
            (Account.Kind.KEEPER, self.market.shop.id, "keeper"),
        ):
            minor = party_balance(kind=kind, party=party, currency="CNY").minor
            assert minor == self.books.parties[name], name
        assert trade.is_sound()
        self.is_sound = True

    def bring_to_its_close(self) -> None:
        """Everything on its way arrives, every deadline passes, all money goes where it belongs."""
        for order in Order.objects.filter(code__in=self.orders, state__in=OPEN_STATES):
            trade.ship(order, at=self.now)
            trade.deliver(order, at=self.now)
        for _ in range(6):
            self.now += LONG
            self._let_pass()
        self.money_arrives_back()
        self.every_account_is_as_the_model_says()
        assert self.books.escrow == 0
        assert not self.cases
        transfers = Transfer.objects.count()
        for _ in range(2):
            record_notices(notices=[_heard(row) for row in Notice.objects.all()], at=self.now)
        assert Transfer.objects.count() == transfers
        self.every_account_is_as_the_model_says()

    def _let_pass(self) -> None:
        operations.expire_orders(at=self.now)
        for _ in range(6):  # what one deadline decides may begin another
            for case in due_cases(at=self.now):
                row = Case.objects.get(id=case)
                if row.state == State.RETURNED:
                    self.cases[row.code].came_back = True
                pass_deadline(case=case, at=self.now)
                self._follow(row.code)
        open_orders = Order.objects.filter(code__in=self.orders, state=Order.State.DELIVERED)
        before = set(open_orders.values_list("code", flat=True))
        operations.complete_orders(at=self.now)
        still = set(open_orders.values_list("code", flat=True))
        for code in sorted(before - still):
            event("settled")
            self.books.settle(self.orders[code])

    def _follow(self, code: str) -> None:
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

    def _some(self, data: st.DataObject, *states: str) -> Order | None:
        rows = Order.objects.filter(code__in=self.orders, state__in=states)
        return self._one_of(data, rows.order_by("placed_at", "id"))

    def _some_case(self, data: st.DataObject, *states: str) -> Case | None:
        rows = Case.objects.filter(code__in=self.cases, state__in=states)
        return self._one_of(data, rows.order_by("id"))

    @staticmethod
    def _one_of(data: st.DataObject, rows: Any) -> Any:
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


@pytest.mark.django_db
def test_any_story_of_money_ends_where_it_must(settings_by_file: None) -> None:
    assert settings_by_file is None
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def settings_by_file(settings: Any) -> None:
    """Payouts go by file: nothing is called."""
    settings.SHOAL_PAYOUTS = "file"
