"""The demo's visits: who came through the keepers' links, told to the visit stream as always."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from django.conf import settings

from shoal.kit.clock import market_day
from shoal.orders.models import Order
from shoal.orders.queries import orders_of_all
from shoal.traffic import stream
from shoal.traffic.models import Share, Trace
from shoal.traffic.traces import Seen, seen, visitor_mark

_BROWSERS = UUID("6f0f4c52-7a0b-5b1e-9a86-0f3d4a1c5e77")
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_IN_CHAT = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Mobile MicroMessenger/8.0.50"
_IN_BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
_PREVIEW = "Mozilla/5.0 (compatible; LinkPreview/1.0)"


def come(*, shares: Sequence[Share], random: Random, at: datetime) -> None:
    """This will tell of everybody who came through `shares` until `at`; the worker hears it."""
    for trace in visits(shares=shares, random=random, at=at):
        stream.tell(trace)


def visits(*, shares: Sequence[Share], random: Random, at: datetime) -> Iterator[Seen]:
    """This will list the traces of `shares`: each link passed on, and who came through it.

    Whoever ordered through a link came by it first; most only had a look.
    """
    bought: dict[UUID, list[Order]] = {share.id: [] for share in shares}
    for order in orders_of_all().filter(share__in=bought):
        if order.share_id:
            bought[order.share_id].append(order)
    for share in shares:
        yield _trace(Trace.Kind.SHARE, share, share.created_at)
        yield _trace(Trace.Kind.VISIT, share, share.created_at + _MINUTE, agent=_PREVIEW)
        for order in bought[share.id]:
            before = order.placed_at - random.randint(2, 20) * _MINUTE
            yield from _visit(share, uuid5(_BROWSERS, str(order.customer_id)), before)
            for _ in range(random.randint(3, 8)):
                yield from _look(share, random, before)
        for day in range((at - share.created_at).days):
            for _ in range(random.randint(0, 2)):
                yield from _look(share, random, at - day * _DAY)


def _look(share: Share, random: Random, before: datetime) -> Iterator[Seen]:
    """Somebody whom nobody knows comes within the six hours before."""
    came_at = max(before - random.randint(1, 360) * _MINUTE, share.created_at)
    agent = _IN_CHAT if random.random() < 0.8 else _IN_BROWSER
    yield from _visit(share, UUID(int=random.getrandbits(128)), came_at, agent)


def _visit(share: Share, browser: UUID, came_at: datetime, agent: str = _IN_CHAT) -> Iterator[Seen]:
    """Coming through the link, and the page that it opens."""
    for kind in (Trace.Kind.VISIT, Trace.Kind.OPEN):
        yield _trace(kind, share, came_at, agent=agent, browser=browser)


def _trace(
    kind: Trace.Kind, share: Share, at: datetime, *, agent: str = "", browser: UUID | None = None
) -> Seen:
    key = settings.SHOAL_BLIND_INDEX_KEY
    day = market_day(at)
    return seen(
        kind=kind,
        shop=share.shop_id,
        thing=share.thing,
        thing_code=share.thing_code,
        share="" if kind == Trace.Kind.OPEN else share.code,
        visitor=visitor_mark(key=key, browser=browser, shop=share.shop_id, day=day)
        if browser
        else "",
        at=at,
        headers={"User-Agent": agent} if agent else None,
    )
