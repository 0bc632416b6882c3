"""A paper to hand out: its words and figures, whatever file they become."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shoal.kit.money import Money

Cell = str | int | Money


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its share of the width, and whether figures stand in it."""

    label: str
    share: int
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A title, facts about it, sums, and a table whose rows may be far more than fit in memory."""

    title: str
    facts: Sequence[tuple[str, str]]
    sums: Sequence[tuple[str, Money]]
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    note: str = ""
