"""Something is not right with a parcel: Alice asks, and sees who answers next and until when."""

import io

import pytest
from django.utils.timezone import localtime
from PIL import Image

from shoal.care.models import Case, CaseLine, CasePicture, CaseStep
from shoal.care.operations_brand import accept_case, refuse_case
from shoal.care.rules_cases import Reason, State
from shoal.kit.clock import now
from shoal.kit.pictures import media_type
from shoal.orders.models import Order, OrderLine
from tests import trade
from tests.care import cases

pytestmark = pytest.mark.django_db
BROKEN = {"reason": "broken", "words": "盖子是裂的", "units-1": "1"}


@pytest.fixture
def paid(market) -> Order:
    order = trade.order(market, quantity=2, at=now())
    trade.pay(order, at=now())
    return order


@pytest.fixture
def arrived(paid) -> Order:
    trade.ship(paid, at=now())
    trade.deliver(paid, at=now())
    return paid


def new(order: Order, kind: str) -> str:
    return f"/orders/{order.code}/cases/new?parcel={order.parcels.get().code}&kind={kind}"


def picture() -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(data, "JPEG")
    data.name = "broken.jpg"
    data.seek(0)
    return data


def test_what_can_be_asked_for_follows_the_parcel(alice, paid):
    page = f"/orders/{paid.code}/cases/new"
    assert "Cancel before it is shipped" in alice.get(page).content.decode()
    trade.ship(paid, at=now())
    trade.deliver(paid, at=now())
    shown = alice.get(page).content.decode()
    assert "Return for a refund" in shown
    assert "Exchange" in shown
    assert "Cancel before it is shipped" not in shown


def test_one_of_two_is_cancelled_at_once(alice, paid):
    response = alice.post(new(paid, "cancel"), {"reason": "changed_mind", "units-1": "1"})
    case = Case.objects.get()
    assert response["Location"] == f"/cases/{case.code}"
    assert case.state == State.REFUNDED
    assert OrderLine.objects.get().units_left == 1
    shown = alice.get(response["Location"]).content.decode()
    assert "¥100.00" in shown
    assert "on its way back" in shown


