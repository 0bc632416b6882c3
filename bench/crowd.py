"""Many phones at once: a small HTTP client that costs little beside what it measures.

It runs in a process of its own. A journey is a coroutine that takes a `Phone`, which keeps its
cookies; so many of them are on their way at a time, until all were walked. Each of the clients
keeps its connections from one journey to the next.
"""

import asyncio
import gzip
import multiprocessing
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

_UNTIL_GONE = 60
_MOST_WAITS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        """The page, unpacked."""
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


@dataclass(slots=True)
class Walked:
    """What one journey tells: how long it took, and each kind of request in it."""

    seconds: float = 0.0
    stood_in_line: int = 0
    steps: list[tuple[str, float]] = field(default_factory=list)
    told: Any = None
    size: int = 0


class Phone:
    """Somebody's browser: her cookies, over `lines` that stay open."""

    def __init__(
        self, cookies: dict[str, str] | None = None, lines: "dict[int, _Line] | None" = None
    ) -> None:
        self.cookies = dict(cookies or {})
        self.walked = Walked()
        self._lines: dict[int, _Line] = {} if lines is None else lines

    async def get(self, url: str, name: str = "", **headers: str) -> Answer:
        """Asks for a page."""
        return await self._ask("GET", url, b"", name, headers)

    async def post(self, url: str, form: Sequence[tuple[str, str]], name: str = "") -> Answer:
        """Sends a form, as often as the page of those who wait says to come again."""
        body = urlencode(form).encode()
        for _ in range(_MOST_WAITS):
            answer = await self._ask("POST", url, body, name, {})
            if answer.status != 503 or "retry-after" not in answer.headers:
                return answer
            self.walked.stood_in_line += 1
            await asyncio.sleep(int(answer.headers["retry-after"]))
        return answer

    async def _ask(
        self, method: str, url: str, body: bytes, name: str, headers: dict[str, str]
    ) -> Answer:
        parts = urlsplit(url)
        port = parts.port or 80
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        raw = self._request(method, target, port, body, headers)
        begun = time.perf_counter()
        async with asyncio.timeout(_UNTIL_GONE):
            known = port in self._lines
            try:
                head, content = await self._exchange(port, raw)
            except ConnectionError:
                self._hang_up(port)
                if not known:
                    raise
                # The other end closed a connection that nobody used: browsers ask once more.
                head, content = await self._exchange(port, raw)
        took = time.perf_counter() - begun
        status, got = self._read(head)
        if got.get("connection", "").lower() == "close" or head.startswith(b"HTTP/1.0"):
            self._hang_up(port)
        self.walked.steps.append((name, took))
        self.walked.size += len(content)
        return Answer(status, got, content, took)

    def _request(
        self, method: str, target: str, port: int, body: bytes, headers: dict[str, str]
    ) -> bytes:
        lines = [
            f"{method} {target} HTTP/1.1",
            f"Host: localhost:{port}",
            "User-Agent: Mozilla/5.0 (Linux; Android 12) Mobile",
            "Accept-Language: zh-CN,zh;q=0.9",
            "Accept: text/html",
            "Accept-Encoding: gzip",
            *(f"{key.replace('_', '-')}: {value}" for key, value in headers.items()),
        ]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if method == "POST":
            lines += [
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
                f"Origin: http://localhost:{port}",
                "Sec-Fetch-Site: same-origin",
            ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def _exchange(self, port: int, raw: bytes) -> tuple[bytes, bytes]:
        if port not in self._lines:
            loop = asyncio.get_running_loop()
            _, self._lines[port] = await loop.create_connection(_Line, "127.0.0.1", port)
        return await self._lines[port].ask(raw)

    def _hang_up(self, port: int) -> None:
        if port in self._lines:
            self._lines.pop(port).hang_up()

    def _read(self, head: bytes) -> tuple[int, dict[str, str]]:
        first, *rest = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in rest:
            key, _, value = line.partition(": ")
            if key.lower() == "set-cookie":
                self._keep(value)
            else:
                headers[key.lower()] = value
        return int(first.split(" ")[1]), headers

    def _keep(self, cookie: str) -> None:
        pair, _, how = cookie.strip().partition(";")
        name, _, value = pair.partition("=")
        if "max-age=0" in how.lower():
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


class _Line(asyncio.Protocol):
    """An open connection, over which one request at a time is asked.

    A protocol and not a pair of streams: those took most of what a request cost the client.
    """

    def __init__(self) -> None:
        self._got = bytearray()
        self._asked: asyncio.Future[tuple[bytes, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The other end has taken the call."""
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, raw: bytes) -> "asyncio.Future[tuple[bytes, bytes]]":
        """Sends a request; gives the head and the body of its answer, or a ConnectionError."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError
        self._asked = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return self._asked

    def data_received(self, data: bytes) -> None:
        """Some of the answer is here."""
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._asked is None:
            return
        head = bytes(self._got[:end])
        body = _body(head.lower(), self._got, end + 4)
        if body is not None:
            self._got.clear()
            self._asked.set_result((head, body))

    def connection_lost(self, exc: Exception | None) -> None:
        """The other end has hung up."""
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(ConnectionError(str(exc or "")))

    def hang_up(self) -> None:
        """Ends the call."""
        if self._transport is not None:
            self._transport.close()


def _body(head: bytes, got: bytearray, start: int) -> bytes | None:
    """What follows a head, from `start`; None while some of it is still to come."""
    if b"\r\ntransfer-encoding: chunked" in head:
        return _chunks(got, start)
    length = re.search(rb"\r\ncontent-length: *(\d+)", head)
    end = start + (int(length[1]) if length else 0)
    return bytes(got[start:end]) if len(got) >= end else None


def _chunks(got: bytearray, start: int) -> bytes | None:
    parts = []
    while (end := got.find(b"\r\n", start)) >= 0:
        size = int(got[start:end].split(b";")[0], 16)
        start = end + 2 + size + 2
        if len(got) < start:
            return None
        if not size:
            return b"".join(parts)
        parts.append(bytes(got[end + 2 : start - 2]))
    return None


Journey = Callable[[Phone, Any], Awaitable[Any]]


def walk(
    journey: Journey, wishes: Sequence[Any], *, clients: int, cookies: Sequence[dict[str, str]] = ()
) -> tuple[float, list[Walked]]:
    """This will walk a journey for each of `wishes`, `clients` at a time, from another process.

    Each wish has a phone of its own, with the cookies at its place. Returns the seconds that all
    took together, and what each journey tells. Raises what a journey raised.
    """
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning) as pool:
        return pool.submit(_walk, journey, list(wishes), clients, list(cookies)).result()


def _walk(
    journey: Journey, wishes: list[Any], clients: int, cookies: list[dict[str, str]]
) -> tuple[float, list[Walked]]:
    return asyncio.run(_crowd(journey, wishes, clients, cookies))


async def _crowd(
    journey: Journey, wishes: list[Any], clients: int, cookies: list[dict[str, str]]
) -> tuple[float, list[Walked]]:
    places = iter(range(len(wishes)))
    walked: list[Walked] = []

    async def one_after_the_other() -> None:
        # A proxy before the web keeps its connections, whoever's request comes over them.
        lines: dict[int, _Line] = {}
        for place in places:
            phone = Phone(cookies[place] if cookies else None, lines)
            begun = time.perf_counter()
            phone.walked.told = await journey(phone, wishes[place])
            phone.walked.seconds = time.perf_counter() - begun
            walked.append(phone.walked)
        for line in lines.values():
            line.hang_up()

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(one_after_the_other())
    return time.perf_counter() - begun, walked


def quantile(seconds: Sequence[float], percent: int) -> float:
    """This will return the milliseconds within which so many per cent were done."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1_000
