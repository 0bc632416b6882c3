"""Every read of conversations; each takes its tenant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery, Sum

from shoal.care.models import Case, Conversation, Message
from shoal.catalog.queries import is_live, public_products
from shoal.kit import vault
from shoal.kit.asking import ask
from shoal.kit.errors import NotFound
from shoal.kit.masking import mask_name
from shoal.orders.models import Order
from shoal.people import queries as people_queries
from shoal.people.models import Person
from shoal.shops.models import Shop

_UNREAD = """
SELECT coalesce(sum(unread_by_customer), 0) FROM care_conversation
WHERE customer_id = %s AND (%s::uuid IS NULL OR shop_id = %s)
"""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a message is about; `title` is a product's, of anything else its code.

    A product that is not sold any more has a page for customers that says so, and none for keepers.
    """

    kind: Message.About
    code: str
    title: str
    is_sold: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """One message, opened; `text` is empty where the customer had herself forgotten."""

    is_mine: bool
    text: str
    topic: Topic | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation as it stands in a list. `name` is the other side's."""

    code: str
    shop_code: str
    name: str
    last_text: str
    last_at: datetime
    unread: int


def messages_for_customer(*, customer: Person, shop: Shop, limit: int = 100) -> list[Said]:
    """This will return what a customer and a shop have said, the oldest of the newest first."""
    talk = Conversation.objects.filter(customer=customer, shop=shop).first()
    return _opened(talk, Message.Side.CUSTOMER, limit) if talk else []


def messages_for_shop(*, shop: Shop, conversation: str, limit: int = 100) -> list[Said]:
    """This will return what was said in one of this shop's conversations. Raises NotFound."""
    return _opened(_of_shop(shop, conversation), Message.Side.SHOP, limit)


def talk_of_shop(*, shop: Shop, conversation: str) -> Talk:
    """This will return one of this shop's conversations by its code. Raises NotFound."""
    return _for_shop([_of_shop(shop, conversation)])[0]


def talks_of_shop(*, shop: Shop, limit: int = 50, offset: int = 0) -> list[Talk]:
    """This will list this shop's conversations, the latest first, its customers' names masked."""
    rows = Conversation.objects.filter(shop=shop).order_by("-last_at")
    return _for_shop(list(rows[offset : offset + limit]))


def talks_of_customer(*, customer: Person, limit: int = 50) -> list[Talk]:
    """This will list a customer's conversations, the latest first."""
    rows = list(
        Conversation.objects.filter(customer=customer)
        .select_related("shop")
        .order_by("-last_at")[:limit]
    )
    texts = _last_texts(rows)
    return [
        Talk(row.code, row.shop.code, row.shop.name, text, row.last_at, row.unread_by_customer)
        for row, text in zip(rows, texts, strict=True)
    ]


def talk_with(*, shop: Shop, customer: Person | UUID) -> str:
    """This will return the code of a shop's conversation with a customer, or "" before one."""
    rows = Conversation.objects.filter(shop=shop, customer=customer)
    return rows.values_list("code", flat=True).first() or ""


def unread_by_shop(*, shop: Shop) -> int:
    """This will count the messages that a shop has not read."""
    found = Conversation.objects.filter(shop=shop).aggregate(total=Sum("unread_by_shop"))
    return int(found["total"] or 0)


def unread_by_customer(*, customer: Person, shop: Shop | None = None) -> int:
    """This will count the messages a customer has not read, of one shop or of all."""
    only = shop.id if shop else None
    ((total,),) = ask(_UNREAD, [customer.pk, only, only])
    return int(total)


def topics(
    *, shop: UUID, customer: UUID, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Topic]:
    """This will find, by (kind, code), what a customer and a shop may talk about.

    Products that customers may see, and orders and cases of this customer in this shop; anything
    else is left out. One query for each kind that is wanted.
    """
    codes: dict[str, set[str]] = {}
    for kind, code in wanted:
        codes.setdefault(kind, set()).add(code)
    about = Message.About
    found = []
    if about.PRODUCT in codes:
        found += [
            Topic(about.PRODUCT, row.code, row.title, is_sold=is_live(row))
            for row in public_products(codes=codes[about.PRODUCT])
        ]
    if about.ORDER in codes:
        rows = Order.objects.filter(storefront=shop, customer=customer, code__in=codes[about.ORDER])
        found += [Topic(about.ORDER, code, code) for code in rows.values_list("code", flat=True)]
    if about.CASE in codes:
        cases = Case.objects.filter(shop=shop, customer=customer, code__in=codes[about.CASE])
        found += [Topic(about.CASE, code, code) for code in cases.values_list("code", flat=True)]
    return {(topic.kind, topic.code): topic for topic in found}


def export_of(person: Person) -> list[dict[str, Any]]:
    """This will return all that a customer said and was told, for herself, as plain data."""
    talks = Conversation.objects.filter(customer=person).select_related("shop")
    return [
        {
            "shop": talk.shop.name,
            "messages": [
                {"by": "me" if said.is_mine else "shop", "at": said.at.isoformat(),
                 "text": said.text}
                for said in _opened(talk, Message.Side.CUSTOMER, None)
            ],
        }
        for talk in talks
    ]  # fmt: skip


def _of_shop(shop: Shop, code: str) -> Conversation:
    found = Conversation.objects.filter(shop=shop, code=code).first()
    if found is None:
        raise NotFound
    return found


def _opened(talk: Conversation, mine: Message.Side, limit: int | None) -> list[Said]:
    rows = list(talk.messages.order_by("-at", "-pk")[:limit])[::-1]
    opened = vault.reveal_many((talk.customer_id, row.sealed) for row in rows)
    found = topics(
        shop=talk.shop_id,
        customer=talk.customer_id,
        wanted=[(row.about, row.about_code) for row in rows if row.about],
    )
    return [
        Said(
            is_mine=row.side == mine,
            text=(record or {}).get("text", ""),
            topic=found.get((row.about, row.about_code)),
            at=row.at,
        )
        for row, record in zip(rows, opened, strict=True)
    ]


def _for_shop(rows: list[Conversation]) -> list[Talk]:
    names = people_queries.names_of(row.customer_id for row in rows)
    texts = _last_texts(rows)
    return [
        Talk(row.code, "", mask_name(names.get(row.customer_id, "")), text, row.last_at,
             row.unread_by_shop)
        for row, text in zip(rows, texts, strict=True)
    ]  # fmt: skip


def _last_texts(rows: Iterable[Conversation]) -> list[str]:
    talks = list(rows)
    newest = Message.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-pk")
    found = dict(
        Conversation.objects.filter(pk__in=[talk.pk for talk in talks])
        .annotate(newest=Subquery(newest.values("sealed")[:1]))
        .values_list("pk", "newest")
    )
    opened = vault.reveal_many((talk.customer_id, found[talk.pk]) for talk in talks)
    return [(record or {}).get("text", "") for record in opened]
