"""What is left until a moment, in the parts that a countdown shows."""

from datetime import datetime
from typing import NamedTuple


class TimeLeft(NamedTuple):
    """Whole days, and hours, minutes and seconds of the last day; all 0 when it is over."""

    days: int
    hours: int
    minutes: int
    seconds: int

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return not any(self)


def time_left(*, until: datetime, now: datetime) -> TimeLeft:
    """This will split the time from `now` to `until`, as static/shoal/js/countdown.js does."""
    seconds = max(0, int((until - now).total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return TimeLeft(days, hours, minutes, seconds)
