"""Rows that many requests read alike, kept by each process until they change."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Generic, TypeVar
from uuid import UUID

from shoal.kit.changes import Changes

K = TypeVar("K")
V = TypeVar("V")
_MOST = 50_000


class Kept(Generic[K, V]):
    """What `load` reads for keys, kept while nothing of its owners changes.

    `load` returns what it finds by key, and may bring further values that are kept with these; what
    it leaves out is asked for again. `owners` names the
    shops and brands whose changes touch a value, as the triggers of `web_change` name them; what is
    left of their goods touches none. Values are shared by all threads: whoever gets one only reads
    it.
    """

    def __init__(
        self,
        changes: Changes,
        *,
        load: Callable[[Collection[K]], Mapping[K, V]],
        owners: Callable[[K, V], Collection[UUID]],
        most: int = _MOST,
    ) -> None:
        self._changes, self._load, self._owners, self._most = changes, load, owners, most
        self._kept: dict[K, tuple[int, Collection[UUID], V]] = {}

    def of(self, keys: Iterable[K]) -> dict[K, V]:
        """This will return the values of `keys`; what may have changed is loaded again at once."""
        self._changes.now()
        found: dict[K, V] = {}
        missing: list[K] = []
        for key in dict.fromkeys(keys):
            kept = self._kept.get(key)
            if kept is None or self._changes.since(kept[0], kept[1], stock=False):
                missing.append(key)
            else:
                found[key] = kept[2]
        if missing:
            loaded = self._loaded(missing)
            found |= {key: loaded[key] for key in missing if key in loaded}
        return found

    def _loaded(self, keys: Collection[K]) -> Mapping[K, V]:
        # The number from before: what changes while we read is read again.
        number = self._changes.heard()
        found = self._load(keys)
        if len(self._kept) + len(found) > self._most:
            self._kept = {}
        for key, value in found.items():
            self._kept[key] = (number, self._owners(key, value), value)
        return found
