"""The product sheet: one row per SKU, its product's texts, its stock, its standing offer.

Here stands how its rows become records; `offers.imports` and `offers.exports` are its two ends.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shoal.catalog.entries import NewProduct, NewSku
from shoal.catalog.spreadsheets import Row, Sheet
from shoal.kit.errors import Refused
from shoal.kit.money import parse_amount
from shoal.offers.rules import Terms, in_order
from shoal.offers.sheet_columns import (
    AMOUNTS,
    COLUMNS,
    LANGUAGES,
    MOST_ATTRIBUTES,
    columns_of,
    further_currencies,
)

MOST_SKUS = 200
_LONGEST_NAME = 40
_LONGEST_NUMBER = 60
_MOST_UNITS = 10**9

_PRICES = ("supply_price", "sale_price", "floor_price", "cap_price", "commission_percent")
_OF_PRODUCT = tuple(
    name
    for name in COLUMNS
    if name.startswith(("title", "description", "attribute", "category", "freight"))
)


class CellMissing(Refused):
    """This cell has to be filled in."""

    code = "cell_missing"


class CellTooLong(Refused):
    """This text is too long. The limit is {longest} characters."""

    code = "cell_too_long"


class NotWhole(Refused):
    """“{text}” is not a whole number from {least} to {most}."""

    code = "not_whole"


class NotAnAmount(Refused):
    """“{text}” is not an amount of money in {currency}."""

    code = "not_an_amount"


class NotAPercentage(Refused):
    """“{text}” is not a percentage from 0 to 100 with at most two decimals."""

    code = "not_a_percentage"


class NumberShortened(Refused):
    """“{text}”: the spreadsheet program shortened this number. Format the column as text."""

    code = "number_shortened"


class RowsApart(Refused):
    """The rows of product “{reference}” must stand together; it began in row {row}."""

    code = "rows_apart"


class RowsDiffer(Refused):
    """Row {row} says something else about the same product. Leave this cell empty."""

    code = "rows_differ"


class RowTwice(Refused):
    """SKU “{sku}” stands in row {row} already."""

    code = "row_twice"


class TooManySkus(Refused):
    """A product may have {most} SKUs at most."""

    code = "too_many_skus"


class ValueWithoutName(Refused):
    """This value needs the name of its attribute in the product's first row."""

    code = "value_without_name"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell, or with a whole row where the column is empty."""

    row: int
    column: str
    refusal: Refused

    @property
    def sentence(self) -> str:
        """The reason in the reader's language."""
        return self.refusal.sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a SKU, units to add with their delivery note, and the terms it is offered on."""

    row: int
    sku: NewSku
    units: int = 0
    delivery: str = ""
    terms: Terms | None = None
    further: tuple[Terms, ...] = ()
    per_customer: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One product of the sheet: as it would be new, and the rows of its SKUs."""

    row: int
    entry: NewProduct
    lines: tuple[Line, ...]


Fail = Callable[[Fault], None]


def read_products(sheet: Sheet, *, currency: str, fail: Fail) -> Iterator[Listed | None]:
    """This will yield the products of a sheet; what cannot be read goes to `fail`.

    A product with a fault is None in its place: the rows after it are read all the same.
    """
    names = columns_of(sheet.header, currency=currency)
    began: dict[str, int] = {}
    rows: list[Row] = []
    for raw in sheet.rows:
        row = Row(raw.number, {names[name]: text for name, text in raw.cells.items()})
        reference = row.cells["product"]
        if rows and reference in ("", rows[0].cells["product"]):
            rows.append(row)
            continue
        if rows:
            yield _read_product(rows, currency, fail)
        rows = [row]
        if reference in began:
            fail(Fault(row.number, "product", RowsApart(reference=reference, row=began[reference])))
        began[reference] = row.number
    if rows:
        yield _read_product(rows, currency, fail)


def _read_product(rows: list[Row], currency: str, fail: Fail) -> Listed | None:
    faults: list[Fault] = []
    first = _Cells(rows[0], currency, faults.append)
    if len(rows) > MOST_SKUS:
        faults.append(Fault(rows[0].number, "", TooManySkus(most=MOST_SKUS)))
        rows = rows[:MOST_SKUS]
    _check_repeats(rows, faults.append)
    attributes = _attribute_names(first)
    lines = [_line(_Cells(row, currency, faults.append), len(attributes)) for row in rows]
    values = [
        {"names": names, "values": _distinct(line.sku.values[place] for line in lines)}
        for place, names in enumerate(attributes)
    ]
    entry = NewProduct(
        reference=first.code("product"),
        category=first.text("category"),
        titles=first.texts("title"),
        skus=[line.sku for line in lines],
        descriptions=first.texts("description"),
        attributes=values,
        base_language="zh" if first.text("title_zh") or not first.text("title_en") else "en",
        freight=first.text("freight") or None,
    )
    for fault in faults:
        fail(fault)
    return None if faults else Listed(rows[0].number, entry, tuple(lines))


def _check_repeats(rows: list[Row], fail: Fail) -> None:
    first = rows[0]
    seen: dict[str, int] = {}
    for row in rows:
        sku = row.cells["sku"]
        if sku in seen and sku:
            fail(Fault(row.number, "sku", RowTwice(sku=sku, row=seen[sku])))
        seen.setdefault(sku, row.number)
        for name in _OF_PRODUCT:
            text = row.cells.get(name, "")
            if text and text != first.cells.get(name, ""):
                fail(Fault(row.number, name, RowsDiffer(row=first.number)))


