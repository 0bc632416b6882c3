"""Exchanges, arbitration, deadlines, money that fails: cases beyond the straight way."""

from decimal import Decimal

import pytest

from shoal.care import operations_brand as brand
from shoal.care import operations_cases as cases
from shoal.care.models import Case, CaseStep, Replacement, Ruling
from shoal.care.opening import CannotAsk, OneParcelPerCase, UnitsTaken, WantedUnits
from shoal.care.operations_deadlines import pass_deadline
from shoal.care.operations_rulings import NeedsSomebodyElse, confirm_ruling, rule_case
from shoal.care.queries_cases import askable_of
from shoal.care.rules_cases import Deed, Kind, Reason, State
from shoal.care.steps_cases import CaseMovedOn
from shoal.kit.transactions import one_transaction
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.orders.operations import CasesOpen, ask_refund, complete_orders
from shoal.orders.shipping import split_parcel
from shoal.payments.models import Refund
from shoal.stock.models import Allotment, Hold
from shoal.stock.steps import NotEnoughStock
from tests import trade
from tests.care.cases import ASKED, HOUR, again, ask, delivered, forwarded, name_address
from tests.trade import AT, DAY

pytestmark = pytest.mark.django_db


def _refused(market: trade.Market, placed: Order, **changes: object) -> Case:
    case = forwarded(placed, **changes)
    brand.refuse_case(brand=market.brand.id, code=case.code, words="没有问题", by="owner", at=ASKED)
    return case


def _disputed(market: trade.Market, placed: Order, **changes: object) -> Case:
    case = _refused(market, placed, **changes)
    cases.ask_platform(
        customer=market.alice.id, code=case.code, words="请看照片", by="alice", at=ASKED
    )
    return case


def _silence(case: Case) -> Case:
    until = again(case).until_at
    assert until is not None
    assert not pass_deadline(case=case.id, at=until - HOUR)
    assert pass_deadline(case=case.id, at=until)
    return again(case)


def test_an_exchange_holds_new_goods_and_sends_them_after_the_old_are_back() -> None:
    market = trade.open_market(stock=3)
    name_address(market)
    placed = delivered(market, quantity=2)
    line = OrderLine.objects.get(order=placed)
    case = forwarded(placed, kind=Kind.EXCHANGE, reason=Reason.BROKEN)
    goods = Replacement.objects.get()
    home = Allotment.objects.get(id=goods.allotment_id)
    assert (home.available, home.held) == (0, 1)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    cases.send_back(
        customer=market.alice.id, code=case.code, carrier="顺丰", tracking="SF9", by="a", at=ASKED
    )
    brand.receive_return(
        brand=market.brand.id, code=case.code, by="owner", at=ASKED, broken={line.id: 1}
    )
    assert again(case).state == State.REPLACING
    brand.send_replacement(
        brand=market.brand.id, code=case.code, carrier="顺丰", tracking="SF10", by="o", at=ASKED
    )
    cases.confirm_replacement(customer=market.alice.id, code=case.code, by="alice", at=ASKED)
    home.refresh_from_db()
    assert again(case).state == State.REPLACED
    assert (home.available, home.held, home.written_off) == (0, 0, 1)
    assert not Refund.objects.exists()
    assert trade.is_sound()


def test_without_new_goods_an_exchange_is_refused_at_once() -> None:
    market = trade.open_market(stock=2)
    placed = delivered(market, quantity=2)
    with pytest.raises(NotEnoughStock):
        ask(placed, kind=Kind.EXCHANGE)
    assert not Case.objects.exists()
    assert OrderLine.objects.get(order=placed).open_cases == 0


def test_an_exchange_that_cannot_be_fulfilled_becomes_a_refund() -> None:
    market = trade.open_market(stock=3)
    name_address(market)
    placed = delivered(market, quantity=2)
    case = forwarded(placed, kind=Kind.EXCHANGE, reason=Reason.MISSING)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    assert again(case).state == State.REPLACING
    brand.cannot_replace(
        brand=market.brand.id, code=case.code, words="断货了", by="owner", at=ASKED
    )
    goods = Replacement.objects.get()
    assert (again(case).state, case.refund_minor) == (State.REFUNDED, 10_000)
    assert (goods.state, Hold.objects.get(id=goods.id).state) == ("released", "released")
    assert trade.is_sound()


