"""Builds from which a promise's keeper was taken out: a drill has to fail on them.

Nothing of this stands in Shoal itself: a copy of its source is patched, text for text, and a
constraint is dropped from the drill's own database.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from shoal.run import places


@dataclass(frozen=True, slots=True)
class _Patch:
    file: str
    text: str
    instead: str

    def applied(self, source: str) -> str:
        """Puts `instead` for the text, which stands in the file exactly once."""
        assert source.count(self.text) == 1, f"{self.file} has changed: mend the sabotage"
        return source.replace(self.text, self.instead)


@dataclass(frozen=True, slots=True)
class Sabotage:
    """What is taken out of the source, and which constraints of which table."""

    patches: tuple[_Patch, ...]
    table: str
    constraints: tuple[str, ...]


TABLE = {
    "lock": Sabotage(
        (
            _Patch(
                "stock/steps.py",
                "WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                "WHERE id = ANY(%s)",
            ),
            _Patch(
                "stock/steps.py",
                "WHERE stock_allotment.id = moved.id AND {source} >= moved.quantity",
                "WHERE stock_allotment.id = moved.id",
            ),
        ),
        "stock_allotment",
        ("stock_never_negative", "never_oversold"),
    ),
    "idempotency": Sabotage(
        (
            _Patch(
                "orders/desk.py",
                "answers: dict[int, Placed | Refused] = _repeated(requests)",
                "answers: dict[int, Placed | Refused] = {}",
            ),
        ),
        "orders_receipt",
        ("one_receipt",),
    ),
}


def build(names: Sequence[str], data: Path) -> Path:
    """Makes the patched copy of the source in `data` and returns what PYTHONPATH has to name."""
    import shoal

    copy = data / "sabotaged"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(shoal.__file__).parent, copy / "shoal", ignore=ignored)
    for name in names:
        _take_out(TABLE[name], copy, places.main_cluster(data).address)
    return copy


def _take_out(chosen: Sabotage, copy: Path, address: str) -> None:
    for patch in chosen.patches:
        path = copy / "shoal" / patch.file
        path.write_text(patch.applied(path.read_text(encoding="utf-8")), encoding="utf-8")
    with psycopg.connect(address, autocommit=True) as connection:
        for constraint in chosen.constraints:
            connection.execute(f"ALTER TABLE {chosen.table} DROP CONSTRAINT {constraint}".encode())
