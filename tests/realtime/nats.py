"""A NATS of the test's own: on any free port, killed and started again at will."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from shoal.realtime import link
from shoal.realtime.link import Stream
from shoal.run import nats, processes


class Nats:
    """NATS as the supervisor starts it, on the data folder of the tests."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = nats.program(self.data)
        self.process = processes.spawn(
            program.command,
            environment=program.environment,
            output=subprocess.DEVNULL,
            account=program.account,
        )
        wait(10, self.answers)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process)

    def answers(self) -> bool:
        async def ask() -> None:
            client = await link.connect()
            await client.jetstream().account_info()
            await client.close()

        try:
            asyncio.run(ask())
        except link.AWAY:
            return False
        return True


def messages_of(stream: Stream) -> int:
    """How many facts the stream holds."""

    async def ask() -> int:
        client = await link.connect()
        try:
            context = await link.stream_on(client, stream)
            return (await context.stream_info(stream.name)).state.messages
        finally:
            await client.close()

    return asyncio.run(ask())


def wait(seconds: float, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
