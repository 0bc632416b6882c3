"""The page about scale shows what follows from its inputs, and the count is no nonsense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import scale

TEXT = scale.PAGE.read_text(encoding="utf-8")
KNOWN = scale.inputs(TEXT)


def test_the_page_shows_what_follows_from_its_inputs() -> None:
    assert scale.written_anew(TEXT) == TEXT, "run `.venv/bin/python bench/scale.py`"


def test_every_input_is_used_and_none_is_missing() -> None:
    asked: set[str] = set()

    class Noting(dict[str, float]):
        def __getitem__(self, name: str) -> float:
            asked.add(name)
            return super().__getitem__(name)

    scale.plan(Noting(KNOWN), visitors=1_000)
    assert asked == set(KNOWN)


@given(st.floats(0.01, 1e6), st.floats(1, 1e6), st.floats(0, 60))
def test_what_is_kept_is_a_share(requests: float, pages: float, seconds: float) -> None:
    share = scale.kept_share(requests=requests, pages=pages, seconds=seconds)
    assert 0 <= share < 1
    assert scale.kept_share(requests=2 * requests, pages=pages, seconds=seconds) >= share
    # What is not kept: once in so many seconds, and once more until somebody asks.
    behind = requests * (1 - share)
    assert behind == pytest.approx(pages / (seconds + pages / requests))


def test_nothing_kept_reaches_web_and_a_crowd_at_one_page_does_not() -> None:
    assert scale.kept_share(requests=1_000, pages=1, seconds=0) == 0
    assert scale.kept_share(requests=1_000, pages=1, seconds=10) == pytest.approx(1, abs=1e-3)


@given(st.integers(1_000, 10**8))
def test_a_larger_crowd_never_takes_less(visitors: int) -> None:
    one, two = (scale.plan(KNOWN, visitors=visitors * by) for by in (1, 2))
    for name in ("web_processes", "database_cores", "primaries", "messages", "egress_gb", "money"):
        assert getattr(two, name) >= getattr(one, name), name
    assert two.orders == pytest.approx(2 * one.orders)


def test_one_primary_is_enough_until_it_ends() -> None:
    end = int(scale.plan(KNOWN, visitors=10**8).one_primary)
    assert scale.plan(KNOWN, visitors=end * 9 // 10).primaries == 1
    assert scale.plan(KNOWN, visitors=end * 11 // 10).primaries == 2


def test_shown_in_two_figures() -> None:
    shown = [scale._shown(number) for number in (0.0123, 1.26, 38_400.0, 38_400, 7)]
    assert shown == ["0.012", "1.3", "38,000", "38,000", "7"]
