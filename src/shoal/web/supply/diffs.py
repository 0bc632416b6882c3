"""A proposed edit, field by field, in words and pictures that people compare."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext

from shoal.catalog.models import Product
from shoal.catalog.queries import Change, ProposedRevision, category_by_code, freight_by_code
from shoal.kit.errors import NotFound
from shoal.kit.pictures import StoredPicture, from_json
from shoal.kit.texts import in_language

_LETTERS = 2000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that stays ("same"), goes ("gone") or comes ("new")."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored picture in the shape that the picture tag reads."""

    digest: str
    width: int
    height: int
    widths: tuple[int, ...]
    tint: str
    alts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """One field of an edit: its name, the text with what goes and comes, or pictures."""

    name: str
    pieces: tuple[Piece, ...] = ()
    before: tuple[Shown, ...] = ()
    after: tuple[Shown, ...] = ()


def diff(before: str, after: str) -> tuple[Piece, ...]:
    """This will say what of `before` stays, goes and comes to make `after`."""
    # Letter by letter is what people read, but its time grows with the square of the length.
    whole = len(before) + len(after) > _LETTERS
    old, new = (text.splitlines(keepends=True) if whole else list(text) for text in (before, after))
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(old[a:b])))
            continue
        if b > a:
            found.append(Piece("gone", "".join(old[a:b])))
        if d > c:
            found.append(Piece("new", "".join(new[c:d])))
    return tuple(found)


def told_changes(proposed: ProposedRevision) -> list[Told]:
    """This will tell every change of a proposed edit.

    One that was accepted changed the product: there is nothing left to compare it with, so what
    it proposed is told alone.
    """
    judged = proposed.revision.verdict == "accepted"
    found: list[Told] = []
    for change in proposed.changes:
        found += _told(change, proposed.product, alone=judged)
    return found


def _told(change: Change, product: Product, *, alone: bool) -> Iterator[Told]:
    before = {} if alone else change.present
    match change.field:
        case "titles" | "descriptions":
            yield from _texts(change.field, before or {}, change.proposed)
        case "category":
            present = "" if alone else _category(change.present)
            yield Told(gettext("Category"), diff_whole(present, _category(change.proposed)))
        case "freight":
            present = "" if alone else _freight(product, change.present)
            yield Told(gettext("Freight"), diff_whole(present, _freight(product, change.proposed)))
        case "pictures":
            yield Told(
                gettext("Pictures"),
                before=() if alone else tuple(_shown(row) for row in change.present),
                after=tuple(_shown(row) for row in change.proposed),
            )
        case "new_skus":
            for sku in change.proposed:
                values = " · ".join(in_language(value, "zh") for value in sku["values"])
                text = " ".join(part for part in (sku["reference"], values) if part)
                yield Told(gettext("New variant"), (Piece("new", text),))
        case _:
            yield from _of_skus(change, product, before or {})


def diff_whole(before: str, after: str) -> tuple[Piece, ...]:
    """This will show names as a whole: letters that two of them share mean nothing."""
    return tuple(piece for piece in (Piece("gone", before), Piece("new", after)) if piece.text)


def _texts(field: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Told]:
    names = {
        ("titles", "zh"): gettext("Title in Chinese"),
        ("titles", "en"): gettext("Title in English"),
        ("descriptions", "zh"): gettext("Description in Chinese"),
        ("descriptions", "en"): gettext("Description in English"),
    }
    for language in ("zh", "en"):
        old, new = before.get(language, ""), after.get(language, "")
        if old != new:
            yield Told(names[field, language], diff(old, new))


def _of_skus(change: Change, product: Product, before: Mapping[str, Any]) -> Iterator[Told]:
    labels = {sku.code: sku.label or sku.reference for sku in product.skus.all()}
    name = gettext("Barcode") if change.field == "barcodes" else gettext("Weight in grams")
    for code, value in change.proposed.items():
        old = str(before.get(code, "") or "")
        yield Told(f"{name} · {labels.get(code, code)}", diff_whole(old, str(value)))


def _category(code: str) -> str:
    try:
        return category_by_code(code=code).name
    except NotFound:
        return code


def _freight(product: Product, code: str | None) -> str:
    if code is None:
        return gettext("Free of charge")
    try:
        return freight_by_code(brand=product.brand, code=code).name
    except NotFound:
        return code


def _shown(row: Mapping[str, Any]) -> Shown:
    stored: StoredPicture = from_json(row)
    return Shown(
        stored.digest, stored.width, stored.height, stored.widths, stored.tint, row.get("alts", {})
    )
