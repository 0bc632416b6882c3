"""A paper as PDF on A4, page by page: a hundred thousand lines stay in bounded memory.

The letters are WenQuanYi Micro Hei's, which has Chinese and Latin; only those used are embedded.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from shoal.kit.amounts import NO_BREAK, amount_text
from shoal.kit.money import Money
from shoal.web.statements.papers import Cell, Column, Paper

_FONT = "WenQuanYi Micro Hei"
_WIDTH, _HEIGHT = A4
_SIDE, _TOP, _FOOT = 42, 48, 46
_LEADING, _SMALL, _TEXT, _TITLE = 15, 8, 9, 17
_INK, _SOFT, _SEA, _RULE = (0.09, 0.16, 0.15), (0.36, 0.42, 0.41), (0.05, 0.42, 0.37), 0.86
_DOTS = "…"


def write_pdf(path: Path, paper: Paper) -> int:
    """This will write `paper` to `path` as PDF; returns how many rows its table has."""
    canvas = Canvas("", pagesize=A4, invariant=1)
    canvas.setTitle(paper.title)
    canvas.setAuthor("Shoal")
    count = _Sheet(canvas, _font()).draw(paper)
    path.write_bytes(canvas.getpdfdata())
    return count


@cache
def _font() -> str:
    fonts = resources.files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc"
    with resources.as_file(fonts) as path:
        pdfmetrics.registerFont(TTFont(_FONT, str(path), subfontIndex=0))
    return _FONT


class _Sheet:
    """Draws from the top down and begins a page where one is full."""

    def __init__(self, canvas: Canvas, font: str) -> None:
        self.canvas, self.font = canvas, font
        self.page, self.y = 1, _HEIGHT - _TOP

    def draw(self, paper: Paper) -> int:
        self._head(paper)
        count = self._table(paper)
        self._foot()
        return count

    def _head(self, paper: Paper) -> None:
        self._text(_SIDE, paper.title, _TITLE, _SEA)
        self.y -= 2 * _LEADING
        for label, value in paper.facts:
            self._pair(label, value)
        self.y -= _LEADING / 2
        for label, amount in paper.sums:
            self._text(_SIDE, label, _TEXT, _INK)
            self._right(_SIDE + 260, amount_text(amount=amount), _TEXT, _INK)
            self.y -= _LEADING
        # Below the table it would now and then stand on a page by itself.
        if paper.note:
            self._text(_SIDE, paper.note, _SMALL, _SOFT)
            self.y -= _LEADING
        self.y -= _LEADING

    def _pair(self, label: str, value: str) -> None:
        self._text(_SIDE, label, _TEXT, _SOFT)
        for piece in self._broken(value, _WIDTH - 2 * _SIDE - 110) or [""]:
            self._text(_SIDE + 110, piece, _TEXT, _INK)
            self.y -= _LEADING
            self._room(_LEADING)

    def _table(self, paper: Paper) -> int:
        edges = _edges(paper.columns)
        self._headings(paper.columns, edges)
        count = 0
        for row in paper.rows:
            count += 1
            if self.y - _LEADING < _FOOT:
                self._turn()
                self._headings(paper.columns, edges)
            self._row(row, paper.columns, edges)
        return count

    def _headings(self, columns: Sequence[Column], edges: Sequence[tuple[float, float]]) -> None:
        for column, (left, right) in zip(columns, edges, strict=True):
            text = self._cut(column.label, right - left, _SMALL)
            if column.figures:
                self._right(right, text, _SMALL, _SOFT)
            else:
                self._text(left, text, _SMALL, _SOFT)
        self.canvas.setStrokeGray(_RULE)
        self.canvas.line(_SIDE, self.y - 5, _WIDTH - _SIDE, self.y - 5)
        self.y -= _LEADING + 3

    def _row(
        self,
        row: Sequence[Cell],
        columns: Sequence[Column],
        edges: Sequence[tuple[float, float]],
    ) -> None:
        # Colour and letters are set once for the row: there may be a hundred thousand of them.
        self._ink(_TEXT, _INK)
        for cell, column, (left, right) in zip(row, columns, edges, strict=True):
            text = amount_text(amount=cell) if isinstance(cell, Money) else str(cell)
            if not text:
                continue
            if column.figures:
                self.canvas.drawRightString(right, self.y, _plain(text))
            else:
                cut = self._cut(text, right - left, _TEXT)
                self.canvas.drawString(left, self.y, _plain(cut))
        self.y -= _LEADING

    def _room(self, needed: float) -> None:
        if self.y - needed < _FOOT:
            self._turn()

    def _turn(self) -> None:
        self._foot()
        self.canvas.showPage()
        self.page, self.y = self.page + 1, _HEIGHT - _TOP

    def _foot(self) -> None:
        self._ink(_SMALL, _SOFT)
        self.canvas.drawRightString(_WIDTH - _SIDE, _FOOT - 20, str(self.page))

    def _ink(self, size: int, ink: tuple[float, float, float]) -> None:
        self.canvas.setFillColorRGB(*ink)
        self.canvas.setFont(self.font, size)

    def _text(self, x: float, text: str, size: int, ink: tuple[float, float, float]) -> None:
        self._ink(size, ink)
        self.canvas.drawString(x, self.y, _plain(text))

    def _right(self, x: float, text: str, size: int, ink: tuple[float, float, float]) -> None:
        self._ink(size, ink)
        self.canvas.drawRightString(x, self.y, _plain(text))

    def _cut(self, text: str, width: float, size: int) -> str:
        """What of a text fits into `width`, with dots where something is left out."""
        # No letter is wider than it is high: what is short enough need not be measured.
        if len(text) * size <= width - 6 or self._wide(text, size) <= width - 6:
            return text
        while text and self._wide(text + _DOTS, size) > width - 6:
            text = text[:-1]
        return text + _DOTS

    def _broken(self, text: str, width: float) -> list[str]:
        """A text in lines of at most `width`; Chinese breaks anywhere."""
        lines, line = [], ""
        for letter in text:
            if self._wide(line + letter, _TEXT) > width:
                lines.append(line)
                line = ""
            line += letter
        return [*lines, line] if line else lines

    def _wide(self, text: str, size: int) -> float:
        return _measured(text, self.font, size)


@lru_cache(maxsize=4_096)
def _measured(text: str, font: str, size: int) -> float:
    """Times, kinds and orders come again and again."""
    return float(pdfmetrics.stringWidth(text, font, size))


def _edges(columns: Sequence[Column]) -> list[tuple[float, float]]:
    whole = sum(column.share for column in columns)
    room, left, edges = _WIDTH - 2 * _SIDE, float(_SIDE), []
    for column in columns:
        right = left + room * column.share / whole
        edges.append((left, right))
        left = right
    return edges


def _plain(text: str) -> str:
    """A title may hold line breaks or control signs; on paper they are blanks."""
    text = text.replace(NO_BREAK, " ")
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else " " for sign in text)
