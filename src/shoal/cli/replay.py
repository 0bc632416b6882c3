"""`shoal replay online-retail FILE`: a real retailer's history through the same operations."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shoal import env
from shoal.cli.progress import teller
from shoal.run.loading import set_up_django
from shoal.run.trouble import CannotRun

if TYPE_CHECKING:
    from shoal.replay.source import Source
    from shoal.replay.world import World


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser which history, from which file, and how much of it."""
    parser.add_argument("history", choices=["online-retail"], help="whose history")
    parser.add_argument("file", type=Path, help="its file (Parquet)")
    parser.add_argument("--limit", type=int, metavar="INVOICES", help="only the first so many")


def run(arguments: argparse.Namespace) -> int:
    """This will replay what is missing, compare the figures, and return 1 if one differs."""
    from shoal.replay.source import Source
    from shoal.replay.trouble import CannotReplay
    from shoal.run import database
    from shoal.run.supervisor import only_one

    file: Path = arguments.file
    if not file.is_file():
        raise CannotRun(f"There is no file {file}.")
    if arguments.limit is not None and arguments.limit < 1:
        raise CannotRun("--limit takes a number of invoices, 1 or more.")
    data = env.data_folder()
    try:
        tell = teller()
        tell("reading the file")
        source = Source(file, limit=arguments.limit)
        # A worker beside it would let the history's open orders expire: it lives in today.
        with only_one(data), database.borrowed(data):
            database.check(data)
            set_up_django()
            return replay(source, data=data, tell=tell)
    except CannotReplay as trouble:
        raise CannotRun(str(trouble)) from trouble


def replay(source: "Source", *, data: Path, tell: Callable[[str], None]) -> int:
    """This will replay `source` into the database of the settings and print what it came to."""
    from rich.console import Console

    from shoal.cli.migrate import bring_up_to_date
    from shoal.replay import report, selling, world
    from shoal.replay.figures import figures_of
    from shoal.run import doctor

    bring_up_to_date(data, quiet=True)
    world.refuse_strange_orders(source)
    expected = figures_of(
        source.path,
        limit=source.limit,
        supply_percent=world.SUPPLY_PERCENT,
        rate_bp=world.RATE_BP,
    )
    tell("brand")
    made = world.prepare(source, tell=tell)
    last = _live(source, made, lines=expected.lines, data=data, tell=tell)
    selling.finish(last, made)
    tell("comparing")
    result = report.outcome(made, expected=expected, checks=doctor.all_checks())
    report.show(result, source.unsold(), Console())
    return 0 if result.holds else 1


def _live(
    source: "Source", made: "World", *, lines: int, data: Path, tell: Callable[[str], None]
) -> datetime:
    """Lives through batch after batch under a progress bar; returns the last day's morning."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from shoal.replay import history, selling
    from shoal.replay.matching import matched

    kept = history.Progress.load(
        data / "replay-online-retail.json",
        file=source.path,
        limit=source.limit,
        brand=made.brand.id,
        tell=tell,
    )
    last = source.begins_at()
    columns = ("lines", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("lines", total=lines)
        for number, batch in enumerate(history.batches(matched(source.documents()))):
            if number >= kept.batches:
                selling.live(batch, made)
                kept.step()
            last = batch.morning
            bar.advance(task, batch.lines)
    return last
