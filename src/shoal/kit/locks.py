"""Row locks, taken in one sorted order so that two operations cannot wait for each other."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db import models

from shoal.kit.asking import ask, rows_of
from shoal.kit.errors import NotFound
from shoal.kit.ids import catch_up
from shoal.kit.transactions import step

M = TypeVar("M", bound=models.Model)


@step
def lock_rows(model: type[M], ids: Iterable[UUID]) -> dict[UUID, M]:
    """This will lock the rows of `model` with these ids and return those that exist, by id.

    Lock once and late. Waits three seconds at most (see `one_transaction`), then raises Busy. Steps
    that are added to these rows from now on have later ids than the steps they have, whatever
    clock those were made by.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    key = model._meta.pk  # noqa: SLF001 - documented in spite of its name
    if key is None:
        raise TypeError("rows need a primary key")
    which = f'WHERE "{key.column}" = ANY(%s) ORDER BY "{key.column}" FOR UPDATE'
    found = {row.pk: row for row in rows_of(model, which, [wanted])}
    _catch_up_with_steps(model, list(found))
    return found


@step
def lock_row(model: type[M], key: UUID) -> M:
    """This will lock one row of `model` and return it. Raises NotFound."""
    found = lock_rows(model, [key]).get(key)
    if found is None:
        raise NotFound
    return found


def _catch_up_with_steps(model: type[models.Model], ids: list[UUID]) -> None:
    relation = getattr(getattr(model, "steps", None), "rel", None)
    if relation is None or not ids:
        return
    table, column = relation.related_model._meta.db_table, relation.field.column  # noqa: SLF001
    # As text, so that it is found by the rows' own index; the order is the same.
    question = f'SELECT max(id::text) FROM "{table}" WHERE "{column}" = ANY(%s)'  # noqa: S608
    ((newest,),) = ask(question, [ids])
    if newest is not None:
        catch_up(UUID(newest))
