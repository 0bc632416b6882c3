"""Two people, one unit. First the race is shown to happen without the lock; then the desk holds."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from shoal.kit.errors import Refused
from shoal.orders.desk import OrderRequest, Placed, place_order, place_orders
from shoal.orders.models import Order
from shoal.orders.pricing import SoldOut
from shoal.stock.models import Allotment
from tests import trade
from tests.trade import Market

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Does all acts at the same moment, each on a connection of its own; returns their answers."""
    barrier = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            answers[place] = act()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def sell_without_lock(allotment: UUID, both_looked: threading.Barrier) -> bool:
    """What a shop does that looks first and writes later: it sells what it saw."""
    with transaction.atomic():
        row = Allotment.objects.get(id=allotment)
        both_looked.wait()
        if row.available < 1:
            return False
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE unsafe_stock SET sold = sold + 1 WHERE id = %s RETURNING sold", [allotment]
        )
    return True


def test_without_the_lock_one_unit_is_sold_twice() -> None:
    allotment = trade.open_market(stock=1).offer.allotment_id
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE unsafe_stock AS SELECT id, 0 AS sold FROM stock_allotment")
    both_looked = threading.Barrier(2)
    try:
        answers = at_once(
            lambda: sell_without_lock(allotment, both_looked),
            lambda: sell_without_lock(allotment, both_looked),
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT sold FROM unsafe_stock WHERE id = %s", [allotment])
            assert cursor.fetchone() == (2,)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE unsafe_stock")
    assert answers == [True, True]


def test_the_desk_sells_the_last_unit_once() -> None:
    market = trade.open_market(stock=1)
    answers = at_once(
        *(
            lambda who=who: place_orders(requests=[trade.wish(market, customer=who)])[0]
            for who in (market.alice, market.bob, market.mei)
        )
    )
    assert sum(isinstance(answer, Placed) for answer in answers) == 1
    assert sum(isinstance(answer, SoldOut) for answer in answers) == 2
    assert Order.objects.count() == 1
    assert trade.is_sound()


def test_a_limit_holds_against_two_phones_of_one_customer() -> None:
    market = trade.open_market(stock=10)
    limited = trade.standing_offer(market.brand, stock=10, per_customer=1)
    answers = at_once(
        *(
            lambda: place_orders(requests=[trade.wish(market, offers=(limited,))])[0]
            for _ in range(3)
        )
    )
    assert sum(isinstance(answer, Placed) for answer in answers) == 1
    assert trade.is_sound()


def test_the_same_request_twice_at_once_is_one_order() -> None:
    market = trade.open_market()
    wish = trade.wish(market)
    answers = at_once(*(lambda: place_orders(requests=[wish])[0] for _ in range(3)))
    assert Order.objects.count() == 1
    assert isinstance(answers[0], Placed)
    assert answers == [answers[0]] * 3
    assert trade.is_sound()


@pytest.mark.parametrize("limit", [None, 1])
def test_two_clicks_for_the_last_unit_are_answered_with_one_order(limit: int | None) -> None:
    """Both have looked for a receipt before either has the lock: the second one looks again."""
    market = trade.open_market()
    last = trade.standing_offer(market.brand, stock=1 if limit is None else 5, per_customer=limit)
    wish = trade.wish(market, offers=(last,))

    def keep_them_waiting() -> None:
        with transaction.atomic():
            Allotment.objects.select_for_update().get(id=last.allotment_id)
            time.sleep(0.5)

    def click() -> Placed | Refused:
        time.sleep(0.1)
        return place_orders(requests=[wish])[0]

    first, second, _ = at_once(click, click, keep_them_waiting)
    assert isinstance(first, Placed)
    assert first == second
    assert Order.objects.count() == 1
    assert trade.is_sound()


def test_desks_with_orders_in_opposite_order_do_not_wait_for_each_other(market: Market) -> None:
    other = trade.standing_offer(market.brand, stock=50)
    both = (market.offer, other)
    answers = at_once(
        *(
            lambda way=way, who=who: [
                place_orders(requests=[trade.wish(market, customer=who, offers=way)])[0]
                for _ in range(5)
            ]
            for way, who in ((both, market.alice), (both[::-1], market.bob))
        )
    )
    assert all(isinstance(answer, Placed) for some in answers for answer in some)  # type: ignore[attr-defined]
    assert trade.is_sound()


@pytest.fixture
def market() -> Market:
    return trade.open_market(stock=50)


def test_many_at_once_go_through_the_desk_together_and_nothing_is_oversold() -> None:
    market = trade.open_market(stock=20)
    wishes = [
        trade.wish(market, customer=who) for who in (market.alice, market.bob, market.mei) * 8
    ]
    answers = at_once(*(lambda wish=wish: place_order(request=wish) for wish in wishes))
    placed = [answer for answer in answers if isinstance(answer, Placed)]
    assert len(placed) == Order.objects.count()
    assert len({answer.order for answer in placed}) == len(placed) == 20
    assert all(isinstance(answer, Placed | SoldOut) for answer in answers)
    assert trade.is_sound()


def test_what_the_database_refuses_spoils_no_neighbour() -> None:
    """A NUL byte is a region that no text of the database can hold."""
    market = trade.open_market(stock=20)
    good = [trade.wish(market, customer=market.bob) for _ in range(5)]
    bad = replace(trade.wish(market), region="\0")
    answers = at_once(*(lambda wish=wish: or_error(wish) for wish in (*good[:2], bad, *good[2:])))
    assert isinstance(answers.pop(2), DatabaseError)
    assert all(isinstance(answer, Placed) for answer in answers)
    assert Order.objects.count() == 5
    assert trade.is_sound()


def or_error(wish: OrderRequest) -> object:
    try:
        return place_order(request=wish)
    except (ValueError, DatabaseError) as error:
        return error
