"""CSV and XLSX files, row by row in bounded memory, as people and their programs write them.

Knows no columns of its own: `Sheet` yields rows of text under the header's names. Files come from
strangers: nothing in them is executed, expanded beyond a limit, or believed about its size.
"""

import codecs
import csv
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from shoal.kit.errors import Refused

MOST_COLUMNS = 64
MOST_ROWS = 1_000_000
LONGEST_CELL = 32_767  # what a spreadsheet's cell can hold

_MEGABYTE = 1 << 20
_MOST_UNPACKED = 1024 * _MEGABYTE
_MOST_SHARED_TEXT = 128 * _MEGABYTE  # openpyxl keeps this part in memory
_MOST_PARTS = 500
_MOST_RATIO = 150  # a sheet of repeated rows packs 20 to 60 times; bombs a thousand times
_PEEK = 256 * 1024
_DELIMITERS = ",;\t|"
# A spreadsheet program runs what begins like this; the full-width ones in a Chinese one.
_FORMULA_BEGINNINGS = frozenset("=+-@\t\r＝＋－＠")


_Numbered = Generator[tuple[int, Sequence[str]], None, None]


class NotASheet(Refused):
    """This is no CSV or XLSX file. Save it as one of these and try again."""

    code = "not_a_sheet"


class UnreadableText(Refused):
    """The text of this file is neither UTF-8 nor GB18030. Save it as CSV UTF-8 or as XLSX."""

    code = "unreadable_text"


class SheetTooLarge(Refused):
    """This file is too large, or unpacks to far more than it seems. Split it and try again."""

    code = "sheet_too_large"


class NoHeader(Refused):
    """The first row has to name the columns, each one once."""

    code = "no_header"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the spreadsheet program shows it, and its text by column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open file: the names in its first row, and an iterator over the rows below."""

    header: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """This will open a CSV or XLSX file, told apart by what is in it.

    Raises NotASheet, UnreadableText, SheetTooLarge or NoHeader.
    """
    with path.open("rb") as file:
        begins = file.read(512)
    reader = _xlsx_rows(path) if begins.startswith(b"PK\x03\x04") else _csv_rows(path, begins)
    try:
        yield _sheet(reader)
    finally:
        reader.close()


def _sheet(reader: _Numbered) -> Sheet:
    _, first = next(reader, (0, ()))
    names = [name.strip().casefold() for name in first]
    while names and not names[-1]:
        names.pop()
    if not names or "" in names or len(set(names)) != len(names) or len(names) > MOST_COLUMNS:
        raise NoHeader
    return Sheet(tuple(names), _named(names, reader))


def _named(names: list[str], reader: _Numbered) -> Iterator[Row]:
    for number, cells in reader:
        if number > MOST_ROWS:
            raise SheetTooLarge
        texts = [unguarded(cell.strip()) for cell in cells[: len(names)]]
        if any(texts):
            texts += [""] * (len(names) - len(texts))
            yield Row(number, dict(zip(names, texts, strict=True)))


def _csv_rows(path: Path, begins: bytes) -> _Numbered:
    if b"\0" in begins and not begins.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotASheet
    encoding = _encoding(path, begins)
    with path.open(encoding=encoding, newline="") as file:
        delimiter = _delimiter(file.read(_PEEK))
        file.seek(0)
        try:
            # Counted as a spreadsheet program counts: a cell may hold line breaks.
            yield from enumerate(csv.reader(file, delimiter=delimiter), start=1)
        except csv.Error as error:
            raise NotASheet from error


def _encoding(path: Path, begins: bytes) -> str:
    if begins.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"  # what older Excels call "Unicode text"
    # The whole file is looked at first: a wrong guess would spoil the rows after it.
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while block := file.read(_MEGABYTE):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableText


def _delimiter(beginning: str) -> str:
    header = beginning.splitlines()[0] if beginning.strip() else ""
    return max(_DELIMITERS, key=header.count)


def _xlsx_rows(path: Path) -> _Numbered:
    from openpyxl import load_workbook

    _check_archive(path)
    # By its path openpyxl would judge a file by how its name ends.
    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            # openpyxl raises whatever the damaged part happens to trip over.
            raise NotASheet from error
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # the file's own word on its size
            rows = sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)
            for number, cells in enumerate(rows, start=1):
                yield number, [_text(cell) for cell in cells]
        except (ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as error:
            raise NotASheet from error
        finally:
            book.close()


def _check_archive(path: Path) -> None:
    """Refuses an archive by what it says it unpacks to; Python reads no byte beyond that."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise NotASheet from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise NotASheet
    shared = sum(part.file_size for part in parts if "sharedStrings" in part.filename)
    whole = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    too_dense = whole > 10 * _MEGABYTE and whole > packed * _MOST_RATIO
    if (
        len(parts) > _MOST_PARTS
        or whole > _MOST_UNPACKED
        or shared > _MOST_SHARED_TEXT
        or too_dense
    ):
        raise SheetTooLarge


def _text(value: Any) -> str:
    """What a cell shows: whole numbers without a point, dates as ISO 8601 writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def guarded(text: str) -> str:
    """This will write `text` so that no spreadsheet program takes it for a formula.

    An apostrophe goes before what begins like one; `unguarded` takes it away again.
    """
    return f"'{text}" if text.lstrip("'")[:1] in _FORMULA_BEGINNINGS else text


def unguarded(text: str) -> str:
    """This will take away the apostrophe that `guarded` put before a text."""
    guards = text.startswith("'") and text.lstrip("'")[:1] in _FORMULA_BEGINNINGS
    return text[1:] if guards else text


def write_sheet(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """This will write a sheet as XLSX or CSV, by the name of `path`; returns how many rows.

    CSV is UTF-8 with a byte order mark, without which Excel shows Chinese as noise.
    """
    return (_write_xlsx if path.suffix.lower() == ".xlsx" else _write_csv)(path, header, rows)


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            writer.writerow([guarded(cell) for cell in row])
            count += 1
    return count


def _write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("products")
    sheet.freeze_panes = "A2"
    sheet.append(list(header))
    count = 0
    for row in rows:
        # Text throughout: a barcode as a number would lose its digits.
        # A customer's note with a control sign, which XLSX cannot hold, must not stop a warehouse.
        cells = [guarded(ILLEGAL_CHARACTERS_RE.sub("", cell)) for cell in row]
        sheet.append([cell[:LONGEST_CELL] or None for cell in cells])
        count += 1
    book.save(path)
    return count
