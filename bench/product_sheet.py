"""How long a product sheet of 100,000 rows takes, in and out, and how much memory it needs.

Each step runs in a process of its own, so that its peak of memory is its own; the same steps with
a tenth of the rows stand beside it: memory that grew with the rows would show. A step is cut into
five slices, and the median of their rates stands beside the whole; of taking in, whose first pass
only checks, the slices are of the second.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from shoal.run.bench import Report, scratch_installation, slice_rates

ROWS = 100_000
SKUS_EACH = 2
_STEPS = ("check", "import", "again", "export")
_MEGABYTES = 1024 if sys.platform.startswith("linux") else 1024 * 1024


def run(report: Report) -> None:
    """This will take a sheet in (first a small one), twice, and give it out again."""
    with scratch_installation() as data:
        from tests import goods

        peaks: dict[tuple[str, str, int], float] = {}
        for kind in ("csv", "xlsx"):
            for rows in (ROWS // 10, ROWS):
                brand = goods.active_brand(name=f"海风 {kind} {rows}")
                goods.category()
                _write(data / f"in.{kind}", rows)
                for step in _STEPS:
                    report.say(f"{kind}, {rows:,} rows: {step}")
                    seconds, median, megabytes = _apart(step, data / f"in.{kind}", brand.code)
                    peaks[kind, step, rows] = megabytes
                    if rows == ROWS:
                        report.figure(f"{kind} {step}, rows a second", rows / seconds)
                        report.figure(f"{kind} {step}, median of five slices", median)
            for step in _STEPS:
                small, large = peaks[kind, step, ROWS // 10], peaks[kind, step, ROWS]
                report.figure(f"{kind} {step}, peak of memory, MB", large)
                report.figure(
                    f"{kind} {step}, more than for a tenth, MB", large - small, at_most=64
                )


def _write(path: Path, rows: int) -> None:
    from shoal.catalog.spreadsheets import write_sheet
    from shoal.offers.sheet_columns import COLUMNS

    cells = ([one.get(column, "") for column in COLUMNS] for one in _rows(rows))
    write_sheet(path, list(COLUMNS), cells)


def _rows(count: int) -> Iterator[dict[str, str]]:
    from bench.search_corpus import goods

    for place, one in enumerate(goods(count // SKUS_EACH)):
        for sku in range(SKUS_EACH):
            colour = ("黑色", "白色")[sku]
            yield {
                "product": f"{one.reference}",
                "title_zh": one.titles["zh"],
                "title_en": one.titles["en"],
                "description_zh": f"{one.brand[0]}出品，{one.material[0]}，{one.feature[0]}。" * 3,
                "category": "home",
                "attribute_1_zh": "颜色",
                "value_1_zh": colour,
                "sku": f"{one.reference}-{sku}",
                "barcode": str(one.barcode + sku),
                "weight_g": str(100 + place % 900),
                "units_to_add": "20",
                "supply_price": "60",
                "sale_price": "99.90",
                "floor_price": "95",
                "cap_price": "120",
                "commission_percent": "12",
            }


def _apart(step: str, path: Path, brand: str) -> tuple[float, float, float]:
    """Seconds, median rate and peak megabytes of one step in a process of its own."""
    words = [sys.executable, str(Path(__file__)), step, str(path), brand]
    said = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
    seconds, median, megabytes = json.loads(said.splitlines()[-1])
    return seconds, median, megabytes


def _step(step: str, path: Path, code: str) -> None:
    from shoal.brands.queries import brand_by_code
    from shoal.kit.clock import now
    from shoal.offers.exports import export_sheet
    from shoal.offers.imports import check_sheet, import_sheet

    brand = brand_by_code(code=code)
    told: list[tuple[str, float, int]] = []

    def hear(stage: str, done: int, _total: int | None) -> None:
        told.append((stage, time.perf_counter(), done))

    began = time.perf_counter()
    if step == "check":
        outcome = check_sheet(path=path, brand=brand, progress=hear)
        assert not outcome.fault_count, outcome.faults[:3]
    elif step == "export":
        goal = path.with_name(f"out{path.suffix}")
        export_sheet(path=goal, brand=brand, progress=lambda *done: hear("write", *done))
    else:
        outcome = import_sheet(path=path, brand=brand, by="bench", at=now(), progress=hear)
        assert not outcome.fault_count, outcome.faults[:3]
        assert bool(outcome.new) == (step == "import")
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTES
    print(json.dumps([seconds, _median_rate(began, told), peak]))


def _median_rate(began: float, told: list[tuple[str, float, int]]) -> float:
    """Rows a second in the last stage, whose beginning is the end of the one before."""
    stage = told[-1][0]
    last = [(at, done) for name, at, done in told if name == stage]
    begun = max((at for name, at, _ in told if name != stage), default=began)
    before = [0, *(done for _, done in last)]
    steps = [(at, float(done - was)) for (at, done), was in zip(last, before, strict=False)]
    return statistics.median(slice_rates(begun, steps))


if __name__ == "__main__":
    from shoal.run.loading import set_up_django

    set_up_django()
    _step(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