def test_crosswise_the_new_goods_travel_first() -> None:
    market = trade.open_market(stock=3)
    name_address(market)
    placed = delivered(market, quantity=1)
    case = forwarded(placed, kind=Kind.EXCHANGE, reason=Reason.WRONG)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED, crosswise=True)
    brand.send_replacement(
        brand=market.brand.id, code=case.code, carrier="顺丰", tracking="SF10", by="o", at=ASKED
    )
    cases.confirm_replacement(customer=market.alice.id, code=case.code, by="alice", at=ASKED)
    assert again(case).state == State.RETURNING
    with pytest.raises(CaseMovedOn):
        cases.withdraw_case(customer=market.alice.id, code=case.code, by="alice", at=ASKED)
    assert _silence(case).state == State.REPLACED
    assert trade.is_sound()


def test_what_was_exchanged_can_still_be_returned() -> None:
    market = trade.open_market(stock=5)
    name_address(market)
    placed = delivered(market, quantity=1)
    case = forwarded(placed, kind=Kind.EXCHANGE, reason=Reason.BROKEN)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED, crosswise=True)
    for _ in range(3):  # sent late: money; else arrive, then she keeps both
        if again(case).state == State.REPLACING:
            brand.send_replacement(
                brand=market.brand.id, code=case.code, carrier="c", tracking="t", by="o", at=ASKED
            )
        elif case.state in {State.SENT, State.RETURNING}:
            _silence(case)
    assert again(case).state == State.REPLACED
    second = forwarded(placed, at=ASKED + HOUR)
    brand.accept_case(brand=market.brand.id, code=second.code, by="owner", at=ASKED)
    cases.send_back(
        customer=market.alice.id, code=second.code, carrier="c", tracking="t", by="a", at=ASKED
    )
    brand.receive_return(brand=market.brand.id, code=second.code, by="owner", at=ASKED)
    assert again(second).refund_minor == 10_000
    assert trade.is_sound()


def test_silence_of_keeper_and_brand_gives_her_what_she_asked_for() -> None:
    market = trade.open_market()
    placed = delivered(market)
    case = ask(placed, kind=Kind.REFUND, units=2)
    assert _silence(case).state == State.JUDGING
    assert (_silence(case).state, case.refund_minor) == (State.REFUNDED, 20_000)
    assert CaseStep.objects.filter(case=case, by="worker:cases", side="").count() == 2
    assert trade.is_sound()


def test_where_nobody_said_where_to_nothing_needs_to_come_back() -> None:
    market = trade.open_market()
    case = ask(delivered(market))
    _silence(case)
    assert (_silence(case).state, case.came_back) == (State.REFUNDED, False)


def test_her_own_silence_takes_an_offer_and_ends_a_refusal() -> None:
    market = trade.open_market()
    placed = delivered(market)
    line = OrderLine.objects.get(order=placed)
    refused = _refused(market, placed)
    assert _silence(refused).state == State.REFUSED
    assert not again(refused).was_ruled
    offered = forwarded(placed, kind=Kind.REFUND, at=ASKED + HOUR)
    brand.offer_less(
        brand=market.brand.id, code=offered.code, by="owner", at=ASKED + HOUR, words="补偿",
        given=[brand.GivenUnits(line.id, 1, 1_500)],
    )  # fmt: skip
    assert (_silence(offered).state, offered.refund_minor) == (State.REFUNDED, 1_500)
    assert trade.is_sound()


def test_goods_that_nobody_looked_at_are_not_sold_again() -> None:
    market = trade.open_market()
    name_address(market)
    placed = delivered(market)
    case = forwarded(placed)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    cases.send_back(
        customer=market.alice.id, code=case.code, carrier="c", tracking="t", by="a", at=ASKED
    )
    before = Allotment.objects.get(id=OrderLine.objects.get(order=placed).allotment_id)
    assert _silence(case).state == State.REFUNDED
    after = Allotment.objects.get(id=before.id)
    assert (after.available, after.written_off) == (before.available, 1)
    assert trade.is_sound()


