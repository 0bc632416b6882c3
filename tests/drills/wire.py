"""A way that bytes go, between a process and a server, which can be cut, stalled and run dry."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

Address = Path | int
"""A Unix socket, or a port of this machine."""

_CHUNK = 65_536
_SECONDS = 10


class Wire:
    """Listens at one address and carries on to the first of others that answers.

    Its methods may be called from any thread.
    """

    def __init__(self, at: Address, *, to: Sequence[Address]) -> None:
        self._at, self._to = at, to
        self._turn = itertools.count()
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._closed = False
        self._left: int | None = None
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"wire {at}")

    def start(self) -> None:
        self._thread.start()
        self._wait(self._listen())

    def stop(self) -> None:
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)
        self._loop.close()

    def cut(self) -> None:
        """Drops every connection at this moment; the next one is welcome."""
        self._loop.call_soon_threadsafe(self._drop)

    def close(self, closed: bool) -> None:  # noqa: FBT001 - a switch
        """Drops every connection and takes none, until it is opened again."""

        def turn() -> None:
            self._closed = closed
            if closed:
                self._drop()

        self._loop.call_soon_threadsafe(turn)

    def stall(self, stalled: bool) -> None:  # noqa: FBT001 - a switch
        """Holds back whatever comes, until it is let go again."""
        turn: Callable[[], None] = self._flows.clear if stalled else self._flows.set
        self._loop.call_soon_threadsafe(turn)

    def run_dry(self, after: int) -> None:
        """Lets so many more bytes pass and then drops every connection, in mid-sentence."""

        def turn() -> None:
            self._left = after

        self._loop.call_soon_threadsafe(turn)

    def _wait(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_SECONDS)

    async def _listen(self) -> None:
        if isinstance(self._at, Path):
            self._server = await asyncio.start_unix_server(self._carry, self._at)
        else:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._at)

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        self._closed = True
        self._flows.set()
        self._drop()
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        if under_way:
            await asyncio.wait(under_way, timeout=_SECONDS / 2)

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _carry(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._writers.add(back)
        there = None
        try:
            there = None if self._closed else await self._reach()
            if there is not None:
                self._writers.add(there[1])
                ways = (self._pump(here, there[1]), self._pump(there[0], back))
                await asyncio.gather(*ways)
        except OSError:
            pass  # either end has gone: so do both
        finally:
            for writer in (back, *(there[1:] if there else ())):
                self._writers.discard(writer)
                writer.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._turn)
        for number in range(len(self._to)):
            address = self._to[(first + number) % len(self._to)]
            try:
                if isinstance(address, Path):
                    return await asyncio.open_unix_connection(address)
                return await asyncio.open_connection("127.0.0.1", address)
            except OSError:
                continue
        return None

    async def _pump(self, come: asyncio.StreamReader, go: asyncio.StreamWriter) -> None:
        while chunk := await come.read(_CHUNK):
            await self._flows.wait()
            if self._left is not None:
                chunk, self._left = chunk[: self._left], self._left - len(chunk)
            go.write(chunk)
            await go.drain()
            if self._left is not None and self._left <= 0:
                self._left = None
                self._drop()
                return
        if go.can_write_eof():
            go.write_eof()
