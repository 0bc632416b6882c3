"""Returns that a brand's books have decided: closed at once, in whatever state the order is."""

import pytest
from django.db import transaction

from shoal.care.models import Case
from shoal.care.opening import UnitsTaken
from shoal.care.past_returns import GivenBack, PastReturn, close_returns
from shoal.care.rules_cases import Kind
from shoal.care.steps_money import note_money_back
from shoal.kit.ids import uuid7
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance
from shoal.notify.models import Outgoing
from shoal.orders.models import LineRefund, Order, OrderLine
from shoal.orders.operations import complete_orders
from shoal.payments.events import PaymentRefunded
from shoal.payments.steps import RefundTooLarge
from shoal.settlement.models import Reversal
from tests import trade
from tests.care import cases
from tests.trade import AT, DAY, Market

pytestmark = pytest.mark.django_db

LATE = AT + 90 * DAY


@pytest.fixture
def market() -> Market:
    return trade.open_market()


def line_of(placed: Order) -> OrderLine:
    return OrderLine.objects.filter(order=placed).order_by("number")[0]


def back(placed: Order, *, units: int, amount: int, at=LATE) -> PastReturn:
    given = GivenBack(line_of(placed).id, units, amount)
    return PastReturn(key=uuid7(), order=placed.id, lines=(given,), at=at)


def close(*returns: PastReturn) -> list[Case]:
    return close_returns(returns=returns, by="owner")


def paid_for(market: Market) -> Order:
    placed = trade.order(market, quantity=2)
    trade.pay(placed)
    return placed


def test_what_has_not_left_is_cancelled(market: Market) -> None:
    placed = paid_for(market)
    price = line_of(placed).paid_minor // 2
    (case,) = close(back(placed, units=1, amount=price))
    line = line_of(placed)
    assert (case.kind, case.state, case.refund_minor) == (Kind.CANCEL, "refunded", price)
    assert (line.back_units, line.back_paid_minor) == (1, price)
    trade.is_sound()


def test_for_less_than_was_paid_she_keeps_what_has_not_arrived(market: Market) -> None:
    placed = paid_for(market)
    close(back(placed, units=2, amount=100))
    line = line_of(placed)
    assert (line.back_units, line.back_paid_minor) == (0, 100)
    trade.ship(placed)
    trade.deliver(placed)
    trade.is_sound()


def test_what_was_settled_comes_back_from_everybody(market: Market) -> None:
    placed = cases.delivered(market)
    complete_orders(at=LATE)
    before = party_balance(kind=Account.Kind.BRAND, party=market.brand.id, currency="CNY").minor
    line = line_of(placed)
    (case,) = close(back(placed, units=2, amount=line.paid_minor))
    after = party_balance(kind=Account.Kind.BRAND, party=market.brand.id, currency="CNY").minor
    assert case.kind == Kind.RETURN
    assert Reversal.objects.get().brand_minor == line.brand_minor == before - after
    trade.is_sound()


def test_nobody_is_told_of_what_the_books_know(market: Market) -> None:
    placed = paid_for(market)
    before = Outgoing.objects.count()
    (case,) = close(back(placed, units=1, amount=100))
    refunded = PaymentRefunded(
        refund=uuid7(),
        paid_for=placed.id,
        subject=case.id,
        amount=100,
        currency="CNY",
        excess=False,
        at=LATE,
    )
    with transaction.atomic():
        note_money_back([refunded])
    assert cases.again(case).money_back_at == LATE
    assert Outgoing.objects.count() == before


def test_the_same_one_counts_once(market: Market) -> None:
    wish = back(cases.delivered(market), units=1, amount=50)
    (first,) = close(wish)
    assert close(wish, wish) == [first, first]
    assert LineRefund.objects.get().paid_minor == 50


def test_more_than_was_paid_keeps_none_of_them(market: Market) -> None:
    placed, other = cases.delivered(market), cases.delivered(market)
    too_much = back(other, units=1, amount=line_of(other).paid_minor + 1)
    with pytest.raises(RefundTooLarge):
        close(back(placed, units=1, amount=50), too_much)
    assert not Case.objects.exists()
    assert not LineRefund.objects.exists()


def test_what_was_cancelled_has_been_paid_back(market: Market) -> None:
    placed = paid_for(market)
    wish = back(placed, units=1, amount=100)
    trade.give_back(placed, units=placed.lines.get().quantity)
    with pytest.raises(RefundTooLarge):
        close(wish)


def test_an_open_case_is_not_overtaken(market: Market) -> None:
    placed = cases.delivered(market)
    cases.ask(placed)
    with pytest.raises(UnitsTaken):
        close(back(placed, units=1, amount=50))
    assert not LineRefund.objects.exists()
