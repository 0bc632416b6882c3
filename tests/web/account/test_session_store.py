"""A session knows its person, and both come with one question."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shoal.kit.clock import now
from shoal.people import operations
from shoal.people.models import Person, Session
from shoal.people.operations import NewPerson
from shoal.web.account.session_store import SessionStore

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


def test_a_session_that_was_ended_meanwhile_does_not_come_back(alice, phone):
    store = SessionStore(phone.cookies["sessionid"].value)
    store["shop"] = "meimei"
    Session.objects.filter(person=alice).delete()
    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.exists()


def test_another_key_keeps_what_the_session_holds_and_ends_the_old_one(alice, phone):
    old = phone.cookies["sessionid"].value
    store = SessionStore(old)
    store["shop"] = "meimei"
    store.cycle_key()
    store.save()
    assert [row.session_key for row in Session.objects.filter(person=alice)] == [store.session_key]
    assert store.session_key != old
    assert SessionStore(store.session_key)["shop"] == "meimei"


@pytest.mark.parametrize("made_up", ["", "x", "' OR true --", "nul\x00", "é" * 32, "a" * 5_000])
def test_a_made_up_cookie_is_nobodys(phone, made_up):
    assert SessionStore(made_up).load() == {}
    assert is_let_in(phone)


@pytest.mark.django_db(transaction=True)
def test_who_come_at_one_moment_are_each_themselves():
    people = operations.add_people(
        entries=[NewPerson(f"138 1234 56{n:02}", f"No {n}") for n in range(20)], at=now()
    )
    phones = [Client() for _ in people]
    for who, phone in zip(people, phones, strict=True):
        phone.force_login(who)
    together = threading.Barrier(len(phones), timeout=10)

    def open_page(phone: Client) -> str:
        together.wait()
        try:
            return phone.get("/me/data").content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(phones)) as pool:
        pages = list(pool.map(open_page, phones))
    for number, page in enumerate(pages):
        assert f"No {number}<" in page or f"No {number}\n" in page or f'"No {number}"' in page
