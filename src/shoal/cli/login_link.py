"""`shoal login-link`: a link that signs somebody in, for who holds the installation."""

import argparse
from typing import TYPE_CHECKING

from shoal import env
from shoal.cli import listening
from shoal.run.loading import set_up_django
from shoal.run.trouble import CannotRun

if TYPE_CHECKING:
    from shoal.people.models import Person

_ROLES = ("customer", "keeper", "brand", "operator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser whom to sign in."""
    parser.add_argument(
        "role", nargs="?", choices=(*_ROLES, "all"), help="the first person who has this role"
    )
    parser.add_argument("--phone", help="the person who proved this phone")
    parser.add_argument("--person", metavar="CODE", help="the person with this short code")


def run(arguments: argparse.Namespace) -> int:
    """This will print one link per person; each works once, for half an hour."""
    if sum(map(bool, (arguments.role, arguments.phone, arguments.person))) != 1:
        raise CannotRun(f"Say whom to sign in: {', '.join(_ROLES)}, all, --phone or --person.")
    from shoal.run import database

    listening.as_running()
    with database.borrowed(env.data_folder()):
        set_up_django()
        for title, person in _chosen(arguments):
            print(f"  {title:<9} {_link(person)}", flush=True)
    return 0


def _chosen(arguments: argparse.Namespace) -> "list[tuple[str, Person]]":
    from shoal.people import queries

    if arguments.person:
        return [("person", queries.person_by_code(arguments.person))]
    if arguments.phone:
        found = queries.person_by_phone(arguments.phone)
        if found is None:
            raise CannotRun("Nobody here has proved that phone.")
        return [("person", found)]
    roles = _ROLES if arguments.role == "all" else (arguments.role,)
    people = [(role, _first(role)) for role in roles]
    known = [(role, person) for role, person in people if person is not None]
    if not known:
        raise CannotRun(f"There is no {' or '.join(roles)} yet.")
    return known


def _first(role: str) -> "Person | None":
    """The one who came first: in the demo world, one of its leading parts."""
    from shoal.brands.models import BrandMember
    from shoal.orders.models import Order
    from shoal.people.models import Operator, Person
    from shoal.shops.models import ShopMember

    if role == "customer":
        order = Order.objects.order_by("pk").values_list("customer", flat=True).first()
        return Person.objects.filter(pk=order).first() if order else None
    rows = {
        "keeper": ShopMember.objects.filter(role=ShopMember.Role.KEEPER),
        "brand": BrandMember.objects.filter(until_at=None),
        "operator": Operator.objects.filter(role=Operator.Role.ADMIN, until_at=None),
    }[role]
    pk = rows.order_by("pk").values_list("person", flat=True).first()
    return Person.objects.filter(pk=pk).first() if pk else None


def _link(person: "Person") -> str:
    from shoal.kit.clock import now
    from shoal.people.operations import mint_login_link

    return f"{env.public_url()}/sign-in/link/{mint_login_link(person=person, at=now())}"
