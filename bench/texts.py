"""The text messages of a bench's customers: what a carrier would bring to each phone.

The outbox opens its fifty newest messages for everybody who looks; hundreds of customers would
wait for that, as nobody waits for a carrier. Here each message is opened once.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.db import connection


class _Carrier:
    """Every message that has left, by the phone it went to."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._seen: set[object] = set()
        self._lock = threading.Lock()

    def code(self, phone: str) -> str:
        """The code that came to a phone, or nothing yet."""
        with self._lock:
            if phone not in self._codes:
                try:
                    self._fetch()
                finally:
                    connection.close()  # the server's threads come and go
            return self._codes.get(phone, "")

    def _fetch(self) -> None:
        from shoal.kit import vault
        from shoal.notify.models import Outgoing

        rows = list(Outgoing.objects.exclude(pk__in=self._seen))
        self._seen.update(row.pk for row in rows)
        for record in vault.reveal_many([(row.key, row.sealed) for row in rows]):
            found = re.search(r"\b\d{6}\b", record["body"]) if record else None
            if record and found:
                self._codes[record["to"]] = found[0]


@contextmanager
def carried() -> Iterator[str]:
    """This will give the block the address under which phones ask for their codes."""
    carrier = _Carrier()

    class Asked(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = carrier.code(self.path.lstrip("/")).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="texts")
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
