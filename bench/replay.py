"""How many real invoice lines a second go from order to settlement?

The first 5,000 invoices of the retailer, with and without what came back of them, on an
installation of its own. Beside the rate stands what the same database takes when the same lines are
only written down, with no rule at all.
"""

import os
import resource
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.run.bench import Report, scratch_installation
from shoal.run.trouble import CannotRun

if TYPE_CHECKING:
    from shoal.replay.history import Batch

INVOICES = 5_000
SLICES = 5
_FILE = Path(__file__).parents[2] / "shared" / "data" / "online-retail" / "online_retail.parquet"


def run(report: Report) -> None:
    """This will replay in five slices of equal size and report their median rate."""
    file = Path(os.environ.get("ONLINE_RETAIL", _FILE))
    if not file.is_file():
        raise CannotRun(f"This bench reads {file.name}; name it in ONLINE_RETAIL.")
    with scratch_installation():
        from shoal.replay import history, returning, selling, world
        from shoal.replay.matching import matched
        from shoal.replay.source import Source

        source = Source(file, limit=INVOICES)
        made = world.prepare(source, tell=report.say)
        batches = list(history.batches(matched(source.documents())))
        sold, rates, written = [], [], []
        for number in range(SLICES):
            part = _slice(batches, number)
            lines = sum(batch.lines for batch in part)
            selling_took = returning_took = 0.0
            for batch in part:
                began = time.perf_counter()
                selling.live(replace(batch, returns=[], unmatched=[]), made)
                sold_at = time.perf_counter()
                returning.give_back(batch, made)
                selling_took += sold_at - began
                returning_took += time.perf_counter() - sold_at
            sold.append(lines / selling_took)
            rates.append(lines / (selling_took + returning_took))
            written.append(_bare_rate(lines))
            report.say(f"slice {number + 1} of {SLICES}: {rates[-1]:,.0f} lines/s")
        report.figure("lines", sum(batch.lines for batch in batches))
        report.figure("returns", sum(len(batch.returns) for batch in batches))
        report.figure("sale_lines_per_s", statistics.median(sold), at_least=1_000)
        report.figure("with_returns_lines_per_s", statistics.median(rates))
        report.figure("slowest_slice_lines_per_s", min(rates))
        report.figure("bare_insert_lines_per_s", statistics.median(written))
        report.figure("part_of_bare_insert", statistics.median(rates) / statistics.median(written))
        report.figure("peak_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _slice(batches: list["Batch"], number: int) -> list["Batch"]:
    size = -(-len(batches) // SLICES)
    return batches[number * size : (number + 1) * size]


def _bare_rate(lines: int) -> float:
    """Writes as many rows of the same width into a bare table, 2,000 at a time."""
    from django.db import connection

    from shoal.kit.ids import uuid7

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, offer uuid, quantity int,"
            " minor bigint, at timestamptz DEFAULT now())"
        )
        began = time.perf_counter()
        for start in range(0, lines, 2_000):
            count = min(2_000, lines - start)
            ids = [uuid7() for _ in range(count)]
            cursor.execute(
                "INSERT INTO bare (id, offer, quantity, minor)"
                " SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::int[], %s::bigint[])",
                [ids, ids, [1] * count, [100] * count],
            )
        return lines / (time.perf_counter() - began)
