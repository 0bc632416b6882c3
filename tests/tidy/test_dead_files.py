"""Everything is used: files are imported, rendered or listed, and public functions called."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.tidy.source import (
    ROOT,
    SHOAL,
    decorators,
    dotted,
    files,
    imports,
    modules,
    shown,
    texts,
    tree,
)

# Found by name: by Django, by procrastinate, by `shoal doctor`, by Python itself.
_FOUND = {"__init__", "__main__", "apps", "models", "tasks", "doctor", "admin", "wsgi", "settings"}
# Tags of templates, and the backend that the settings name as a package.
_FOUND_IN = {"templatetags", "postgres"}
_REGISTERED = {"task", "simple_tag", "inclusion_tag", "filter", "register", "tag"}
# What a package hands on under its own name is called by somebody else, or dead.
_HANDED_ON = re.compile(r"(?ms)^from [\w.]+ import (\([^)]*\)|[^\n]*)$|^__all__ = \[[^\]]*\]")
# Templates that Django or allauth asks for by name.
_ASKED_FOR = {"404.html", "500.html"}
_ASKED_FOR_IN = {"allauth", "account", "mfa", "admin", "unfold"}


def test_modules() -> None:
    needed = _imported() | _named_in_texts() | _commands()
    dead = [
        shown(path)
        for path in modules("src")
        if path.stem not in _FOUND
        and not _FOUND_IN & set(path.parts)
        and dotted(path) not in needed
    ]
    assert dead == []


def test_templates() -> None:
    folder = SHOAL / "web" / "templates"
    named = _named_by_frames()
    dead = [
        name
        for name in (path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
        if name not in _ASKED_FOR | named
        and f'"{name}"' not in _source()
        and not _is_overridden(name)
    ]
    assert dead == []


def test_stylesheets_and_scripts() -> None:
    static = SHOAL / "web" / "static" / "shoal"
    dead = [
        shown(path)
        for path in (*static.rglob("*.css"), *static.rglob("*.js"), *static.rglob("*.svg"))
        if not re.search(rf"[\"'/]{re.escape(path.stem)}(\.{path.suffix[1:]})?[\"']", _source())
    ]
    assert dead == []


def test_helpers_of_tests() -> None:
    """A file beside the tests that holds none is imported by one that does."""
    used = {name for path in modules("tests") for name in imports(path).values()}
    used |= {name.rpartition(".")[0] for name in used}
    dead = [
        shown(path)
        for path in modules("tests")
        if not path.name.startswith("test_")
        and path.stem not in {"conftest", "__init__"}
        and ".".join(path.relative_to(ROOT).with_suffix("").parts) not in used
    ]
    assert dead == []


def test_functions() -> None:
    """A public function is named once more than where it stands, and not by its test alone."""
    named = Counter(
        word
        for path, text in texts()
        if path.suffix in {".py", ".html", ".toml"} and ROOT / "tests" not in path.parents
        for word in re.findall(
            r"\w+", _HANDED_ON.sub("", text) if path.name == "__init__.py" else text
        )
    )
    defined = Counter(
        node.name
        for path in modules("src", "bench")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )
    dead = [
        f"{shown(path, node)} {node.name}"
        for path in modules("src")
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and named[node.name] <= defined[node.name]
        and not _REGISTERED & decorators(node)
    ]
    assert dead == []


def _imported() -> set[str]:
    names = set()
    for path in (*modules("src"), *SHOAL.glob("*/migrations/*.py")):
        for full in imports(path).values():
            if full != dotted(path):
                names |= {full, full.rpartition(".")[0]}
    return names


def _named_in_texts() -> set[str]:
    """Modules that a setting or a table names: "shoal.web.errors.forged"."""
    found: set[str] = set()
    for path in modules("src"):
        for word in _words(path):
            for name in re.findall(r"\bshoal(?:\.\w+)+", word):
                found |= {name, name.rpartition(".")[0]}
    return found


def _named_by_frames() -> set[str]:
    """Templates that a face names in part: its frame renders `f"keep/{template}.html"`."""
    found = set()
    for path in modules("src/shoal/web"):
        for whole in ast.walk(tree(path)):
            parts = whole.values if isinstance(whole, ast.JoinedStr) else []
            texts = [str(each.value) if isinstance(each, ast.Constant) else "" for each in parts]
            if len(texts) == 3 and texts[2].endswith(".html"):
                words = (word for each in path.parent.glob("*.py") for word in _words(each))
                found |= {f"{texts[0]}{word}{texts[2]}" for word in words}
    return found


def _words(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _commands() -> set[str]:
    from shoal.cli.main import COMMANDS

    return {f"shoal.cli.{row.module}" for row in COMMANDS.values()}


@cache
def _source() -> str:
    """Everything that may name a template or a stylesheet."""
    kinds = {".py", ".html", ".js", ".css"}
    written = (path for path in files() if path.suffix in kinds and SHOAL in path.parents)
    return "\n".join(path.read_text(encoding="utf-8") for path in written)


def _is_overridden(name: str) -> bool:
    """Whether a package brings a template of this name, which ours replaces."""
    if name.partition("/")[0] not in _ASKED_FOR_IN:
        return False
    import allauth
    import django.contrib.admin
    import unfold

    brought = (allauth, django.contrib.admin, unfold)
    homes = (Path(str(one.__file__)).parent / "templates" for one in brought)
    return any((home / name).is_file() for home in homes)
