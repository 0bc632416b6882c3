"""Every read of people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from shoal.kit import vault
from shoal.kit.asking import ask, rows_of
from shoal.kit.errors import NotFound
from shoal.kit.masking import mask_email, mask_phone
from shoal.people import rules
from shoal.people.models import Identity, Invitation, Operator, Person, Terms

_ADDRESSES = """
SELECT code, region, is_default, sealed FROM people_address
WHERE person_id = %s AND removed_at IS NULL ORDER BY is_default DESC, created_at DESC, id DESC
"""
_ACCEPTED = "SELECT 1 FROM people_termsacceptance WHERE person_id = %s AND terms_id = %s"
_SEALED = """
SELECT person_id, code, region, is_default, sealed FROM people_address
WHERE code = ANY(%s) AND removed_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person sees of herself. `phone` is whole; show `masked_phone` where others look."""

    name: str
    phone: str
    email: str
    masked_phone: str
    language: str


@dataclass(frozen=True, slots=True)
class SealedAddress:
    """One entry of an address book, as it stands there."""

    code: str
    region: str
    is_default: bool
    sealed: bytes


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """One entry of an address book, opened."""

    code: str
    region: str
    recipient: str
    phone: str
    province: str
    city: str
    district: str
    street: str
    is_default: bool

    @property
    def line(self) -> str:
        """The address on one line, as it is written on a parcel."""
        parts = (self.province, self.city, self.district, self.street)
        return " ".join(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that can still be accepted."""

    code: str
    email: str
    place_name: str
    place: str
    role: str
    expires_at: datetime
    is_known: bool
    """Whether somebody holds this address already, so that no password is chosen."""


def person_by_code(code: str) -> Person:
    """This will return the person with this short code. Raises NotFound."""
    person = Person.objects.filter(code=code, erased_at=None).first()
    if person is None:
        raise NotFound
    return person


def person_by_id(person: UUID) -> Person | None:
    """This will return the active person with this id, or None."""
    found = rows_of(Person, "WHERE id = %s AND is_active", [person])
    return found[0] if found else None


def person_by_wechat(openid: str) -> Person | None:
    """This will return who was in WeChat as `openid`, or None."""
    identity = (
        Identity.objects.select_related("person")
        .filter(
            kind=Identity.Kind.WECHAT,
            blind_index=vault.blind_index(Identity.Kind.WECHAT, openid),
            person__is_active=True,
        )
        .first()
    )
    return identity.person if identity else None


def wechat_of(person: Person) -> str:
    """This will return the openid that a person was last in WeChat with, or nothing."""
    return _opened(person).get("wechat", "")


def person_by_phone(phone: str) -> Person | None:
    """This will return who proved this phone, or None.

    For processes, tests and operators (who log each look-up), never for pages that others open:
    one that answers this tells strangers who is here.
    """
    number = rules.parse_phone(phone, region=settings.SHOAL_PHONE_REGION)
    if number is None:
        return None
    identity = (
        Identity.objects.select_related("person")
        .filter(kind=Identity.Kind.PHONE, blind_index=vault.blind_index("phone", number))
        .first()
    )
    return identity.person if identity else None


def profile(person: Person) -> Profile:
    """This will return what is sealed about a person, opened; all empty for an erased one."""
    record = _opened(person)
    phone, email = record.get("phone", ""), record.get("email", "")
    masked = mask_phone(phone) if phone else mask_email(email) if email else ""
    return Profile(record.get("name", ""), phone, email, masked, person.language)


def names_of(people: Iterable[UUID]) -> dict[UUID, str]:
    """This will return the names of many people by id, with two look-ups; erased ones have ""."""
    rows = list(Person.objects.filter(pk__in=set(people)).values_list("pk", "sealed"))
    opened = vault.reveal_many([(pk, sealed) for pk, sealed in rows if sealed])
    found = dict(zip([pk for pk, sealed in rows if sealed], opened, strict=True))
    return {pk: (found.get(pk) or {}).get("name", "") for pk, _ in rows}


def codes_of(*, people: Iterable[UUID]) -> dict[UUID, str]:
    """This will return the short codes of many people by id."""
    return dict(ask("SELECT id, code FROM people_person WHERE id = ANY(%s)", [list(set(people))]))


def sealed_addresses_of(person: Person) -> list[SealedAddress]:
    """This will return a person's address book unopened: the default first, then the newest."""
    return [SealedAddress(*row) for row in ask(_ADDRESSES, [person.pk])]


def sealed_addresses(entries: Iterable[tuple[UUID, str]]) -> dict[tuple[UUID, str], SealedAddress]:
    """This will return, of pairs of a person and a code, the entries of that person's own book."""
    wanted = {(person, code) for person, code in entries if code.isalnum()}
    if not wanted:
        return {}
    rows = ask(_SEALED, [[code for _, code in wanted]])
    found = {(person, row[0]): SealedAddress(*row) for person, *row in rows}
    return {key: found[key] for key in wanted if key in found}


