"""Rows go in an INSERT, through COPY or in a message with others: what stands there is the same."""

from contextlib import AbstractContextManager

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from psycopg import Connection, Pipeline

from shoal.catalog.models import Category
from shoal.kit.bulk import insert_new, insert_rows, new_row, one_message, write
from shoal.kit.transactions import OutsideTransaction, operation

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = {"zh": "100% 亚麻 '夏' \\ %s", "en": 'Linen\t"100%"\nand {more}'}


def made(count: int, *, prefix: str) -> list[Category]:
    return [
        Category(code=f"{prefix}-{number}", names=NAMES, position=number) for number in range(count)
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 40])
def test_rows_stand_there_as_they_were_given(count: int) -> None:
    rows = made(count, prefix="row")
    operation(insert_rows)(rows)
    there = Category.objects.order_by("position")
    assert [(row.id, row.code, row.parent_id, row.names) for row in there] == [
        (row.id, row.code, None, NAMES) for row in rows
    ]
    assert not any(row._state.adding for row in rows)


@pytest.mark.parametrize("count", [1, 40])
def test_a_row_without_an_instance_has_its_models_defaults(count: int) -> None:
    rows = [new_row(Category, code=f"row-{number}", names=NAMES) for number in range(count)]
    operation(insert_new)(Category, rows)
    there = {row.code: row for row in Category.objects.all()}
    assert there.keys() == {row["code"] for row in rows}
    for row in rows:
        instance = Category(id=row["id"], code=row["code"], names=NAMES)
        for field in Category._meta.concrete_fields:
            stands = getattr(there[row["code"]], field.attname)
            assert stands == getattr(instance, field.attname), field.attname


def test_a_column_that_there_is_not_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match=r"Category has no \['colour'\]"):
        new_row(Category, code="linen", colour="blue")


@pytest.mark.parametrize("count", [2, 3])
def test_what_the_database_refuses_is_refused_whole(count: int) -> None:
    rows = made(count, prefix="twice")
    rows[-1].code = rows[0].code
    with pytest.raises(IntegrityError):
        operation(insert_rows)(rows)
    assert not Category.objects.exists()


def test_it_writes_inside_an_operation_only() -> None:
    with pytest.raises(OutsideTransaction):
        insert_rows(made(1, prefix="alone"))


_RENAME = "UPDATE catalog_category SET code = %s WHERE code LIKE %s"


@operation
def in_one_message(*rows: list[Category], told: list[int]) -> None:
    with one_message():
        for some in rows:
            insert_rows(some)
        write(_RENAME, ["100% linen; 'cool'", "one-%"], told=told.append)


def test_several_statements_go_as_one_message_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[int] = []
    messages: list[int] = []

    def counted(self: Connection[object]) -> AbstractContextManager[Pipeline]:
        messages.append(1)
        return pipeline(self)

    pipeline = Connection.pipeline
    monkeypatch.setattr(Connection, "pipeline", counted)
    with CaptureQueriesContext(connection) as asked:
        in_one_message(made(1, prefix="one"), made(40, prefix="two"), told=told)
    assert told == [1]
    assert messages == [1]
    assert sum("catalog_category" in query["sql"] for query in asked.captured_queries) == 3
    assert Category.objects.get(position=0, code__startswith="100").code == "100% linen; 'cool'"
    assert Category.objects.count() == 41
    assert [row.names for row in Category.objects.filter(code="two-39")] == [NAMES]


def test_nothing_of_a_message_stays_when_one_of_its_statements_is_refused() -> None:
    rows = made(2, prefix="same")
    rows[1].code = rows[0].code
    with pytest.raises(IntegrityError):
        in_one_message(made(3, prefix="good"), rows, told=[])
    assert not Category.objects.exists()
    operation(insert_rows)(made(1, prefix="alone"))
    assert Category.objects.count() == 1, "what comes later is sent at once again"


def test_what_is_interrupted_is_not_sent() -> None:
    @operation
    def interrupted() -> None:
        with one_message():
            insert_rows(made(1, prefix="never"))
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert not Category.objects.exists()
