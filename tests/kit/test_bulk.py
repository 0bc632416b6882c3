"""A few rows go as an INSERT, many through COPY: what stands there afterwards is the same."""

import pytest
from django.db import IntegrityError

from shoal.catalog.models import Category
from shoal.kit.bulk import insert_rows
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
