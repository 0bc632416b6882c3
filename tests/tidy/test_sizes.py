"""Files, functions and lines stay small enough to be read at a glance."""

import re

from tests.tidy.source import files, functions, modules, shown

_FILE, _FUNCTION, _LINE = 400, 70, 100
# A template's elements cannot be broken without printing the space between them.
_PRAGMA = re.compile(r"  # (noqa|type): ?.*")
_CODE = {".py", ".css", ".js", ".sql"}


def test_files_are_short() -> None:
    long = {shown(path): len(_lines(path)) for path in modules("src", "tests", "bench")}
    long |= {shown(path): len(_lines(path)) for path in files() if path.suffix in {".css", ".js"}}
    assert {name: lines for name, lines in long.items() if lines > _FILE} == {}


def test_functions_are_short() -> None:
    long = [
        (shown(path, node), node.name)
        for path in modules("src", "tests", "bench")
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > _FUNCTION
    ]
    assert long == []


def test_lines_fit_on_a_screen() -> None:
    wide = [
        f"{shown(path)}:{number}"
        for path in files()
        if path.suffix in _CODE and not {"migrations", "data"} & set(path.parts)
        for number, line in enumerate(_lines(path), 1)
        if len(_PRAGMA.sub("", line)) > _LINE
    ]
    assert wide == []


def _lines(path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
