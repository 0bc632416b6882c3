"""Who hears of a case and who does not; which freight goes back; which gift goes along."""

import pytest

from shoal.brands.models import BrandMember
from shoal.brands.operations import add_member
from shoal.care import operations_brand as brand
from shoal.care import operations_cases as cases
from shoal.care import queries_cases as queries
from shoal.care.models import Case
from shoal.care.opening import OtherGoods, WantedUnits
from shoal.care.operations_rulings import rule_case
from shoal.care.rules_cases import Deed, Kind, Reason, Side, State, deeds_of
from shoal.care.steps_cases import GivenUnits
from shoal.care.steps_erasure import CasesUnderWay, refuse_open_cases
from shoal.catalog.models import Product
from shoal.catalog.operations import set_freight_template
from shoal.kit.errors import NotFound
from shoal.kit.transactions import one_transaction, operation
from shoal.notify.models import Outgoing
from shoal.notify.queries import outbox
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.orders.shipping import NothingToSplit, split_parcel
from shoal.people.events import ErasureAsked
from shoal.people.steps import make_people
from tests import goods, trade
from tests.care.cases import ASKED, HOUR, again, ask, delivered, forwarded, name_address
from tests.orders.promoted import gift_of
from tests.trade import AT

pytestmark = pytest.mark.django_db


def _with_freight(minor: int) -> trade.Market:
    market = trade.open_market()
    freight = set_freight_template(brand=market.brand, name="标准", base_minor=minor, at=AT)
    product = Product.objects.get(id=market.offer.sku.product_id)
    product.freight = freight
    product.save(update_fields=["freight"])
    return market


def _ning_works_at(market: trade.Market) -> None:
    [ning] = operation(make_people)(
        records=[{"email": "ning@haifeng.example", "name": "Ning"}], languages=["en"], at=AT
    )
    add_member(brand=market.brand, person=ning, role=BrandMember.Role.WAREHOUSE, at=AT)


def test_who_works_at_a_brand_and_has_no_address_is_told_by_text() -> None:
    market = trade.open_market()
    [wen] = operation(make_people)(
        records=[{"phone": "+8613800000099", "name": "Wen"}], languages=["en"], at=AT
    )
    add_member(brand=market.brand, person=wen, role=BrandMember.Role.WAREHOUSE, at=AT)
    placed = delivered(market, customer=market.bob)
    Outgoing.objects.all().delete()
    case = forwarded(placed, kind=Kind.REFUND)
    [told] = [one for one in outbox() if one.to == "+8613800000099"]
    assert f"Case {case.code} waits for your answer until" in told.body
    assert f"/supply/cases/{case.code}" in told.body


def test_each_step_is_told_in_the_listener_s_language() -> None:
    market = trade.open_market()
    placed = delivered(market, customer=market.bob)
    Outgoing.objects.all().delete()
    case = forwarded(placed, kind=Kind.REFUND)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    told = [(one.to, one.body) for one in reversed(outbox())]
    to_mei = [body for to, body in told if to == "+8613800000010"]
    to_bob = [body for to, body in told if to == "+8613800000012"]
    assert f"/keep/cases/{case.code}" in to_mei[0]
    assert case.code in to_bob[0]
    assert f"/cases/{case.code}" in to_bob[-1]
    assert "¥100.00 is on its way back to you" in to_bob[-1]
    assert not any("收到就是坏的" in body for _, body in told)


