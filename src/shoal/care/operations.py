"""Durable entry points of conversations."""

from datetime import datetime
from uuid import UUID

from shoal.care import rules
from shoal.care.models import Conversation, Message
from shoal.care.queries import Topic, topics
from shoal.kit import vault
from shoal.kit.errors import NotFound, Refused
from shoal.kit.ids import uuid7
from shoal.kit.transactions import operation
from shoal.people.models import Person
from shoal.people.steps import count
from shoal.shops.models import Shop


class NothingSaid(Refused):
    """Please write something first."""

    code = "nothing_said"


class TooLong(Refused):
    """This is too long for one message. Please keep it under {most} characters."""

    code = "too_long"


@operation
def ask(
    *,
    customer: Person,
    shop: Shop,
    text: str,
    at: datetime,
    about: str = "",
    about_code: str = "",
) -> Message:
    """This will say something to a shop's keeper, as its customer; the first time begins the talk.

    `about` is "product", "order" or "case" with its code, or nothing; what these two may not talk
    about is left out. Raises NothingSaid, TooLong or TooMany.
    """
    clean = _checked(text)
    key = (about, about_code)
    topic = topics(shop=shop.pk, customer=customer.pk, wanted=[key]).get(key)
    _count(customer, at)
    Conversation.objects.bulk_create(
        [Conversation(id=uuid7(), shop=shop, customer=customer, begun_at=at, last_at=at)],
        ignore_conflicts=True,
    )
    conversation = Conversation.objects.select_for_update().get(shop=shop, customer=customer)
    conversation.unread_by_shop += 1
    return _say(conversation, Message.Side.CUSTOMER, clean, customer, at, topic)


@operation
def answer(*, by: Person, shop: Shop, conversation: str, text: str, at: datetime) -> Message:
    """This will say something to a customer, as this shop. `conversation` is its code.

    A keeper answers; she cannot begin a talk with a stranger. Raises NotFound, NothingSaid,
    TooLong, TooMany, or Erased when the customer had herself forgotten.
    """
    clean = _checked(text)
    _count(by, at)
    found = Conversation.objects.select_for_update().filter(shop=shop, code=conversation).first()
    if found is None:
        raise NotFound
    found.unread_by_customer += 1
    return _say(found, Message.Side.SHOP, clean, by, at, None)


@operation
def read_as_customer(*, customer: Person, shop: Shop) -> None:
    """This will note that a customer has read everything this shop said."""
    Conversation.objects.filter(customer=customer, shop=shop).update(unread_by_customer=0)


@operation
def read_as_shop(*, shop: Shop, conversation: str) -> None:
    """This will note that this shop has read everything in the conversation with this code."""
    Conversation.objects.filter(shop=shop, code=conversation).update(unread_by_shop=0)


def _checked(text: str) -> str:
    clean = rules.parse_text(text)
    if not clean:
        raise NothingSaid
    if len(clean) > rules.LONGEST:
        raise TooLong(most=rules.LONGEST)
    return clean


def _count(person: Person, at: datetime) -> None:
    pk: UUID = person.pk
    subject = vault.blind_index("person", str(pk))
    count(limit=rules.PER_MINUTE, subject=subject, at=at)
    count(limit=rules.PER_DAY, subject=subject, at=at)


def _say(
    conversation: Conversation,
    side: Message.Side,
    text: str,
    by: Person,
    at: datetime,
    topic: Topic | None,
) -> Message:
    conversation.last_at = at
    conversation.save(update_fields=["last_at", "unread_by_shop", "unread_by_customer"])
    return Message.objects.create(
        conversation=conversation,
        side=side,
        sealed=vault.seal(conversation.customer_id, {"text": text}),
        about=topic.kind if topic else "",
        about_code=topic.code if topic else "",
        by=by.code,
        at=at,
    )
