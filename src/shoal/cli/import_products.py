"""`shoal import-products`: a brand's product sheet, checked as a whole and then taken in."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.cli.sheets import add_common, brand_of, counted
from shoal.run.trouble import CannotRun

if TYPE_CHECKING:
    from shoal.offers.imports import Outcome

_STAGES = {"check": "checking", "write": "writing"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser which file, whose, and whether to write."""
    add_common(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would happen, write nothing"
    )


def run(arguments: argparse.Namespace) -> int:
    """This will take the sheet in, or list what is wrong with it and return 1."""
    if not arguments.file.is_file():
        raise CannotRun(f"There is no file {arguments.file}.")
    with brand_of(arguments) as brand:
        from shoal.kit.clock import now
        from shoal.offers.imports import check_sheet, import_sheet

        with counted() as bar:

            def progress(stage: str, done: int, total: int | None) -> None:
                bar(_STAGES[stage], done, total)

            if arguments.dry_run:
                outcome = check_sheet(path=arguments.file, brand=brand, progress=progress)
            else:
                outcome = import_sheet(
                    path=arguments.file, brand=brand, by="cli", at=now(), progress=progress
                )
        _tell(outcome, arguments.file, dry=arguments.dry_run)
        return 1 if outcome.fault_count else 0


def _tell(outcome: "Outcome", file: Path, *, dry: bool) -> None:
    from django.utils.translation import gettext

    for fault in outcome.faults:
        print(f"{file.name}:{fault.row} {fault.column or '–'}: {fault.sentence}")
    if outcome.fault_count:
        print(gettext("{count} faults.").format(count=outcome.fault_count))
        return
    if dry:
        print(gettext("Nothing was written. It would be:"))
    figures = {
        gettext("rows read"): outcome.rows,
        gettext("new products, as drafts"): outcome.new,
        gettext("drafts changed"): outcome.changed,
        gettext("edits of live products proposed"): outcome.proposed,
        gettext("units added to stock"): outcome.units,
        gettext("standing offers made"): outcome.offers_new,
        gettext("standing offers changed"): outcome.offers_changed,
    }
    for name, value in figures.items():
        print(f"  {name}: {value:,}")
    if outcome.waiting:
        print(
            gettext(
                "{count} rows have units or terms for what is not live yet: take the same file in"
                " again once it is."
            ).format(count=outcome.waiting)
        )
