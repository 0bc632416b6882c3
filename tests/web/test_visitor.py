"""Who is at the other end, before she says so."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from shoal.kit.clock import now
from shoal.people import operations
from shoal.people.operations import NewPerson
from shoal.web import visitor


def request(cookies: dict[str, str] | None = None, **headers: str) -> HttpRequest:
    made = RequestFactory().get("/", headers=headers)
    made.COOKIES.update(cookies or {})
    made.user = AnonymousUser()
    return made


def answered(made: HttpRequest) -> dict[str, str]:
    response = visitor.KeepVisitor(lambda _request: HttpResponse())(made)
    return {name: morsel.value for name, morsel in response.cookies.items()}


def test_a_browser_keeps_its_id():
    first = request()
    who = visitor.visitor_id(first)
    assert visitor.visitor_id(first) == who
    cookies = answered(first)
    second = request(cookies)
    assert visitor.visitor_id(second) == who
    assert answered(second) == {}


def test_a_made_up_id_is_not_believed():
    who = "00000000-0000-7000-8000-000000000000"
    assert str(visitor.visitor_id(request({"shoal_visitor": who}))) != who
    assert str(visitor.visitor_id(request({"shoal_visitor": f"{who}:forged"}))) != who


def test_a_share_cannot_be_made_up_nor_lent_to_another_cookie():
    made = request()
    assert visitor.share_of(made) is None
    visitor.remember_share(made, "abc")
    assert visitor.share_of(made) == "abc"
    cookies = answered(made)
    assert visitor.share_of(request(cookies)) == "abc"
    assert visitor.share_of(request({"shoal_share": "abc"})) is None
    assert visitor.share_of(request({"shoal_share": cookies["shoal_share"] + "x"})) is None
    who = request({"shoal_visitor": cookies["shoal_share"]})
    assert visitor.visitor_id(who)


def test_who_asked_for_nothing_gets_no_cookie():
    assert answered(request()) == {}


@pytest.mark.django_db
def test_a_person_has_one_cart_on_all_her_phones():
    made = request()
    made.user = operations.add_people(entries=[NewPerson("13812345678")], at=now())[0]
    assert visitor.visitor_id(made) == made.user.pk


@pytest.mark.parametrize(("proxies", "forwarded", "network"), [
    (0, "198.51.100.1", "127.0.0.1"), (1, "198.51.100.1", "198.51.100.1"),
    (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"), (2, "203.0.113.9, 198.51.100.1",
                                                        "203.0.113.9"),
    (2, "198.51.100.1", "127.0.0.1"),
])  # fmt: skip
def test_only_our_own_proxies_are_believed(settings, proxies, forwarded, network):
    settings.SHOAL_PROXIES = proxies
    assert visitor.network_of(request(**{"X-Forwarded-For": forwarded})) == network
