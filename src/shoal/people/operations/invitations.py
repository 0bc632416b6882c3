"""Staff come by invitation: mailed, for one role at one place, for one person, for a week."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext

from shoal.kit import vault
from shoal.kit.errors import NotFound, Refused
from shoal.kit.events import publish
from shoal.kit.locks import lock_rows
from shoal.kit.transactions import operation, step
from shoal.notify.steps import send_mail
from shoal.people import rules
from shoal.people.events import InvitationAccepted
from shoal.people.models import Identity, Invitation, Operator, Person
from shoal.people.operations.persons import NameMissing
from shoal.people.rules import Limit
from shoal.people.steps import amend_sealed, count, make_people

_SUPPLIERS_AN_HOUR = 5


class NotAnEmail(Refused):
    """This is not an e-mail address. Please check it."""

    code = "not_an_email"


class NotARole(Refused):
    """There is no role “{role}” here."""

    code = "not_a_role"


class InvitationOver(Refused):
    """This invitation was used, withdrawn, or is too old. Ask who invited you for a new one."""

    code = "invitation_over"


class PasswordTooWeak(Refused):
    """Please choose a longer password that is not easy to guess: ten characters or more."""

    code = "password_too_weak"


class LastAdmin(Refused):
    """Somebody has to run the platform: make another person an administrator first."""

    code = "last_admin"


@operation
def invite(
    *,
    email: str,
    place: Invitation.Place,
    subject: UUID | None,
    role: str,
    place_name: str,
    by: str,
    at: datetime,
) -> Invitation:
    """This will mail an invitation to one role; an open one for the same is withdrawn.

    `subject` is the brand's or shop's id, None for the platform; `place_name` is what the mail
    calls it. Who may invite is the caller's business. Raises NotAnEmail or NotARole.
    """
    _check_role(place, role)
    words = gettext("{place} has invited you to work with them on Shoal.").format(place=place_name)
    return _mail(
        address=_checked(email), place=place, subject=subject, role=role, place_name=place_name,
        words=words, by=by, at=at,
    )  # fmt: skip


@operation
def mint_invitation(*, email: str, role: str, by: str, at: datetime) -> str:
    """This will return the link of an invitation to the platform, for who hands it over herself.

    For an installation that sends no mail yet; who holds it answers for the address. An open
    invitation for the same is withdrawn. Raises NotAnEmail or NotARole.
    """
    _check_role(Invitation.Place.PLATFORM, role)
    _, link = _invitation(
        address=_checked(email), place=Invitation.Place.PLATFORM, subject=None, role=role,
        place_name=gettext("Shoal"), by=by, at=at,
    )  # fmt: skip
    return link


@operation
def invite_supplier(*, email: str, network: str, at: datetime) -> None:
    """This will mail a link with which a supplier opens an account, to apply with a brand.

    Known and unknown addresses are treated alike. `network` is whom limits count. Raises
    NotAnEmail or TooMany.
    """
    address = _checked(email)
    for kind, subject in (("network", network), ("email", address)):
        count(
            limit=Limit(f"supplier {kind}", _SUPPLIERS_AN_HOUR, timedelta(hours=1)),
            subject=vault.blind_index(kind, subject),
            at=at,
        )
    _mail(
        address=address, place=Invitation.Place.SUPPLIER, subject=None, role="",
        place_name=gettext("Shoal"), by="supplier", at=at,
        words=gettext("You want to supply goods on Shoal. Open an account first, then apply."),
    )  # fmt: skip


def _check_role(place: Invitation.Place, role: str) -> None:
    if place == Invitation.Place.PLATFORM and role not in Operator.Role.values:
        raise NotARole(role=role)


def _checked(email: str) -> str:
    address = rules.parse_email(email)
    try:
        validate_email(address)
    except ValidationError as error:
        raise NotAnEmail from error
    return address


@step
def _mail(
    *,
    address: str,
    place: Invitation.Place,
    subject: UUID | None,
    role: str,
    place_name: str,
    words: str,
    by: str,
    at: datetime,
) -> Invitation:
    invitation, link = _invitation(
        address=address, place=place, subject=subject, role=role, place_name=place_name, by=by,
        at=at,
    )  # fmt: skip
    send_mail(
        to=address,
        subject=gettext("Your invitation to {place}").format(place=place_name),
        body=gettext(
            "{words}\n\n"
            "Open this link within seven days to choose a password:\n{link}\n\n"
            "If you did not expect this, you need not do anything."
        ).format(words=words, link=link),
        at=at,
    )
    return invitation


@step
def _invitation(
    *,
    address: str,
    place: Invitation.Place,
    subject: UUID | None,
    role: str,
    place_name: str,
    by: str,
    at: datetime,
) -> tuple[Invitation, str]:
    """A fresh invitation and its link; nobody can make the link again."""
    index = vault.blind_index("email", address)
    Invitation.objects.filter(
        place=place, subject=subject, role=role, email_index=index,
        accepted_at=None, withdrawn_at=None,
    ).update(withdrawn_at=at, sealed=b"")  # fmt: skip
    token = secrets.token_urlsafe(24)
    invitation = Invitation(
        digest=rules.token_digest(token), place=place, subject=subject, role=role,
        email_index=index, invited_by=by, invited_at=at, expires_at=at + rules.INVITATION_HOLDS,
    )  # fmt: skip
    vault.make_keys([invitation.id])
    invitation.sealed = vault.seal(invitation.id, {"email": address, "place_name": place_name})
    invitation.save(force_insert=True)
    return invitation, f"{settings.SHOAL_PUBLIC_URL}/sign-in/invitation/{token}"


@operation
def withdraw_invitation(
    *, place: Invitation.Place, subject: UUID | None, code: str, at: datetime
) -> None:
    """This will close an open invitation of this place. Raises NotFound."""
    closed = Invitation.objects.filter(
        place=place, subject=subject, code=code, accepted_at=None, withdrawn_at=None
    ).update(withdrawn_at=at, sealed=b"")
    if not closed:
        raise NotFound


@operation
def accept_invitation(
    *, token: str, name: str, password: str, person: Person | None, at: datetime
) -> Person:
    """This will give the invited role to its person and return her.

    The mail that arrived proves the address. Whoever holds it already gets the role, her name and
    password as they were; else `person`, who is signed in, gets the address and the password; else
    a new person is made. Raises InvitationOver, NameMissing or PasswordTooWeak.
    """
    invitation = (
        Invitation.objects.select_for_update()
        .filter(digest=rules.token_digest(token), accepted_at=None, withdrawn_at=None)
        .first()
    )
    if invitation is None or at >= invitation.expires_at:
        raise InvitationOver
    email = vault.reveal(invitation.id, invitation.sealed)["email"]
    accepted = _holder(email) or _join(
        email=email, name=rules.parse_name(name), password=password, person=person, at=at
    )
    invitation.accepted_at, invitation.person, invitation.sealed = at, accepted, b""
    invitation.save(update_fields=["accepted_at", "person", "sealed"])
    if invitation.place == Invitation.Place.PLATFORM:
        _appoint(person=accepted, role=invitation.role, at=at)
    elif invitation.subject is not None:
        publish([
            InvitationAccepted(
                place=invitation.place, subject=invitation.subject, role=invitation.role,
                person=accepted.pk, invited_by=invitation.invited_by, at=at,
            )
        ])  # fmt: skip
    return accepted


@operation
def appoint_operator(*, person: Person, role: str, at: datetime) -> None:
    """This will give a person a role at the platform; a second time changes nothing.

    Raises NotARole.
    """
    if role not in Operator.Role.values:
        raise NotARole(role=role)
    _appoint(person=person, role=role, at=at)


@operation
def dismiss_operator(*, person: Person, role: str, at: datetime) -> None:
    """This will end a person's role at the platform.

    Raises NotFound when she has none such, and LastAdmin for the only administrator.
    """
    if role == Operator.Role.ADMIN:
        admins = Operator.objects.filter(role=role, until_at=None).order_by("id")
        # Locked, so that two who dismiss each other at one moment do not both go.
        if {row.person_id for row in admins.select_for_update()} == {person.pk}:
            raise LastAdmin
    if not Operator.objects.filter(person=person, role=role, until_at=None).update(until_at=at):
        raise NotFound


@step
def _appoint(*, person: Person, role: str, at: datetime) -> None:
    Operator.objects.bulk_create(
        [Operator(person=person, role=role, since_at=at)], ignore_conflicts=True
    )


def _holder(email: str) -> Person | None:
    identity = (
        Identity.objects.select_related("person")
        .filter(kind=Identity.Kind.EMAIL, blind_index=vault.blind_index("email", email))
        .first()
    )
    return identity.person if identity else None


def _join(*, email: str, name: str, password: str, person: Person | None, at: datetime) -> Person:
    try:
        validate_password(password)
    except ValidationError as error:
        raise PasswordTooWeak from error
    if person is None:
        if not name:
            raise NameMissing
        person = make_people(
            records=[{"email": email, "name": name}], languages=["zh-hans"], at=at
        )[0]
    else:
        person = lock_rows(Person, [person.pk])[person.pk]
        amend_sealed(person=person, changes={"email": email} | ({"name": name} if name else {}))
        Identity.objects.create(
            person=person, kind=Identity.Kind.EMAIL,
            blind_index=vault.blind_index("email", email), proved_at=at,
        )  # fmt: skip
    person.password = make_password(password)
    person.save(update_fields=["password"])
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person
