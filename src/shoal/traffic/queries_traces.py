"""How many came: counted from traces, robots left out. A visitor counts once a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from shoal.kit.partitions import first_id_at
from shoal.shops.models import Shop
from shoal.traffic.models import Share, Trace

_APART = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Came:
    """How often somebody came, and how many different browsers that were."""

    visits: int = 0
    visitors: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """Who came through links, how many pages were opened, and how many robots were set aside."""

    came: Came
    opens: int
    robots: int


def visits_by_share(*, shares: Sequence[Share]) -> dict[str, Came]:
    """This will return, by code, what came through shares so far; what brought nobody is absent."""
    codes = [share.code for share in shares]
    rows = (
        Trace.objects.filter(share__in=codes, kind=Trace.Kind.VISIT, robot=False)
        .values("share")
        .annotate(visits=Count("id"), visitors=_visitors())
    )
    return {row["share"]: Came(row["visits"], row["visitors"]) for row in rows}


def visits_by_day(
    *, shop: Shop, since_at: datetime, until_at: datetime, share: str = ""
) -> dict[date, Came]:
    """This will return what came to a shop through its links on each market day that has some.

    With `share` only through that one.
    """
    found = _between(since_at, until_at).filter(shop=shop.id, kind=Trace.Kind.VISIT, robot=False)
    if share:
        found = found.filter(share=share)
    rows = (
        found.values(day=TruncDate("at"))
        .annotate(visits=Count("id"), visitors=_visitors())
        .order_by("day")
    )
    return {row["day"]: Came(row["visits"], row["visitors"]) for row in rows}


def came_between(*, shop: Shop, since_at: datetime, until_at: datetime, share: str = "") -> Counted:
    """This will count who came to a shop in a time; with `share` only through that link."""
    found = _between(since_at, until_at).filter(shop=shop.id)
    if share:
        found = found.filter(share=share)
    row = found.aggregate(
        visits=Count("id", filter=Q(kind=Trace.Kind.VISIT, robot=False)),
        visitors=Count(
            "visitor",
            distinct=True,
            filter=Q(kind=Trace.Kind.VISIT, robot=False) & ~Q(visitor=""),
        ),
        opens=Count("id", filter=Q(kind=Trace.Kind.OPEN, robot=False)),
        robots=Count("id", filter=Q(robot=True)),
    )
    return Counted(Came(row["visits"], row["visitors"]), row["opens"], row["robots"])


def _visitors() -> Count:
    return Count("visitor", distinct=True, filter=~Q(visitor=""))


def _between(since_at: datetime, until_at: datetime) -> "QuerySet[Trace]":
    # An id is made as its trace is seen: so months before the first are not even looked into.
    return Trace.objects.filter(
        at__gte=since_at, at__lt=until_at, id__gte=first_id_at(since_at - _APART)
    )
