"""After-sales cases, from Alice's first word to her money or her new goods."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from shoal.care import operations_brand as brand
from shoal.care import operations_cases as cases
from shoal.care.models import Case, CasePicture, CaseStep
from shoal.care.opening import AskedTooLate, CannotAsk, UnitsTaken
from shoal.care.queries_cases import entries_of, picture_of
from shoal.care.rules_cases import Deed, Kind, Reason, Side, State
from shoal.care.steps_cases import CaseMovedOn
from shoal.kit import vault
from shoal.kit.errors import NotFound
from shoal.kit.pictures import loose_pictures, media_type
from shoal.orders.models import OrderLine, Parcel
from shoal.payments.models import Refund
from shoal.stock.models import Allotment
from tests import goods, trade
from tests.care.cases import ASKED, HOUR, again, ask, delivered, forwarded, name_address
from tests.trade import AT, DAY

pytestmark = pytest.mark.django_db


def test_two_of_three_are_cancelled_before_they_leave() -> None:
    """What has not been shipped goes back at once; the parcel ships the rest."""
    market = trade.open_market(stock=5)
    placed = trade.order(market, quantity=3)
    trade.pay(placed)
    case = ask(placed, kind=Kind.CANCEL, reason=Reason.CHANGED_MIND, units=2, at=AT + HOUR)
    line = OrderLine.objects.get(order=placed)
    assert (case.state, case.waits_for, case.refund_minor) == (State.REFUNDED, "", 20_000)
    assert (line.back_units, line.units_left, line.open_cases) == (2, 1, 0)
    assert Allotment.objects.get(id=line.allotment_id).available == 4
    assert Parcel.objects.get(order=placed).state == "waiting"
    trade.ship(placed)
    assert trade.is_sound()


def test_a_return_goes_keeper_brand_parcel_money() -> None:
    market = trade.open_market(stock=5)
    name_address(market)
    placed = delivered(market)
    case = ask(placed)
    assert (case.state, case.waits_for, case.until_at) == (State.ASKED, "keeper", ASKED + DAY)
    assert OrderLine.objects.get(order=placed).open_cases == 1
    cases.forward_case(shop=market.shop.id, code=case.code, words="请看", by="mei", at=ASKED)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    assert again(case).waits_for == "customer"
    cases.send_back(
        customer=market.alice.id, code=case.code, carrier="顺丰", tracking="SF9", by="alice",
        at=ASKED + DAY,
    )  # fmt: skip
    line = OrderLine.objects.get(order=placed)
    before = Allotment.objects.get(id=line.allotment_id)
    brand.receive_return(
        brand=market.brand.id, code=case.code, by="owner", at=ASKED + 2 * DAY,
        broken={line.id: 1},
    )  # fmt: skip
    after = Allotment.objects.get(id=line.allotment_id)
    line.refresh_from_db()
    assert (again(case).state, case.refund_minor) == (State.REFUNDED, 10_000)
    assert (line.back_units, line.open_cases) == (1, 0)
    assert (after.available, after.written_off) == (before.available, before.written_off + 1)
    assert Refund.objects.get(subject=case.id).amount == 10_000
    deeds = list(CaseStep.objects.filter(case=case).order_by("id").values_list("deed", flat=True))
    assert deeds == [Deed.OPEN, Deed.FORWARD, Deed.ACCEPT, Deed.SEND_BACK, Deed.RECEIVE]
    assert trade.is_sound()


def test_the_brand_offers_less_and_she_takes_it() -> None:
    market = trade.open_market()
    placed = delivered(market)
    case = forwarded(placed, kind=Kind.REFUND, units=2)
    line = OrderLine.objects.get(order=placed)
    brand.offer_less(
        brand=market.brand.id, code=case.code, by="owner", at=ASKED, words="扣子我们补",
        given=[brand.GivenUnits(line.id, 2, 3_000)],
    )  # fmt: skip
    assert again(case).waits_for == "customer"
    cases.take_offer(customer=market.alice.id, code=case.code, by="alice", at=ASKED)
    line.refresh_from_db()
    assert (again(case).state, case.refund_minor) == (State.REFUNDED, 3_000)
    assert (line.back_units, line.back_paid_minor) == (0, 3_000)
    assert trade.is_sound()


def test_nobody_else_sees_or_moves_her_case() -> None:
    market = trade.open_market()
    case = ask(delivered(market))
    with pytest.raises(NotFound):
        cases.withdraw_case(customer=market.bob.id, code=case.code, by="bob", at=ASKED)
    with pytest.raises(CaseMovedOn):
        brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    assert again(case).state == State.ASKED
    cases.withdraw_case(customer=market.alice.id, code=case.code, by="alice", at=ASKED)
    assert again(case).state == State.WITHDRAWN
    assert OrderLine.objects.get(order=case.order_id).open_cases == 0


def test_the_same_units_are_in_one_case_only() -> None:
    market = trade.open_market()
    placed = delivered(market, quantity=2)
    ask(placed, units=1)
    with pytest.raises(UnitsTaken) as refusal:
        ask(placed, units=2)
    assert refusal.value.facts == {"free": 1}
    assert Case.objects.count() == 1
    ask(placed, units=1)
    with pytest.raises(UnitsTaken):
        ask(placed, units=1)


def test_a_deadline_and_a_wrong_moment_are_refused() -> None:
    market = trade.open_market()
    placed = trade.order(market)
    trade.pay(placed)
    with pytest.raises(CannotAsk):
        ask(placed)  # not shipped yet
    trade.ship(placed)
    trade.deliver(placed)
    with pytest.raises(AskedTooLate):
        ask(placed, at=AT + 11 * DAY)
    assert not Case.objects.exists()
    ask(placed, reason=Reason.COUNTERFEIT, at=AT + 60 * DAY)


def test_words_are_sealed_for_her() -> None:
    market = trade.open_market()
    case = ask(delivered(market))
    cases.say_in_case(
        side=Side.KEEPER, tenant=market.shop.id, code=case.code, words="别急", by="mei", at=ASKED
    )
    kept = b"".join(bytes(row.sealed) for row in CaseStep.objects.all() if row.sealed)
    assert not any(word.encode() in kept for word in ("坏", "别急"))


def in_the_clear() -> set[Path]:
    """The files that anybody may fetch."""
    return {path for path in Path(default_storage.path("")).rglob("*") if path.is_file()}


def test_her_pictures_are_sealed_and_nobody_sees_them_once_she_is_erased() -> None:
    placed = delivered(trade.open_market())
    case = ask(placed)
    before = in_the_clear()
    hers = goods.picture(colour="#c0ffee")  # like none that another test has stored
    cases.say_in_case(
        side=Side.CUSTOMER, tenant=placed.customer_id, code=case.code, words="",
        pictures=loose_pictures([hers]), by="alice", at=ASKED,
    )  # fmt: skip
    shown = CasePicture.objects.get()
    file = picture_of(case=case, picture=shown.id)
    assert media_type(file) == "image/webp"
    assert file not in bytes(shown.sealed)
    assert in_the_clear() == before
    other = ask(placed)
    with pytest.raises(NotFound):
        picture_of(case=other, picture=shown.id)
    vault.erase(placed.customer_id)
    with pytest.raises(NotFound):
        picture_of(case=case, picture=shown.id)
    assert not any(entry.pictures for entry in entries_of(case=case))
