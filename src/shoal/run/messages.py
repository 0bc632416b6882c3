"""The Chinese texts: one catalogue and the fragments beside it, merged and compiled.

msgids are good English in templates, in Python and in the docstrings of refusals.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[1]
LANGUAGE = "zh_Hans"
_FOLDER = SOURCE / "locale" / LANGUAGE
_CATALOGUE = _FOLDER / "LC_MESSAGES" / "django.po"
_KEYWORDS = {  # function -> where its arguments say (context, message)
    "gettext": (None, 0), "gettext_lazy": (None, 0), "gettext_noop": (None, 0), "_": (None, 0),
    "ngettext": (None, 0), "ngettext_lazy": (None, 0),
    "pgettext": (0, 1), "pgettext_lazy": (0, 1),
    "npgettext": (0, 1), "npgettext_lazy": (0, 1),
}  # fmt: skip
_CALL = re.compile(r"\b(?:n?p?gettext|_)\(")
_PLACE = re.compile(r"%\((\w+)\)[sd]|(?<!\{)\{(\w+)[^{}]*\}")


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """A text that people read, and where it stands."""

    message: str
    context: str
    place: str


def sources() -> list[Path]:
    """This will list the PO files: the catalogue, then the fragments, later ones winning."""
    fragments = sorted((_FOLDER / "fragments").glob("*.po"))
    return [path for path in (_CATALOGUE, *fragments) if path.is_file()]


def merged() -> Catalog:
    """This will read the catalogue with all fragments in it."""
    whole = Catalog(locale=LANGUAGE, project="Shoal", charset="utf-8", fuzzy=False)
    for path in sources():
        with path.open("rb") as file:
            part = read_po(file, locale=LANGUAGE, charset="utf-8")
        # Not now: two changes of the texts would contradict each other in that alone.
        whole.creation_date = part.creation_date
        for message in part:
            if message.id and _translated(message):
                whole.delete(message.id, message.context)
                whole.add(message.id, message.string, context=message.context)
    return whole


def compile_into(folder: Path) -> bool:
    """This will compile the merged texts into `folder` if any is newer; tells whether it did."""
    goal = folder / LANGUAGE / "LC_MESSAGES" / "django.mo"
    newest = max((path.stat().st_mtime_ns for path in sources()), default=0)
    listing = _FOLDER / "fragments"
    newest = max(newest, listing.stat().st_mtime_ns if listing.is_dir() else 0)
    if goal.is_file() and goal.stat().st_mtime_ns >= newest:
        return False
    goal.parent.mkdir(parents=True, exist_ok=True)
    compiled = BytesIO()
    write_mo(compiled, merged())
    goal.write_bytes(compiled.getvalue())
    return True


def merge() -> None:
    """This will write the merged catalogue, sorted, and remove the fragments it has taken in."""
    whole = merged()
    _CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with _CATALOGUE.open("wb") as file:
        write_po(file, whole, width=100, sort_output=True, omit_header=False)
    for path in sources():
        if path != _CATALOGUE:
            path.unlink()


def missing() -> list[str]:
    """This will name, a line each, every text without a Chinese one, or with other placeholders."""
    whole = merged()
    lines = []
    for wanted in sorted(_all_wanted()):
        found = whole.get(wanted.message, wanted.context or None)
        if found is None or not _translated(found):
            lines.append(f"{wanted.place}: no Chinese for {wanted.message!r}")
        elif _places(wanted.message) != _places(_text(found)):
            lines.append(f"{wanted.place}: other placeholders in the Chinese of {wanted.message!r}")
    return lines


def _all_wanted() -> Iterator[Wanted]:
    seen: set[tuple[str, str]] = set()
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            found = _in_python(path)
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            found = _in_template(path)
        else:
            continue
        for wanted in found:
            if (wanted.message, wanted.context) not in seen:
                seen.add((wanted.message, wanted.context))
                yield wanted


def _in_template(path: Path) -> Iterator[Wanted]:
    text = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for match in _CALL.finditer(text):
        call = _call_at(text, match)
        if call is not None:
            line = text.count("\n", 0, match.start()) + 1
            yield from _of_call(call, f"{path.relative_to(SOURCE)}:{line}")


def _call_at(text: str, match: re.Match[str]) -> ast.Call | None:
    end = match.end()
    while (end := text.find(")", end) + 1) > 0:
        try:
            node = ast.parse(text[match.start() : end], mode="eval").body
        except SyntaxError:
            continue
        return node if isinstance(node, ast.Call) else None
    return None


def _in_python(path: Path) -> Iterator[Wanted]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        where = f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            yield from _of_call(node, where)
        elif isinstance(node, ast.ClassDef) and _is_refusal(node):
            text = ast.get_docstring(node)
            if text:
                yield Wanted(inspect.cleandoc(text), "", where)


def _is_refusal(node: ast.ClassDef) -> bool:
    """Every refusal has a stable code of its own, a plain text."""
    return bool(node.bases) and any(
        isinstance(target, ast.Name) and target.id == "code"
        for line in node.body
        if isinstance(line, ast.Assign)
        and isinstance(line.value, ast.Constant)
        and isinstance(line.value.value, str)
        for target in line.targets
    )


def _of_call(node: ast.Call, place: str) -> Iterator[Wanted]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name not in _KEYWORDS:
        return
    at_context, at_message = _KEYWORDS[name]
    values = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
    if len(values) <= at_message or not isinstance(values[at_message], str):
        return
    context = values[at_context] if at_context is not None else ""
    yield Wanted(str(values[at_message]), str(context or ""), place)


def _translated(message: Message) -> bool:
    return bool(_text(message)) and not message.fuzzy


def _text(message: Message) -> str:
    return (
        message.string if isinstance(message.string, str) else "".join((message.string or ())[:1])
    )


def _places(text: str) -> set[str]:
    return {first or second for first, second in _PLACE.findall(text)}
