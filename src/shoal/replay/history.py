"""The history in batches: the lines of one day, 2,000 or a few more at most, in order of time."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from uuid import UUID

from shoal.replay.matching import Return, Unmatched
from shoal.replay.source import LONDON, Invoice

BATCH_LINES = 2_000
_MORNING = time(6)  # before the first invoice of any day


@dataclass(slots=True)
class Batch:
    """What happened on one day, or a part of it."""

    morning: datetime
    sales: list[Invoice] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """How many lines were sold."""
        return sum(len(invoice.lines) for invoice in self.sales)


def batches(history: Iterable[Invoice | Return | Unmatched]) -> Iterator[Batch]:
    """This will group the history by day, and a busy day into parts of about 2,000 lines.

    A day's sales come before its returns: what was sold that day has not left yet either way.
    """
    batch: Batch | None = None
    for happened in history:
        morning = _morning_of(happened.at)
        if batch is None or batch.morning != morning or batch.lines >= BATCH_LINES:
            if batch is not None:
                yield batch
            batch = Batch(morning)
        match happened:
            case Invoice():
                batch.sales.append(happened)
            case Return():
                batch.returns.append(happened)
            case Unmatched():
                batch.unmatched.append(happened)
    if batch is not None:
        yield batch


def _morning_of(at: datetime) -> datetime:
    morning = datetime.combine(at.astimezone(LONDON).date(), _MORNING, LONDON)
    return morning.astimezone(UTC)


@dataclass(slots=True)
class Progress:
    """How many batches are done of one file in one database; kept in a file of the data folder.

    `of` names both: a file's invoices live in a database under the brand that was made there.
    """

    path: Path
    of: dict[str, str | int | None]
    batches: int = 0

    @classmethod
    def load(
        cls, path: Path, *, file: Path, limit: int | None, brand: UUID, tell: Callable[[str], None]
    ) -> "Progress":
        """This will read the progress of this very replay, or begin at nothing and say so."""
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        progress = cls(path, {"file": digest, "limit": limit, "brand": str(brand)})
        if path.is_file():
            kept = json.loads(path.read_text())
            if kept.get("of") == progress.of:
                progress.batches = kept["batches"]
            else:
                tell("the progress kept is of another database, file or --limit: beginning anew")
        return progress

    def step(self) -> None:
        """This will note one more batch, so that a kill loses at most the one under way."""
        self.batches += 1
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps({"of": self.of, "batches": self.batches}))
        fresh.replace(self.path)
