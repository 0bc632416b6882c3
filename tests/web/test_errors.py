"""Refusals and faults are calm pages, pieces for htmx, objects for programs."""

import pytest
from django.db import OperationalError
from django.http import Http404, HttpRequest
from django.test import Client
from django.urls import include, path

from shoal.kit.errors import Busy, NotFound, NotYours, Refused
from shoal.people.steps import TooMany
from shoal.web.access import NoShop

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

ERRORS: dict[str, Exception] = {
    "refused": Refused(), "missing": NotFound(), "not-yours": NotYours(), "busy": Busy(),
    "too-many": TooMany(seconds=90), "http404": Http404(), "no-shop": NoShop(),
    "down": OperationalError("secret address"), "fault": ValueError("secret thing"),
}  # fmt: skip


def raiser(request: HttpRequest, name: str):
    raise ERRORS[name]


urlpatterns = [
    path("raise/<str:name>", raiser),
    path("", include("shoal.web.components.urls")),
    path("", include("shoal.web.account.urls")),
    path("sign-in/staff/", include("shoal.web.account.staff_urls")),
]
handler404 = "shoal.web.errors.missing"
handler500 = "shoal.web.errors.broken"

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("name", "status", "words"), [
    ("refused", 409, "This cannot be done."), ("missing", 404, "We could not find that."),
    ("not-yours", 403, "You do not have access"), ("busy", 503, "Many people are doing this"),
    ("too-many", 429, "wait 2 minutes"), ("http404", 404, "We could not find this page"),
    ("no-shop", 403, "You do not keep a shop yet"), ("down", 503, "cannot reach its database"),
    ("fault", 500, "Something went wrong on our side"),
])  # fmt: skip
def test_a_page_says_what_happened(client, name, status, words):
    page = client.get(f"/raise/{name}", headers=ENGLISH)
    assert page.status_code == status
    text = page.content.decode()
    assert words in text
    assert "<html" in text
    assert "secret" not in text


def test_htmx_gets_a_notice(client):
    piece = client.get("/raise/refused", headers={**ENGLISH, "HX-Request": "true"})
    assert piece.status_code == 409
    assert "<html" not in piece.content.decode()
    assert piece["HX-Retarget"] == "[data-notices]"


def test_a_program_gets_an_object(client):
    answer = client.get("/raise/too-many", headers={**ENGLISH, "Accept": "application/json"})
    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many"
    assert answer["Retry-After"] == "90"


def test_an_address_that_leads_nowhere(client):
    page = client.get("/nowhere", headers=ENGLISH)
    assert page.status_code == 404
    assert "We could not find this page" in page.content.decode()
