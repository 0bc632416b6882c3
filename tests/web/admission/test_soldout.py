"""What is sold out is told from memory, and found again within a second of coming back."""

import pytest

from shoal.kit.money import Money
from shoal.orders.pricing import PriceChanged, SoldOut, TooFew
from shoal.web.admission.soldout import SoldOutOffers
from tests.web.admission.clock import Clock

KETTLE = SoldOut(title="Kettle")


def test_what_is_sold_out_is_remembered_for_a_second_and_asked_once():
    clock = Clock()
    known = SoldOutOffers(clock=clock)
    said = SoldOut(title="Kettle")
    assert known.answer(["a"]) is None
    known.learn(["a"], said)
    assert known.answer(["a"]) is said
    assert known.answer(["b"]) is None
    clock.now += 1
    assert known.answer(["a"]) is None  # this one asks the desk
    assert known.answer(["a"]) is said  # for all others
    known.learn(["a"], Money(1, "CNY"))  # it was to be had again
    assert known.answer(["a"]) is None


def test_of_several_goods_nothing_is_learnt():
    known = SoldOutOffers()
    known.learn(["a", "b"], SoldOut(title="Kettle"))
    assert known.answer(["a"]) is None


def remembered(clock: Clock) -> SoldOutOffers:
    """The kettle, sold out a second ago: the next one asks the desk."""
    known = SoldOutOffers(clock=clock)
    known.learn(["a"], KETTLE)
    clock.now += 1
    assert known.answer(["a"]) is None
    return known


@pytest.mark.parametrize("answer", [None, PriceChanged(title="Kettle"), "a page to sign in on"])
def test_who_was_let_by_and_learnt_nothing_stands_in_nobodys_way(answer):
    known = remembered(Clock())
    if isinstance(answer, PriceChanged):
        known.learn(["a"], answer)
    known.look_again(["a"])
    assert known.answer(["a"]) is None
    assert known.answer(["a"]) is KETTLE


def test_too_few_for_one_are_some_for_another():
    known = remembered(Clock())
    known.learn(["a"], TooFew(title="Kettle", available=1))
    assert known.answer(["a"]) is None


def test_what_was_learnt_holds_for_its_second():
    known = remembered(Clock())
    known.learn(["a"], KETTLE)
    known.look_again(["a"])
    assert known.answer(["a"]) is KETTLE
