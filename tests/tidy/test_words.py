"""What is written reads the same everywhere, and says nothing that belongs to one machine."""

import ast
import re

from tests.tidy.source import (
    ROOT,
    SHOAL,
    functions,
    modules,
    shown,
    texts,
    tree,
)

# Drawings are named by what they show, and described the same way.
_NOUNS = "demo/drawings/"
_UNDONE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# Homes of people and machines, and private networks' registries.
_MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|work|mnt)/\w|file://+\w")
_ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|@ ")


def test_public_functions_say_what_they_do() -> None:
    """The first line completes "This will…"; what a drawing is called completes "This draws…"."""
    silent = [
        f"{shown(path, node)} {node.name}"
        for path in modules("src")
        if not path.relative_to(SHOAL).as_posix().startswith(_NOUNS)
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not (ast.get_docstring(node) or "").startswith("This will ")
    ]
    assert silent == []


def test_nothing_is_left_undone() -> None:
    assert [
        shown(path) for path, text in texts() if _UNDONE.search(text) and not _is_me(path)
    ] == []


def test_nothing_names_a_machine() -> None:
    assert [
        shown(path) for path, text in texts() if _MACHINE.search(text) and not _is_me(path)
    ] == []


def test_locks_name_no_registry() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert not _ADDRESS.search(text), lock.name
        named = re.findall(r"^\w\S*", text, re.MULTILINE)
        assert named, lock.name
        assert [one for one in named if "==" not in one] == [], lock.name
        assert text.count("--hash=sha256:") >= len(named), lock.name


def test_every_test_asserts() -> None:
    """By itself, through something that fails loudly, or through a helper that asserts."""
    helpers = {
        node.name
        for path in modules("tests")
        for node in functions(path)
        if not node.name.startswith("test_") and _fails_loudly(node, set())
    }
    quiet = [
        f"{shown(path, node)} {node.name}"
        for path in modules("tests")
        for node in functions(path)
        if node.name.startswith("test_") and not _fails_loudly(node, helpers)
    ]
    assert quiet == []


def _is_me(path) -> bool:
    return path.samefile(__file__)


def _fails_loudly(node: ast.AST, helpers: set[str]) -> bool:
    loud = {"raises", "fail", "run_state_machine_as_test", "expect"} | helpers
    for each in ast.walk(node):
        if isinstance(each, ast.Assert):
            return True
        if isinstance(each, ast.Call) and ast.unparse(each.func).split(".")[-1] in loud:
            return True
    return False
