"""The way to NATS: where it stands, a connection, and the streams that facts go through."""

import asyncio
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from nats.aio.client import Client
from nats.errors import Error
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StreamConfig
from nats.js.errors import NotFoundError

_CONNECT_SECONDS = 2
_SAME_SECONDS = 600
"""Within this a fact that is told again is known by its id; later the table knows it."""

AWAY = (Error, OSError, TimeoutError)
"""What any use of a connection may raise while NATS is away."""


class Away(OSError):
    """NATS does not run here, or does not answer where it should; the text says why."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of facts, and the subject that they are told under.

    It holds what nobody has taken in yet. When it is full it takes no more, so that facts wait on
    the disk of whoever tells them: none is pushed out.
    """

    name: str
    subject: str
    most_bytes: int = 1_000_000_000


def address() -> str:
    """This will return where NATS listens. Raises Away when our own does not run.

    Our own takes any free port each time it starts and writes it into a file that has its process
    id in the name; what a killed one left behind names nobody who lives.
    """
    if settings.SHOAL_NATS_URL:
        return str(settings.SHOAL_NATS_URL)
    folder: Path = settings.SHOAL_NATS_FOLDER
    for path in sorted(folder.glob("*.ports"), key=_written_at, reverse=True):
        try:
            if _lives(int(path.stem.rpartition("_")[2])):
                return str(json.loads(path.read_text())["nats"][0])
        except (OSError, ValueError, LookupError):
            continue  # just gone, or not yet written out
    raise Away("NATS does not run")


async def connect() -> Client:
    """This will return a connection that is good until NATS goes: then make a new one.

    Raises Away, within some seconds, when there is none to be had.
    """
    last: list[Exception] = []

    async def remember(trouble: Exception) -> None:
        """Whoever uses the connection is told by an exception; whoever makes it wants the cause."""
        last[:] = [trouble]

    where, client = address(), Client()
    try:
        await client.connect(
            where,
            token=None if settings.SHOAL_NATS_URL else settings.SHOAL_NATS_TOKEN,
            connect_timeout=_CONNECT_SECONDS,
            allow_reconnect=False,  # the port may be another one next time
            # The first connection counts as one too: without this it is tried for two minutes.
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            error_cb=remember,
        )
    except AWAY as error:
        with suppress(*AWAY):
            await client.close()  # somebody who is not NATS may have let us in
        raise Away(str(last[0] if last else error) or "no answer in time") from error
    return client


async def stream_on(client: Client, stream: Stream) -> JetStreamContext:
    """This will return JetStream on `client`, with the stream made if it is missing."""
    context = client.jetstream()
    try:
        await context.stream_info(stream.name)
    except NotFoundError:
        config = StreamConfig(
            name=stream.name,
            subjects=[stream.subject],
            retention=RetentionPolicy.WORK_QUEUE,
            discard=DiscardPolicy.NEW,
            max_bytes=stream.most_bytes,
            duplicate_window=_SAME_SECONDS,
        )
        await context.add_stream(config)
    return context


@dataclass(frozen=True, slots=True)
class State:
    """How many facts a stream holds that its reader has not taken in yet."""

    waiting: int


def state_of(stream: Stream, *, reader: str) -> State | None:
    """This will ask how a stream stands; None when it, or its reader, is not there yet.

    Raises one of `AWAY`.
    """

    async def ask() -> State | None:
        client = await connect()
        try:
            info = await client.jetstream().consumer_info(stream.name, reader)
            return State((info.num_pending or 0) + (info.num_ack_pending or 0))
        except NotFoundError:
            return None
        finally:
            await client.close()

    return asyncio.run(ask())


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