def test_a_refusal_of_the_platform_is_final() -> None:
    market = trade.open_market()
    placed = delivered(market, quantity=1)
    case = _disputed(market, placed)
    rule_case(code=case.code, grants=False, words="照片看不出问题", by="olga", at=ASKED)
    assert (again(case).state, case.was_ruled) == (State.REFUSED, True)
    assert OrderLine.objects.get(order=placed).open_cases == 0
    with pytest.raises(UnitsTaken):
        ask(placed, at=ASKED + HOUR)
    assert trade.is_sound()


def test_what_came_back_is_contested_and_a_part_is_given() -> None:
    market = trade.open_market()
    name_address(market)
    placed = delivered(market)
    line = OrderLine.objects.get(order=placed)
    case = forwarded(placed)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    cases.send_back(
        customer=market.alice.id, code=case.code, carrier="c", tracking="t", by="a", at=ASKED
    )
    brand.contest_return(
        brand=market.brand.id, code=case.code, words="穿过了", by="owner", at=ASKED
    )
    assert again(case).waits_for == "platform"
    rule_case(
        code=case.code, grants=True, given=[brand.GivenUnits(line.id, 1, 6_000)],
        words="有穿着痕迹，退一部分", by="olga", at=ASKED,
    )  # fmt: skip
    line.refresh_from_db()
    assert (again(case).state, case.refund_minor, line.back_units) == (State.REFUNDED, 6_000, 1)
    assert trade.is_sound()


def test_a_large_ruling_takes_two_people(settings) -> None:
    settings.SHOAL_TWO_PEOPLE_ABOVE = {"CNY": Decimal("99.99")}
    market = trade.open_market()
    case = _disputed(market, delivered(market))
    rule_case(code=case.code, grants=True, needs_return=False, words="支持", by="olga", at=ASKED)
    assert again(case).state == State.CONFIRMING
    assert not Refund.objects.exists()
    with pytest.raises(NeedsSomebodyElse):
        confirm_ruling(code=case.code, agrees=True, words="", by="olga", at=ASKED)
    confirm_ruling(code=case.code, agrees=False, words="再看看", by="otto", at=ASKED)
    assert again(case).state == State.DISPUTED
    rule_case(code=case.code, grants=True, needs_return=False, words="支持", by="olga", at=ASKED)
    confirm_ruling(code=case.code, agrees=True, words="", by="otto", at=ASKED)
    assert (again(case).state, case.refund_minor) == (State.REFUNDED, 10_000)
    assert Ruling.objects.filter(verdict="confirmed", confirmed_by="otto").count() == 1
    assert trade.is_sound()


@pytest.mark.parametrize(("currency", "state"), [("JPY", "refunded"), ("KWD", "confirming")])
def test_what_one_may_give_is_said_for_each_currency(settings, currency, state) -> None:
    settings.SHOAL_TWO_PEOPLE_ABOVE = {"JPY": Decimal(10_000)}
    market = trade.open_market(currency=currency)
    case = _disputed(market, delivered(market))
    rule_case(code=case.code, grants=True, needs_return=False, words="支持", by="olga", at=ASKED)
    assert again(case).state == state


def test_silence_while_a_second_person_is_waited_for_decides_for_her(settings) -> None:
    settings.SHOAL_TWO_PEOPLE_ABOVE = {"CNY": Decimal(10)}
    market = trade.open_market()
    placed = delivered(market)
    line = OrderLine.objects.get(order=placed)
    case = _disputed(market, placed, kind=Kind.REFUND)
    rule_case(
        code=case.code, grants=True, given=[brand.GivenUnits(line.id, 1, 2_000)], words="一部分",
        by="olga", at=ASKED,
    )  # fmt: skip
    assert (_silence(case).state, case.refund_minor) == (State.REFUNDED, 10_000)
    assert trade.is_sound()


