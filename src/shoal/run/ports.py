"""Is a port free? Asked before anything starts, so that the answer is one clear line."""

import errno
import socket
from contextlib import ExitStack

from shoal.run.trouble import CannotRun


def require_free(host: str, port: int, *, option: str) -> None:
    """This will raise CannotRun, naming `option`, unless `host`:`port` can be listened on."""
    hold(host, port, option=option).close()


def hold(host: str, port: int, *, option: str) -> socket.socket:
    """This will listen on `host`:`port`, so that nobody else can until the socket is closed.

    Raises CannotRun, naming `option`, where somebody does already.
    """
    try:
        with ExitStack() as on_trouble:
            family, kind, _, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            held = on_trouble.enter_context(socket.socket(family, kind))
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(address)
            # Only who listens keeps others from listening: binding alone would not.
            held.listen(1)
            on_trouble.pop_all()
            return held
    except socket.gaierror as error:
        raise CannotRun(f"There is no host {host!r} to listen on: choose another.") from error
    except PermissionError as error:
        raise CannotRun(
            f"Port {port} is reserved for root: choose one above 1023 with {option}."
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotRun(
                f"Port {port} is in use by another program: choose another with {option}."
            ) from error
        raise CannotRun(f"{host}:{port} cannot be listened on: {error.strerror}.") from error


def any_free(count: int) -> list[int]:
    """This will return ports of loopback that nobody listens on at this moment."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
