"""A busy port is one clear line."""

import socket

import pytest

from shoal.run import ports, stack
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


def test_a_port_is_held_until_its_program_starts() -> None:
    """Who starts a second demo is told at once, and not after its world is built."""
    [port] = ports.any_free(1)
    with (
        ports.hold("127.0.0.1", port, option="--port"),
        pytest.raises(CannotRun, match="in use by another program"),
    ):
        ports.hold("127.0.0.1", port, option="--port")
    ports.require_free("127.0.0.1", port, option="--port")


def test_the_ports_of_a_start_are_held_together(monkeypatch: pytest.MonkeyPatch) -> None:
    web, pay = ports.any_free(2)
    monkeypatch.setenv("SHOAL_PORT", str(web))
    monkeypatch.setenv("SHOAL_PAY_PORT", str(pay))
    with stack.held_ports() as held:
        for port in (web, pay):
            with pytest.raises(CannotRun):
                ports.require_free("127.0.0.1", port, option="--port")
        with pytest.raises(CannotRun, match="SHOAL_PORT"), stack.held_ports():
            pass
        held.close()
        for port in (web, pay):
            ports.require_free("127.0.0.1", port, option="--port")