def test_who_gets_mail_that_cannot_go_out_keeps_no_text_from_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a domain with texts and without mail."""
    market = trade.open_market()
    name_address(market)
    placed = delivered(market, customer=market.bob)
    _ning_works_at(market)
    monkeypatch.setenv("SHOAL_PUBLIC_URL", "https://shop.example")
    monkeypatch.setenv("SHOAL_SMS", "yourpackage.sms:Provider")
    Outgoing.objects.all().delete()
    case = forwarded(placed, kind=Kind.REFUND)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    assert [row.channel for row in Outgoing.objects.all()] == ["text"] * 4


def test_the_brand_hears_that_its_offer_is_taken_before_anything_comes_back() -> None:
    market = trade.open_market()
    name_address(market)
    placed = delivered(market)
    _ning_works_at(market)
    case = forwarded(placed, units=2)
    part = [GivenUnits(OrderLine.objects.get(order=placed).id, 1, 10_000)]
    brand.offer_less(
        brand=market.brand.id, code=case.code, given=part, words="一件没坏", by="owner", at=ASKED
    )
    Outgoing.objects.all().delete()
    cases.take_offer(customer=market.alice.id, code=case.code, by="alice", at=ASKED)
    [told] = outbox()
    assert told.to == "ning@haifeng.example"
    assert "It does not wait for you now." in told.body
    assert f"/supply/cases/{case.code}" in told.body


def test_the_brand_hears_that_the_platform_is_asked_and_may_add_its_part() -> None:
    market = trade.open_market()
    _ning_works_at(market)
    case = forwarded(delivered(market), kind=Kind.REFUND)
    brand.refuse_case(brand=market.brand.id, code=case.code, words="已使用", by="owner", at=ASKED)
    Outgoing.objects.all().delete()
    cases.ask_platform(
        customer=market.alice.id, code=case.code, words="没有用过", by="alice", at=ASKED
    )
    [told] = [one for one in outbox() if one.to == "ning@haifeng.example"]
    assert "has asked the platform to decide" in told.body
    assert "2026" in told.body, "until when"
    assert "没有用过" not in told.body
    assert f"/supply/cases/{case.code}" in told.body
    assert Deed.SAY in deeds_of(side=Side.BRAND, state=again(case).state)


def test_a_doubt_is_told_to_the_platform_and_not_to_the_brand() -> None:
    market = trade.open_market()
    placed = delivered(market)
    case = ask(placed, kind=Kind.REFUND, reason=Reason.COUNTERFEIT)
    with pytest.raises(NotFound):
        queries.case_of_brand(brand=market.brand.id, code=case.code)
    assert queries.counts_of_brand(brand=market.brand.id)["open"] == 0
    rule_case(code=case.code, grants=False, words="是正品", by="olga", at=ASKED)
    with pytest.raises(NotFound):
        queries.case_of_brand(brand=market.brand.id, code=case.code)


def test_a_keeper_s_case_is_not_the_brand_s_yet() -> None:
    market = trade.open_market()
    case = ask(delivered(market))
    with pytest.raises(NotFound):
        queries.case_of_brand(brand=market.brand.id, code=case.code)
    assert queries.case_of_shop(shop=market.shop.id, code=case.code).waits_for == "keeper"


def test_freight_goes_back_with_the_whole_parcel_when_the_brand_answers() -> None:
    market = _with_freight(800)
    placed = delivered(market, quantity=2)
    first = forwarded(placed, kind=Kind.REFUND, units=1)
    brand.accept_case(brand=market.brand.id, code=first.code, by="owner", at=ASKED)
    assert (again(first).refund_minor, first.freight_minor) == (10_000, 0)
    last = forwarded(placed, kind=Kind.REFUND, units=1)
    brand.accept_case(brand=market.brand.id, code=last.code, by="owner", at=ASKED)
    assert (again(last).refund_minor, last.freight_minor) == (10_800, 800)
    assert trade.is_sound()


def test_freight_stays_when_she_changed_her_mind() -> None:
    market = _with_freight(800)
    name_address(market)
    placed = delivered(market, quantity=1)
    case = forwarded(placed, reason=Reason.CHANGED_MIND)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    cases.send_back(
        customer=market.alice.id, code=case.code, carrier="c", tracking="t", by="a", at=ASKED
    )
    brand.receive_return(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    assert (again(case).refund_minor, case.freight_minor) == (10_000, 0)
    assert trade.is_sound()


def test_cancelling_all_that_waits_gives_freight_back() -> None:
    market = _with_freight(800)
    placed = trade.order(market, quantity=2)
    trade.pay(placed)
    part = ask(placed, kind=Kind.CANCEL, reason=Reason.LATE, units=1, at=AT + HOUR)
    rest = ask(placed, kind=Kind.CANCEL, reason=Reason.LATE, units=1, at=AT + HOUR)
    assert (part.refund_minor, rest.refund_minor, rest.freight_minor) == (10_000, 10_800, 800)
    assert Parcel.objects.get(order=placed).state == "cancelled"
    assert trade.is_sound()


def test_other_goods_are_not_an_exchange() -> None:
    market = trade.open_market()
    placed = delivered(market)
    other = goods.live_product(market.brand)
    line = OrderLine.objects.get(order=placed)
    with pytest.raises(OtherGoods):
        cases.open_case(
            customer=market.alice.id, order=placed.code, kind=Kind.EXCHANGE,
            reason=Reason.DOES_NOT_FIT, words="换一个", by="alice", at=ASKED,
            lines=[WantedUnits(line.id, 1, sku=other.skus.all()[0].id)],
        )  # fmt: skip
    assert not Case.objects.exists()


def test_another_size_is_held_and_sent() -> None:
    market = trade.open_market()
    name_address(market)
    placed = delivered(market)
    line = OrderLine.objects.get(order=placed)
    size = line.sku.product.skus.exclude(id=line.sku_id).get()
    case = cases.open_case(
        customer=market.alice.id, order=placed.code, kind=Kind.EXCHANGE,
        reason=Reason.DOES_NOT_FIT, words="换大一号", by="alice", at=ASKED,
        lines=[WantedUnits(line.id, 1, sku=size.id)],
    )  # fmt: skip
    assert queries.replacements_of(case=case)[0].sku_id == size.id
    cases.withdraw_case(customer=market.alice.id, code=case.code, by="alice", at=ASKED)
    assert queries.replacements_of(case=case)[0].state == "released"
    assert trade.is_sound()


def test_nobody_is_forgotten_with_an_open_case() -> None:
    market = trade.open_market()
    case = ask(delivered(market))
    with pytest.raises(CasesUnderWay), one_transaction():
        refuse_open_cases([ErasureAsked(market.alice.id, ASKED)])
    cases.withdraw_case(customer=market.alice.id, code=case.code, by="alice", at=ASKED)
    with one_transaction():
        refuse_open_cases([ErasureAsked(market.alice.id, ASKED)])
    assert again(case).state == State.WITHDRAWN


def test_a_refund_of_everything_ends_the_order() -> None:
    market = trade.open_market()
    placed = delivered(market)
    case = forwarded(placed, kind=Kind.REFUND, units=2)
    brand.accept_case(brand=market.brand.id, code=case.code, by="owner", at=ASKED)
    placed.refresh_from_db()
    assert placed.state == Order.State.REFUNDED
    assert queries.askable_of(order=placed, at=ASKED) == []
    exported = queries.export_cases(customer=market.alice.id)
    assert exported[0]["steps"][0]["text"] == "收到就是坏的"


def test_a_gift_that_travels_alone_stays_as_long_as_its_brand_s_goods() -> None:
    """Found by the story of money: what was cancelled of another brand took the gift with it."""
    market = trade.open_market()
    given, _ = gift_of(market)
    other = trade.standing_offer(goods.active_brand(name="山野"))
    placed = trade.order(market, offers=(market.offer, other), quantity=2)
    trade.pay(placed)
    bought, foreign, gift = placed.lines.order_by("number")
    split_parcel(brand=market.brand.id, parcel=gift.parcel.code, lines=[gift.id], by="owner", at=AT)
    for line, units, left in ((foreign, 2, 1), (bought, 1, 1), (bought, 1, 0)):
        cases.open_case(
            customer=placed.customer_id,
            order=placed.code,
            kind=Kind.CANCEL,
            reason=Reason.CHANGED_MIND,
            lines=[WantedUnits(line.id, units)],
            words="",
            by="alice",
            at=AT + HOUR,
        )
        gift.refresh_from_db()
        assert gift.units_left == left
    given.allotment.refresh_from_db()
    assert given.allotment.available == 3
    assert trade.is_sound()


def test_a_parcel_keeps_something_to_ship_when_it_is_split() -> None:
    """Found by the story of money: freight of a parcel of cancelled goods alone went back."""
    market = trade.open_market()
    second = trade.standing_offer(market.brand)
    placed = trade.order(market, offers=(market.offer, second), quantity=1)
    trade.pay(placed)
    first, other = placed.lines.order_by("number")
    cases.open_case(
        customer=placed.customer_id,
        order=placed.code,
        kind=Kind.CANCEL,
        reason=Reason.CHANGED_MIND,
        lines=[WantedUnits(first.id, 1)],
        words="",
        by="alice",
        at=AT + HOUR,
    )
    code = placed.parcels.get().code
    for chosen in (first, other):
        with pytest.raises(NothingToSplit):
            split_parcel(
                brand=market.brand.id, parcel=code, lines=[chosen.id], by="owner", at=AT + HOUR
            )
    assert placed.parcels.count() == 1
