"""Who came through a keeper's links, day by day: figures for her pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from shoal.kit.clock import day_bounds, market_day
from shoal.shops.models import Shop
from shoal.traffic.queries_traces import Came, came_between, visits_by_day
from shoal.web.components.charts import Point

_DAYS = 14


@dataclass(frozen=True, slots=True)
class Fortnight:
    """The last two weeks: how many came in all, a point for each day, and robots set aside."""

    came: Came
    opens: int
    robots: int
    days: list[Point]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.came.visits


def fortnight(*, shop: Shop, at: datetime, share: str = "") -> Fortnight:
    """This will count who came to a shop in the last two weeks, or through one of its links."""
    today = market_day(at)
    days = [today - timedelta(days=back) for back in reversed(range(_DAYS))]
    since_at, until_at = day_bounds(days[0])[0], day_bounds(today)[1]
    came = visits_by_day(shop=shop, since_at=since_at, until_at=until_at, share=share)
    whole = came_between(shop=shop, since_at=since_at, until_at=until_at, share=share)
    points = [
        Point(
            label=f"{day:%m-%d}",
            value=came.get(day, Came()).visits,
            text=visits_text(came.get(day, Came())),
            strong=day == today,
        )
        for day in days
    ]
    return Fortnight(whole.came, whole.opens, whole.robots, points)


def visits_text(came: Came) -> str:
    """This will say how often somebody came, and how many browsers that were."""
    return gettext("{visits} · {visitors} different").format(
        visits=f"{came.visits:,}", visitors=f"{came.visitors:,}"
    )
