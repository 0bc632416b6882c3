"""The market's days, as pages cut time."""

from datetime import datetime

from django.utils import timezone


def start_of_day(at: datetime) -> datetime:
    """This will return when the market's day that holds `at` began."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