def _attribute_names(first: "_Cells") -> list[dict[str, str]]:
    named = [first.texts(f"attribute_{place}", _LONGEST_NAME) for place in _PLACES]
    while named and not named[-1]:
        named.pop()
    return named


_PLACES = range(1, MOST_ATTRIBUTES + 1)


def _line(cells: "_Cells", attributes: int) -> Line:
    values = [cells.texts(f"value_{place}", _LONGEST_NAME) for place in _PLACES]
    for place, value in enumerate(values, start=1):
        if value and place > attributes:
            cells.fail(f"value_{place}_{next(iter(value))}", ValueWithoutName())
        if not value and place <= attributes:
            cells.fail(f"value_{place}_zh", CellMissing())
    return Line(
        row=cells.row.number,
        sku=NewSku(
            reference=cells.code("sku"),
            values=values[:attributes],
            barcode=cells.digits("barcode"),
            weight_g=cells.whole("weight_g", most=10**7) or 0,
        ),
        units=cells.whole("units_to_add", most=_MOST_UNITS) or 0,
        delivery=cells.text("delivery", _LONGEST_NUMBER),
        terms=cells.terms(),
        further=in_order(cells.further()),
        per_customer=cells.whole("per_customer", least=1, most=10**6),
    )


def _distinct(values: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    return [dict(value) for value in {tuple(value.items()): value for value in values}.values()]


@dataclass(slots=True)
class _Cells:
    """One row's cells, read as what they should be; what is wrong is noted, not raised."""

    row: Row
    currency: str
    note: Fail
    failed: set[str] = field(default_factory=set)

    def fail(self, column: str, refusal: Refused) -> None:
        if column not in self.failed:
            self.failed.add(column)
            self.note(Fault(self.row.number, column, refusal))

    def text(self, column: str, longest: int = 0) -> str:
        text = self.row.cells.get(column, "")
        if longest and len(text) > longest:
            self.fail(column, CellTooLong(longest=longest))
        return text

    def texts(self, column: str, longest: int = 0) -> dict[str, str]:
        found = {language: self.text(f"{column}_{language}", longest) for language in LANGUAGES}
        return {language: text for language, text in found.items() if text}

    def code(self, column: str) -> str:
        text = self.text(column, _LONGEST_NUMBER)
        if not text:
            self.fail(column, CellMissing())
        return self._whole_digits(column, text)

    def digits(self, column: str) -> str:
        return self._whole_digits(column, self.text(column, 32))

    def _whole_digits(self, column: str, text: str) -> str:
        if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", text):
            self.fail(column, NumberShortened(text=text))
        return text

    def whole(self, column: str, *, most: int, least: int = 0) -> int | None:
        text = self.text(column)
        if not text:
            return None
        plain = text.replace(",", "").lstrip("0") or "0"
        if not plain.isascii() or not plain.isdigit() or not least <= int(plain[:18]) <= most:
            self.fail(column, NotWhole(text=text, least=least, most=most))
            return None
        return int(plain)

    def amount(self, column: str, currency: str) -> int | None:
        text = self.text(column)
        if not text:
            return None
        try:
            minor = parse_amount(text, currency).minor
        except ValueError:
            minor = -1
        if not 0 <= minor < 10**15:
            self.fail(column, NotAnAmount(text=text, currency=currency))
            return None
        return minor

    def basis_points(self, column: str) -> int | None:
        text = self.text(column)
        try:
            points = Decimal(text.rstrip("%％ ") or "-1") * 100
        except ArithmeticError:
            points = Decimal(-1)
        if not points.is_finite() or not 0 <= points <= 10_000 or points != int(points):
            self.fail(column, NotAPercentage(text=text))
            return None
        return int(points)

    def terms(self) -> Terms | None:
        """The terms in the brand's own currency."""
        if any(self.text(column) for column in _PRICES):
            return self._terms_in(self.currency, "")
        for column in (*AMOUNTS, "per_customer"):
            if self.text(column) or any(self.text(f"{column}_{one}") for one in self._others()):
                self.fail("sale_price", CellMissing())
        return None

    def further(self) -> list[Terms]:
        """The terms in every further currency that has amounts."""
        named = [
            currency
            for currency in self._others()
            if any(self.text(f"{column}_{currency}") for column in AMOUNTS)
        ]
        found = [self._terms_in(currency, f"_{currency}") for currency in named]
        return [terms for terms in found if terms is not None]

    def _others(self) -> list[str]:
        return further_currencies(own=self.currency)

    def _terms_in(self, currency: str, suffix: str) -> Terms | None:
        wanted = {column: f"{column}{suffix}" for column in AMOUNTS}
        for column in (*(wanted[name] for name in AMOUNTS[:4]), "commission_percent"):
            if not self.text(column):
                self.fail(column, CellMissing())
                return None
        prices = {name: self.amount(column, currency) for name, column in wanted.items()}
        rate = self.basis_points("commission_percent")
        if rate is None or any(prices[name] is None for name in AMOUNTS[:4]):
            return None
        known: dict[str, Any] = prices
        return Terms(
            supply=known["supply_price"],
            sale=known["sale_price"],
            floor=known["floor_price"],
            cap=known["cap_price"],
            rate_bp=rate,
            currency=currency,
            usual=known["list_price"],
        )
