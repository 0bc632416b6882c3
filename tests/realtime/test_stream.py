"""Facts reach the stream once, whoever is killed on the way; whoever tells them never waits."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from shoal.realtime.consumer import hear
from shoal.realtime.link import Stream
from shoal.realtime.publisher import Publisher
from shoal.realtime.spool import Fact, waiting_bytes
from tests.realtime.nats import Nats, messages_of, wait

_TELLER = """
import sys, time
import django; django.setup()
from pathlib import Path
from shoal.realtime.link import Stream
from shoal.realtime.publisher import Publisher
from shoal.realtime.spool import Fact
name, folder, first, last = sys.argv[1:]
publisher = Publisher(Stream(name, name.lower(), 1_000_000), folder=Path(folder), limit=10**7)
for number in range(int(first), int(last)):
    publisher.tell(Fact(f"{name}-{number}", b'{"n":%d}' % number))
while publisher._heard:
    time.sleep(0.01)
print("on the disk", flush=True)
time.sleep(60)
"""


def numbers(bodies: Sequence[bytes]) -> list[int]:
    return [json.loads(body)["n"] for body in bodies]


def tell(publisher: Publisher, name: str, first: int, last: int) -> None:
    for number in range(first, last):
        publisher.tell(Fact(f"{name}-{number}", b'{"n":%d}' % number))


class Ear:
    """Hears a stream in a thread of its own."""

    def __init__(self, stream: Stream, *, fails: int = 0) -> None:
        self.heard: list[int] = []
        self.fails = fails
        self.until = threading.Event()
        self.thread = threading.Thread(
            target=hear,
            kwargs={"stream": stream, "name": "ear", "take": self.take, "until": self.until},
        )
        self.thread.start()

    def take(self, bodies: Sequence[bytes]) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("the database is away")
        self.heard += numbers(bodies)

    def close(self) -> None:
        self.until.set()
        self.thread.join(10)


def test_what_is_told_is_heard_in_order(nats: Nats, tmp_path: Path) -> None:
    stream = Stream("PLAIN", "plain", 1_000_000)
    publisher = Publisher(stream, folder=tmp_path, limit=10**6)
    tell(publisher, "plain", 0, 700)
    ear = Ear(stream)
    wait(10, lambda: len(ear.heard) >= 700)
    ear.close()
    publisher.close()
    assert ear.heard == list(range(700))
    assert waiting_bytes(tmp_path) == 0


def test_what_nats_will_never_take_holds_up_nothing(nats: Nats, tmp_path: Path) -> None:
    stream = Stream("LONG", "long", 10_000_000)
    publisher = Publisher(stream, folder=tmp_path, limit=10**7)
    publisher.tell(Fact("long-0", b'{"n":%s}' % (b"1" * 2_000_000)))
    tell(publisher, "long", 1, 300)
    ear = Ear(stream)
    wait(10, lambda: len(ear.heard) >= 299)
    ear.close()
    publisher.close()
    assert ear.heard == list(range(1, 300))
    assert waiting_bytes(tmp_path) == 0


def test_while_nats_is_away_facts_wait_on_the_disk_and_nobody_else_waits(
    nats: Nats, tmp_path: Path
) -> None:
    stream = Stream("AWAY", "away", 1_000_000)
    publisher = Publisher(stream, folder=tmp_path, limit=10**6)
    tell(publisher, "away", 0, 100)
    wait(10, lambda: messages_of(stream) == 100)
    nats.kill()
    began = time.perf_counter()
    tell(publisher, "away", 100, 600)
    assert time.perf_counter() - began < 0.5  # some microseconds each
    wait(5, lambda: waiting_bytes(tmp_path) > 0 and not publisher._heard)
    nats.start()
    wait(15, lambda: messages_of(stream) == 600)
    wait(5, lambda: waiting_bytes(tmp_path) == 0)
    ear = Ear(stream)
    wait(10, lambda: len(ear.heard) >= 600)
    ear.close()
    publisher.close()
    assert ear.heard == list(range(600))


def test_a_killed_teller_loses_nothing_and_doubles_nothing(nats: Nats, tmp_path: Path) -> None:
    stream = Stream("KILLED", "killed", 1_000_000)
    nats.kill()
    words = [sys.executable, "-c", _TELLER, "KILLED", str(tmp_path), "0", "300"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as teller:
        assert teller.stdout is not None
        assert teller.stdout.readline() == b"on the disk\n"
        teller.kill()
    nats.start()
    other = Publisher(stream, folder=tmp_path, limit=10**6)
    other.start()
    wait(10, lambda: messages_of(stream) == 300)
    tell(other, "KILLED", 299, 301)  # the first of them was told before
    wait(10, lambda: messages_of(stream) == 301)
    other.close()
    assert waiting_bytes(tmp_path) == 0


def test_what_could_not_be_taken_in_comes_again(nats: Nats, tmp_path: Path) -> None:
    stream = Stream("AGAIN", "again", 1_000_000)
    publisher = Publisher(stream, folder=tmp_path, limit=10**6)
    tell(publisher, "again", 0, 20)
    ear = Ear(stream, fails=1)
    wait(15, lambda: len(set(ear.heard)) == 20)
    ear.close()
    publisher.close()
    assert sorted(ear.heard) == list(range(20))
