"""A busy port is one clear line."""

import socket

import pytest

from shoal.run import ports
from shoal.run.trouble import CannotRun


def test_a_busy_port_says_what_to_do() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotRun) as told:
            ports.require_free("127.0.0.1", port, option="--port")
    assert str(told.value) == (
        f"Port {port} is in use by another program: choose another with --port."
    )
    ports.require_free("127.0.0.1", port, option="--port")


def test_no_such_host() -> None:
    with pytest.raises(CannotRun, match="no host"):
        ports.require_free("no.such.host.invalid", 80, option="--port")
