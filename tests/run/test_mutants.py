"""What the mutants are, and that the table names rules and tests that exist."""

import ast
from pathlib import Path

from shoal.run.mutants import mutants_of, targets

CHECKOUT = Path(__file__).parents[2]
RULE = '''
LIMIT: int = 10

def fits(amount: int, *, most: int = LIMIT) -> bool:
    """Amounts from 1 to 10 fit."""
    if is_whole(amount):
        most += 1
    return 0 < amount <= most and not amount - 1 > -most
'''


def changes(source: str) -> list[str]:
    return [mutant.change for mutant in mutants_of(module="rule", source=source)]


def test_operators_boundaries_numbers_and_terms_are_changed():
    told = changes(RULE)
    assert "10 -> 11" in told
    assert "0 < amount <= most -> 0 <= amount <= most" in told
    assert "0 < amount <= most -> 0 < amount < most" in told
    assert "amount - 1 -> amount + 1" in told
    assert "amount - 1 -> amount - 0" in told
    assert "not amount - 1 > -most -> not not amount - 1 > -most" in told
    assert "-most -> +most" in told
    assert {"most += 1 -> most -= 1", "most += 1 -> most += 0"} <= set(told)
    assert "if is_whole(amount): -> if not is_whole(amount):" in told
    assert any(" and " in one.split(" -> ")[0] and " or " in one for one in told)


def test_each_mutant_is_one_change_and_can_be_compiled():
    whole = ast.unparse(ast.parse(RULE))
    made = list(mutants_of(module="rule", source=RULE))
    assert len({mutant.source for mutant in made}) == len(made)
    for mutant in made:
        compile(mutant.source, "rule", "exec")
        differing = [
            (was, now)
            for was, now in zip(whole.splitlines(), mutant.source.splitlines(), strict=True)
            if was != now
        ]
        assert len(differing) == 1


def test_hints_and_docstrings_stay_as_they_are():
    assert changes('def f(a: "int | None" = None) -> "bool | int":\n    """1 < 2."""\n') == []


def test_two_changes_that_read_alike_have_names_of_their_own():
    assert changes("a = 1\nb = 1\n") == ["1 -> 2", "1 -> 2 #2"]


def test_the_table_names_what_is_there():
    rows, explained = targets(CHECKOUT / "tests" / "mutants.toml")
    for row in rows:
        assert (CHECKOUT / "src" / f"{row.module.replace('.', '/')}.py").exists()
        assert all((CHECKOUT / test).exists() for test in row.tests)
    assert all(name.split(": ")[0] in {row.module for row in rows} for name in explained)
