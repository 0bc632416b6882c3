"""A connection lives when it is handed out, and prepares what is asked again and again."""

from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest
from django.apps import apps
from django.db import DataError, NotSupportedError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from shoal.kit.asking import ask, ask_together
from shoal.kit.postgres.base import DatabaseWrapper
from shoal.kit.transactions import operation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pooled() -> Iterator[DatabaseWrapper]:
    """The test's database behind a pool, as the web asks it."""
    settings = deepcopy(connection.settings_dict)
    settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 3, "timeout": 10}
    wrapper = DatabaseWrapper(settings)
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def backend(wrapper: DatabaseWrapper) -> int:
    """Which process of the server answers; the connection then goes back to the pool."""
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    wrapper.close()
    return int(number)


def test_what_is_asked_again_and_again_is_planned_once_for_all_values(
    pooled: DatabaseWrapper,
) -> None:
    question = "SELECT code FROM shops_shop WHERE code = ANY(%s)"
    for codes in (["a"], ["a", "b"], ["c"]):
        with pooled.prepared_cursor() as cursor:
            cursor.execute(question, [codes])
    with pooled.cursor() as cursor:
        cursor.execute("SELECT 1 WHERE %s", [True])
        cursor.execute("SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements")
        assert cursor.fetchall() == [(question.replace("%s", "$1"), 3, 0)]


def test_what_is_prepared_is_told_as_the_server_knows_it() -> None:
    with CaptureQueriesContext(connection) as asked:
        ask("SELECT %s::text, %s::text", ["a", "b"])
        ask_together([("SELECT %s::text", ["c"])])
    told = [row["sql"] for row in asked.captured_queries]
    assert told == ["SELECT $1::text, $2::text", "SELECT $1::text"]


def test_several_statements_go_at_once_and_those_after_a_refused_one_do_not() -> None:
    rename = "UPDATE people_person SET code = %s RETURNING code"
    first, second = ask_together([("SELECT %s::int + 1", [1]), ("SELECT 2 WHERE %s", [False])])
    assert (first.fetchall(), second.fetchall(), second.rowcount) == ([(2,)], [], 0)
    with pytest.raises(DataError), transaction.atomic():
        ask_together([("SELECT 1 / %s", [0]), (rename, ["after"])])
    assert ask("SELECT %s::text", ["goes on"]) == [("goes on",)]


def test_live_connections_are_kept(pooled: DatabaseWrapper) -> None:
    # The pool takes one back a moment later than we give it: others may have to help out.
    assert len({backend(pooled) for _ in range(30)}) <= 3


def test_those_of_a_server_that_restarted_are_replaced(pooled: DatabaseWrapper) -> None:
    gone = {backend(pooled) for _ in range(30)}
    with connection.cursor() as cursor:
        for number in gone:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    assert not gone & {backend(pooled) for _ in range(30)}


@pytest.fixture
def widened() -> Iterator[Callable[[], None]]:
    """A table with one column, which a call makes wider, as a migration would."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE told (words varchar(5)); INSERT INTO told VALUES ('abc')")

    def widen() -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE told ALTER words TYPE varchar(50)")

    yield widen
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE told")


WORDS = "SELECT words FROM told WHERE words = %s"


def alone() -> list[tuple[str]]:
    return ask(WORDS, ["abc"])


def together() -> list[tuple[str]]:
    words, _ = ask_together([(WORDS, ["abc"]), ("SELECT %s::int", [1])])
    return words.fetchall()


@pytest.mark.parametrize("asked", [alone, together, operation(alone)])
def test_a_process_goes_on_when_a_migration_changes_a_table_under_it(
    widened: Callable[[], None], asked: Callable[[], list[tuple[str]]]
) -> None:
    assert asked() == [("abc",)]
    widened()
    assert [asked(), asked()] == [[("abc",)]] * 2


def test_a_transaction_that_began_before_the_migration_fails_and_the_next_goes_on(
    widened: Callable[[], None],
) -> None:
    ask(WORDS, ["abc"])
    widened()
    with pytest.raises(NotSupportedError), transaction.atomic():
        ask(WORDS, ["abc"])
    with transaction.atomic():
        assert ask(WORDS, ["abc"]) == [("abc",)]


def test_of_what_django_puts_together_nothing_is_kept(pooled: DatabaseWrapper) -> None:
    with pooled.cursor() as cursor:
        cursor.execute("SELECT length(%s)", ["what she wrote"])
    with pooled.prepared_cursor() as cursor:
        cursor.execute("SELECT length(%s::text)", ["what she wrote"])
    kept = pooled.connection._prepared
    assert [query for query, _ in (*kept._counts, *kept._names)] == [b"SELECT length($1::text)"]


_THERE = """
SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s)
UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = to_regclass(%s)
"""
_FOREIGN = """
SELECT attname FROM pg_constraint
JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)
WHERE contype = 'f' AND conrelid = to_regclass(%s)
"""


def test_what_models_promise_the_database_holds() -> None:
    """A migration may take more away than it says: Django drops what stands on the same column."""
    for model in apps.get_models():
        if not model.__module__.startswith("shoal."):
            continue
        table, options = model._meta.db_table, model._meta
        promised = {one.name for one in (*options.constraints, *options.indexes)}
        assert promised <= {name for (name,) in ask(_THERE, [table, table])}
        foreign = {
            field.column
            for field in options.concrete_fields
            if isinstance(field, models.ForeignKey) and field.db_constraint
        }
        assert foreign <= {name for (name,) in ask(_FOREIGN, [table])}


# Tables that Django and allauth bring are theirs.
_TWICE = """
SELECT relation.relname, one.relname, other.relname
FROM pg_index a JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
JOIN pg_class relation ON relation.oid = a.indrelid
JOIN pg_class one ON one.oid = a.indexrelid JOIN pg_class other ON other.oid = b.indexrelid
WHERE NOT a.indisunique AND a.indexprs IS NULL AND a.indpred IS NULL AND b.indpred IS NULL
    AND b.indkey::text || ' ' LIKE a.indkey::text || ' %%'
    AND relation.relname !~ '^(account|auth|django|mfa|procrastinate)_'
"""


def test_no_index_is_there_twice() -> None:
    """What another index begins with need not be one itself: each new row is written into each."""
    assert ask(_TWICE, []) == []
