"""Walks every route as every role, with real objects of another tenant in its address.

It finds routes by itself. A new kind of object in an address needs one line in `OBJECTS`; until
somebody writes it the test fails, so nothing escapes by being new.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver

from shoal.web.access import Access
from tests.web.tenants import Tenants

METHODS = ("get", "post", "put", "delete")

# Views that carry no mark, and what guards them instead.
GUARDED_OTHERWISE = {
    "shoal.run.health.healthz": "tells that the process runs, nothing else",
    "shoal.api.notices.take_notice": "the partner's signature, checked before anything is read",
    "shoal.web.components.views.set_language": "the reader's own cookie, and her own language",
    "shoal.web.components.views.set_theme": "sets a cookie of the reader's own",
    "shoal.web.components.views.style_guide": "shows made-up things only",
}

# What in an address belongs to nobody in particular, by who may open the view.
_GOODS = {"shop", "sale", "product", "category", "brand", "share", "offer", "coupon"}
COMMON: dict[str, set[str]] = {
    "anyone": _GOODS,
    "signed_in": _GOODS,
    "staff": set(),
    "keeper": {"sale", "product", "category", "brand", "offer"},
    "brand": {"category"},
    "operator": set(),
}
# Secrets in an address are the proof itself: only who was given one can open it.
SECRETS = {"token", "uidb36", "key"}
# Words in an address that name no object.
WORDS: dict[str, object] = {
    "kind": "product",
    "currency": "JPY",
    "thing": "shop",
    "provider": "sandbox",
    "pk": 1,
    "app_label": "orders",
    "object_id": "1",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the site with its view's mark; `arguments` says what each one names."""

    address: str
    arguments: dict[str, str]
    view: str
    access: Access | None

    def __str__(self) -> str:
        return f"/{self.address}"


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody who tries: signed in on `client`, entitled to views that `entitled` lets in."""

    name: str
    client: Client
    entitled: Callable[[Access], bool]


def routes_of(urls: list[Any], *, prefix: str = "") -> Iterator[Route]:
    """Every route below `urls`, with its arguments' names and the text that stands for each."""
    for entry in urls:
        address = prefix + _plain(entry)
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                yield from routes_of(entry.url_patterns, prefix=address)
        elif isinstance(entry, URLPattern):
            view = entry.callback
            name = f"{view.__module__}.{getattr(view, '__qualname__', view)}"
            things = {argument: _thing(argument, address) for argument in _arguments(address)}
            yield Route(address, things, name, getattr(view, "shoal_access", None))


def unmarked(routes: list[Route]) -> list[str]:
    """The views that say nothing about who may open them."""
    return [
        f"{route}: {route.view} carries no mark of shoal.web.access"
        for route in routes
        if route.access is None and route.view not in GUARDED_OTHERWISE
    ]


def strangers_here(routes: list[Route], tenants: Tenants) -> list[str]:
    """The arguments that the walk has no object for, and things of somebody's open to anyone."""
    found = []
    for route in routes:
        found += [
            f"{route}: no object for “{thing}” in tests/web/tenants.py"
            for thing in route.arguments.values()
            if thing not in {*SECRETS, *WORDS} and tenants.code_of(thing) is None
        ]
        if route.access and route.access.who == "anyone" and _private(route):
            found.append(f"{route}: open to anyone with {_private(route)} in its address")
    return found


def holes(routes: list[Route], role: Role, tenants: Tenants) -> list[str]:
    """Each route and method that let `role` in although it should not have."""
    found = []
    # Another's codes in the body too: a view must not trust those either.
    bodies = {"post": tenants.form()}
    before, written = _everything(), _writes()
    for route in routes:
        if route.access is None or not _must_refuse(route, role):
            continue
        address = "/" + _filled(route, tenants)
        for method in METHODS:
            response = getattr(role.client, method)(address, data=bodies.get(method))
            if not is_refusal(response):
                found.append(f"{method} {address} as {role.name}: {response.status_code}")
        # Looking at every row takes longer than the answers did: only where any was written.
        if (writes := _writes()) != written:
            after, written = _everything(), writes
            if after != before:
                found.append(f"{address} as {role.name}: something changed in the database")
            before = after
    if before != _everything():
        found.append(f"as {role.name}: something changed beside this connection")
    return found


def is_refusal(response: HttpResponse) -> bool:
    """Whether a response keeps somebody out: to sign-in, forbidden, not found, no such method."""
    if response.status_code == 302:
        return response["Location"].startswith("/sign-in/")
    return response.status_code in {403, 404, 405}


def _must_refuse(route: Route, role: Role) -> bool:
    assert route.access
    if not role.entitled(route.access):
        return True
    # Operators look after every tenant; whoever else comes in must not find another's things.
    return route.access.who != "operator" and bool(_private(route))


def _private(route: Route) -> set[str]:
    assert route.access
    return set(route.arguments.values()) - COMMON[route.access.who] - SECRETS - set(WORDS)


def _filled(route: Route, tenants: Tenants) -> str:
    address = route.address
    for name, thing in route.arguments.items():
        text = WORDS.get(thing) or tenants.code_of(thing) or "nobody"
        address = address.replace(f"<{name}>", str(text))
    return address


def _plain(entry: Any) -> str:
    """A pattern's text with each argument as <name>, converters and regular expressions gone."""
    import re

    text = str(entry.pattern)
    if text.startswith("^"):
        text = text.removeprefix("^").removesuffix("$")
        return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", text)
    return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", text)


# Where an address only says "code", the part before it says of what.
_PLURALS = {
    "s": "share", "shares": "share", "shop": "shop", "shops": "shop", "c": "category",
    "p": "product", "goods": "product", "products": "product", "sale": "sale", "sales": "sale",
    "orders": "order", "parcels": "parcel", "addresses": "address", "brands": "brand",
    "papers": "paper", "offers": "offer", "conversations": "conversation", "customers": "person",
    "people": "person", "samples": "sample", "revisions": "revision", "freight": "freight",
    "invitations": "invitation", "contracts": "contract", "reports": "report",
    "statements": "statement",
    "coupons": "coupon", "promotions": "promotion",
    "cases": "case", "refunds": "refund", "payouts": "payout", "lines": "line",
    "categories": "category", "differences": "difference",
}  # fmt: skip


def _thing(name: str, address: str) -> str:
    if name == "code":
        before = address.partition(f"/<{name}>")[0].rsplit("/", 1)[-1]
        return _PLURALS.get(before, f"code after {before}")
    return name.removesuffix("_code")


def _arguments(address: str) -> list[str]:
    import re

    return re.findall(r"<(\w+)>", address)


# What any request may touch: it is no tenant's.
_TRACES = {"people_session", "people_tally", "frame_cache"}


def _everything() -> list[tuple[str, int, int]]:
    """A fingerprint of every row of every table."""
    tables = [name for name in connection.introspection.table_names() if name not in _TRACES]
    query = " UNION ALL ".join(
        f"SELECT '{name}', count(*), coalesce(sum(hashtext(t::text)), 0) FROM \"{name}\" t"  # noqa: S608 - our own tables
        for name in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return sorted(cursor.fetchall())


def _writes() -> int:
    """How many rows this transaction has written so far, whatever became of them."""
    query = (
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)"
        " FROM pg_stat_xact_user_tables WHERE relname <> ALL(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [list(_TRACES)])
        return int(cursor.fetchone()[0])