def test_alice_asks_with_a_picture_and_sees_who_answers_until_when(alice, arrived):
    response = alice.post(new(arrived, "return"), BROKEN | {"pictures": picture()})
    assert response.status_code == 302
    case = Case.objects.get()
    assert case.state == State.ASKED
    shown = alice.get(f"/cases/{case.code}").content.decode()
    assert "The keeper passes it on to the brand" in shown
    assert f"Until {localtime(case.until_at):%Y-%m-%d %H:%M}" in shown
    assert "盖子是裂的" in shown
    seen = CasePicture.objects.get()
    address = f"/cases/{case.code}/pictures/{seen.id}"
    assert f'<img src="{address}"' in shown
    answer = alice.get(address)
    assert answer["Cache-Control"].startswith("private")
    assert media_type(answer.content) == "image/webp"
    assert "With the keeper" in alice.get("/cases").content.decode()
    assert "With the keeper" in alice.get(f"/orders/{arrived.code}").content.decode()


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        ("return", {"units-1": "0"}, "choose at least one thing"),
        ("return", {"words": " "}, "This field is required"),
        ("return", {"reason": "late"}, "Select a valid choice"),
        ("return", {"units-1": "3"}, "Select a valid choice"),
        ("refund", {"amount-1": "100.01"}, "you paid ¥100.00"),
        ("refund", {"amount-1": "0"}, "more than nothing"),
        ("refund", {"amount-1": "much"}, "an amount, such as 12.50"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_it(alice, arrived, kind, wrong, told):
    response = alice.post(new(arrived, kind), BROKEN | wrong)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Case.objects.exists()


def test_a_picture_that_is_none_is_refused_and_nothing_is_asked(alice, arrived):
    data = io.BytesIO(b"no picture")
    data.name = "x.jpg"
    assert alice.post(new(arrived, "return"), BROKEN | {"pictures": data}).status_code == 422
    assert not Case.objects.exists()


def test_who_comes_back_to_the_form_is_led_to_her_request(alice, arrived):
    asked = BROKEN | {"units-1": "2"}
    assert alice.post(new(arrived, "return"), asked).status_code == 302
    case = Case.objects.get()
    for again in (alice.get(new(arrived, "return")), alice.post(new(arrived, "return"), asked)):
        page = again.content.decode()
        assert "is in a request already" in page
        assert f'href="/cases/{case.code}"' in page
    assert Case.objects.count() == 1


def test_part_of_the_money_back_for_what_she_keeps(alice, arrived):
    asked = BROKEN | {"units-1": "2", "amount-1": "30"}
    assert alice.post(new(arrived, "refund"), asked).status_code == 302
    assert Case.objects.get().asked_minor == 3_000


def test_each_thing_has_an_amount_of_its_own(alice, market):
    """A third of what one cost, and all of the other."""
    other = trade.standing_offer(market.brand)
    placed = trade.order(market, offers=(market.offer, other), at=now())
    trade.pay(placed, at=now())
    trade.ship(placed, at=now())
    trade.deliver(placed, at=now())
    asked = BROKEN | {"units-1": "1", "amount-1": "33.33", "units-2": "1", "amount-2": ""}
    assert alice.post(new(placed, "refund"), asked).status_code == 302
    sums = CaseLine.objects.order_by("line__number").values_list("asked_minor", flat=True)
    assert list(sums) == [3_333, 10_000]


def test_a_refusal_can_be_taken_to_the_platform(alice, market, arrived):
    case = cases.forwarded(arrived, at=now())
    refuse_case(brand=market.brand.id, code=case.code, words="人为损坏", by="owner", at=now())
    shown = alice.get(f"/cases/{case.code}").content.decode()
    assert "人为损坏" in shown
    assert "Agree to" not in shown  # there is nothing to agree to
    response = alice.post(f"/cases/{case.code}", {"deed": "ask_platform", "words": "不是"})
    assert response.status_code == 302
    assert cases.again(case).state == State.DISPUTED


def test_she_sends_it_back_with_a_number(alice, market, arrived):
    cases.name_address(market)
    case = cases.forwarded(arrived, at=now())
    accept_case(brand=market.brand.id, code=case.code, words="", by="owner", at=now())
    page = f"/cases/{case.code}"
    assert "杭州市滨江区 8 号" in alice.get(page).content.decode()
    refused = alice.post(page, {"deed": "send_back", "carrier": "顺丰", "tracking": " "})
    assert refused.status_code == 422
    assert 'value="顺丰"' in refused.content.decode()
    alice.post(page, {"deed": "send_back", "carrier": "顺丰", "tracking": "SF9"})
    assert cases.again(case).tracking == "SF9"


def test_she_says_what_the_way_back_cost_where_the_brand_answers(alice, market, arrived):
    cases.name_address(market)
    case = cases.forwarded(arrived, at=now())
    accept_case(brand=market.brand.id, code=case.code, words="", by="owner", at=now())
    page = f"/cases/{case.code}"
    shown = alice.get(page).content.decode()
    assert "What sending it cost you" in shown
    assert "¥30.00" in shown
    sent = {"deed": "send_back", "carrier": "顺丰", "tracking": "SF9"}
    for wrong, told in (("a lot", "such as 12.50"), ("30.01", "¥30.00 at most")):
        refused = alice.post(page, sent | {"postage": wrong})
        assert (refused.status_code, told in refused.content.decode()) == (422, True)
        assert cases.again(case).state == State.RETURNING
    alice.post(page, sent | {"postage": "12", "pictures": picture()})
    assert (cases.again(case).postage_asked_minor, CasePicture.objects.count()) == (1_200, 1)
    shown = alice.get(page).content.decode()
    assert "The way back cost ¥12.00: the brand pays it when it accepts what comes back." in shown


def test_her_own_change_of_mind_asks_for_no_cost(alice, market, arrived):
    cases.name_address(market)
    case = cases.forwarded(arrived, reason=Reason.CHANGED_MIND, at=now())
    accept_case(brand=market.brand.id, code=case.code, words="", by="owner", at=now())
    assert "What sending it cost you" not in alice.get(f"/cases/{case.code}").content.decode()


def test_what_is_not_hers_to_do_changes_nothing(alice, arrived):
    case = cases.ask(arrived, at=now())
    steps = CaseStep.objects.count()
    assert alice.post(f"/cases/{case.code}", {"deed": "take_offer"}).status_code == 422
    assert alice.post(f"/cases/{case.code}", {"deed": "rule"}).status_code == 422
    assert CaseStep.objects.count() == steps


def test_nobody_elses_case(stranger, alice, market, arrived):
    case = cases.ask(arrived, at=now())
    stranger.force_login(market.bob, backend="shoal.web.account.backend.PeopleBackend")
    assert stranger.get(f"/cases/{case.code}").status_code == 404
    assert stranger.post(f"/cases/{case.code}", {"deed": "withdraw"}).status_code == 404
    assert cases.again(case).state == State.ASKED
    assert alice.post(f"/cases/{case.code}", {"deed": "withdraw"}).status_code == 302
    assert cases.again(case).state == State.WITHDRAWN


def test_an_empty_list_says_where_to_begin(alice):
    assert "Nothing to sort out" in alice.get("/cases").content.decode()
