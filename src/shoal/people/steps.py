"""Writes on people that operations compose: making them, counting tries, sealing who they are."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil

from django.db import connection
from django.utils.translation import gettext, ngettext

from shoal.kit import vault
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.transactions import step
from shoal.people import rules
from shoal.people.models import Identity, Person
from shoal.people.rules import Limit


class TooMany(Refused):
    """That was a little too often. Please wait {wait} and try again."""

    code = "too_many"

    def __init__(self, *, seconds: int) -> None:
        super().__init__(seconds=seconds)

    @property
    def sentence(self) -> str:
        """The message, its waiting time in words."""
        minutes = ceil(int(str(self.facts["seconds"])) / 60)
        wait = ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
        return gettext(str(type(self).__doc__)).format(wait=wait)


@step
def count(*, limit: Limit, subject: bytes, at: datetime) -> None:
    """This will count one doing of `subject` under `limit`. Raises TooMany when it was the last.

    One statement per count, so that any number at the same moment stay within the limit.
    """
    since, until = rules.stretch(limit.per, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_tally (id, kind, subject, since_at, until_at, count)"
            " VALUES (%s, %s, %s, %s, %s, 1)"
            " ON CONFLICT (kind, subject, since_at, until_at)"
            " DO UPDATE SET count = people_tally.count + 1 RETURNING count",
            [uuid7(), limit.kind, subject, since, until],
        )
        row = cursor.fetchone()
    if row[0] > limit.most:
        raise TooMany(seconds=ceil((until - at).total_seconds()))


@step
def make_people(
    *, records: Sequence[dict[str, str]], languages: Sequence[str], at: datetime
) -> list[Person]:
    """This will make one person for each record (any of name, phone, e-mail), sealed.

    A phone (E.164) or an e-mail in a record becomes a proved identity.
    """
    people = [Person(language=language, created_at=at, password="!") for language in languages]  # noqa: S106 - no password at all
    vault.make_keys([person.id for person in people])
    sealed = vault.seal_many(
        (person.id, record) for person, record in zip(people, records, strict=True)
    )
    for person, blob in zip(people, sealed, strict=True):
        person.sealed = blob
    Person.objects.bulk_create(people)
    Identity.objects.bulk_create(
        Identity(
            person=person,
            kind=kind,
            blind_index=vault.blind_index(kind, record[kind]),
            proved_at=at,
        )
        for person, record in zip(people, records, strict=True)
        for kind in (Identity.Kind.PHONE, Identity.Kind.EMAIL)
        if record.get(kind)
    )
    return people


@step
def amend_sealed(*, person: Person, changes: dict[str, str]) -> None:
    """This will change what is sealed about a locked person; the rest of it stays."""
    record = vault.reveal(person.id, person.sealed) if person.sealed else {}
    person.sealed = vault.seal(person.id, record | changes)
    person.save(update_fields=["sealed"])