def test_after_settlement_each_party_gives_its_part_back() -> None:
    market = trade.open_market()
    placed = delivered(market)
    complete_orders(at=AT + 11 * DAY)
    placed.refresh_from_db()
    assert placed.state == Order.State.COMPLETED
    case = ask(placed, kind=Kind.REFUND, reason=Reason.COUNTERFEIT, units=2, at=AT + 30 * DAY)
    rule_case(code=case.code, grants=True, words="鉴定为假", by="olga", at=AT + 31 * DAY)
    assert (again(case).state, case.refund_minor) == (State.REFUNDED, 20_000)
    assert case.report is not None
    assert case.report.verdict == "upheld"
    assert trade.is_sound()


def test_an_open_case_keeps_its_line_from_being_settled() -> None:
    from shoal.settlement.models import SettledLine

    market = trade.open_market()
    placed = delivered(market)
    case = ask(placed, kind=Kind.REFUND, units=1)
    complete_orders(at=AT + 11 * DAY)
    assert not SettledLine.objects.exists()
    cases.withdraw_case(customer=market.alice.id, code=case.code, by="alice", at=AT + 11 * DAY)
    assert SettledLine.objects.count() == 1
    assert trade.is_sound()


def test_an_order_with_an_open_case_is_not_given_back_beside_it() -> None:
    market = trade.open_market()
    placed = delivered(market)
    ask(placed)
    with pytest.raises(CasesOpen):
        ask_refund(code=placed.code, reason="x", by="olga", at=ASKED)


def test_lines_of_two_parcels_are_two_cases() -> None:
    market = trade.open_market()
    other = trade.standing_offer(market.brand)
    placed = trade.order(market, offers=(market.offer, other))
    trade.pay(placed)
    first, second = OrderLine.objects.filter(order=placed).order_by("number")
    parcel = Parcel.objects.get(order=placed)
    split_parcel(
        brand=market.brand.id, parcel=parcel.code, lines=[second.id], by="owner", at=AT + HOUR
    )
    wanted = [WantedUnits(first.id, 1), WantedUnits(second.id, 1)]
    with pytest.raises(OneParcelPerCase):
        cases.open_case(
            customer=market.alice.id, order=placed.code, kind=Kind.CANCEL,
            reason=Reason.CHANGED_MIND, lines=wanted, words="", by="alice", at=AT + HOUR,
        )  # fmt: skip
    placed.refresh_from_db()
    assert len(askable_of(order=placed, at=AT + HOUR)) == 2


def test_all_of_a_waiting_order_in_one_case_cancels_it() -> None:
    market = trade.open_market(stock=3)
    placed = trade.order(market, quantity=2)
    trade.pay(placed)
    case = ask(placed, kind=Kind.CANCEL, reason=Reason.LATE, units=2, at=AT + HOUR)
    placed.refresh_from_db()
    assert (case.state, placed.state) == (State.REFUNDED, Order.State.CANCELLED)
    assert askable_of(order=placed, at=AT + HOUR) == []
    with pytest.raises(CannotAsk):
        ask(placed, kind=Kind.CANCEL, reason=Reason.LATE, at=AT + HOUR)
    assert trade.is_sound()


def test_money_that_fails_is_told_and_money_that_comes_back_too() -> None:
    from shoal.care.steps_money import note_money_back, note_money_failed
    from shoal.payments.events import PaymentRefunded, RefundFailed

    market = trade.open_market()
    placed = delivered(market)
    case = forwarded(placed, kind=Kind.REFUND)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    refund = Refund.objects.get(subject=case.id)
    facts = (refund.id, case.id, placed.id, 10_000, "CNY", ASKED)
    with one_transaction():
        note_money_failed([RefundFailed(*facts, attempts=9, final=False)])
    assert again(case).money_failed_at is None
    with one_transaction():
        note_money_failed([RefundFailed(*facts, attempts=10, final=True)])
    assert again(case).money_failed_at == ASKED
    with one_transaction():
        note_money_back([PaymentRefunded(*facts, excess=False)])
        note_money_back([PaymentRefunded(*facts, excess=False)])
    assert (again(case).money_failed_at, case.money_back_at) == (None, ASKED)
    deeds = CaseStep.objects.filter(case=case, deed=Deed.MONEY_BACK)
    assert deeds.count() == 1
    assert trade.is_sound()
