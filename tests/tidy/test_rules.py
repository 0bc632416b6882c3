"""What decides is tested by properties: each module of rules, by a test beside its like."""

from tests.tidy.source import SHOAL, dotted, imports, modules


def test_every_module_of_rules_has_properties() -> None:
    bare = [
        dotted(path)
        for path in modules("src")
        if path.stem.startswith("rules")
        and not any(
            dotted(path) in named
            for named in _properties(path.parent.relative_to(SHOAL).as_posix())
        )
    ]
    assert bare == []


def _properties(folder: str) -> list[set[str]]:
    """Of each file of tests with a property: the modules it imports, or imports from."""
    found = []
    for path in modules(f"tests/{folder}"):
        names = set(imports(path).values())
        if "hypothesis.given" in names:
            found.append(names | {name.rpartition(".")[0] for name in names})
    return found
