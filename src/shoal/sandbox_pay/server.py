"""The partner's HTTP side: a table of routes on the standard library's WSGI server."""

import json
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from types import FrameType
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from shoal.sandbox_pay import bank, billing, business, history, pages
from shoal.sandbox_pay.keys import WINDOW_SECONDS, BadSignature, Keys, check, load_keys, sign
from shoal.sandbox_pay.sender import Sender
from shoal.sandbox_pay.store import Store, as_body, manners, set_manners
from shoal.sandbox_pay.words import pick_language

_LARGEST_BODY = 64 * 1024
_SLOW_SECONDS = 8.0
_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none';"
    " form-action 'self'"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: int

    def form(self) -> dict[str, str]:
        """The fields of a posted form."""
        fields = parse_qs(self.body.decode("utf-8", "replace"))
        return {name: values[0] for name, values in fields.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    status: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class App:
    """The WSGI application."""

    store: Store
    keys: Keys
    merchant: str

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        try:
            answer = self._answer(_asked(environ))
        except BadSignature:
            answer = _json("401 Unauthorized", {"error": "the signature is wrong or too old"})
        except (business.Refusal, ValueError) as no:
            answer = _json("422 Unprocessable Content", {"error": str(no)})
        headers = answer.headers | {
            "Content-Length": str(len(answer.body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        start_response(answer.status, list(headers.items()))
        return [answer.body]

    def _answer(self, asked: Asked) -> Answer:
        first = asked.path.strip("/").split("/")[0]
        if first == "v1":
            return self._signed(asked)
        if first == "pay":
            return self._hosted(asked)
        if first == "test":
            return self._tested(asked)
        if asked.path == "/style.css":
            return Answer("200 OK", pages.STYLE, {"Content-Type": "text/css; charset=utf-8"})
        if asked.path == "/health":
            return _json("200 OK", {"ok": True})
        return self._lost(asked)

    # The merchant's side ---------------------------------------------------------------------

    def _signed(self, asked: Asked) -> Answer:
        nonce = check(
            self.keys,
            method=asked.method,
            path=asked.path,
            headers=asked.headers,
            body=asked.body,
            at=asked.at,
        )
        with self.store.transaction() as connection:
            behaviour = manners(connection)["answers"]
        if behaviour == "slow":
            time.sleep(_SLOW_SECONDS)
        if behaviour == "down":
            return _json("503 Service Unavailable", {"error": "we are down"})
        with self.store.transaction() as connection:
            _use_nonce(connection, nonce, at=asked.at)
            told = self._deal(connection, asked)
        if told.pop("lost", False):  # what was asked is done, and the answer never arrives
            return _json("504 Gateway Timeout", {"error": "the answer was lost"})
        answer = _json("200 OK", told)
        return Answer(
            answer.status,
            answer.body,
            answer.headers | sign(self.keys.own, answer.body, at=asked.at),
        )

    def _deal(self, connection: sqlite3.Connection, asked: Asked) -> dict[str, object]:
        _, kind, *code = asked.path.strip("/").split("/")
        match (asked.method, kind, code):
            case ("POST", "payments", []):
                payment = business.announce_payment(connection, _record(asked), at=asked.at)
                page = f"http://{asked.headers['host']}/pay/{payment['token']}"
                return {"reference": f"hp_{payment['code']}", "page": page}
            case ("GET", "payments", [number]):
                return {"charges": business.charges_of(connection, number)}
            case ("POST", "refunds", []):
                return business.ask_refund(connection, _record(asked), at=asked.at)
            case ("GET", "refunds", [number]):
                return business.told_of_refund(connection, number)
            case (_, "transfers", _):
                return self._transfer(connection, asked, code)
            case ("GET", "bills", [span]):
                since, _, until = span.partition("-")
                return billing.bill(connection, since=int(since), until=int(until), at=asked.at)
        raise business.Refusal("there is no such thing to ask")

    def _transfer(
        self, connection: sqlite3.Connection, asked: Asked, code: list[str]
    ) -> dict[str, object]:
        if asked.method == "POST" and not code:
            return bank.ask_transfer(connection, _record(asked), at=asked.at)
        return bank.told_of_transfer(connection, "".join(code))

    # The payer's side ------------------------------------------------------------------------

    def _hosted(self, asked: Asked) -> Answer:
        token = asked.path.removeprefix("/pay/")
        with self.store.transaction() as connection:
            try:
                payment = business.payment_by(connection, token=token)
            except business.Refusal:
                return self._lost(asked)
            choice = asked.form().get("choice", "") if asked.method == "POST" else ""
            over = business.is_over(payment, at=asked.at)
            if choice == "pay" and not over:
                business.pay(connection, payment, at=asked.at)
            elif choice == "cancel":
                business.cancel(connection, payment)
        page = self._page(asked, payment["language"])
        back = payment["return_url"]
        if choice == "cancel" or (choice == "pay" and not over):
            return Answer("303 See Other", b"", {"Location": back})
        if payment["state"] == "paid":
            return _html("200 OK", pages.end_page(page, "paid", back))
        if over:
            return _html("200 OK", pages.end_page(page, "over", back))
        return _html("200 OK", pages.pay_page(page, payment), leads_to=back)

    def _lost(self, asked: Asked) -> Answer:
        return _html("404 Not Found", pages.end_page(self._page(asked), "lost"))

    def _page(self, asked: Asked, remembered: str = "") -> pages.Page:
        language = pick_language(
            asked.query.get("lang", ""), remembered, asked.headers.get("accept-language", "")
        )
        return pages.Page(language, asked.path, self.merchant)

    # The tester's side -----------------------------------------------------------------------

    def _tested(self, asked: Asked) -> Answer:
        page = self._page(asked)
        with self.store.transaction() as connection:
            match (asked.method, asked.path):
                case ("GET", "/test"):
                    return _html("200 OK", pages.test_page(page, connection))
                case ("POST", "/test"):
                    set_manners(connection, asked.form())
                case ("POST", "/test/release"):
                    business.release_notices(connection, at=time.time())
                case ("POST", "/test/finish"):
                    business.finish_pending(connection, at=asked.at)
                    bank.finish_transfers(connection, at=asked.at)
                case ("POST", "/test/age"):
                    billing.let_a_day_pass(connection)
                case _:
                    return self._lost(asked)
        return Answer("303 See Other", b"", {"Location": f"/test?lang={page.language}"})


def _use_nonce(connection: sqlite3.Connection, nonce: str, *, at: int) -> None:
    connection.execute("DELETE FROM nonce WHERE at < ?", (at - 2 * WINDOW_SECONDS,))
    try:
        connection.execute("INSERT INTO nonce VALUES (?, ?)", (nonce, at))
    except sqlite3.IntegrityError as error:
        raise BadSignature from error


def _asked(environ: dict[str, Any]) -> Asked:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > _LARGEST_BODY:
        raise business.Refusal("that is too long")
    query = parse_qs(environ.get("QUERY_STRING", ""))
    return Asked(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "/"),
        query={name: values[0] for name, values in query.items()},
        headers={
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        },
        body=environ["wsgi.input"].read(length),
        at=int(time.time()),
    )


def _record(asked: Asked) -> dict[str, Any]:
    record = json.loads(asked.body)
    if not isinstance(record, dict):
        raise business.Refusal("the body must be a JSON object")
    return record


def _json(status: str, record: dict[str, object]) -> Answer:
    return Answer(status, as_body(record), {"Content-Type": "application/json"})


def _html(status: str, text: str, *, leads_to: str = "") -> Answer:
    # Browsers hold the redirect after a form to the policy too: paying leads back to the merchant.
    parts = urlsplit(leads_to)
    policy = f"{_POLICY} {urlunsplit((parts.scheme, parts.netloc, '', '', ''))}".rstrip()
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    return Answer(status, text.encode(), headers)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    """Logs nothing: addresses of its pages are the payers' secrets."""

    timeout = 30

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Says nothing."""


def serve(*, host: str, port: int, folder: Path, merchant_key: bytes, merchant_name: str) -> int:
    """This will run the partner until SIGTERM or Ctrl-C and return 0.

    Prints one line, `ready` and the address, once it listens.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys, store = load_keys(folder, merchant_key), Store(folder / "partner.sqlite3")
    history.take_in(store, folder)
    stopping = threading.Event()
    sender = threading.Thread(target=Sender(store, keys, stopping).run, name="sender")
    with make_server(
        host, port, App(store, keys, merchant_name), server_class=_Server, handler_class=_Quiet
    ) as server:

        def stop(_signal: int, _frame: FrameType | None) -> None:
            # Shutting down waits for the loop that this very thread may be running.
            threading.Thread(target=server.shutdown).start()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        sender.start()
        sys.stdout.write(f"ready http://{host}:{server.server_port}/\n")
        sys.stdout.flush()
        server.serve_forever(poll_interval=0.2)
        stopping.set()
        sender.join()
    return 0
