"""The demo's visits: whoever ordered through a link came by it, and many more had a look."""

from datetime import timedelta
from random import Random

import pytest

from shoal.demo.visits import visits
from shoal.orders.models import Order
from shoal.traffic.models import Share, Trace
from shoal.traffic.operations import make_share
from shoal.traffic.operations_traces import keep_traces
from shoal.traffic.queries_traces import visits_by_share
from tests import trade
from tests.trade import AT, DAY

pytestmark = pytest.mark.django_db


def test_the_links_of_the_demo_bring_people():
    market = trade.open_market()
    linked, quiet = (
        make_share(
            shop=market.shop,
            thing=Share.Thing.PRODUCT,
            thing_code=market.offer.sku.product.code,
            by=market.mei.code,
            at=AT - timedelta(hours=1),
        )
        for _ in range(2)
    )
    placed = trade.order(market, share=linked.id)
    until_at = AT + 3 * DAY
    traces = list(visits(shares=[linked, quiet], random=Random(1), at=until_at))
    assert all(linked.created_at <= trace.at <= until_at for trace in traces)
    came = [trace for trace in traces if trace.kind == Trace.Kind.VISIT and trace.visitor]
    assert any(
        trace.share == linked.code and trace.at < Order.objects.get(id=placed.id).placed_at
        for trace in came
    )
    keep_traces(traces=traces)
    counted = visits_by_share(shares=[linked, quiet])
    assert counted[linked.code].visits > counted[quiet.code].visits > 0
    assert Trace.objects.filter(kind=Trace.Kind.SHARE).count() == 2
    assert Trace.objects.filter(robot=True).count() == 2, "chats that look at a link first"
