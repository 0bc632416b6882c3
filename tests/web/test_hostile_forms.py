"""Forms and addresses of every face, filled in by somebody who means no good: never broken."""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode

import pytest
from django.db import transaction

from tests.web.tenants import Tenants
from tests.web.test_headers import insiders, pages

pytestmark = pytest.mark.django_db

# Where a session would end, or a second of CPU is the price of a try.
_LEFT_OUT = ("sign-out", "/sign-in/", "/me/data/erasure", "/language", "/theme")
# How many tries there are at least, of whoever may send something.
LEAST = {"anyone": 5, "signed_in": 200, "keeper": 300, "brand": 900, "staff": 30, "operator": 200}
# How many questions there are at least in the addresses that pages lead to.
ASKED = {"anyone": 5, "signed_in": 5, "keeper": 5, "brand": 5, "staff": 0, "operator": 5}
HOSTILE = {
    "nothing": "",
    "signs that no column holds": "a\0b\x01\x0b\u202e",
    "five thousand nines": "9" * 5_000,
    "a number that takes long": "1e900000",
    "less than nothing": "-1",
    "more than 64 bits": "9" * 20,
    "more than 32 bits": "4294967296",
    "half a letter": "é\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "another site, and a path": "//evil.example/../../etc/passwd",
}


class Forms(HTMLParser):
    """Reads the forms of a page, where each goes and what it sends; and what its links ask.

    `asked` are addresses with their questions, from links and from forms that only ask.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        address, _, query = given.get("href", given.get("hx-get", "")).partition("?")
        if query and (address.startswith("/") or not address):
            self.asked.append((address, dict(parse_qsl(query, keep_blank_values=True))))
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
            if given.get("method", "").lower() != "post":
                self.found[-1] = ("", {})
                self.asked.append((given.get("action", ""), self.found[-1][1]))
        elif self.found and tag in {"input", "textarea", "select", "button"} and given.get("name"):
            self.found[-1][1][given["name"]] = given.get("value", "")
            self._select = given["name"] if tag == "select" else ""
        elif self.found and tag == "option" and self._select and given.get("value"):
            self.found[-1][1][self._select] = given["value"]


def read_pages(tenants: Tenants, who: str) -> list[tuple[str, Forms]]:
    """Every page that somebody may open, read."""
    found = []
    for address, _route, response in pages(tenants, who):
        html = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code == 200 and html:
            reader = Forms()
            reader.feed(response.content.decode())
            found.append((address, reader))
    return found


def forms(found: list[tuple[str, Forms]]) -> Iterator[tuple[str, dict[str, str]]]:
    """What may be sent to where: each form once."""
    seen = set()
    for address, reader in found:
        for action, fields in reader.found:
            goes = action or address
            if "csrfmiddlewaretoken" in fields or (fields and "/cart/lines" in goes):
                key = (goes, tuple(sorted(fields)))
                if key not in seen and not any(part in goes for part in _LEFT_OUT):
                    seen.add(key)
                    yield goes, fields


def questions(found: list[tuple[str, Forms]]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What may be asked of which page, each once: address, name, and what is asked with it."""
    seen = set()
    for address, reader in found:
        for goes, asked in reader.asked:
            page = (goes or address).partition("#")[0]
            for name in asked:
                if (page, name) not in seen and not any(part in page for part in _LEFT_OUT):
                    seen.add((page, name))
                    yield page, name, asked


@pytest.mark.parametrize("who", LEAST)
def test_nothing_typed_or_asked_breaks_a_page(tenants, who):
    client, broken, tried = insiders(tenants)[who], [], 0
    found = read_pages(tenants, who)
    for address, name, asked in questions(found):
        for what, value in HOSTILE.items():
            answer = client.get(f"{address}?{urlencode(asked | {name: value})}")
            if answer.streaming:
                b"".join(answer)  # a file to be taken away, not a page
            tried += 1
            if answer.status_code >= 500:
                broken.append(f"{address}?{name}={what}: {answer.status_code}")
    assert tried >= ASKED[who] * len(HOSTILE)
    tried = 0
    for address, fields in forms(found):
        for name in fields:
            for what, value in HOSTILE.items():
                if name == "csrfmiddlewaretoken":
                    continue
                save = transaction.savepoint()
                answer = client.post(
                    address, fields | {name: value}, headers={"sec-fetch-site": "same-origin"}
                )
                transaction.savepoint_rollback(save)
                tried += 1
                if answer.status_code >= 500:
                    broken.append(f"{address} {name}={what}: {answer.status_code}")
                if answer.headers.get("Location", "").startswith("//"):
                    broken.append(f"{address} {name} leads away")
    assert broken == []
    assert tried > LEAST[who]


@pytest.fixture
def tenants() -> Tenants:
    world = Tenants()
    world.make_everything()
    return world
