"""What must be there before the first invoice: brand, goods, offers, shops, customers.

Everything is made by the operations that the pages use, and only what is missing, so a replay can
be stopped anywhere and started again.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid5

from shoal.brands.models import Brand
from shoal.brands.queries import memberships_of
from shoal.catalog.entries import NewCategory, NewProduct, NewSku
from shoal.catalog.models import Sku
from shoal.catalog.operations import (
    accept_products,
    add_categories,
    add_products,
    propose_products,
)
from shoal.catalog.queries import category_paths, products_by_reference
from shoal.demo.admission import admit_brand
from shoal.offers.operations import NewOffer, list_standing_offers
from shoal.offers.queries import standing_offers
from shoal.offers.rules import Terms
from shoal.orders.queries import request_keys_of_brand
from shoal.people.models import Person
from shoal.people.operations import NewPerson, add_people
from shoal.people.operations.invitations import appoint_operator
from shoal.people.queries import operator_roles, person_by_phone
from shoal.replay.source import Article, Source
from shoal.replay.trouble import CannotReplay
from shoal.shops.models import Shop
from shoal.shops.operations import open_shop
from shoal.shops.queries import shops_of
from shoal.stock.operations import receive_goods
from shoal.stock.queries import warehouse_of
from shoal.stock.steps import Quantity

CURRENCY = "GBP"
SUPPLY_PERCENT = 80
RATE_BP = 1_200
KEYS = UUID("6b1f2a50-51cf-5c3a-9a3e-0d2f3c1b7e11")
"""Keys of what is made once are names under this one."""
_OWNER = "+447400900901"
_CATEGORY = "gifts"
_CHUNK = 500
_ALL = 100_000

T = TypeVar("T")
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class World:
    """What an invoice's words mean here: ids by stock code and price, country, customer."""

    brand: Brand
    offers: dict[tuple[str, int], UUID]
    shops: dict[str, UUID]
    customers: dict[int, UUID]
    owner: Person


def order_key(invoice: str) -> UUID:
    """This will return the key under which an invoice is ordered, once."""
    return uuid5(KEYS, invoice)


def refuse_strange_orders(source: Source) -> None:
    """This will raise CannotReplay if this world has sold what is not in `source`.

    Then no figure could agree with it: the orders are of another file, or of more of this one.
    """
    owner = person_by_phone(_OWNER)
    for membership in memberships_of(person=owner) if owner else ():
        asked = request_keys_of_brand(brand=membership.brand_id)
        strange = len(asked - set(map(order_key, source.invoices())))
        if strange:
            raise CannotReplay(
                f"This database holds {strange:,} orders of a replay of another file, or of more of"
                " this one: take a larger --limit or none, or an empty database (another --data)."
            )


def prepare(source: Source, *, tell: Tell) -> World:
    """This will make what is missing of the retailer's world and return it."""
    at = source.begins_at() - timedelta(days=1)
    owner, operator = add_people(
        entries=[
            NewPerson(phone=_OWNER, name="Online Retail", language="en"),
            NewPerson(phone="+447400900902", name="Olga", language="en"),
        ],
        at=at,
    )
    if "vetting" not in operator_roles(operator):
        appoint_operator(person=operator, role="vetting", at=at)
    brand = _brand(owner, operator, at)
    tell("goods and offers")
    offers = _goods(brand, source.articles(), owner=owner, operator=operator, at=at)
    tell("shops")
    shops = _shops(source.countries(), at=at)
    tell("customers")
    customers = _customers(source.customers(), at=at)
    made = World(brand, offers, shops, customers, owner)
    # It is kept to the end: looking through it for garbage again and again took a twentieth.
    gc.collect()
    gc.freeze()
    return made


def _brand(owner: Person, operator: Person, at: datetime) -> Brand:
    for membership in memberships_of(person=owner):
        return membership.brand
    return admit_brand(
        owner=owner,
        operator=operator,
        names={"en": "Online Retail"},
        currency=CURRENCY,
        base_language="en",
        at=at,
    )


