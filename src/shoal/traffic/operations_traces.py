"""Traces are taken in: many at once, each once."""

from collections.abc import Sequence

from shoal.kit.transactions import operation
from shoal.traffic.models import Trace
from shoal.traffic.traces import Seen


@operation
def keep_traces(*, traces: Sequence[Seen]) -> None:
    """This will write traces down; one that is there already stays as it is."""
    Trace.objects.bulk_create(
        [
            Trace(
                id=trace.id,
                kind=trace.kind,
                shop=trace.shop,
                share=trace.share,
                thing=trace.thing,
                thing_code=trace.thing_code,
                visitor=trace.visitor,
                came_from=trace.came_from,
                robot=trace.robot,
                at=trace.at,
            )
            for trace in traces
        ],
        ignore_conflicts=True,
    )
