"""The sale that a drill disturbs: a brand, offers that run out, a shop, and people who may buy."""

from dataclasses import dataclass
from uuid import UUID

UNITS = (1, 2, 4)
"""So few units has a scarce offer: it is run for and sells out."""
PER_CUSTOMER = 1
_PLENTY = 1_000_000


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who may buy, and what signs her in once."""

    id: UUID
    token: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What is on sale, by the codes that pages know it by."""

    shop: str
    plenty: str
    scarce: tuple[str, ...]
    customers: tuple[Customer, ...]


def build(*, people: int, scarce: int) -> Stage:
    """Makes the sale through the operations that people use; Django is set up."""
    from django.db import connection

    from shoal.kit.clock import now
    from shoal.kit.ids import short_code
    from shoal.people.operations import NewPerson, add_people, mint_login_link
    from shoal.people.operations.terms import accept_terms
    from shoal.people.queries import terms_now
    from shoal.shops.operations import open_shop
    from tests import goods, trade

    at = now()
    phones = [f"1380000{number:04}" for number in range(people + 1)]
    mei, *customers = add_people(
        entries=[NewPerson(phone, language="en") for phone in phones], at=at
    )
    brand = goods.active_brand()
    plenty = trade.standing_offer(brand, stock=_PLENTY)
    few = [
        trade.standing_offer(
            brand, stock=UNITS[n % len(UNITS)], per_customer=PER_CUSTOMER if n % 2 else None
        )
        for n in range(scarce)
    ]
    shop = open_shop(person=mei, name=f"美的小店 {short_code(4)}", currency="CNY", at=at)
    terms = terms_now()
    if terms is not None:
        accept_terms(people=customers, version=terms.version, at=at)
    for person, phone in zip(customers, phones[1:], strict=True):
        _give_address(person, phone)
    staged = Stage(
        shop.code,
        plenty.code,
        tuple(offer.code for offer in few),
        tuple(Customer(one.pk, mint_login_link(person=one, at=at)) for one in customers),
    )
    connection.close()  # what comes next kills the other end of it
    return staged


def _give_address(person: object, phone: str) -> None:
    from shoal.kit.clock import now
    from shoal.people.models import Person
    from shoal.people.operations import add_address

    assert isinstance(person, Person)
    add_address(
        person=person, recipient="李爱丽", phone=phone, region="330100", province="浙江省",
        city="杭州市", district="西湖区", street="海边路 1 号", at=now(),
    )  # fmt: skip
