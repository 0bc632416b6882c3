"""The line: whoever came first is called first, and nobody is forgotten."""

from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.web.admission.limits import Limit
from shoal.web.admission.line import Line, Place, Ticket
from tests.web.admission.clock import Clock


def tickets(count: int) -> list[Ticket]:
    return [Ticket(number, f"t{number}") for number in range(count)]


def test_while_there_is_room_nobody_waits():
    line = Line(2)
    assert line.enter(None, at_ms=0)
    assert line.enter(None, at_ms=0)
    assert not line.enter(None, at_ms=0)
    line.leave()
    assert line.enter(None, at_ms=0)


def test_nobody_overtakes_those_who_wait():
    line = Line(1)
    assert line.enter(None, at_ms=0)
    first, second = tickets(2)
    assert line.ask(second, at_ms=0).ahead == 0
    assert line.ask(first, at_ms=0).ahead == 0  # she came earlier and only now asks here
    assert line.ask(second, at_ms=0).ahead == 1
    line.leave()
    assert not line.enter(None, at_ms=0)
    assert not line.enter(second, at_ms=0)
    assert line.ask(first, at_ms=0).called
    assert line.enter(first, at_ms=0)
    assert not line.enter(first, at_ms=0)
    assert line.used(first)
    line.leave()
    assert line.enter(second, at_ms=0)


def test_twice_as_many_are_called_as_were_served_until_they_ask_again():
    clock = Clock()
    line = Line(4, clock=clock)
    crowd = tickets(100)
    for _ in range(6):  # ten a second
        for _ in range(10):
            assert line.enter(None, at_ms=0)
            line.leave()
        clock.now += 1
        line.ask(Ticket(10**6, "last"), at_ms=0)
        line._forget(Ticket(10**6, "last"))
    places = [line.ask(ticket, at_ms=0) for ticket in crowd]
    assert sum(place.called for place in places) == 2 * 30
    assert places[50].ahead == 50
    assert places[50].seconds == 6


def test_a_line_that_was_slow_once_gets_up_to_speed_again():
    clock = Clock()
    line = Line(4, clock=clock)
    waiting = tickets(600)
    rates = []
    for _ in range(20):  # everybody asks every three seconds; forty a second find room
        called = [ticket for ticket in waiting if line.ask(ticket, at_ms=0).called][: 3 * 40]
        for second in range(3):
            for ticket in called[second::3]:
                assert line.enter(ticket, at_ms=0)
                line.leave()
                waiting.remove(ticket)
            clock.now += 1
            line.ask(Ticket(10**6, "last"), at_ms=0)
        rates.append(len(called) / 3)
    assert rates[0] < 2
    assert 40 in rates[:10]


def test_who_went_away_is_let_go():
    clock = Clock()
    line = Line(1, clock=clock)
    line.enter(None, at_ms=0)
    gone, there = tickets(2)
    line.ask(gone, at_ms=0)
    clock.now += 21
    assert line.ask(there, at_ms=0).ahead == 0


def test_who_is_slowed_waits_first():
    line = Line(1)
    slowed = Ticket(1_000, "s", 9_000)
    assert not line.enter(slowed, at_ms=8_999)
    assert not line.ask(slowed, at_ms=8_999).called
    assert line.enter(slowed, at_ms=9_000)


@settings(max_examples=30)
@given(st.permutations(tickets(12)))
def test_whoever_asks_in_whatever_order_they_come_in_as_they_arrived(order):
    line = Line(1)
    line.enter(None, at_ms=0)
    for ticket in order:
        line.ask(ticket, at_ms=0)
    came = []
    line.leave()
    while len(came) < 12:
        (ticket,) = [one for one in order if one not in came and line.enter(one, at_ms=0)]
        came.append(ticket)
        line.leave()
    assert came == sorted(order)


def test_a_limit_holds_for_each_name_and_passes():
    clock = Clock()
    limit = Limit(3, 60, clock=clock)
    assert [limit.wait("alice") for _ in range(4)] == [0, 0, 0, 61]
    assert limit.wait("bob") == 0
    clock.now += 60
    assert limit.wait("alice") == 0
    assert [Limit(0, 60).wait("alice") for _ in range(99)] == [0] * 99


def test_who_is_nearly_served_asks_again_sooner():
    def poll(seconds: int | None) -> int:
        return Place(ahead=5, seconds=seconds, called=False).poll

    assert [poll(seconds) for seconds in (0, 1, 2, 90, None)] == [1, 1, 2, 3, 3]


def test_who_came_in_has_no_place_any_more():
    """Her page goes on asking while her order is placed: nobody waits behind her."""
    line = Line(1)
    alice, bob = tickets(2)
    assert line.enter(alice, at_ms=0)
    assert line.ask(alice, at_ms=0) == Place(0, 0, called=True)
    assert line.ask(bob, at_ms=0).ahead == 0
    line.leave()
    assert line.ask(alice, at_ms=0).called
    assert line.enter(bob, at_ms=0)
