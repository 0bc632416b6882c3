import re
from datetime import UTC, datetime

import pytest

from shoal.notify import queries as outbox
from shoal.people import operations
from shoal.people.models import Invitation, Person
from shoal.people.operations.invitations import NotAnEmail
from shoal.people.queries import operator_roles
from shoal.people.steps import TooMany

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 1, tzinfo=UTC)


def ask(email: str = "sales@nordwind.example") -> None:
    operations.invite_supplier(email=email, network="203.0.113.7", at=AT)


def test_a_supplier_opens_an_account_that_has_no_role_yet() -> None:
    ask()
    found = re.search(r"/invitation/(\S+)", outbox.outbox()[0].body)
    assert found
    person = operations.accept_invitation(
        token=found[1], name="Nora", password="cold wind from the north", person=None, at=AT
    )
    assert person.check_password("cold wind from the north")
    assert operator_roles(person) == set()
    assert not person.brand_roles.exists()


def test_asking_again_withdraws_the_first_link_and_is_limited() -> None:
    for _ in range(5):
        ask()
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1
    with pytest.raises(TooMany):
        ask("other@nordwind.example")
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(NotAnEmail):
        ask("nordwind")
    assert not Invitation.objects.exists()
    assert not Person.objects.exists()
