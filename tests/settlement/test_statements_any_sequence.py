"""Whatever moves, whenever it is posted and however often statements are asked for, they add up.

Beside the statements stands a model of a few lines: a list of what was posted.
"""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoal.kit.ids import uuid7
from shoal.kit.transactions import one_transaction
from shoal.ledger.models import Account, Balance
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.settlement import doctor_statements
from shoal.settlement.models_statements import Statement, StatementTransfer
from shoal.settlement.operations_statements import make_statements
from shoal.settlement.queries_statements import every_line, line_count, statement_lines

pytestmark = pytest.mark.django_db(transaction=True)

BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)
PARTIES = ("mei", "bao", "nordwind")
KINDS = {"mei": Account.Kind.KEEPER, "bao": Account.Kind.KEEPER, "nordwind": Account.Kind.BRAND}

# On which day somebody looks, or what was posted then, for how many days earlier.
looks = st.tuples(st.just("look"), st.integers(0, 90))
moves = st.tuples(
    st.just("move"), st.integers(0, 90), st.sampled_from(PARTIES), st.integers(-900, 900)
)


@pytest.fixture
def example():
    """Counts the examples: each has parties and years of its own, for nothing is ever deleted."""
    return itertools.count()


@given(steps=st.lists(st.one_of(looks, moves), min_size=1, max_size=14))
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_statements_are_the_ledger_cut_into_pieces(example, steps):
    fresh = {name: uuid7() for name in PARTIES}
    beginning = BEGINNING + timedelta(days=150 * next(example))
    posted: dict[str, list[int]] = {name: [] for name in fresh}
    for what, day, *rest in steps:
        at = beginning + timedelta(days=day)
        if what == "look":
            make_statements(at=at)
            assert make_statements(at=at) == 0
        elif rest[1]:
            move(fresh, rest[0], rest[1], at)
            posted[rest[0]].append(rest[1])
    make_statements(at=beginning + timedelta(days=140))
    for name, amounts in posted.items():
        check(fresh[name], amounts)
        rows = list(statements(fresh[name]))
        assert (rows[-1].closing_minor if rows else 0) == sum(amounts)
        assert sum(row.transfers for row in rows) == len(amounts)
    assert all(one.ok for one in doctor_statements.checks())


def check(party, amounts: list[int]) -> None:
    rows = list(statements(party))
    before = 0
    for row in rows:
        lines = list(every_line(statement=row))
        assert row.opening_minor == before
        assert row.closing_minor == before + sum(line.amount.minor for line in lines)
        assert line_count(statement=row) == len(lines) == row.transfers
        assert statement_lines(statement=row, limit=3, offset=1) == lines[1:4]
        before = row.closing_minor
    open_amounts = sum(amounts) - before
    balance = Balance.objects.filter(account__party=party).first()
    assert (balance.credits - balance.debits if balance else 0) == before + open_amounts
    assert StatementTransfer.objects.filter(account__party=party).count() == sum(
        row.transfers for row in rows
    )


def statements(party):
    return Statement.objects.filter(account__party=party).order_by("run__ends_at")


def move(ids, name: str, amount: int, at: datetime) -> None:
    account = AccountKey(KINDS[name], "CNY", ids[name])
    other = AccountKey(Account.Kind.BANK, "CNY")
    debit, credit = (other, account) if amount > 0 else (account, other)
    with one_transaction():
        post(
            transfers=[
                NewTransfer(uuid7(), "moved", debit, credit, abs(amount), uuid7(), at, "test")
            ]
        )
