"""Who works for 海风: its owner, somebody for goods, a packer, somebody for money."""

from dataclasses import dataclass

from django.test import Client

from shoal.brands.models import Brand, BrandMember
from shoal.brands.operations import add_member
from shoal.people.models import Person
from shoal.people.operations import NewPerson, add_people
from shoal.web import proof
from tests import goods


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works for a brand, each signed in."""

    owner: Client
    goods: Client
    warehouse: Client
    money: Client


def signed_in(person: Person) -> Client:
    """A browser in which somebody signed in as staff, reading English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="shoal.web.account.backend.PeopleBackend")
    session = client.session
    session["shoal_proof"] = proof.STAFF
    session.save()
    return client


def hired(brand: Brand) -> Staff:
    """Four people at a brand, one of each role."""
    names = ("owner", "goods", "warehouse", "money")
    people = add_people(
        entries=[NewPerson(f"1370000{n:04}", name) for n, name in enumerate(names)], at=goods.AT
    )
    for person, role in zip(people, names, strict=True):
        add_member(brand=brand, person=person, role=BrandMember.Role(role), at=goods.AT)
    return Staff(*(signed_in(person) for person in people))
