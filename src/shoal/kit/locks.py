"""Row locks, taken in one sorted order so that two operations cannot wait for each other."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Max
from django.db.models.functions import Cast

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
    manager = model._default_manager  # noqa: SLF001 - documented in spite of its name
    rows = manager.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    found = {row.pk: row for row in rows}
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
    steps = relation.related_model._default_manager  # noqa: SLF001 - as above
    of_rows = steps.filter(**{f"{relation.field.name}__in": ids})
    # As text, so that it is found by the rows' own index; the order is the same.
    newest = of_rows.aggregate(newest=Max(Cast("id", models.TextField())))["newest"]
    if newest is not None:
        catch_up(UUID(newest))
