"""Row locks, taken in one sorted order so that two operations cannot wait for each other."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db import models

from shoal.kit.errors import NotFound
from shoal.kit.transactions import step

M = TypeVar("M", bound=models.Model)


@step
def lock_rows(model: type[M], ids: Iterable[UUID]) -> dict[UUID, M]:
    """This will lock the rows of `model` with these ids and return those that exist, by id.

    Lock once and late. Waits three seconds at most (see `one_transaction`), then raises Busy.
    """
    wanted = sorted(set(ids))
    manager = model._default_manager  # noqa: SLF001 - documented in spite of its name
    rows = manager.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    return {row.pk: row for row in rows}


@step
def lock_row(model: type[M], key: UUID) -> M:
    """This will lock one row of `model` and return it. Raises NotFound."""
    found = lock_rows(model, [key]).get(key)
    if found is None:
        raise NotFound
    return found
