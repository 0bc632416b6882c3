"""Coming to a brand or a shop by invitation, and leaving it all again."""

import re
from uuid import UUID

import pytest

from shoal.brands.models import BrandMember
from shoal.brands.operations_members import invite_colleague
from shoal.brands.steps_members import LastOwner
from shoal.kit.clock import now
from shoal.notify import queries as notify_queries
from shoal.orders.operations import cancel_order
from shoal.orders.steps_erasure import OrdersUnderWay
from shoal.people import operations, queries
from shoal.people.models import Invitation, Person
from shoal.people.operations import NotARole
from shoal.shops.models import ShopMember
from tests.web.tenants import Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Tenants:
    return Tenants()


def join(place: str, subject: UUID, role: str) -> Person:
    operations.invite(
        email="new@haifeng.example", place=Invitation.Place(place), subject=subject, role=role,
        place_name="海风", by="owner", at=now(),
    )  # fmt: skip
    found = re.search(r"/invitation/(\S+)", notify_queries.outbox()[0].body)
    assert found
    return operations.accept_invitation(
        token=found[1], name="Nana", password="green fish by the pier", person=None, at=now()
    )


def roles_at_brand(world: Tenants, person: Person) -> list[str]:
    mine = BrandMember.objects.filter(brand=world.brand, person=person, until_at=None)
    return list(mine.values_list("role", flat=True))


def test_an_invited_colleague_works_for_the_brand_in_one_role(world):
    nana = join("brand", world.brand.pk, "goods")
    assert roles_at_brand(world, nana) == ["goods"]
    assert join("brand", world.brand.pk, "money") == nana
    assert roles_at_brand(world, nana) == ["money"]


def test_a_brand_knows_only_its_own_roles(world):
    with pytest.raises(NotARole):
        invite_colleague(brand=world.brand, email="a@b.example", role="queen", by="x", at=now())
    assert not Invitation.objects.exists()


def test_an_invitation_never_makes_a_keeper(world):
    nana = join("shop", world.shop.pk, "keeper")
    assert ShopMember.objects.get(person=nana).role == "helper"
    assert ShopMember.objects.get(shop=world.shop, role="keeper").person == world.cast.bao


def test_nobody_is_forgotten_with_an_order_under_way(world):
    order = world.order
    with pytest.raises(OrdersUnderWay):
        operations.erase_person(person=world.cast.alice, at=now())
    assert queries.profile(world.cast.alice).name == "alice"
    alice = world.cast.alice
    cancel_order(customer=alice.pk, code=order.code, reason="", by=alice.code, at=now())
    operations.erase_person(person=world.cast.alice, at=now())
    assert queries.profile(Person.objects.get(pk=world.cast.alice.pk)).name == ""


def test_an_only_owner_hands_over_first(world):
    with pytest.raises(LastOwner):
        operations.erase_person(person=world.cast.haifeng_owner, at=now())
    assert roles_at_brand(world, world.cast.haifeng_owner) == ["owner"]
    join("brand", world.brand.pk, "owner")
    operations.erase_person(person=world.cast.haifeng_owner, at=now())
    assert roles_at_brand(world, world.cast.haifeng_owner) == []


def test_a_shop_without_its_keeper_pauses(world):
    operations.erase_person(person=world.cast.bao, at=now())
    world.shop.refresh_from_db()
    assert world.shop.state == "paused"
    assert not ShopMember.objects.filter(shop=world.shop, until_at=None).exists()
