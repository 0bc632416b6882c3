"""A customer's browser: cookies, forms, and every click made twice at the same moment."""

import http.client
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

_PATIENCE = 20

Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0: nothing did, and what was asked may have been done or not."""

    status: int
    location: str = ""
    body: str = ""

    @property
    def is_page_of_partner(self) -> bool:
        return self.status in {302, 303} and "/pay/" in self.location

    @property
    def path(self) -> str:
        return urlsplit(self.location).path


@dataclass(slots=True)
class Browser:
    """Talks to a port of this machine as somebody with one set of cookies."""

    host: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, port: int, path: str) -> Answer:
        return self._ask(port, "GET", path, None)

    def post(self, port: int, path: str, fields: Fields) -> Answer:
        token = [("csrfmiddlewaretoken", self.cookies.get("csrftoken", ""))]
        plain = [pair for pair in fields if pair[0] != "csrfmiddlewaretoken"]
        return self._ask(port, "POST", path, urlencode(token + plain))

    def post_twice(
        self, ports: tuple[int, int], path: str, fields: Fields, *, gap: float, by: Executor
    ) -> tuple[Answer, Answer]:
        """Sends the same form to both ports, the second time after a gap of seconds."""

        def second() -> Answer:
            time.sleep(gap)
            return self.post(ports[1], path, fields)

        waiting = by.submit(second)
        return self.post(ports[0], path, fields), waiting.result()

    def _ask(self, port: int, method: str, path: str, body: str | None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        headers = {"Host": self.host, "Accept-Language": "en"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in list(self.cookies.items()))
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return Answer(0)
        finally:
            connection.close()
        self._keep(answer.headers.get_all("Set-Cookie") or [])
        return Answer(answer.status, answer.headers.get("Location", ""), text)

    def _keep(self, told: list[str]) -> None:
        for line in told:
            for name, morsel in SimpleCookie(line).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)


class _Form(HTMLParser):
    """The fields of the form with an id, as a browser would send them."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.fields: Fields = []
        self._wanted, self._inside = wanted, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told: Mapping[str, str | None] = dict(attrs)
        if tag == "form":
            self._inside = told.get("id") == self._wanted
        named = self._inside and tag == "input" and told.get("name")
        if not named or (told.get("type") in {"radio", "checkbox"} and "checked" not in told):
            return
        self.fields.append((str(told["name"]), told.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def form_of(page: str, wanted: str) -> Fields:
    """This will read what a form of a page would send."""
    form = _Form(wanted)
    form.feed(page)
    return form.fields
