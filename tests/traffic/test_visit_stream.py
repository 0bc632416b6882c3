"""Visits end up in the table once each, whoever is killed between hearing and saying so."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from shoal.realtime.consumer import hear
from shoal.realtime.link import Stream, state_of
from shoal.realtime.publisher import Publisher
from shoal.realtime.spool import Fact
from shoal.traffic import stream, traces
from shoal.traffic.models import Trace
from tests.realtime.nats import Nats, messages_of, wait
from tests.traffic.test_traces import seen

pytestmark = pytest.mark.django_db(transaction=True)

# Hears, writes to the table, and is killed before it says so.
_KILLED = """
import os, signal, sys, threading
import django; django.setup()
from shoal.realtime.consumer import hear
from shoal.realtime.link import Stream
from shoal.traffic import stream

def take(bodies):
    stream.take(bodies)
    os.kill(os.getpid(), signal.SIGKILL)

hear(stream=Stream("MORTAL", "mortal", 1_000_000), name=stream.READER, take=take,
     until=threading.Event(), again_seconds=0.5)
"""


def address() -> str:
    known = connection.settings_dict
    query = urlencode({"host": known["HOST"], "port": known["PORT"] or "5432"}, quote_via=quote)
    who = known["USER"] + (f":{known['PASSWORD']}" if known["PASSWORD"] else "")
    return f"postgresql://{who}@/{known['NAME']}?{query}"


def test_killed_between_writing_and_saying_so(nats: Nats, tmp_path: Path):
    mortal = Stream("MORTAL", "mortal", 1_000_000)
    told = [seen(share=f"s{number}") for number in range(60)]
    publisher = Publisher(mortal, folder=tmp_path, limit=10**6)
    for trace in told:
        publisher.tell(Fact(str(trace.id), traces.packed(trace)))
    publisher.tell(Fact("noise", b"not a trace"))
    wait(10, lambda: messages_of(mortal) == 61)
    publisher.close()

    environment = os.environ | {"SHOAL_DATABASE_URL": address()}
    killed = subprocess.run([sys.executable, "-c", _KILLED], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    before = Trace.objects.count()
    assert before > 0
    assert messages_of(mortal) == 61  # nobody said that they were taken in

    until = threading.Event()
    ear = threading.Thread(
        target=hear,
        kwargs={
            "stream": mortal,
            "name": stream.READER,
            "take": stream.take,
            "until": until,
            "again_seconds": 0.5,
        },
    )
    ear.start()
    wait(10, lambda: messages_of(mortal) == 0)
    until.set()
    ear.join(10)
    assert set(Trace.objects.values_list("id", flat=True)) == {trace.id for trace in told}
    assert Trace.objects.count() == 60
    state = state_of(mortal, reader=stream.READER)
    assert state is not None
    assert state.waiting == 0


def test_taking_the_same_in_twice_keeps_one():
    body = traces.packed(seen())
    stream.take([body, body])
    stream.take([body])
    assert Trace.objects.count() == 1
