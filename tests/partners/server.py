"""A small HTTP server in a thread: what a partner of ours looks like from outside."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request, as a partner sees it."""

    method: str
    target: str  # path and query, as they were signed
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Server:
    """Serves `answer` on a free port until it is stopped."""

    def __init__(self, answer: Callable[[Asked], Answer]) -> None:
        self.heard: list[Asked] = []
        self.down = False
        self.slow = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                asked = Asked(
                    self.command,
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(size),
                )
                outer.heard.append(asked)
                time.sleep(outer.slow)
                found = Answer(status=502) if outer.down else answer(asked)
                try:
                    self.send_response(found.status)
                    for name, value in found.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(found.body)))
                    self.end_headers()
                    self.wfile.write(found.body)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # who asked has lost patience

            do_GET = do_POST = _take  # noqa: N815 - names that the library looks for

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def good_manners(self) -> None:
        self.down, self.slow = False, 0.0
        self.heard.clear()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
