"""Pure decisions about brands."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shoal.brands.models import Brand
from shoal.brands.rules import (
    NEXT_STATES,
    PaperFacts,
    fees_make_sense,
    least_fee_bp,
    may_become,
    papers_missing,
)

CODES = st.sampled_from(["home", "textiles", "towels", "food"])
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def test_rules_and_table_name_the_same_states() -> None:
    assert set(NEXT_STATES) == set(Brand.State.values)
    assert set().union(*NEXT_STATES.values()) <= set(Brand.State.values)


@given(st.lists(st.sampled_from(Brand.State.values), max_size=12))
def test_nobody_sells_without_being_vetted(wishes: list[str]) -> None:
    state, been = "applied", {"applied"}
    for wish in wishes:
        if may_become(state, wish):
            state = wish
            been.add(wish)
    if state == "active":
        assert "vetted" in been


@given(
    st.dictionaries(CODES | st.just(""), st.integers(0, 10_000)),
    st.lists(CODES, min_size=1, unique=True),
)
def test_the_nearest_category_decides_the_fee(fees: dict[str, int], path: list[str]) -> None:
    fee = least_fee_bp(fees, path)
    named = [code for code in path if code in fees]
    assert fee == (fees[named[0]] if named else fees.get("", 0))


def test_fees_name_the_rest_and_are_rates() -> None:
    assert fees_make_sense({"": 500, "food": 300})
    assert not fees_make_sense({"food": 300})
    assert not fees_make_sense({"": 10_001})
    assert not fees_make_sense({"": -1})


@given(
    st.lists(
        st.builds(
            PaperFacts,
            st.sampled_from(["licence", "trademark", "authorisation", "inspection"]),
            st.sampled_from(["", "accepted", "refused"]),
            st.none() | DAYS,
        )
    ),
    DAYS,
)
def test_only_accepted_and_valid_papers_count(papers: list[PaperFacts], on: date) -> None:
    missing = papers_missing(papers, on=on)
    useless = [
        paper
        for paper in papers
        if paper.verdict != "accepted" or (paper.valid_until and paper.valid_until < on)
    ]
    assert papers_missing([paper for paper in papers if paper not in useless], on=on) == missing
    assert papers_missing(useless, on=on) == ("licence", "trademark")


def test_a_paper_counts_through_its_last_day() -> None:
    on = date(2026, 5, 1)
    papers = [PaperFacts("licence", "accepted", on), PaperFacts("authorisation", "accepted", None)]
    assert papers_missing(papers, on=on) == ()
    assert papers_missing(papers, on=date(2026, 5, 2)) == ("licence",)
