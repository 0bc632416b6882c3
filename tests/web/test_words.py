"""One order's story on three faces: what happened is told once, and by its name."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from shoal.kit.clock import now
from shoal.orders.operations import cancel_order, change_address, expire_orders
from shoal.people import operations as people
from shoal.people.models import Operator
from shoal.people.operations import NewPerson
from shoal.web import proof
from tests import trade
from tests.web.test_access import client_of

pytestmark = pytest.mark.django_db

FACES = ("buy", "keep", "desk")
HOUR = timedelta(hours=1)


@pytest.fixture
def market():
    return trade.open_market()


@pytest.fixture
def clients(market) -> dict[str, Client]:
    [olga] = people.add_people(entries=[NewPerson("13800000098", "Olga", "en")], at=now())
    people.appoint_operator(person=olga, role=Operator.Role.CARE, at=now())
    return {
        "buy": client_of(market.alice, proof.PHONE),
        "keep": client_of(market.mei, proof.PHONE),
        "desk": client_of(olga, proof.STAFF),
    }


def stories(clients: dict[str, Client], order) -> dict[str, list[tuple[str, str]]]:
    """What each face says happened to the order itself, oldest first: title and text."""
    found = {}
    for face in FACES:
        page = clients[face].get(
            reverse(f"{face}:order", args=[order.code]), headers={"accept-language": "en"}
        )
        steps = [step for step in page.context["steps"] if "arcel" not in step.title]
        found[face] = [(step.title, step.text) for step in steps][::-1]
    return found


def titles(clients: dict[str, Client], order) -> list[list[str]]:
    return [[title for title, _ in stories(clients, order)[face]] for face in FACES]


def cancel(order, at: datetime) -> None:
    cancel_order(
        customer=order.customer_id, code=order.code, reason="changed my mind", by="alice", at=at
    )


def test_money_that_has_come_back_is_no_second_cancelling(market, clients):
    order = trade.order(market, at=now())
    trade.pay(order, at=now())
    cancel(order, now())
    trade.money_arrives_back(at=now())
    assert titles(clients, order) == [
        ["Order placed", "Paid", "Cancelled", "The refund has arrived"],
        ["Order placed", "Being packed", "Cancelled", "The refund has arrived"],
        ["Not paid yet", "Paid, being packed", "Cancelled", "The refund has arrived"],
    ]


def test_another_address_is_no_second_payment(market, clients):
    order = trade.order(market, at=now())
    trade.pay(order, at=now())
    change_address(
        customer=order.customer_id, code=order.code, recipient=trade.HOME | {"street": "新路 2 号"},
        region=order.region, by="alice", at=now(),
    )  # fmt: skip
    assert [story[1:] for story in titles(clients, order)] == [
        ["Paid", "The address was changed"],
        ["Being packed", "The address was changed"],
        ["Paid, being packed", "The address was changed"],
    ]


def test_what_was_paid_too_much_goes_back_and_the_order_stays_paid(market, clients):
    order = trade.order(market, at=now())
    trade.pay(order, at=now())
    trade.pay(order, at=now(), event="once more")
    trade.money_arrives_back(at=now())
    told = titles(clients, order)
    assert [story[-1] for story in told] == ["A payment that did not fit the order went back"] * 3


def test_a_late_payment_says_that_it_was_late(market, clients):
    order = trade.order(market, at=now() - HOUR)
    expire_orders(at=now())
    trade.pay(order, at=now())
    told = stories(clients, order)
    assert [told[face][-1] for face in FACES] == [
        ("Paid", "paid late; the goods were still there"),
        ("Being packed", "paid late; the goods were still there"),
        ("Paid, being packed", "by itself · paid late; the goods were still there"),
    ]
    assert [told[face][-2][0] for face in FACES] == ["Not paid in time"] * 3
