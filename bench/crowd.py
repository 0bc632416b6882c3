"""Many phones at once: a small HTTP client that costs little beside what it measures.

It runs in a process of its own. A journey is a coroutine that takes a `Phone`, which keeps its
cookies and its connections; so many of them are on their way at a time, until all were walked.
"""

import asyncio
import gzip
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any
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
    """Somebody's browser: cookies, and a connection to each host that stays open."""

    def __init__(self, cookies: dict[str, str] | None = None) -> None:
        self.cookies = dict(cookies or {})
        self.walked = Walked()
        self._lines: dict[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}

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
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [
            f"{method} {target} HTTP/1.1",
            f"Host: localhost:{parts.port}",
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
                f"Origin: http://localhost:{parts.port}",
                "Sec-Fetch-Site: same-origin",
            ]
        raw = "\r\n".join([*lines, "", ""]).encode() + body
        begun = time.perf_counter()
        port = parts.port or 80
        async with asyncio.timeout(_UNTIL_GONE):
            known = port in self._lines
            try:
                status, got, content = await self._exchange(port, raw)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.hang_up(port)
                if not known:
                    raise
                # The other end closed a connection that nobody used: browsers ask once more.
                status, got, content = await self._exchange(port, raw)
        took = time.perf_counter() - begun
        self.walked.steps.append((name, took))
        self.walked.size += len(content)
        return Answer(status, got, content, took)

    async def _exchange(self, port: int, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        if port not in self._lines:
            self._lines[port] = await asyncio.open_connection("127.0.0.1", port)
        reader, writer = self._lines[port]
        writer.write(raw)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in head[1:]:
            key, _, value = line.partition(": ")
            if key.lower() == "set-cookie":
                self._keep(value)
            elif key:
                headers[key.lower()] = value
        if "chunked" in headers.get("transfer-encoding", ""):
            body = await _chunks(reader)
        else:
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close" or head[0].startswith("HTTP/1.0"):
            self.hang_up(port)
        return int(head[0].split(" ")[1]), headers, body

    def _keep(self, cookie: str) -> None:
        pair, _, how = cookie.strip().partition(";")
        name, _, value = pair.partition("=")
        if "max-age=0" in how.lower():
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def hang_up(self, port: int | None = None) -> None:
        """Closes the connection to a port, or all."""
        for one in [port] if port else list(self._lines):
            if one in self._lines:
                self._lines.pop(one)[1].close()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


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
        for place in places:
            phone = Phone(cookies[place] if cookies else None)
            begun = time.perf_counter()
            phone.walked.told = await journey(phone, wishes[place])
            phone.walked.seconds = time.perf_counter() - begun
            phone.hang_up()
            walked.append(phone.walked)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(one_after_the_other())
    return time.perf_counter() - begun, walked


def quantile(seconds: Sequence[float], percent: int) -> float:
    """This will return the milliseconds within which so many per cent were done."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1_000
