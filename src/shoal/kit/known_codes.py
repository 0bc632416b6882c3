"""Short codes that never change hands, remembered by each process: code to id."""

from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from django.db import models

_MOST = 100_000


class KnownCodes:
    """The ids of a model's rows by their `code`; a code is asked for once and kept.

    Only for rows whose code is set when they are made, and which are never deleted. That a code is
    known says nothing of what state its row is in.

    `load` finds code and id for codes in another way, and may bring further ones to remember.
    """

    def __init__(
        self,
        model: type[models.Model],
        *,
        load: Callable[[Collection[str]], Iterable[tuple[str, UUID]]] | None = None,
    ) -> None:
        self._model = model
        self._load = load or self._of_the_model
        self._ids: dict[str, UUID] = {}

    def of(self, codes: Iterable[str]) -> dict[str, UUID]:
        """This will return the ids behind `codes`; a code that is nobody's is left out."""
        wanted = set(codes)
        known = {code: self._ids[code] for code in wanted if code in self._ids}
        missing = wanted - known.keys()
        if missing:
            found = dict(self._load(missing))
            if len(self._ids) + len(found) > _MOST:
                self._ids = {}
            self._ids.update(found)
            known |= {code: found[code] for code in missing if code in found}
        return known

    def _of_the_model(self, codes: Collection[str]) -> Iterable[tuple[str, UUID]]:
        rows = self._model._default_manager.filter(code__in=codes)  # noqa: SLF001 - documented
        return rows.values_list("code", "pk")
