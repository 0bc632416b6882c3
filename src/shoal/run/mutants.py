"""Do the tests notice when a rule is wrong? Each small change to a rule has to make one fail.

A mutant is one rule module with one thing changed: an operator swapped, a boundary shifted, a term,
a sign or a `not` dropped, a number one off. Each runs in a process of its own, forked where pytest
and Django are already loaded, with the changed module in place of the real one.
"""

import ast
import copy
import os
import signal
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

from shoal.run.trouble import CannotRun

_SECONDS = 90
_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "all": "any", "any": "all"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed module: where, what was changed, and its whole text."""

    module: str
    line: int
    change: str
    source: str

    @property
    def name(self) -> str:
        """What names it in the list of explained survivors; a line's number would not last."""
        return f"{self.module}: {self.change}"


@dataclass(frozen=True, slots=True)
class Target:
    """A rule module and the tests that have to notice."""

    module: str
    tests: tuple[str, ...]


def targets(table: Path) -> tuple[list[Target], dict[str, str]]:
    """This will read the table: modules with their tests, and explained survivors by name."""
    read = tomllib.loads(table.read_text(encoding="utf-8"))
    rows = [Target(row["module"], tuple(row["tests"])) for row in read["rules"]]
    return rows, {row["mutant"]: row["because"] for row in read.get("survivors", [])}


def mutants_of(*, module: str, source: str) -> Iterator[Mutant]:
    """This will make every mutant of a module's text; annotations and docstrings stay as they are.

    Two changes that read the same in one module are told apart by a number.
    """
    tree = ast.parse(source)
    told: dict[str, int] = {}
    for place, node in enumerate(_changeable(tree)):
        for number, _ in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            again = _changeable(changed)[place]
            before = _first_line(again)
            after = _changes(again)[number]
            for field, value in after.items():
                setattr(again, field, value)
            change = f"{before} -> {_first_line(again)}"
            told[change] = told.get(change, 0) + 1
            if told[change] > 1:
                change = f"{change} #{told[change]}"
            yield Mutant(module, getattr(node, "lineno", 0), change, ast.unparse(changed))


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]


def survivors(*, checkout: Path, rows: Sequence[Target], say: Any) -> list[Mutant]:
    """This will run the tests of each mutant and return those that no test noticed.

    `say` hears a line per module. Raises CannotRun when the tests fail without any change.
    """
    _load_once(checkout)
    left: list[Mutant] = []
    for row in rows:
        path = checkout / "src" / Path(*row.module.split(".")).with_suffix(".py")
        source = path.read_text(encoding="utf-8")
        if not _passes(row, source):
            raise CannotRun(f"The tests of {row.module} fail as it is.")
        made = list(mutants_of(module=row.module, source=source))
        alive = [mutant for mutant in made if _passes(row, mutant.source)]
        left += alive
        say(f"{row.module}: {len(made)} mutants, {len(made) - len(alive)} killed")
        for mutant in alive:
            say(f"  lives, line {mutant.line}: {mutant.change}")
    return left


def _changeable(tree: ast.AST) -> list[ast.AST]:
    """The nodes that can be changed, in one order; hints of types and docstrings are left out."""
    found: list[ast.AST] = []

    def walk(node: ast.AST) -> None:
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "type_params", "decorator_list", "bases"}:
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    found.append(child)
                    walk(child)

    walk(tree)
    return [node for node in found if _changes(node)]


def _changes(node: ast.AST) -> list[dict[str, Any]]:
    """Each way to change a node: which of its fields get which value."""
    ways: list[dict[str, Any]] = []
    match node:
        case ast.BinOp():
            ways += _other_sums(node.op, term="right")
        case ast.AugAssign():
            ways += _other_sums(node.op, term="value")
        case ast.BoolOp():
            ways.append({"op": _OPERATORS[type(node.op)]()})
        case ast.Compare(ops=ops):
            ways += _other_comparisons(ops)
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            ways.append({"func": ast.Name(_CALLS[name], ast.Load())})
        case ast.Constant(value=bool(value)):
            ways.append({"value": not value})
        case ast.Constant(value=int(value)):
            ways.append({"value": value + 1})
        case ast.IfExp():
            ways.append({"body": node.orelse, "orelse": node.body})
        case ast.If(test=ast.Name() | ast.Attribute() | ast.Call() as test):
            ways.append({"test": ast.UnaryOp(ast.Not(), test)})
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            ways.append({"operand": ast.UnaryOp(ast.Not(), operand)})
        case ast.UnaryOp(op=ast.USub()):
            ways.append({"op": ast.UAdd()})
    return ways


def _other_sums(op: ast.operator, *, term: str) -> list[dict[str, Any]]:
    """Another operator; of a sum or a difference also one without its second term."""
    other = _OPERATORS.get(type(op))
    ways: list[dict[str, Any]] = [{"op": other()}] if other else []
    return [*ways, {term: ast.Constant(0)}] if isinstance(op, ast.Add | ast.Sub) else ways


def _other_comparisons(ops: Sequence[ast.AST]) -> list[dict[str, Any]]:
    """A chain of comparisons with one of them another one."""
    return [
        {"ops": [*ops[:place], _OPERATORS[type(one)](), *ops[place + 1 :]]}
        for place, one in enumerate(ops)
        if type(one) in _OPERATORS
    ]


class _Instead(MetaPathFinder, Loader):
    """Hands a changed text out for one module."""

    def __init__(self, module: str, source: str) -> None:
        self.module, self.source = module, source

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.source, f"<{self.module}>", "exec"), module.__dict__)  # noqa: S102


def _load_once(checkout: Path) -> None:
    """What every run needs and no mutant changes, loaded before the forks."""
    os.chdir(checkout)
    import django.db.models
    import hypothesis.stateful
    import pytest

    _ = (django, hypothesis, pytest)


def _passes(row: Target, source: str) -> bool:
    """Whether the tests pass with this text; one that takes too long does not."""
    child = os.fork()
    if child == 0:
        _run_tests(row, source)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(_SECONDS)
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    return os.waitstatus_to_exitcode(status) == 0


def _run_tests(row: Target, source: str) -> None:
    import pytest
    from hypothesis import Phase, settings

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    # That a mutant dies is enough to know; the smallest example of why is not looked for.
    settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None)
    settings.load_profile("mutants")
    code = 1
    try:
        sys.meta_path.insert(0, _Instead(row.module, source))
        # Rules are pure: what needs a database tries something else.
        options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not django_db"]
        # Hypothesis is loaded before the fork on purpose.
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        code = int(pytest.main([*options, *row.tests]))
    finally:
        os._exit(code)