def open_addresses(*, person: Person, addresses: Sequence[SealedAddress]) -> list[KnownAddress]:
    """This will open entries of a person's address book, but those whose key is gone."""
    opened = vault.reveal_many([(person.pk, one.sealed) for one in addresses])
    return [
        KnownAddress(one.code, one.region, is_default=one.is_default, **record)
        for one, record in zip(addresses, opened, strict=True)
        if record is not None
    ]


def addresses_of(person: Person) -> list[KnownAddress]:
    """This will return a person's address book: the default first, then the newest."""
    return open_addresses(person=person, addresses=sealed_addresses_of(person))


def address_of(*, person: Person, code: str) -> KnownAddress:
    """This will return one of her own addresses. Raises NotFound."""
    for address in addresses_of(person):
        if address.code == code:
            return address
    raise NotFound


def operator_roles(person: Person) -> set[str]:
    """This will return the roles a person has at the platform now."""
    return set(Operator.objects.filter(person=person, until_at=None).values_list("role", flat=True))


def operator_names(*, codes: Iterable[str]) -> dict[str, str]:
    """This will return, by code, the names of those among `codes` who work or worked here."""
    wanted = set(codes)
    rows = Person.objects.filter(code__in=wanted, operator_roles__isnull=False).distinct()
    found = dict(rows.values_list("pk", "code")) if wanted else {}
    names = names_of(found) if found else {}
    return {code: names[pk] for pk, code in found.items() if names[pk]}


def all_terms() -> list[Terms]:
    """This will list every version of the terms, the newest first."""
    return list(Terms.objects.order_by("-version"))


def operators() -> list[tuple[Person, str]]:
    """This will return who works at the platform now, with each role."""
    rows = Operator.objects.filter(until_at=None).select_related("person")
    return [(row.person, row.role) for row in rows.order_by("role", "since_at")]


def terms_now() -> Terms | None:
    """This will return the newest version of the terms; None before any was published."""
    newest = rows_of(Terms, "ORDER BY version DESC LIMIT 1", [])
    return newest[0] if newest else None


def terms_owed(person: Person) -> Terms | None:
    """This will return the version of the terms that a person must still accept, or None."""
    newest = terms_now()
    if newest is None or ask(_ACCEPTED, [person.pk, newest.pk]):
        return None
    return newest


def invitation_by_token(*, token: str, at: datetime) -> OpenInvitation | None:
    """This will return the invitation of a mailed token while it can be accepted, else None."""
    invitation = Invitation.objects.filter(
        digest=rules.token_digest(token), accepted_at=None, withdrawn_at=None, expires_at__gt=at
    ).first()
    return _open_invitation(invitation) if invitation else None


def open_invitations(
    *, place: Invitation.Place, subject: UUID | None, at: datetime
) -> list[OpenInvitation]:
    """This will return the invitations of a place that can still be accepted, newest first."""
    rows = Invitation.objects.filter(
        place=place, subject=subject, accepted_at=None, withdrawn_at=None, expires_at__gt=at
    ).order_by("-invited_at")
    return [_open_invitation(row) for row in rows]


def export_of(person: Person) -> dict[str, Any]:
    """This will return everything that people keeps about a person, for herself, as plain data."""
    record = _opened(person)
    return {
        "code": person.code,
        "language": person.language,
        "since": person.created_at.isoformat(),
        **record,
        "identities": [
            {"kind": kind, "proved_at": proved_at.isoformat()}
            for kind, proved_at in person.identities.values_list("kind", "proved_at")
        ],
        "addresses": [
            {
                "region": address.region,
                "recipient": address.recipient,
                "phone": address.phone,
                "province": address.province,
                "city": address.city,
                "district": address.district,
                "street": address.street,
            }
            for address in addresses_of(person)
        ],
        "terms_accepted": [
            {"version": version, "at": at.isoformat()}
            for version, at in person.acceptances.values_list("terms__version", "accepted_at")
        ],
    }


def _opened(person: Person) -> dict[str, str]:
    if not person.sealed:
        return {}
    return vault.reveal_many([(person.pk, person.sealed)])[0] or {}


def _open_invitation(invitation: Invitation) -> OpenInvitation:
    record = vault.reveal(invitation.id, invitation.sealed)
    return OpenInvitation(
        code=invitation.code,
        email=record["email"],
        place_name=record["place_name"],
        place=invitation.place,
        role=invitation.role,
        expires_at=invitation.expires_at,
        is_known=Identity.objects.filter(
            kind=Identity.Kind.EMAIL, blind_index=bytes(invitation.email_index)
        ).exists(),
    )
