"""Which faces somebody works in, so that signing in leads to the right one."""

from dataclasses import dataclass

from django.utils.translation import gettext

from shoal.brands.models import BrandMember
from shoal.people import queries
from shoal.people.models import Person
from shoal.shops.models import ShopMember
from shoal.web import proof


@dataclass(frozen=True, slots=True)
class Home:
    """A face that a person may open."""

    label: str
    icon: str
    url: str


def homes_of(person: Person, *, how: str) -> list[Home]:
    """This will return where a person works, by her roles; a customer has her own page.

    A phone alone opens no staff page (`web.access`), so a phone is not offered one.
    """
    found = []
    if how != proof.PHONE:
        if queries.operator_roles(person):
            found.append(Home(gettext("Operator’s desk"), "desk", "/desk/"))
        if BrandMember.objects.filter(person=person, until_at=None).exists():
            found.append(Home(gettext("Brand"), "brand", "/supply/"))
    if ShopMember.objects.filter(person=person, until_at=None).exists():
        found.append(Home(gettext("My shop"), "shop", "/keep/"))
    return found or [Home(gettext("Me"), "me", "/me")]
