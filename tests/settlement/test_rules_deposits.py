"""A deposit stays as long as a brand may come to owe something."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shoal.settlement.rules_deposits import Answering, Keeps, claims_until, keeps

AT = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = st.integers(-200, 200).map(lambda days: AT + days * DAY)


def free(**changes: object) -> Answering:
    words = {"sells": False, "balances": (0, 5), "under_way": False, "claims_until": None}
    return Answering(**{**words, **changes})  # type: ignore[arg-type]


def test_nothing_keeps_the_deposit_of_a_brand_that_is_done():
    assert keeps(free(), at=AT) is None
    assert keeps(free(balances=()), at=AT) is None
    assert keeps(free(claims_until=AT), at=AT) is None


def test_each_thing_alone_keeps_it():
    assert keeps(free(sells=True), at=AT) is Keeps.SELLS
    assert keeps(free(balances=(5, -1)), at=AT) is Keeps.OWES
    assert keeps(free(under_way=True), at=AT) is Keeps.UNDER_WAY
    assert keeps(free(claims_until=AT + timedelta(microseconds=1)), at=AT) is Keeps.CLAIMS


@given(
    st.booleans(), st.lists(st.integers(-9, 9)), st.booleans(), st.none() | MOMENTS, MOMENTS
)  # fmt: skip
def test_it_goes_back_only_when_nothing_is_left_to_answer_for(sells, balances, way, until, at):
    answering = Answering(sells, balances, way, until)
    waits = until is not None and at < until
    may = not sells and min([0, *balances]) == 0 and not way and not waits
    assert (keeps(answering, at=at) is None) == may


@given(MOMENTS, st.lists(st.integers(0, 400).map(lambda n: n * DAY), min_size=1))
def test_the_longest_term_after_the_last_arrival_counts(delivered_at, terms):
    until = claims_until(delivered_at=delivered_at, terms=terms)
    assert until is not None
    assert all(delivered_at + term <= until for term in terms)
    assert until - delivered_at in terms
    assert claims_until(delivered_at=None, terms=terms) is None
