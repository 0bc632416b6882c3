"""Two at the same moment: one code proves once, limits hold, one phone is one person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from shoal.kit.errors import Refused
from shoal.kit.transactions import one_transaction
from shoal.people import operations
from shoal.people.models import Person, Tally
from shoal.people.operations import CodeOver
from shoal.people.rules import Limit
from shoal.people.steps import TooMany, count
from tests.people.test_codes import AT, NETWORK, ask

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

HANDS = 6


def all_at_once(what):
    """What each of several threads gets from doing `what` at the same moment."""
    barrier = Barrier(HANDS)

    def one(_n: int) -> object:
        barrier.wait()
        try:
            return what()
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(one, range(HANDS)))


def test_one_code_proves_once():
    code = ask()
    answers = all_at_once(
        lambda: operations.sign_in_with_code(phone="13812345678", code=code, network=NETWORK, at=AT)
    )
    assert sum(isinstance(answer, Person) for answer in answers) == 1
    assert answers.count(CodeOver()) == HANDS - 1
    assert Person.objects.count() == 1


LIMIT = Limit("race", 3, timedelta(hours=1))
SUBJECT = b"s" * 32


def test_counting_by_reading_first_lets_too_many_through():
    """The race is real: whoever reads, then writes, is overtaken."""
    pause = Barrier(HANDS)

    def careless() -> str:
        seen = Tally.objects.filter(kind="race").count()
        pause.wait()
        if seen >= LIMIT.most:
            raise TooMany(seconds=1)
        at = datetime(2026, 3, 1, tzinfo=UTC)
        Tally.objects.create(kind="race", subject=connection.connection.info.backend_pid.to_bytes(
            32), since_at=at, until_at=at)  # fmt: skip
        return "let through"

    assert all_at_once(careless).count("let through") == HANDS


def test_counting_in_one_statement_holds():
    def careful() -> str:
        with one_transaction():
            count(limit=LIMIT, subject=SUBJECT, at=AT)
        return "let through"

    assert all_at_once(careful).count("let through") == LIMIT.most
