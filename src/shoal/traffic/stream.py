"""The visit stream: traces are told in passing, and taken in by the worker."""

import logging
import threading
from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.db import close_old_connections

from shoal.realtime.consumer import hear
from shoal.realtime.link import Stream
from shoal.realtime.publisher import Publisher
from shoal.realtime.spool import Fact
from shoal.traffic.operations_traces import keep_traces
from shoal.traffic.traces import NotATrace, Seen, packed, unpacked

logger = logging.getLogger(__name__)

VISITS = Stream("SHOAL_VISITS", "shoal.visits")
READER = "traces"


def tell(trace: Seen) -> None:
    """This will have a trace told; nobody waits for it, and nothing of a request rests on it."""
    publisher().tell(Fact(str(trace.id), packed(trace)))


@cache
def publisher() -> Publisher:
    """This will return what tells the stream in this process."""
    return Publisher(VISITS, folder=settings.SHOAL_SPOOL, limit=settings.SHOAL_SPOOL_BYTES)


def listen(*, until: threading.Event) -> None:
    """This will take in what the stream brings until `until` is set."""
    hear(stream=VISITS, name=READER, take=take, until=until)


def take(bodies: Sequence[bytes]) -> None:
    """This will keep the traces among `bodies`, each once however often it comes."""
    traces = []
    for body in bodies:
        try:
            traces.append(unpacked(body))
        except NotATrace:
            # It would come again for ever; what it was meant to be, nobody can say.
            logger.error("a message of the visit stream is no trace")
    close_old_connections()
    try:
        keep_traces(traces=traces)
    finally:
        close_old_connections()
