"""When a statement's period begins and ends. Pure: half-open, cut at the market's midnights."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_MIDDLE = 16  # the second half of a month begins


class Period(StrEnum):
    """How often statements are made; a week begins on Monday, as ISO 8601 has it."""

    WEEKLY = "weekly"
    HALF_MONTHLY = "half-monthly"
    MONTHLY = "monthly"


def period_start(*, day: date, period: Period) -> date:
    """This will return the first day of the period that holds `day`."""
    if period == Period.WEEKLY:
        return day - timedelta(days=day.weekday())
    if period == Period.HALF_MONTHLY and day.day >= _MIDDLE:
        return day.replace(day=_MIDDLE)
    return day.replace(day=1)


def next_start(*, day: date, period: Period) -> date:
    """This will return the first day of the period after the one that holds `day`."""
    start = period_start(day=day, period=period)
    if period == Period.WEEKLY:
        return start + 7 * _DAY
    if period == Period.HALF_MONTHLY and start.day < _MIDDLE:
        return start.replace(day=_MIDDLE)
    return (start.replace(day=1) + 31 * _DAY).replace(day=1)


def midnight(*, day: date, zone: ZoneInfo) -> datetime:
    """This will return when `day` begins in `zone`, in UTC.

    Where clocks jump over midnight it is the moment of the jump, and the first of two where they
    are put back over it: `datetime` reads a wall clock so (PEP 495, fold 0).
    """
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def periods_due(
    *, since: datetime, at: datetime, period: Period, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """This will yield the periods [start, end) that follow `since` and were over by `at`.

    The first begins at `since` exactly, so that no moment falls between two periods when the
    setting was changed meanwhile.
    """
    start = since
    while True:
        day = start.astimezone(zone).date()
        end = midnight(day=next_start(day=day, period=period), zone=zone)
        if end > at:
            return
        yield start, end
        start = end


def months_before(*, day: date, count: int) -> list[date]:
    """This will list the first days of `count` months, the last of them the one of `day`."""
    first = day.replace(day=1)
    months = [first]
    while len(months) < count:
        months.append((months[-1] - _DAY).replace(day=1))
    return months[::-1]
