"""Tables are written by operations and steps of the module that owns them, and by nobody else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy.source import (
    SHOAL,
    decorators,
    functions,
    imports,
    modules,
    package,
    shown,
    tree,
)

_FACES = {"web", "api", "cli", "run", "demo", "replay"}
_OTHERS = {"sandbox_pay"}  # another company, with a memory of its own
_WRITES = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
_SQL = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|MERGE INTO)\s+\"?([\w.]+)")
# Written by another module than the one that holds them.
_LENT = {
    ("offers", "orders"): "Purchase: a limit's row stands by its offer, what is bought counts it",
}
_NO_TABLES = {"kit/vault.py": "keys stand in a PostgreSQL of their own, without models"}


def test_no_face_writes() -> None:
    """Pages, the command line, the demo world and the replay go through operations."""
    faces = [path for path in modules("src") if package(path) in _FACES]
    assert [shown(path, node) for path in faces for node, _ in _writes(path)] == []


def test_no_face_calls_a_step() -> None:
    """What an operation is handed may stand beside a step; a step itself is out of reach."""
    calling = [
        f"{shown(path)} {name}"
        for path in modules("src")
        if package(path) in _FACES
        for name in imports(path).values()
        if re.fullmatch(r"shoal\.\w+\.(steps\w*|making|products|booking)(\.[a-z]\w*)?", name)
    ]
    assert calling == []


@pytest.mark.parametrize("folder", ["replay", "demo"])
def test_nothing_is_written_behind_their_backs(folder: str) -> None:
    """Neither a model's manager, nor a connection, nor a transaction is within reach."""
    reaching = []
    for path in modules(f"src/shoal/{folder}"):
        names = imports(path).values()
        reaching += [shown(path) for name in names if name.startswith(("django.db", "psycopg"))]
        reaching += [
            shown(path, node)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute)
            and node.attr in {"objects", "_default_manager", "_base_manager"}
        ]
    assert reaching == []


def test_writes_stand_in_operations_and_steps() -> None:
    """A public function that writes is one; a private one has one in the same file to serve."""
    loose = []
    for path in _business():
        marked = {node.name for node in functions(path) if _is_marked(node)}
        for node, around in _writes(path):
            private = around is None or around.name.startswith("_")
            if not marked or not (private or around.name in marked):
                loose.append(shown(path, node))
    assert loose == []


def test_each_module_writes_its_own_tables() -> None:
    foreign = []
    for path in _business():
        known = imports(path)
        for node, _ in _writes(path):
            owner = _owner(node, known)
            own = package(path)
            if owner not in {own, None} and (owner, own) not in _LENT:
                foreign.append(f"{shown(path, node)} writes {owner}")
    assert foreign == []


def test_operations_take_keywords_only() -> None:
    positional = [
        f"{shown(path, node)} {node.name}"
        for path in _business()
        for node in functions(path)
        if "operation" in decorators(node) and not node.name.startswith("_") and node.args.args
    ]
    assert positional == []


def _business() -> list[Path]:
    return [
        path
        for path in modules("src")
        if package(path) not in _FACES | _OTHERS
        and path.relative_to(SHOAL).as_posix() not in _NO_TABLES
    ]


def _is_marked(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """An operation that does slow work first opens its transaction itself, after it."""
    return bool(decorators(node) & {"operation", "step"}) or any(
        isinstance(each, ast.With) and ast.unparse(each.items[0]) == "one_transaction()"
        for each in ast.walk(node)
    )


def _writes(path: Path) -> Iterator[tuple[ast.AST, ast.FunctionDef | ast.AsyncFunctionDef | None]]:
    """Each place that writes to a table, and the outermost function around it."""
    outer = {
        inner: node
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree(path)):
        if _is_write(node):
            yield node, outer.get(node)


def _is_write(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(_SQL.match(node.value))
    if not isinstance(node, ast.Call):
        return False
    if not isinstance(node.func, ast.Attribute):
        return ast.unparse(node.func) == "update_rows"
    # A row is saved and deleted without positional arguments; a file or a picture with them.
    return (
        node.func.attr in _WRITES
        or (node.func.attr in {"save", "delete"} and not node.args)
        or (node.func.attr == "update" and bool(node.keywords) and not node.args)
    )


def _owner(node: ast.AST, known: dict[str, str]) -> str | None:
    """The module whose table is written, where that can be seen."""
    if isinstance(node, ast.Constant):
        found = _SQL.match(str(node.value))
        table = found[1] if found else ""
        return table.split("_")[0] if (SHOAL / table.split("_")[0]).is_dir() else None
    root = node
    while isinstance(root, ast.Call | ast.Attribute):
        root = root.func if isinstance(root, ast.Call) else root.value
    full = known.get(root.id, "") if isinstance(root, ast.Name) else ""
    found = re.match(r"shoal\.(\w+)\.models\.", full)
    return found[1] if found else None
