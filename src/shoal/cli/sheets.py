"""What the commands about product sheets share."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shoal import env
from shoal.run.loading import set_up_django
from shoal.run.trouble import CannotRun

if TYPE_CHECKING:
    from shoal.brands.models import Brand

_KINDS = (".csv", ".xlsx")


def add_common(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser about the file, the brand and the language."""
    parser.add_argument("file", type=Path, help="a .csv or .xlsx file")
    parser.add_argument("--brand", required=True, metavar="CODE", help="the brand's code")
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of what is said")


@contextmanager
def brand_of(arguments: argparse.Namespace) -> "Iterator[Brand]":
    """This will yield the brand that the arguments name, with the database at hand."""
    if arguments.file.suffix.lower() not in _KINDS:
        raise CannotRun(f"{arguments.file} must end in {' or '.join(_KINDS)}.")
    from shoal.run import database

    with database.borrowed(env.data_folder()):
        set_up_django()
        from django.utils import translation

        from shoal.brands.queries import brand_by_code
        from shoal.kit.errors import NotFound

        # To the end of the process: a refusal becomes a line after this block.
        translation.activate("zh-hans" if arguments.language == "zh" else "en")
        try:
            brand = brand_by_code(code=arguments.brand)
        except NotFound:
            raise CannotRun(
                f"There is no brand {arguments.brand!r} here. The operator finds a brand's code in"
                " the address of its page."
            ) from None
        yield brand


@contextmanager
def counted() -> Iterator[Callable[[str, int, int | None], None]]:
    """This will show a bar on a terminal and yield what moves it: stage, rows done, of how many."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description:<9}"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("opening", total=None)
        yield lambda stage, done, total: bar.update(
            task, description=stage, completed=done, total=total
        )
