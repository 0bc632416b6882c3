"""Reading and writing sheets: any spelling of CSV, XLSX from strangers, nothing executed."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from shoal.catalog import spreadsheets as sheets

ROWS = [["鞋, 软底", "=1+1", "'-x", "6901234567892"], ["line\nbreak", "", '"quoted"', "+86"]]
HEADER = ["name", "a", "b", "c"]


def _read(path: Path) -> list[tuple[int, list[str]]]:
    with sheets.opened(path) as sheet:
        return [(row.number, list(row.cells.values())) for row in sheet.rows]


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_what_goes_out_comes_in(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert sheets.write_sheet(path, HEADER, ROWS) == 2
    assert _read(path) == [(2, ROWS[0]), (3, ROWS[1])]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_a_file_is_called_does_not_matter(tmp_path: Path, kind: str) -> None:
    written = tmp_path / f"out.{kind}"
    sheets.write_sheet(written, HEADER, ROWS)
    assert _read(written.rename(tmp_path / "sheet")) == [(2, ROWS[0]), (3, ROWS[1])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "in.csv"
    lines = [delimiter.join(cells) for cells in (["货号", "价格"], ["海风一号", "12.5"])]
    path.write_bytes("\r\n".join([lines[0], "", lines[1], ""]).encode(encoding))
    assert _read(path) == [(3, ["海风一号", "12.5"])]


def test_cells_of_xlsx_become_the_text_people_see(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["name", "b", "c", "d"])
    sheet.append([6901234567892, 12.5, 500.0, True])
    book.save(tmp_path / "in.xlsx")
    assert _read(tmp_path / "in.xlsx") == [(2, ["6901234567892", "12.5", "500", "TRUE"])]


@pytest.mark.parametrize("name", ["goods.xlsx", "goods.csv"])
def test_signs_that_no_cell_holds_stop_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert sheets.write_sheet(path, ["note"], [["\x01ring\x0b twice"], ["\x02=1+1"]]) == 2
    with sheets.opened(path) as sheet:
        notes = [row.cells["note"] for row in sheet.rows]
    assert [note.strip("\x01\x02").replace("\x0b", "") for note in notes] == ["ring twice", "=1+1"]


def test_formulas_are_guarded_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    sheets.write_sheet(path, ["name"], [["=cmd()"], ["＝cmd()"], ["@x"], ["plain"]])
    assert path.read_text("utf-8-sig").split() == ["name", "'=cmd()", "'＝cmd()", "'@x", "plain"]


@given(st.text())
def test_the_guard_comes_off_again(text: str) -> None:
    assert sheets.unguarded(sheets.guarded(text)) == text
    assert sheets.guarded(text)[:1] not in set("=+-@＝＋－＠")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", sheets.NoHeader),
        (b"a,a\n1,2\n", sheets.NoHeader),
        (b"a,,b\n1,2,3\n", sheets.NoHeader),
        (b"PK\x03\x04 no archive", sheets.NotASheet),
        (b"\x89PNG\r\n\x1a\n\0\0\0", sheets.NotASheet),
        (b"a,b\n\xff\xff\xff,1\n", sheets.UnreadableText),
    ],
)
def test_what_is_no_sheet(tmp_path: Path, content: bytes, refusal: type[Exception]) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    with pytest.raises(refusal):
        _read(path)


def _xlsx(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = _xlsx(
        tmp_path / "bomb.xlsx",
        {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"0" * (40 << 20)},
    )
    assert path.stat().st_size < 1 << 20
    with pytest.raises(sheets.SheetTooLarge):
        _read(path)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    good = tmp_path / "good.xlsx"
    sheets.write_sheet(good, ["name"], [["x"]])
    with zipfile.ZipFile(good) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    evil = '<!DOCTYPE w [<!ENTITY a "aaaa">]>' + sheet.replace("x", "&a;", 0)
    parts["xl/worksheets/sheet1.xml"] = evil.encode()
    with pytest.raises(sheets.NotASheet):
        _read(_xlsx(tmp_path / "evil.xlsx", parts))


def test_a_zip_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(sheets.NotASheet):
        _read(_xlsx(tmp_path / "in.xlsx", {"readme.txt": b"hello"}))
