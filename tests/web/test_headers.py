"""Every page as those who may open it see it: nothing inline, nothing kept, nothing run."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from shoal.brands.models import Brand
from shoal.catalog.models import Category, Product
from shoal.people import operations as people
from shoal.people.models import Operator
from shoal.shelves.models import Words
from shoal.shops.models import Shop
from shoal.web import proof
from tests.web.tenants import Tenants
from tests.web.test_access import client_of
from tests.web.walk import SECRETS, WORDS, Route, routes_of

pytestmark = pytest.mark.django_db

# What breaks out of a text, a quoted attribute, a script and a comment.
EVIL = '<xss>\'"--></script><xss>" xss="1'
# What looks for objects that nobody has made, or leads elsewhere.
_INLINE = re.compile(
    rb"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>\s*\S"
    rb"|<[^>]*\s(?:style|on[a-z]{3,})\s*=|<style|javascript:",
    re.IGNORECASE,
)
# An administrator's tables stand in a library whose scripts want more; nobody types there.
_RECORDS = "/desk/records/"


@pytest.fixture
def tenants() -> Tenants:
    world = Tenants()
    world.make_everything()
    texts = {"zh": EVIL, "en": EVIL}
    Shop.objects.update(name=EVIL[:30], greeting=EVIL)
    Brand.objects.update(names=texts, stories=texts)
    Product.objects.update(titles=texts, descriptions=texts)
    Category.objects.update(names=texts)
    Words.objects.create(shop=world.shop, product=world.product, text=EVIL)
    for person in (world.cast.alice, world.cast.bao, world.cast.haifeng_owner):
        people.rename_person(person=person, name=EVIL[:40])
    people.appoint_operator(person=world.cast.olga, role=Operator.Role.ADMIN, at=world.at)
    return world


def insiders(tenants: Tenants) -> dict[str, Client]:
    cast = tenants.cast
    alice, bao = client_of(cast.alice, proof.PHONE), client_of(cast.bao, proof.PHONE)
    return {
        "anyone": Client(raise_request_exception=False),
        "signed_in": alice,
        "keeper": bao,
        "brand": client_of(cast.haifeng_owner, proof.STAFF),
        "staff": client_of(cast.haifeng_owner, proof.STAFF),
        "operator": client_of(cast.olga, proof.STAFF),
    }


def pages(tenants: Tenants, who: str = "") -> list[tuple[str, Route, HttpResponse]]:
    """What every view (of `who` alone) answers to a GET of somebody who may open it."""
    clients, found = insiders(tenants), []
    for route in routes_of(get_resolver().url_patterns):
        if route.access is None or SECRETS & set(route.arguments.values()):
            continue
        address = "/" + route.address
        for name, thing in route.arguments.items():
            address = address.replace(
                f"<{name}>", str(WORDS.get(thing) or tenants.code_of(thing) or "nobody")
            )
        if "sign-out" in address or (who and who != route.access.who):
            continue
        response = clients[route.access.who].get(address, headers={"accept-language": "en"})
        if response.streaming:
            b"".join(response)  # a file to be taken away, not a page
        found.append((address, route, response))
    return found


def test_no_page_of_any_face_runs_what_somebody_typed_or_is_kept_by_a_cache(tenants):
    wrong, seen = [], 0
    for address, route, response in pages(tenants):
        told = []
        if response.status_code >= 500:
            told.append(f"status {response.status_code}")
        policy = response.headers.get("Content-Security-Policy", "")
        records = address.startswith(_RECORDS)
        if records:
            policy = policy.replace("'unsafe-eval'", "").replace(
                "style-src 'self' 'unsafe-inline'", ""
            )
        if "unsafe" in policy or not re.search(r"default-src '(self|none)'", policy):
            told.append(f"policy {policy!r}")
        if response.headers.get("X-Frame-Options") != "DENY":
            told.append("frames")
        if response.headers.get("X-Content-Type-Options") != "nosniff":
            told.append("sniffing")
        kept = response.headers.get("Cache-Control", "")
        if route.access.who != "anyone" and not ("private" in kept or "no-store" in kept):
            told.append(f"cache {kept!r}")
        if "public" in kept and response.cookies:
            told.append("a cookie on a public page")
        html = response.headers.get("Content-Type", "").startswith("text/html")
        body = b"".join(response) if html else b""
        if b"<xss" in body or b'" xss="' in body or b"'\"--" in body:
            told.append("a text runs")
        if not records and (inline := _INLINE.search(body)):
            told.append(f"inline {inline.group()[:80]!r}")
        seen += response.status_code == 200
        wrong += [f"{address}: {text}" for text in told]
    assert wrong == []
    assert seen > 80
