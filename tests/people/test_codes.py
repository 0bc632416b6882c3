"""A phone proved by a one-time code: random, single use, limited, and silent about who is here."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from shoal.notify import queries as notify_queries
from shoal.people import operations, queries
from shoal.people.models import Identity, OneTimeCode, Person
from shoal.people.operations import CodeOver, NotAPhone, WrongCode
from shoal.people.steps import TooMany

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ALICE = "138 1234 5678"
NETWORK = "192.0.2.7"


def ask(phone: str = ALICE, *, at: datetime = AT, network: str = NETWORK) -> str:
    """The code, read where Alice would read it: in the newest text."""
    operations.request_code(phone=phone, network=network, at=at)
    found = re.search(r"\d{6}", notify_queries.outbox()[0].body)
    assert found
    return found[0]


def prove(code: str, *, at: datetime = AT, phone: str = ALICE, network: str = NETWORK) -> Person:
    return operations.sign_in_with_code(phone=phone, code=code, network=network, at=at)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_first_proof_makes_the_person_and_a_second_finds_her():
    alice = prove(ask())
    again = prove(ask("+86 138-1234-5678", at=AT + timedelta(minutes=2)),
                  at=AT + timedelta(minutes=2))  # fmt: skip
    assert again == alice
    assert queries.profile(alice).phone == "+8613812345678"
    assert queries.profile(alice).masked_phone == "138****5678"


def test_nothing_readable_is_stored():
    code = ask()
    alice = prove(code)
    assert code.encode() not in bytes(OneTimeCode.objects.get().digest)
    assert b"13812345678" not in bytes(alice.sealed)
    assert b"13812345678" not in bytes(Identity.objects.get().blind_index)


def test_a_code_works_once():
    code = ask()
    prove(code)
    with pytest.raises(CodeOver):
        prove(code)


def test_a_code_expires():
    code = ask()
    with pytest.raises(CodeOver):
        prove(code, at=AT + timedelta(minutes=10))
    assert not Person.objects.exists()


def test_only_the_newest_code_holds():
    first = ask()
    second = ask(at=AT + timedelta(minutes=1))
    if first != second:
        with pytest.raises(WrongCode):
            prove(first, at=AT + timedelta(minutes=1))
    assert prove(second, at=AT + timedelta(minutes=1))


def test_wrong_tries_are_counted_although_they_are_refused_and_end_the_code():
    code = ask()
    for _ in range(5):
        with pytest.raises(WrongCode):
            prove(other_than(code))
    with pytest.raises(CodeOver):
        prove(code)
    assert OneTimeCode.objects.get().tries == 5
    assert not Person.objects.exists()


def test_a_second_click_within_a_minute_sends_nothing_new():
    code = ask()
    assert ask(at=AT + timedelta(seconds=59)) == code
    assert OneTimeCode.objects.count() == 1
    ask(at=AT + timedelta(seconds=60))
    assert OneTimeCode.objects.count() == 2


def test_one_number_may_ask_five_times_an_hour():
    for minute in range(5):
        ask(at=AT + timedelta(minutes=minute))
    with pytest.raises(TooMany) as refused:
        ask(at=AT + timedelta(minutes=30))
    assert "30" in refused.value.sentence
    assert OneTimeCode.objects.count() == 5
    ask(at=AT + timedelta(hours=1))


def test_one_number_may_ask_fifteen_times_a_day():
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    for hour in range(3):
        for minute in range(5):
            ask(at=midnight + timedelta(hours=hour, minutes=minute))
    with pytest.raises(TooMany):
        ask(at=midnight + timedelta(hours=4))
    ask(at=midnight + timedelta(days=1))


def test_one_network_may_ask_for_so_many_numbers(settings):
    settings.SHOAL_CODES_PER_NETWORK = 2
    ask("13812345671")
    ask("13812345672")
    with pytest.raises(TooMany):
        ask("13812345673")
    assert OneTimeCode.objects.count() == 2
    ask("13812345673", network="192.0.2.8")


def test_one_network_may_try_so_many_codes(settings):
    settings.SHOAL_CODES_PER_NETWORK = 1
    code = ask()
    for last in range(5):
        with pytest.raises((WrongCode, CodeOver)):
            prove(code, phone=f"1391234567{last}")
    with pytest.raises(TooMany):
        prove(code)
    assert not Person.objects.exists()


def test_known_and_unknown_numbers_are_answered_alike():
    prove(ask())
    known, unknown = ALICE, "13912345678"
    for phone in (known, unknown):
        with pytest.raises(CodeOver):
            prove("123456", phone=phone)
        code = ask(phone)
        with pytest.raises(WrongCode):
            prove(other_than(code), phone=phone)


@pytest.mark.parametrize("phone", ["", "12345", "010 6552 9988", "+44 900 123 4567", "not a phone"])
def test_what_cannot_get_a_text_is_refused(phone: str):
    with pytest.raises(NotAPhone):
        operations.request_code(phone=phone, network=NETWORK, at=AT)
    assert not OneTimeCode.objects.exists()
