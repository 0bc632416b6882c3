"""Periods of statements: half-open, without a gap, at the market's midnights."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.settlement.rules_statements import (
    Period,
    midnight,
    months_before,
    next_start,
    period_start,
    periods_due,
)

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Africa/Cairo", "Asia/Kathmandu")
BEGINNING = datetime(2005, 1, 1, tzinfo=UTC)
moments = st.integers(0, 30 * 365 * 24 * 3_600).map(
    lambda seconds: BEGINNING + timedelta(seconds=seconds)
)


@pytest.mark.parametrize(
    ("period", "day", "start", "after"),
    [
        ("weekly", date(2026, 3, 29), date(2026, 3, 23), date(2026, 3, 30)),
        ("weekly", date(2026, 12, 31), date(2026, 12, 28), date(2027, 1, 4)),
        ("half-monthly", date(2026, 2, 15), date(2026, 2, 1), date(2026, 2, 16)),
        ("half-monthly", date(2026, 2, 16), date(2026, 2, 16), date(2026, 3, 1)),
        ("half-monthly", date(2026, 12, 31), date(2026, 12, 16), date(2027, 1, 1)),
        ("monthly", date(2024, 2, 29), date(2024, 2, 1), date(2024, 3, 1)),
        ("monthly", date(2026, 12, 1), date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_where_periods_begin(period, day, start, after):
    assert period_start(day=day, period=Period(period)) == start
    assert next_start(day=day, period=Period(period)) == after


@given(day=st.dates(date(2000, 1, 1), date(2060, 1, 1)), period=st.sampled_from(Period))
def test_every_day_is_in_exactly_one_period(day, period):
    start, after = period_start(day=day, period=period), next_start(day=day, period=period)
    assert start <= day < after
    assert period_start(day=after, period=period) == after
    assert next_start(day=start, period=period) == after


@given(
    since=moments,
    days=st.integers(0, 200),
    period=st.sampled_from(Period),
    zone=st.sampled_from(ZONES),
)
def test_periods_follow_each_other_without_a_gap(since, days, period, zone):
    at = since + timedelta(days=days)
    due = list(periods_due(since=since, at=at, period=period, zone=ZoneInfo(zone)))
    before = since
    for start, end in due:
        assert start == before < end <= at
        day = end.astimezone(ZoneInfo(zone)).date()
        assert period_start(day=day, period=period) == day
        before = end
    longest = timedelta(days=32)
    assert at - before < longest


def test_a_month_in_which_clocks_change_is_an_hour_shorter_or_longer():
    berlin = ZoneInfo("Europe/Berlin")
    since = midnight(day=date(2026, 3, 1), zone=berlin)
    due = periods_due(
        since=since, at=since + timedelta(days=300), period=Period.MONTHLY, zone=berlin
    )
    lengths = {start.astimezone(berlin).month: end - start for start, end in due}
    assert lengths[3] == timedelta(days=31, hours=-1)
    assert lengths[10] == timedelta(days=31, hours=1)
    assert lengths[5] == timedelta(days=31)


def test_a_midnight_that_clocks_jump_over_is_the_moment_of_the_jump():
    # In São Paulo the clocks went from 0:00 to 1:00 on 15 October 2017.
    zone = ZoneInfo("America/Sao_Paulo")
    assert midnight(day=date(2017, 10, 15), zone=zone) == datetime(2017, 10, 15, 3, tzinfo=UTC)


def test_another_period_takes_over_where_the_last_one_ended():
    zone = ZoneInfo("Asia/Shanghai")
    since = midnight(day=date(2026, 4, 1), zone=zone)
    [first, *_] = periods_due(
        since=since, at=since + timedelta(days=9), period=Period.WEEKLY, zone=zone
    )
    assert first == (since, midnight(day=date(2026, 4, 6), zone=zone))


def test_months_before():
    assert months_before(day=date(2026, 2, 14), count=3) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


def test_a_period_is_due_the_moment_it_is_over():
    zone = ZoneInfo("Asia/Shanghai")
    since, end = (midnight(day=date(2026, month, 1), zone=zone) for month in (4, 5))
    facts = {"since": since, "period": Period.MONTHLY, "zone": zone}
    assert list(periods_due(**facts, at=end - timedelta(microseconds=1))) == []
    assert list(periods_due(**facts, at=end)) == [(since, end)]
