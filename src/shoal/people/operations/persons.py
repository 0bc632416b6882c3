"""People themselves: added, named, their addresses, forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings

from shoal.kit import vault
from shoal.kit.errors import NotFound, Refused
from shoal.kit.events import publish
from shoal.kit.locks import lock_row
from shoal.kit.transactions import operation
from shoal.people import rules, tasks
from shoal.people.events import ErasureAsked
from shoal.people.models import (
    Address,
    Identity,
    LoginLink,
    OneTimeCode,
    Operator,
    Person,
    Session,
    Tally,
)
from shoal.people.operations.codes import NotAPhone
from shoal.people.steps import amend_sealed, make_people

_CODES_KEPT = timedelta(days=2)
_PARTS = ("recipient", "phone", "province", "city", "district", "street")


class NameMissing(Refused):
    """Please write a name."""

    code = "name_missing"


class AddressIncomplete(Refused):
    """Please fill in recipient, phone, city and street, so that the parcel arrives."""

    code = "address_incomplete"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to add: a phone as typed, a name (may be empty), a language ("zh-hans", "en")."""

    phone: str
    name: str = ""
    language: str = "zh-hans"


@operation
def add_people(*, entries: Sequence[NewPerson], at: datetime) -> list[Person]:
    """This will return a person for each entry, in order, made where the phone is not known yet.

    Safe to run twice. Raises NotAPhone, and then nobody was added.
    """
    numbers = [_number(entry.phone) for entry in entries]
    indexes = {number: vault.blind_index("phone", number) for number in numbers}
    found = {
        bytes(identity.blind_index): identity.person
        for identity in Identity.objects.select_related("person").filter(
            kind=Identity.Kind.PHONE, blind_index__in=list(indexes.values())
        )
    }
    fresh = {
        number: entry
        for number, entry in zip(numbers, entries, strict=True)
        if indexes[number] not in found
    }
    made = make_people(
        records=[
            {"phone": number, "name": rules.parse_name(entry.name)}
            for number, entry in fresh.items()
        ],
        languages=[entry.language for entry in fresh.values()],
        at=at,
    )
    found |= {indexes[number]: person for number, person in zip(fresh, made, strict=True)}
    return [found[indexes[number]] for number in numbers]


@operation
def rename_person(*, person: Person, name: str) -> None:
    """This will change what a person is called. Raises NameMissing."""
    clean = rules.parse_name(name)
    if not clean:
        raise NameMissing
    amend_sealed(person=lock_row(Person, person.pk), changes={"name": clean})


@operation
def choose_language(*, person: Person, language: str) -> None:
    """This will write to a person in another language from now on; one we do not speak is left."""
    if language in dict(settings.LANGUAGES):
        Person.objects.filter(pk=person.pk).update(language=language)


@operation
def add_address(
    *,
    person: Person,
    recipient: str,
    phone: str,
    region: str,
    province: str,
    city: str,
    district: str,
    street: str,
    at: datetime,
) -> Address:
    """This will add to a person's address book; her first one becomes the default.

    What stands in it already is that entry: a form that is sent twice adds one. `region` is the
    administrative code that freight counts by. Raises NotAPhone or AddressIncomplete.
    """
    record = _address_record(recipient, phone, province, city, district, street)
    lock_row(Person, person.pk)
    known = list(Address.objects.filter(person=person, removed_at=None, region=region))
    opened = vault.reveal_many([(person.pk, entry.sealed) for entry in known])
    if record in opened:
        return known[opened.index(record)]
    is_first = not Address.objects.filter(person=person, removed_at=None, is_default=True).exists()
    return Address.objects.create(
        person=person,
        region=region,
        sealed=vault.seal(person.pk, record),
        is_default=is_first,
        created_at=at,
    )


@operation
def change_address(
    *,
    person: Person,
    code: str,
    recipient: str,
    phone: str,
    region: str,
    province: str,
    city: str,
    district: str,
    street: str,
    is_default: bool,
) -> None:
    """This will change one of her own addresses; orders keep the one they were placed with.

    Raises NotFound, NotAPhone or AddressIncomplete.
    """
    record = _address_record(recipient, phone, province, city, district, street)
    lock_row(Person, person.pk)
    mine = Address.objects.filter(person=person, removed_at=None)
    address = mine.filter(code=code).first()
    if address is None:
        raise NotFound
    if is_default and not address.is_default:
        mine.filter(is_default=True).update(is_default=False)
        address.is_default = True
    address.region = region
    address.sealed = vault.seal(person.pk, record)
    address.save(update_fields=["region", "sealed", "is_default"])


@operation
def remove_address(*, person: Person, code: str, at: datetime) -> None:
    """This will remove one of her own addresses; what it said is wiped at once. Raises NotFound."""
    lock_row(Person, person.pk)
    mine = Address.objects.filter(person=person, removed_at=None)
    address = mine.filter(code=code).first()
    if address is None:
        raise NotFound
    was_default = address.is_default
    address.removed_at, address.sealed, address.is_default = at, b"", False
    address.save(update_fields=["removed_at", "sealed", "is_default"])
    heir = mine.order_by("-created_at").first() if was_default else None
    if heir is not None:
        heir.is_default = True
        heir.save(update_fields=["is_default"])


def erase_person(*, person: Person, at: datetime) -> None:
    """This will forget a person: identities and sealed texts go, then the key that opened them.

    Orders, ledger lines and logs keep the pseudonym and stay valid. A module above refuses while
    it still owes her something (a parcel under way), by an exception out of `ErasureAsked`.
    The key is deleted right after the commit, and once more by a job should that fail.
    """
    _forget(person=person, at=at)
    vault.erase(person.pk)


@operation
def _forget(*, person: Person, at: datetime) -> None:
    locked = lock_row(Person, person.pk)
    publish([ErasureAsked(person=locked.pk, at=at)])
    indexes = [bytes(index) for index in locked.identities.values_list("blind_index", flat=True)]
    OneTimeCode.objects.filter(phone_index__in=indexes).delete()
    locked.identities.all().delete()
    Session.objects.filter(person=locked).delete()
    Address.objects.filter(person=locked).update(
        sealed=b"", region="", removed_at=at, is_default=False
    )
    Operator.objects.filter(person=locked, until_at=None).update(until_at=at)
    EmailAddress.objects.filter(user=locked).delete()
    Authenticator.objects.filter(user=locked).delete()
    locked.sealed, locked.password = b"", "!"
    locked.is_active, locked.erased_at = False, locked.erased_at or at
    locked.save(update_fields=["sealed", "password", "is_active", "erased_at"])
    tasks.erase_key.defer(person=str(locked.pk))


@operation
def tidy(*, at: datetime) -> None:
    """This will delete codes, links, tallies and sessions that no decision looks at any more."""
    OneTimeCode.objects.filter(expires_at__lt=at - _CODES_KEPT).delete()
    LoginLink.objects.filter(expires_at__lt=at - _CODES_KEPT).delete()
    Tally.objects.filter(until_at__lt=at - _CODES_KEPT).delete()
    Session.objects.filter(expire_date__lt=at).delete()


def _number(phone: str) -> str:
    number = rules.parse_phone(phone, region=settings.SHOAL_PHONE_REGION)
    if number is None:
        raise NotAPhone
    return number


def _address_record(*typed: str) -> dict[str, str]:
    record = {part: " ".join(text.split())[:200] for part, text in zip(_PARTS, typed, strict=True)}
    record["recipient"] = rules.parse_name(record["recipient"])
    if not all(record[part] for part in ("recipient", "phone", "city", "street")):
        raise AddressIncomplete
    record["phone"] = _number(record["phone"])
    return record
