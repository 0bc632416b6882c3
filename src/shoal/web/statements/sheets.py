"""A paper as XLSX: row by row, amounts as numbers, texts that no program takes for formulas."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from shoal.catalog.spreadsheets import LONGEST_CELL, guarded
from shoal.kit.money import Money, minor_units
from shoal.web.statements.papers import Cell, Paper

_BOLD = Font(bold=True)
_WIDEST = 120  # letters, for the shares of a page


def write_xlsx(path: Path, paper: Paper) -> int:
    """This will write `paper` to `path` as XLSX; returns how many rows its table has."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(paper.title[:31].translate(str.maketrans("[]:*?/\\", "       ")))
    whole = sum(column.share for column in paper.columns)
    for place, column in enumerate(paper.columns, start=1):
        width = max(10, _WIDEST * column.share // whole)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_bold(sheet, paper.title)])
    for label, value in paper.facts:
        sheet.append([_text(label), _text(value)])
    sheet.append([])
    for label, amount in paper.sums:
        sheet.append([_text(label), _amount(sheet, amount), amount.currency])
    sheet.append([])
    sheet.append([_bold(sheet, column.label) for column in paper.columns])
    count = 0
    for row in paper.rows:
        sheet.append(_cells(sheet, row))
        count += 1
    if paper.note:
        sheet.append([])
        sheet.append([_text(paper.note)])
    book.save(path)
    return count


def _cells(sheet: Any, row: Sequence[Cell]) -> list[Any]:
    return [
        _amount(sheet, cell)
        if isinstance(cell, Money)
        else cell
        if isinstance(cell, int)
        else _text(cell)
        for cell in row
    ]


def _amount(sheet: Any, amount: Money) -> Any:
    """A number with its currency's decimals: whoever adds the column up gets the sum."""
    cell = WriteOnlyCell(sheet, amount.decimal)  # type: ignore[arg-type]  # it takes decimals
    decimals = minor_units(amount.currency)
    cell.number_format = "#,##0." + "0" * decimals if decimals else "#,##0"
    return cell


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, _text(text))
    cell.font = _BOLD
    return cell


def _text(text: str) -> str | None:
    return guarded(ILLEGAL_CHARACTERS_RE.sub("", text))[:LONGEST_CELL] or None
