"""What the tidy tests read: files, syntax trees and names. Nothing here needs a database."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOAL = ROOT / "src" / "shoal"
_FOLDERS = ("src", "tests", "bench", "docs", "deploy", "requirements", ".ci")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the checkout that somebody wrote."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in _FOLDERS:
        found += (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return tuple(sorted(path for path in found if _is_written(path)))


def _is_written(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    made = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache"}
    return not (
        made & set(parts)
        or any(part.endswith(".egg-info") for part in parts)
        or path.suffix in {".pyc", ".mo"}
        or path.name.startswith(".coverage")
    )


def texts() -> Iterator[tuple[Path, str]]:
    """Every written file that is text, with its text."""
    for path in files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def modules(*folders: str) -> list[Path]:
    """The Python files below these folders of the checkout, migrations left out."""
    wanted = tuple(ROOT / folder for folder in folders)
    return [
        path
        for path in files()
        if path.suffix == ".py"
        and "migrations" not in path.parts
        and any(folder in path.parents for folder in wanted)
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, methods and inner ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def shown(path: Path, node: ast.AST | None = None) -> str:
    """Where something stands, so that an editor can follow it."""
    line = f":{getattr(node, 'lineno', 1)}" if node is not None else ""
    return f"{path.relative_to(ROOT)}{line}"


def package(path: Path) -> str:
    """The folder of src/shoal that a file belongs to: "orders", "web"; "" for the frame."""
    parts = path.relative_to(SHOAL).parts
    return parts[0] if len(parts) > 1 else ""


def dotted(path: Path) -> str:
    """A module's name: "shoal.orders.desk"."""
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> dict[str, str]:
    """Each name that a file imports, and its full dotted name."""
    names = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for one in node.names:
                names[one.asname or one.name] = one.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                names[one.asname or one.name] = f"{node.module}.{one.name}"
    return names


def decorators(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> set[str]:
    """The decorators of a function or class by their last name."""
    calls = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return {ast.unparse(call).split(".")[-1] for call in calls}
