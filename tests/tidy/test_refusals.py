"""Every refusal has one code, one sentence, and is handed the facts that its sentence names."""

import ast
import importlib
import pkgutil
import string
from collections import Counter
from functools import cache

import shoal
from shoal.kit.errors import Refused
from tests.tidy.source import imports, modules, shown, tree

# Processes of their own, or entry points that start something when they are imported.
_NOT_IMPORTED = ("shoal.sandbox_pay", "shoal.__main__", "shoal.wsgi")


def test_each_has_a_code_of_its_own() -> None:
    codes = Counter(refusal.__dict__.get("code", "") for refusal in _refusals())
    assert [code for code, times in codes.items() if times > 1 or not code] == []


def test_each_has_a_sentence() -> None:
    silent = [
        refusal.__name__
        for refusal in _refusals()
        if not (refusal.__doc__ or "").strip().endswith((".", "?", "!"))
    ]
    assert silent == []


def test_the_facts_of_the_sentence_are_given() -> None:
    """Where a refusal is made with its facts in sight; one made by a variable is not followed."""
    known = {f"{one.__module__}.{one.__name__}": one for one in _refusals()}
    short = []
    for path in modules("src"):
        names = imports(path)
        here = {name: known.get(full) for name, full in names.items()}
        here |= {one.__name__: one for one in known.values() if one.__module__ == _module(path)}
        for node, name, given in _made(tree(path)):
            refusal = here.get(name)
            if refusal is not None and _facts(refusal) - given:
                short.append(f"{shown(path, node)} {name} {_facts(refusal) - given}")
    assert short == []


def _module(path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[parts.index("shoal") :]).removesuffix(".__init__")


def _made(source: ast.Module) -> list[tuple[ast.AST, str, set[str]]]:
    """Each `raise Name` and `Name(fact=…)`, with the facts given."""
    found = []
    for node in ast.walk(source):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name):
            found.append((node, node.exc.id, set()))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = {keyword.arg or "**" for keyword in node.keywords}
            if "**" not in given:
                found.append((node, node.func.id, given))
    return found


def _facts(refusal: type[Refused]) -> set[str]:
    if "sentence" in refusal.__dict__:  # it makes words of its facts itself
        return set()
    return {field for _, field, _, _ in string.Formatter().parse(refusal.__doc__ or "") if field}


@cache
def _refusals() -> tuple[type[Refused], ...]:
    for found in pkgutil.walk_packages(shoal.__path__, "shoal."):
        if not found.name.startswith(_NOT_IMPORTED) and ".migrations" not in found.name:
            importlib.import_module(found.name)

    def below(kind: type[Refused]) -> set[type[Refused]]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    ours = (one for one in below(Refused) if one.__module__.startswith("shoal."))
    return tuple(sorted(ours, key=lambda one: one.__qualname__))
