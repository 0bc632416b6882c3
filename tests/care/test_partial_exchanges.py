"""An exchange of a part: new goods for some units, the others stay with her as they are."""

import pytest

from shoal.care import operations_brand as brand
from shoal.care import operations_cases as cases
from shoal.care.models import Case, Replacement
from shoal.care.opening import WantedUnits, free_of
from shoal.care.operations_brand import OfferTooLarge
from shoal.care.operations_deadlines import pass_deadline
from shoal.care.operations_rulings import rule_case
from shoal.care.rules_cases import Kind, Reason, State
from shoal.care.steps_cases import GivenUnits
from shoal.orders.models import Order
from shoal.stock.models import Allotment, Hold
from tests import trade
from tests.care.cases import ASKED, DAY, again, ask, delivered, forwarded, name_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> trade.Market:
    made = trade.open_market(stock=10)
    name_address(made)
    return made


@pytest.fixture
def placed(market: trade.Market) -> Order:
    return delivered(market, quantity=3)


def offered(placed: Order, *, units: int = 1, **changes: object) -> Case:
    """Alice wants all three exchanged; 海风 agrees to `units` of them."""
    case = forwarded(placed, kind=Kind.EXCHANGE, units=3, **changes)
    given = [GivenUnits(case.lines.get().line_id, units, 0)]
    return brand.offer_less(**_brand(case), given=given, words="只有一件坏了")


def _brand(case: Case) -> dict:
    return {"brand": case.brand_id, "code": case.code, "by": "owner", "at": ASKED}


def _hers(case: Case) -> dict:
    return {"customer": case.customer_id, "code": case.code, "by": "alice", "at": ASKED}


def held(market: trade.Market) -> int:
    return Allotment.objects.get(id=market.offer.allotment_id).held


def test_new_goods_leave_for_the_agreed_part_alone(market: trade.Market, placed: Order) -> None:
    case = offered(placed)
    assert (case.state, held(market)) == (State.OFFERED, 3)
    case = cases.take_offer(**_hers(case))
    assert (case.state, held(market)) == (State.RETURNING, 1)
    cases.send_back(**_hers(case), carrier="顺丰", tracking="SF1")
    with pytest.raises(brand.MoreThanCameBack):
        brand.receive_return(**_brand(case), broken={case.lines.get().line_id: 2})
    brand.receive_return(**_brand(case))
    brand.send_replacement(**_brand(case), carrier="顺丰", tracking="SF2")
    case = cases.confirm_replacement(**_hers(case))
    row, new = case.lines.get(), Replacement.objects.get()
    assert (case.state, row.agreed_units, row.back_units) == (State.REPLACED, 1, 1)
    assert (new.state, new.units, Hold.objects.get(id=new.id).quantity) == ("arrived", 1, 1)
    line = placed.lines.get()
    assert (line.units_left, line.back_paid_minor, free_of([line])[line.id].units) == (3, 0, 3)
    assert trade.is_sound()


@pytest.mark.parametrize("units", [0, 3, 4])
def test_a_part_is_some_units_and_not_all(market: trade.Market, placed: Order, units: int) -> None:
    with pytest.raises((OfferTooLarge, brand.Refused)):
        offered(placed, units=units)
    case = Case.objects.get()
    assert (case.state, held(market), case.lines.get().given_units) == (State.JUDGING, 3, None)


def test_silence_takes_the_part(market: trade.Market, placed: Order) -> None:
    case = offered(placed, units=2)
    assert pass_deadline(case=case.id, at=case.until_at)
    assert (again(case).state, held(market)) == (State.RETURNING, 2)


def test_what_cannot_be_sent_is_paid_for_as_far_as_it_was_agreed(
    market: trade.Market, placed: Order
) -> None:
    case = offered(placed, units=2, reason=Reason.MISSING)
    cases.take_offer(**_hers(case))
    case = brand.cannot_replace(**_brand(case), words="断货了")
    assert (case.state, case.refund_minor, held(market)) == (State.REFUNDED, 20_000, 0)
    assert placed.lines.get().units_left == 1
    assert trade.is_sound()


def test_what_comes_wrong_is_asked_back_as_far_as_it_was_agreed(
    market: trade.Market, placed: Order
) -> None:
    case = offered(placed, reason=Reason.MISSING)
    cases.take_offer(**_hers(case))
    brand.send_replacement(**_brand(case), carrier="顺丰", tracking="SF2")
    cases.ask_platform(**_hers(case), words="又坏了")
    case = rule_case(code=case.code, grants=True, words="是的", by="olga", at=ASKED)
    assert (case.state, case.refund_minor) == (State.REFUNDED, 10_000)
    assert (placed.lines.get().units_left, held(market)) == (2, 0)
    assert trade.is_sound()


def test_the_platform_grants_a_part(market: trade.Market, placed: Order) -> None:
    case = forwarded(placed, kind=Kind.EXCHANGE, units=3)
    brand.refuse_case(**_brand(case), words="人为损坏")
    cases.ask_platform(**_hers(case), words="不是我")
    part = [GivenUnits(case.lines.get().line_id, 2, 0)]
    case = rule_case(code=case.code, grants=True, given=part, words="两件坏了", by="olga", at=ASKED)
    assert (case.state, held(market), case.lines.get().agreed_units) == (State.RETURNING, 2, 2)
    # A part of nothing is no exchange.
    other = ask(delivered(market, quantity=1), kind=Kind.EXCHANGE, at=ASKED + DAY)
    cases.forward_case(shop=market.shop.id, code=other.code, words="", by="mei", at=ASKED + DAY)
    brand.refuse_case(**_brand(other), words="人为损坏")
    cases.ask_platform(**_hers(other), words="不是我")
    nothing = [GivenUnits(other.lines.get().line_id, 0, 0)]
    other = rule_case(
        code=other.code, grants=True, given=nothing, words="没有坏", by="olga", at=ASKED
    )
    assert (other.state, held(market)) == (State.REFUSED, 2)
    assert trade.is_sound()


def test_a_line_of_which_nothing_is_exchanged_holds_nothing(market: trade.Market) -> None:
    second = trade.standing_offer(market.brand)
    placed = trade.order(market, offers=(market.offer, second), quantity=2)
    trade.pay(placed)
    trade.ship(placed)
    trade.deliver(placed)
    first, other = placed.lines.order_by("number")
    case = cases.open_case(
        customer=placed.customer_id,
        order=placed.code,
        kind=Kind.EXCHANGE,
        reason=Reason.BROKEN,
        lines=[WantedUnits(first.id, 2), WantedUnits(other.id, 2)],
        words="坏了",
        by="alice",
        at=ASKED,
    )
    cases.forward_case(shop=market.shop.id, code=case.code, words="", by="mei", at=ASKED)
    brand.offer_less(**_brand(case), given=[GivenUnits(first.id, 2, 0)], words="另一件没坏")
    case = cases.take_offer(**_hers(case))
    states = Replacement.objects.order_by("case_line__line__number").values_list("state", "units")
    assert list(states) == [("held", 2), ("released", 2)]
    assert (held(market), Allotment.objects.get(id=second.allotment_id).held) == (2, 0)
    assert trade.is_sound()
