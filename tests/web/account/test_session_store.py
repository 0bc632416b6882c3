"""A session knows its person, and both come with one question."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shoal.kit.clock import now
from shoal.people import operations
from shoal.people.models import Person, Session
from shoal.people.operations import NewPerson

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Person:
    [alice] = operations.add_people(entries=[NewPerson("138 1234 5678", "Alice")], at=now())
    return alice


@pytest.fixture
def phone(alice: Person) -> Client:
    phone = Client()
    phone.force_login(alice)
    return phone


def is_let_in(phone: Client) -> bool:
    return phone.get("/me/data").status_code == 200


def test_a_session_and_its_person_are_one_question(phone):
    with CaptureQueriesContext(connection) as asked:
        assert is_let_in(phone)
    who = [one["sql"] for one in asked if "people_session" in one["sql"]]
    assert len(who) == 1
    assert not [one for one in asked if "FROM people_person" in one["sql"]]
    assert not [one for one in asked if 'FROM "people_person"' in one["sql"]]


def test_who_is_forgotten_is_signed_out_on_every_phone(alice, phone):
    other = Client()
    other.force_login(alice)
    assert is_let_in(phone)
    assert is_let_in(other)
    operations.erase_person(person=alice, at=now())
    assert not Session.objects.filter(person=alice).exists()
    assert not is_let_in(phone)
    assert not is_let_in(other)


def test_who_may_not_come_in_any_more_is_nobody(alice, phone):
    Person.objects.filter(pk=alice.pk).update(is_active=False)
    assert not is_let_in(phone)


def test_another_password_ends_the_sessions_of_the_old_one(alice, phone):
    Person.objects.filter(pk=alice.pk).update(password="another")
    assert not is_let_in(phone)
    assert not Session.objects.filter(person=alice).exists()


def test_what_the_session_holds_is_believed_and_not_the_row_beside_it(alice, phone):
    [bob] = operations.add_people(entries=[NewPerson("138 1234 5679", "Bob")], at=now())
    Session.objects.filter(person=alice).update(person=bob)
    page = phone.get("/me/data").content.decode()
    assert "Alice" in page
    assert "Bob" not in page


def test_signing_out_leaves_no_session(alice, phone):
    phone.post("/sign-out")
    assert not Session.objects.filter(person=alice).exists()
