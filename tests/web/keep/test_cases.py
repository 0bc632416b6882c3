"""A customer wants something back: Mei hears of it first, and passes it on."""

import pytest

from shoal.care.rules_cases import State
from shoal.kit.clock import now
from tests import trade
from tests.care import cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(market):
    order = trade.order(market, at=now())
    trade.pay(order, at=now())
    trade.ship(order, at=now())
    trade.deliver(order, at=now())
    return cases.ask(order, at=now())


def test_mei_sees_it_counted_listed_and_with_a_masked_name(mei, case):
    shown = mei.get("/keep/cases").content.decode()
    assert "It waits for you" in shown
    assert "With the keeper" in shown
    assert "李爱丽" not in shown
    assert 'class="count"' in mei.get("/keep/").content.decode()


def test_mei_passes_it_on_with_a_word(mei, case):
    page = f"/keep/cases/{case.code}"
    assert "收到就是坏的" in mei.get(page).content.decode()
    response = mei.post(page, {"deed": "forward", "words": "她的照片很清楚"})
    assert response["Location"] == page
    assert cases.again(case).state == State.JUDGING
    shown = mei.get(page).content.decode()
    assert "她的照片很清楚" in shown
    assert "Pass on to the brand" not in shown


def test_mei_cannot_do_what_is_the_brands(mei, case):
    assert mei.post(f"/keep/cases/{case.code}", {"deed": "accept"}).status_code == 422
    mei.post(f"/keep/cases/{case.code}", {"deed": "forward"})
    assert mei.post(f"/keep/cases/{case.code}", {"deed": "forward"}).status_code == 422
    assert cases.again(case).state == State.JUDGING


def test_nothing_asked_yet(mei):
    assert "No requests" in mei.get("/keep/cases").content.decode()
