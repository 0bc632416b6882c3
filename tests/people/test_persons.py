"""People themselves: added in bulk, named, their addresses, forgotten for good."""

from datetime import UTC, datetime

import pytest

from shoal.kit import vault
from shoal.kit.errors import NotFound, Refused
from shoal.kit.events import route
from shoal.people import operations, queries
from shoal.people.events import ErasureAsked
from shoal.people.models import Address, Identity, Person
from shoal.people.operations import AddressIncomplete, NameMissing, NewPerson, NotAPhone

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 1, tzinfo=UTC)
HOME = {"recipient": "王小美", "phone": "13812345678", "region": "310101", "province": "上海市",
        "city": "上海市", "district": "黄浦区", "street": "南京东路 1 号"}  # fmt: skip


@pytest.fixture
def alice() -> Person:
    return operations.add_people(entries=[NewPerson("13812345678", "王小美")], at=AT)[0]


def test_adding_people_twice_finds_the_same_ones():
    entries = [NewPerson(f"1381234{n:04}", f"n{n}", "en") for n in range(20)]
    first = operations.add_people(entries=entries, at=AT)
    again = operations.add_people(entries=[*entries[::-1], entries[0]], at=AT)
    assert again == [*first[::-1], first[0]]
    assert Person.objects.count() == 20
    assert queries.names_of([first[3].pk, first[4].pk]) == {first[3].pk: "n3", first[4].pk: "n4"}
    assert queries.person_by_phone("+8613812340007") == first[7]


def test_one_bad_phone_adds_nobody():
    with pytest.raises(NotAPhone):
        operations.add_people(entries=[NewPerson("13812345678"), NewPerson("1")], at=AT)
    assert not Person.objects.exists()


def test_the_same_phone_twice_in_one_list_is_one_person():
    people = operations.add_people(
        entries=[NewPerson("13812345678", "a"), NewPerson("+86 13812345678", "b")], at=AT
    )
    assert people[0] == people[1]
    assert Person.objects.count() == 1


def test_a_name_is_kept_and_an_empty_one_refused(alice):
    operations.rename_person(person=alice, name="  小\u0000美  ")
    assert queries.profile(Person.objects.get()).name == "小 美"
    with pytest.raises(NameMissing):
        operations.rename_person(person=alice, name=" \n ")
    assert queries.profile(Person.objects.get()).name == "小 美"


def test_an_address_book_has_one_default(alice):
    first = operations.add_address(person=alice, at=AT, **HOME)
    second = operations.add_address(person=alice, at=AT, **{**HOME, "street": "南京东路 2 号"})
    assert operations.add_address(person=alice, at=AT, **HOME) == first
    assert [a.code for a in queries.addresses_of(alice)] == [first.code, second.code]
    operations.change_address(person=alice, code=second.code, is_default=True, **HOME)
    assert [a.code for a in queries.addresses_of(alice)] == [second.code, first.code]
    operations.remove_address(person=alice, code=second.code, at=AT)
    left = queries.addresses_of(alice)
    assert [(a.code, a.is_default, a.recipient) for a in left] == [(first.code, True, "王小美")]
    assert left[0].line == "上海市 黄浦区 南京东路 1 号"
    assert bytes(Address.objects.get(code=second.code).sealed) == b""


def test_an_address_says_where_to(alice):
    with pytest.raises(AddressIncomplete):
        operations.add_address(person=alice, at=AT, **{**HOME, "street": " "})
    with pytest.raises(NotAPhone):
        operations.add_address(person=alice, at=AT, **{**HOME, "phone": "123"})
    assert not Address.objects.exists()


def test_nobody_changes_anothers_address(alice):
    bob = operations.add_people(entries=[NewPerson("13912345678", "Bob")], at=AT)[0]
    hers = operations.add_address(person=alice, at=AT, **HOME)
    for attempt in (
        lambda: operations.remove_address(person=bob, code=hers.code, at=AT),
        lambda: operations.change_address(person=bob, code=hers.code, is_default=True, **HOME),
        lambda: queries.address_of(person=bob, code=hers.code),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert queries.addresses_of(alice)[0].recipient == "王小美"


@pytest.fixture
def _no_wiring():
    from shoal import wiring

    route({})
    yield
    wiring.load()


@pytest.mark.usefixtures("_no_wiring")
def test_a_forgotten_person_is_noise(alice):
    operations.add_address(person=alice, at=AT, **HOME)
    sealed = bytes(alice.sealed)
    operations.erase_person(person=alice, at=AT)
    with pytest.raises(vault.Erased):
        vault.reveal(alice.pk, sealed)
    left = Person.objects.get()
    assert (bytes(left.sealed), left.is_active, left.erased_at) == (b"", False, AT)
    assert not Identity.objects.exists()
    assert queries.addresses_of(left) == []
    assert queries.names_of([left.pk]) == {left.pk: ""}
    assert queries.profile(left).name == ""
    assert queries.person_by_phone("13812345678") is None
    operations.erase_person(person=alice, at=AT)


@pytest.mark.usefixtures("_no_wiring")
def test_who_is_still_owed_something_is_not_forgotten(alice):
    def refuse(_facts: object) -> None:
        raise Refused

    route({ErasureAsked: (refuse,)})
    with pytest.raises(Refused):
        operations.erase_person(person=alice, at=AT)
    assert queries.profile(Person.objects.get()).name == "王小美"
    assert queries.person_by_phone("13812345678") == alice


def test_an_export_holds_everything_about_her(alice):
    operations.add_address(person=alice, at=AT, **HOME)
    newest = queries.terms_now()
    assert newest
    operations.accept_terms(people=[alice], version=newest.version, at=AT)
    export = queries.export_of(alice)
    assert export["name"] == "王小美"
    assert export["phone"] == "+8613812345678"
    assert export["addresses"][0]["street"] == "南京东路 1 号"
    assert export["terms_accepted"] == [{"version": newest.version, "at": AT.isoformat()}]
