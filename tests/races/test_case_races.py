"""Cases under many hands: the same units are asked back once, and decided once."""

import threading

import pytest
from django.db import transaction

from shoal.care import opening
from shoal.care.models import Case
from shoal.care.opening import UnitsTaken, WantedUnits
from shoal.care.operations_brand import accept_case
from shoal.care.operations_cases import withdraw_case
from shoal.care.rules_cases import Kind, Reason, State
from shoal.care.steps_cases import CaseMovedOn, deadlines
from shoal.kit.errors import Refused
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.orders.shipping import Shipment, ship_parcels
from shoal.payments.models import Intent, Refund
from tests import trade
from tests.care.cases import ASKED, HOUR, again, ask, delivered, forwarded
from tests.races.test_last_unit import at_once
from tests.trade import AT

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def look_without_lock(placed: Order, both_looked: threading.Barrier) -> int:
    """What a request sees that does not lock its order first."""
    line = OrderLine.objects.get(order=placed)
    with transaction.atomic():
        checked = opening.check(
            order=placed,
            kind=Kind.REFUND,
            reason=Reason.BROKEN,
            wanted=[WantedUnits(line.id, 2)],
            limits=deadlines(),
            at=ASKED,
        )
        both_looked.wait()
    return sum(row.asked_minor for row in checked.rows)


def test_without_the_lock_both_may_ask_for_all_of_it() -> None:
    placed = delivered(trade.open_market(), quantity=2)
    both_looked = threading.Barrier(2)
    answers = at_once(
        lambda: look_without_lock(placed, both_looked),
        lambda: look_without_lock(placed, both_looked),
    )
    assert sum(map(int, answers)) == 2 * placed.total_minor


def test_two_taps_ask_for_the_same_units_once() -> None:
    placed = delivered(trade.open_market(), quantity=2)

    def tap() -> object:
        try:
            return ask(placed, kind=Kind.REFUND, units=2)
        except UnitsTaken as refused:
            return refused

    answers = at_once(tap, tap, tap)
    assert sorted(type(one).__name__ for one in answers) == ["Case", "UnitsTaken", "UnitsTaken"]
    assert Case.objects.count() == 1
    assert trade.is_sound()


def test_a_brand_agrees_while_she_gives_it_up() -> None:
    market = trade.open_market()
    case = forwarded(delivered(market), kind=Kind.REFUND, units=2)

    def tried(act: object) -> object:
        try:
            return act()  # type: ignore[operator]
        except CaseMovedOn as refused:
            return refused

    answers = at_once(
        lambda: tried(
            lambda: accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
        ),
        lambda: tried(
            lambda: withdraw_case(customer=market.alice.id, code=case.code, by="alice", at=ASKED)
        ),
    )
    assert sorted(type(one).__name__ for one in answers) == ["Case", "CaseMovedOn"]
    refunds = Refund.objects.count()
    assert refunds == (1 if again(case).state == State.REFUNDED else 0)
    assert trade.is_sound()


def test_cases_agreed_at_one_moment_give_back_what_was_paid_and_no_more() -> None:
    market = trade.open_market()
    placed = delivered(market, quantity=3)
    made = [forwarded(placed, kind=Kind.REFUND, units=1) for _ in range(3)]
    at_once(
        *(
            lambda code=case.code: accept_case(
                brand=market.brand.id, code=code, by="owner", at=ASKED
            )
            for case in made
        )
    )
    intent = Intent.objects.get(subject=placed.id)
    assert intent.refunded == intent.captured == placed.total_minor
    assert trade.is_sound()


def test_she_cancels_while_the_parcel_leaves() -> None:
    market = trade.open_market()
    placed = trade.order(market, quantity=2)
    trade.pay(placed)
    parcel = Parcel.objects.get(order=placed)

    def cancel() -> object:
        try:
            return ask(placed, kind=Kind.CANCEL, reason=Reason.LATE, units=2, at=AT + HOUR)
        except Refused as refused:
            return refused

    def ship() -> object:
        shipment = Shipment(market.brand.id, parcel.code, "顺丰", "SF1", AT + HOUR)
        return ship_parcels(shipments=[shipment], by="owner")[0]

    cancelled, shipped = at_once(cancel, ship)
    assert isinstance(cancelled, Case) != isinstance(shipped, Parcel)
    parcel.refresh_from_db()
    assert parcel.state == ("cancelled" if isinstance(cancelled, Case) else "shipped")
    assert trade.is_sound()
