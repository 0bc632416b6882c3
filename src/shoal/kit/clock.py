"""The clock of the edge, which everything below is handed as `at`; and the market's days."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone


def now() -> datetime:
    """This will return the present moment, timezone-aware, in UTC."""
    return datetime.now(UTC)


def market_day(at: datetime) -> date:
    """This will return the day that `at` falls on in the market's time zone."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """This will return the midnights [since, until) of the market's `day`, in UTC."""
    zone = timezone.get_default_timezone()
    midnights = (datetime.combine(day + timedelta(days=n), time.min, zone) for n in (0, 1))
    since, until = (midnight.astimezone(UTC) for midnight in midnights)
    return since, until
