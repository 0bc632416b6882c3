"""Staff come by invitation: one role, one place, one use, one week."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress

from shoal.kit.events import route
from shoal.notify import queries as notify_queries
from shoal.people import operations, queries
from shoal.people.events import InvitationAccepted
from shoal.people.models import Invitation, Operator, Person
from shoal.people.operations import (
    InvitationOver,
    NewPerson,
    NotAnEmail,
    NotARole,
    PasswordTooWeak,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 1, tzinfo=UTC)
PASSWORD = "green fish by the pier"
PLACE = Invitation.Place


def invited(
    email: str = "Olga@shoal.example ", *, role: str = "vetting", place: str = "platform",
    subject: object = None,
) -> str:  # fmt: skip
    operations.invite(
        email=email, place=PLACE(place), subject=subject, role=role, place_name="Shoal",
        by="root", at=AT,
    )  # fmt: skip
    found = re.search(r"/invitation/(\S+)", notify_queries.outbox()[0].body)
    assert found
    return found[1]


def accept(token: str, *, person: Person | None = None, at: datetime = AT) -> Person:
    return operations.accept_invitation(
        token=token, name="Olga", password=PASSWORD, person=person, at=at
    )


def test_an_invited_operator_gets_her_role_and_her_password():
    olga = accept(invited())
    assert queries.operator_roles(olga) == {"vetting"}
    assert olga.check_password(PASSWORD)
    assert EmailAddress.objects.get().email == "olga@shoal.example"
    assert queries.profile(olga).email == "olga@shoal.example"
    assert bytes(Invitation.objects.get().sealed) == b""


def test_an_invitation_works_once():
    token = invited()
    accept(token)
    with pytest.raises(InvitationOver):
        accept(token)
    assert Person.objects.count() == 1


def test_an_invitation_ends_after_a_week():
    token = invited()
    with pytest.raises(InvitationOver):
        accept(token, at=AT + timedelta(days=7))
    assert not Operator.objects.exists()


def test_a_second_invitation_ends_the_first():
    first, second = invited(), invited()
    with pytest.raises(InvitationOver):
        accept(first)
    accept(second)
    assert queries.open_invitations(place=PLACE.PLATFORM, subject=None, at=AT) == []


def test_a_withdrawn_invitation_is_over():
    token = invited()
    code = Invitation.objects.get().code
    operations.withdraw_invitation(place=PLACE.PLATFORM, subject=None, code=code, at=AT)
    with pytest.raises(InvitationOver):
        accept(token)


def test_a_weak_password_changes_nothing():
    token = invited()
    with pytest.raises(PasswordTooWeak):
        operations.accept_invitation(
            token=token, name="Olga", password="password", person=None, at=AT
        )
    assert not Person.objects.exists()
    assert queries.invitation_by_token(token=token, at=AT)


def test_who_has_the_address_gets_a_second_role_and_keeps_her_password():
    olga = accept(invited())
    again = operations.accept_invitation(
        token=invited(role="money"), name="", password="", person=None, at=AT
    )
    assert again == olga
    assert queries.operator_roles(olga) == {"vetting", "money"}
    assert Person.objects.get().check_password(PASSWORD)


def test_a_keeper_keeps_her_account_and_gets_the_address_besides():
    mei = operations.add_people(entries=[NewPerson("13812345678", "美")], at=AT)[0]
    assert accept(invited(), person=mei) == mei
    mine = queries.profile(Person.objects.get())
    assert (mine.phone, mine.email) == ("+8613812345678", "olga@shoal.example")


def test_a_brand_is_told_who_joined():
    from shoal import wiring

    told: list[InvitationAccepted] = []
    route({InvitationAccepted: (told.extend,)})
    try:
        brand = uuid4()
        joined = accept(invited(place="brand", subject=brand, role="goods"))
    finally:
        wiring.load()
    assert told == [InvitationAccepted("brand", brand, "goods", joined.pk, "root", AT)]


@pytest.mark.parametrize(("email", "role", "refusal"), [
    ("nobody", "vetting", NotAnEmail), ("olga@shoal.example", "queen", NotARole),
])  # fmt: skip
def test_what_cannot_be_invited(email, role, refusal):
    with pytest.raises(refusal):
        invited(email, role=role)
    assert not Invitation.objects.exists()
    assert not notify_queries.outbox()
