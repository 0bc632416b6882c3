"""What a cancellation takes back: the oldest units, at most what they cost, never one twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shoal.replay.history import BATCH_LINES, batches
from shoal.replay.matching import BackLine, Purchases, Return, Unmatched, matched
from shoal.replay.source import Cancellation, Invoice, InvoiceLine

AT = datetime(2011, 3, 1, 9, 0, tzinfo=UTC)
ALICE, CAROL = 12346, 12347


def sale(number: str, *lines: tuple[str, int, int], customer: int = ALICE, at=AT) -> Invoice:
    return Invoice(number, at, customer, "France", tuple(InvoiceLine(*line) for line in lines))


def back(number: str, *lines: tuple[str, int, int], customer: int = ALICE, at=AT) -> Cancellation:
    return Cancellation(number, at, customer, tuple(InvoiceLine(*line) for line in lines))


def test_the_oldest_go_back_first_and_the_rest_is_goodwill():
    found = list(
        matched(
            [
                sale("1", ("CUP", 100, 2)),
                sale("2", ("CUP", 90, 3), ("TIN", 50, 1)),
                back("C3", ("CUP", 100, 4)),
                back("C4", ("CUP", 90, 4)),
            ]
        )
    )
    assert found[2:] == [
        Return("C3", "1", ALICE, AT, (BackLine(1, 2, 200),)),
        Return("C3", "2", ALICE, AT, (BackLine(1, 2, 180),)),
        Unmatched("C3", ALICE, AT, 20),
        Return("C4", "2", ALICE, AT, (BackLine(1, 1, 90),)),
        Unmatched("C4", ALICE, AT, 270),
    ]


def test_a_unit_that_goes_back_for_less_brings_less():
    purchases = Purchases()
    purchases.buy(sale("1", ("CUP", 100, 2)))
    assert purchases.give_back(back("C2", ("CUP", 30, 1), ("CUP", 100, 1))) == [
        Return("C2", "1", ALICE, AT, (BackLine(1, 2, 130),))
    ]


def test_nobody_brings_back_what_another_bought():
    purchases = Purchases()
    purchases.buy(sale("1", ("CUP", 100, 2)))
    assert purchases.give_back(back("C2", ("CUP", 100, 2), customer=CAROL)) == [
        Unmatched("C2", CAROL, AT, 200)
    ]


events = st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(1, 5)), max_size=20)


@given(events)
def test_what_goes_back_was_bought_once_and_nothing_is_lost(chosen):
    kept, cancelled, bought = 0, 0, Counter[str]()
    purchases = Purchases()
    for place, (is_sale, units, pence) in enumerate(chosen):
        if is_sale:
            purchases.buy(sale(str(place), ("CUP", pence, units)))
            bought[str(place)] = units
            kept += units
            continue
        found = purchases.give_back(back(f"C{place}", ("CUP", pence, units)))
        returns = [row for row in found if isinstance(row, Return)]
        taken = {row.invoice: row.lines[0] for row in returns}
        assert sum(line.units for line in taken.values()) == min(units, kept)
        kept -= min(units, kept)
        cancelled += units * pence
        given_back = sum(line.pence for line in taken.values())
        rest = sum(row.pence for row in found if isinstance(row, Unmatched))
        assert given_back + rest == units * pence
        for invoice, line in taken.items():
            price = chosen[int(invoice)][2]
            assert line.pence == line.units * min(price, pence)
            bought[invoice] -= line.units
    assert sum(bought.values()) == kept
    assert all(units >= 0 for units in bought.values())


def test_a_batch_is_a_day_or_a_part_of_a_busy_one():
    busy = [sale(str(n), *[("CUP", 1, 1)] * 900) for n in range(5)]
    later = back("C9", ("CUP", 1, 1), at=AT + timedelta(days=1))
    found = list(batches(matched([*busy, later])))
    assert [batch.lines for batch in found] == [2_700, 1_800, 0]
    assert found[0].lines >= BATCH_LINES
    assert len({batch.morning for batch in found}) == 2
    assert len(found[2].returns) == 1
