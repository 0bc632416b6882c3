"""Hearing a stream: facts in batches, each acknowledged only after it was taken in."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig

from shoal.realtime import link
from shoal.realtime.link import AWAY, Stream

logger = logging.getLogger(__name__)

Take = Callable[[Sequence[bytes]], None]
_BATCH = 500
_WAIT_SECONDS = 0.5
_PAUSE = 1.0


def hear(
    *, stream: Stream, name: str, take: Take, until: threading.Event, again_seconds: float = 30.0
) -> None:
    """This will hand the facts of a stream to `take` until `until` is set.

    `name` remembers, in NATS, how far we are; several processes under one name share the facts.
    Facts that `take` failed on, or that nobody acknowledged within `again_seconds`, come again: so
    `take` must not mind what it has taken before.
    """
    asyncio.run(_Listener(stream, name, take, until, again_seconds).run())


class _Listener:
    def __init__(
        self, stream: Stream, name: str, take: Take, until: threading.Event, again: float
    ) -> None:
        self.stream, self.name, self.take = stream, name, take
        self.until, self.again = until, again
        # One thread, so that one database connection does.
        self.worker = ThreadPoolExecutor(1, thread_name_prefix="stream")

    async def run(self) -> None:
        told = False
        with self.worker:
            while not self.until.is_set():
                try:
                    client = await link.connect()
                    try:
                        told = False
                        await self._listen(await link.stream_on(client, self.stream))
                    finally:
                        with suppress(*AWAY):
                            await client.close()
                except AWAY as error:
                    if not told:
                        logger.warning("NATS is away (%s): waiting for it", error)
                        told = True
                    await asyncio.sleep(_PAUSE)

    async def _listen(self, context: JetStreamContext) -> None:
        config = ConsumerConfig(
            ack_policy=AckPolicy.EXPLICIT, ack_wait=self.again, max_ack_pending=4 * _BATCH
        )
        heard = await context.pull_subscribe(
            self.stream.subject, durable=self.name, stream=self.stream.name, config=config
        )
        while not self.until.is_set():
            try:
                messages = await heard.fetch(_BATCH, timeout=_WAIT_SECONDS)
            except TimeoutError:
                if not context._nc.is_connected:  # noqa: SLF001 - it has no other name
                    raise link.Away("the connection ended") from None
                continue
            await self._take(messages)

    async def _take(self, messages: list[Msg]) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self.worker, self.take, [one.data for one in messages])
        except Exception:
            # Whatever it was (most likely the database): nothing is lost, they come again.
            logger.exception("%d facts could not be taken in", len(messages))
            for one in messages:
                await one.nak(delay=_PAUSE)
            await asyncio.sleep(_PAUSE)
            return
        for one in messages:
            await one.ack()
