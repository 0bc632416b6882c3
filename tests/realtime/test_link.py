"""Where NATS is away, whoever asks is told so, and why, within seconds."""

import asyncio
import socket
import time
from typing import Any

import pytest

from shoal.realtime import link
from shoal.run import doctor, ports

_A_FEW_SECONDS = 6


def _asked(settings: Any, port: int) -> str:
    settings.SHOAL_NATS_URL = f"nats://127.0.0.1:{port}"
    began = time.monotonic()
    with pytest.raises(link.Away) as told:
        asyncio.run(link.connect())
    assert time.monotonic() - began < _A_FEW_SECONDS
    return str(told.value)


def test_where_nobody_listens(settings: Any) -> None:
    [port] = ports.any_free(1)
    assert "Connect call failed" in _asked(settings, port)


def test_where_somebody_listens_who_is_not_nats(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert _asked(settings, mute.getsockname()[1])


def test_doctor_says_so_in_one_line(settings: Any) -> None:
    [port] = ports.any_free(1)
    settings.SHOAL_NATS_URL = f"nats://127.0.0.1:{port}"
    [away] = [check for check in doctor._stream() if check.name == "NATS"]
    assert not away.ok
    assert "\n" not in away.sentence
    assert "Is it running where SHOAL_NATS_URL says?" in away.sentence
