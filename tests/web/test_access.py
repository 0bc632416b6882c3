"""No door opens to a stranger: every route, every method, every role, another tenant's objects."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import get_resolver

from shoal.people.models import Person
from shoal.web import proof
from shoal.web.access import Access
from tests.web import planted
from tests.web.tenants import Tenants
from tests.web.walk import Role, holes, routes_of, strangers_here, unmarked

pytestmark = pytest.mark.django_db

ROLES = (
    "anonymous",
    "customer",
    "keeper of another shop",
    "owner of another brand",
    "packer of this brand",
    "operator of money",
    "operator of care",
)


@pytest.fixture
def tenants() -> Tenants:
    world = Tenants()
    world.make_everything()
    return world


def client_of(person: Person, how: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    session = client.session
    session["shoal_proof"] = how
    session.save()
    return client


def role_named(name: str, tenants: Tenants) -> Role:
    cast = tenants.cast
    if name == "anonymous":
        return Role(name, Client(raise_request_exception=False), lambda a: a.who == "anyone")
    if name == "customer":
        return Role(name, client_of(cast.carol, proof.PHONE), _among("anyone", "signed_in"))
    if name == "keeper of another shop":
        return Role(name, client_of(cast.mei, proof.PHONE), _among("anyone", "signed_in", "keeper"))
    every_staff = _among("anyone", "signed_in", "staff")
    if name == "owner of another brand":
        return Role(
            name,
            client_of(cast.nordwind_owner, proof.STAFF),
            lambda a: every_staff(a) or a.who == "brand",
        )
    if name == "packer of this brand":
        # She belongs to the very brand, so only what her role may not do is closed to her.
        return Role(
            name,
            client_of(cast.haifeng_packer, proof.STAFF),
            lambda a: every_staff(a) or a.who == "brand",
        )
    own = "money" if name == "operator of money" else "care"
    person = cast.olga if own == "money" else cast.otto
    return Role(
        name,
        client_of(person, proof.STAFF),
        lambda a: every_staff(a) or (a.who == "operator" and (not a.roles or own in a.roles)),
    )


def _among(*names: str):
    return lambda access: access.who in names


def all_routes():
    return list(routes_of(get_resolver().url_patterns))


def test_every_view_says_who_may_open_it():
    assert unmarked(all_routes()) == []


def test_every_object_in_an_address_can_be_made_and_is_nobodys_to_open(tenants):
    assert strangers_here(all_routes(), tenants) == []


@pytest.mark.parametrize("name", ROLES)
def test_nobody_gets_at_another_tenants_things(name, tenants):
    role = role_named(name, tenants)
    routes = all_routes()
    if name == "packer of this brand":
        routes = [
            route for route in routes
            if route.access and route.access.who == "brand" and route.access.roles
            and "warehouse" not in route.access.roles
        ]  # fmt: skip
        role = Role(role.name, role.client, lambda _access: False)
    assert holes(routes, role, tenants) == []


def test_the_walk_finds_planted_views(tenants, settings):
    settings.ROOT_URLCONF = "tests.web.planted"
    routes = [one for one in routes_of(planted.urlpatterns) if "planted" in str(one)]
    assert [line.split(":")[0] for line in unmarked(routes)] == ["/planted/unguarded/<order>"]
    assert [line.split(":")[0] for line in strangers_here(routes, tenants)] == [
        "/planted/too-open/<order>"
    ]
    found = holes(routes, role_named("customer", tenants), tenants)
    assert {line.split("/")[2] for line in found} == {"careless", "too-late", "too-open"}


def test_an_operator_sets_up_a_second_factor_first_where_it_is_asked_for(tenants, settings):
    settings.ROOT_URLCONF = "tests.web.planted"
    olga = tenants.cast.olga
    by_password = client_of(olga, proof.STAFF)
    assert by_password.get("/planted/desk").content == b"money"
    settings.SHOAL_SECOND_FACTOR = True
    assert by_password.get("/planted/desk")["Location"].endswith("/second-factor")
    Authenticator.objects.create(user=olga, type="recovery_codes", data={})
    assert by_password.get("/planted/desk").status_code == 302
    Authenticator.objects.create(user=olga, type="webauthn", data={})
    assert by_password.get("/planted/desk").content == b"money"
    # Whoever holds the installation could read everything anyway.
    assert client_of(tenants.cast.otto, proof.LINK).get("/planted/desk").content == b"care"
    assert client_of(olga, proof.PHONE).get("/planted/desk")["Location"].startswith("/sign-in/")


def test_a_phone_alone_opens_no_staff_page(tenants):
    owner = tenants.cast.nordwind_owner
    as_brand = Access("brand")
    for how, refused in ((proof.PHONE, True), (proof.STAFF, False), (proof.LINK, False)):
        role = Role(how, client_of(owner, how), lambda _access: False)
        marked = [r for r in all_routes() if r.access == as_brand and not r.arguments]
        for route in marked:
            answer = role.client.get(str(route))
            assert (answer.status_code == 302 and "/sign-in/" in answer["Location"]) == refused
