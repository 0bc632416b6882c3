"""Telling a stream, never in anybody's way: memory, then disk, then NATS, all in one thread.

`tell` puts a fact on a list and returns. A background thread writes the list to the spool at once
and hands the spool to NATS, which answers for each fact; whatever has no answer is told again.
"""

import asyncio
import atexit
import logging
import os
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path

from nats.aio.client import Client
from nats.errors import MaxPayloadError
from nats.js import JetStreamContext

from shoal.realtime import link
from shoal.realtime.link import AWAY, Stream
from shoal.realtime.spool import Fact, Spool

logger = logging.getLogger(__name__)

_IN_MEMORY = 50_000
"""More than this waits for the disk only when the disk hangs; then the newest are dropped."""
_BATCH = 256
_ANSWER_SECONDS = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_LOOK_SECONDS = 2.0


class Publisher:
    """Tells one stream what happens in this process."""

    def __init__(self, stream: Stream, *, folder: Path, limit: int) -> None:
        self._stream, self._folder, self._limit = stream, folder, limit
        self._heard: deque[Fact] = deque()
        self._dropped = 0
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._awake = self._stopping = False
        atexit.register(self.close)
        os.register_at_fork(after_in_child=self._begin)

    def tell(self, fact: Fact) -> None:
        """This will have `fact` told some time soon. It takes microseconds and never fails."""
        if len(self._heard) >= _IN_MEMORY:
            self._dropped += 1
            return
        self._heard.append(fact)
        self.start()
        loop = self._loop
        if not self._awake and loop is not None:
            self._awake = True
            with suppress(RuntimeError):  # closed just now: `close` takes what was heard
                loop.call_soon_threadsafe(self._wake.set)

    def start(self) -> None:
        """This will start the thread, which also delivers what killed processes left behind."""
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="stream", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """This will end the thread; what was not delivered stays on the disk."""
        thread = self._thread
        if thread is None:
            return
        self._stopping = True
        self._ready.wait(1)
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._wake.set)
        thread.join(3)
        self._begin()

    def _begin(self) -> None:
        """As new; in a fork the parent's thread is not there."""
        self._heard, self._dropped = deque(), 0
        self._thread = self._loop = None
        self._starting, self._ready = threading.Lock(), threading.Event()
        self._awake = self._stopping = False

    def _run(self) -> None:
        asyncio.run(self._work())

    async def _work(self) -> None:
        self._wake, self._filled = asyncio.Event(), asyncio.Event()
        self._spool = Spool(self._folder, limit=self._limit)
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        sending = asyncio.create_task(self._send())
        try:
            while not self._stopping:
                self._keep()
                await _set(self._wake)
                self._wake.clear()
                self._awake = False
        finally:
            self._keep()
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
            self._spool.close()

    def _keep(self) -> None:
        """Puts what was heard on the disk."""
        facts = []
        while self._heard:
            facts.append(self._heard.popleft())
        if facts and not self._spool.append(facts):
            self._dropped += len(facts)
        if self._dropped:
            logger.error("%d facts were dropped: the spool is full", self._dropped)
            self._dropped = 0
        self._filled.set()

    async def _send(self) -> None:
        pause, client, told = _FIRST_PAUSE, None, False
        while True:
            try:
                self._spool.adopt()
                client, context = await self._connected(client)
                await self._deliver(context)
                told, pause = False, _FIRST_PAUSE
            except AWAY as error:
                if not told:
                    logger.warning("NATS is away (%s): facts wait on the disk", error)
                    told = True
                await _end(client)
                client = None
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            except asyncio.CancelledError:
                await _end(client)
                raise

    async def _connected(self, client: Client | None) -> tuple[Client, JetStreamContext]:
        if client is not None:
            return client, client.jetstream()
        made = await link.connect()
        try:
            return made, await link.stream_on(made, self._stream)
        except BaseException:
            await _end(made)
            raise

    async def _deliver(self, context: JetStreamContext) -> None:
        """Delivers until nothing is left, then waits a while for more."""
        self._filled.clear()
        while batch := self._spool.head(_BATCH):
            answers = await asyncio.gather(
                *(self._publish(context, fact) for fact in batch), return_exceptions=True
            )
            for answer in answers:
                if isinstance(answer, BaseException):
                    raise answer
            self._spool.done()
        await _set(self._filled)

    async def _publish(self, context: JetStreamContext, fact: Fact) -> None:
        try:
            await context.publish(
                self._stream.subject,
                fact.body,
                timeout=_ANSWER_SECONDS,
                stream=self._stream.name,
                headers={"Nats-Msg-Id": fact.id},
            )
        except MaxPayloadError:
            # NATS will never take it: without it those behind it would wait for ever.
            logger.error("a fact of %d bytes was dropped: NATS takes none so long", len(fact.body))


async def _set(event: asyncio.Event) -> None:
    """Waits for an event, and not longer than until it is time to look around."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_SECONDS):
            await event.wait()


async def _end(client: Client | None) -> None:
    if client is not None:
        with suppress(*AWAY):
            await client.close()