def _goods(
    brand: Brand, articles: Sequence[Article], *, owner: Person, operator: Person, at: datetime
) -> dict[tuple[str, int], UUID]:
    if _CATEGORY not in category_paths():
        add_categories(entries=[NewCategory(code=_CATEGORY, names={"zh": "礼品", "en": "Gifts"})])
    offered = _offer_ids(brand)
    for chunk in _chunks(articles):
        known = products_by_reference(brand=brand, references=[row.code for row in chunk])
        new = [_entry(row) for row in chunk if row.code not in known]
        if new:
            add_products(brand=brand, entries=new, by=owner.code, at=at)
        known = products_by_reference(brand=brand, references=[row.code for row in chunk])
        drafts = [row for row in known.values() if row.state == "draft"]
        if drafts:
            propose_products(products=drafts, by=owner.code, at=at)
        known = products_by_reference(brand=brand, references=[row.code for row in chunk])
        proposed = [row for row in known.values() if row.state == "proposed"]
        if proposed:
            accept_products(products=proposed, by=operator.code, at=at)
        skus = {code: row.skus.all()[0] for code, row in known.items()}
        _stock(brand, chunk, skus, by=owner.code, at=at)
        fresh = [
            NewOffer(sku=skus[article.code].id, terms=_terms(pence))
            for article in chunk
            for pence in article.prices
            if (article.code, pence) not in offered
        ]
        if fresh:
            list_standing_offers(brand=brand, entries=fresh, by=owner.code, at=at)
    return _offer_ids(brand)


def _entry(article: Article) -> NewProduct:
    return NewProduct(
        reference=article.code,
        category=_CATEGORY,
        titles={"en": article.title[:80]},
        skus=[NewSku(reference=article.code)],
        base_language="en",
    )


def _stock(
    brand: Brand, articles: Sequence[Article], skus: dict[str, Sku], *, by: str, at: datetime
) -> None:
    there = warehouse_of(skus=[sku.id for sku in skus.values()])
    missing = []
    for article in articles:
        sku = skus[article.code]
        received = there[sku.id].received if sku.id in there else 0
        if received < article.units:
            missing.append(Quantity(sku.id, article.units - received))
    if missing:
        receive_goods(brand=brand, quantities=missing, by=by, at=at)


def _terms(pence: int) -> Terms:
    return Terms(
        supply=pence * SUPPLY_PERCENT // 100,
        sale=pence,
        floor=pence,
        cap=pence,
        rate_bp=RATE_BP,
        currency=CURRENCY,
    )


def _offer_ids(brand: Brand) -> dict[tuple[str, int], UUID]:
    rows = standing_offers(brand=brand, limit=_ALL)
    return {(row.sku.reference, row.sale_minor): row.id for row in rows}


def _shops(countries: Sequence[str], *, at: datetime) -> dict[str, UUID]:
    keepers = add_people(
        entries=[
            NewPerson(phone=f"+447400910{place:03}", name=f"Keeper, {country}", language="en")
            for place, country in enumerate(countries)
        ],
        at=at,
    )
    shops = {}
    for country, keeper in zip(countries, keepers, strict=True):
        own = shops_of(person=keeper)
        shop: Shop = (
            own[0] if own else open_shop(person=keeper, name=country[:40], currency=CURRENCY, at=at)
        )
        shops[country] = shop.id
    return shops


def _customers(numbers: Sequence[int], *, at: datetime) -> dict[int, UUID]:
    found: dict[int, UUID] = {}
    for chunk in _chunks(numbers):
        people = add_people(
            entries=[
                NewPerson(phone=f"+4474000{number:05}", name=f"Customer {number}", language="en")
                for number in chunk
            ],
            at=at,
        )
        found |= {number: person.id for number, person in zip(chunk, people, strict=True)}
    return found


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
