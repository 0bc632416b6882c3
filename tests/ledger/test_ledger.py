from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoal.kit.ids import uuid7
from shoal.kit.money import Money
from shoal.kit.transactions import OutsideTransaction, one_transaction
from shoal.ledger import doctor, queries
from shoal.ledger.models import Account, Snapshot, Transfer
from shoal.ledger.operations import take_snapshots
from shoal.ledger.steps import AccountKey, NewTransfer, post

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, tzinfo=UTC)
MEI = uuid5(UUID(int=0), "Mei's shop")
HAIFENG = uuid5(UUID(int=0), "海风")

ESCROW = AccountKey(Account.Kind.ESCROW, "CNY")
CLEARING = AccountKey(Account.Kind.CLEARING, "CNY", provider="sandbox")
KEEPER = AccountKey(Account.Kind.KEEPER, "CNY", MEI)
BRAND = AccountKey(Account.Kind.BRAND, "CNY", HAIFENG)


def transfer(debit: AccountKey, credit: AccountKey, amount: int) -> NewTransfer:
    return NewTransfer(uuid7(), "test", debit, credit, amount, uuid7(), AT, "test")


def test_money_arrives_and_is_shared() -> None:
    with one_transaction():
        post(
            transfers=[
                transfer(CLEARING, ESCROW, 10_000),
                transfer(ESCROW, BRAND, 7_000),
                transfer(ESCROW, KEEPER, 1_500),
            ]
        )
    kept = queries.party_balance(kind=Account.Kind.KEEPER, party=MEI, currency="CNY")
    assert kept == Money(1_500, "CNY")
    assert queries.platform_balances() == [
        ("clearing", "sandbox", Money(-10_000, "CNY")),
        ("escrow", "", Money(1_500, "CNY")),
    ]
    assert all(check.ok for check in doctor.checks())


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([ESCROW, CLEARING, KEEPER, BRAND]),
            st.sampled_from([ESCROW, CLEARING, KEEPER, BRAND]),
            st.integers(1, 10**12),
        ).filter(lambda row: row[0] != row[1]),
        max_size=30,
    )
)
def test_balances_are_what_a_plain_sum_says(rows: list[tuple[AccountKey, AccountKey, int]]) -> None:
    with transaction.atomic():
        post(transfers=[transfer(*row) for row in rows])
        expected = Counter[AccountKey]()
        for debit, credit, amount in rows:
            expected[debit] -= amount
            expected[credit] += amount
        for key, party in ((KEEPER, MEI), (BRAND, HAIFENG)):
            found = queries.party_balance(kind=key.kind, party=party, currency="CNY")
            assert found.minor == expected[key]
        found_platform = {kind: money.minor for kind, _, money in queries.platform_balances()}
        assert found_platform.get("escrow", 0) == expected[ESCROW]
        assert sum(expected.values()) == 0
        assert all(check.ok for check in doctor.checks())
        transaction.set_rollback(True)


@pytest.mark.parametrize("amount", [0, -5])
def test_the_database_refuses_an_amount_that_is_not_positive(amount: int) -> None:
    with pytest.raises(IntegrityError, match="transfer_positive"), one_transaction():
        post(transfers=[transfer(CLEARING, ESCROW, amount)])
    assert not Transfer.objects.exists()


def test_the_database_refuses_to_mix_currencies() -> None:
    yen = AccountKey(Account.Kind.ESCROW, "JPY")
    with pytest.raises(IntegrityError, match="transfer_credit_account"), one_transaction():
        post(transfers=[transfer(CLEARING, yen, 100)])
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger_transfer SET amount = 1", "DELETE FROM ledger_transfer"]
)
def test_a_transfer_is_never_changed(statement: str) -> None:
    with one_transaction():
        post(transfers=[transfer(CLEARING, ESCROW, 100)])
    with (
        pytest.raises(DatabaseError, match="never edited"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Transfer.objects.get().amount == 100


@pytest.mark.django_db(transaction=True)
def test_posting_needs_an_operation_around_it() -> None:
    with pytest.raises(OutsideTransaction):
        post(transfers=[transfer(CLEARING, ESCROW, 100)])


def test_a_snapshot_changes_no_balance() -> None:
    with one_transaction():
        post(transfers=[transfer(CLEARING, ESCROW, 100), transfer(ESCROW, KEEPER, 30)])
    before = queries.platform_balances()
    safe = timedelta(hours=1)  # a snapshot covers what is older than that
    later = datetime.now(UTC) + safe
    assert take_snapshots(at=later) == 2
    assert take_snapshots(at=later) == 0
    assert queries.platform_balances() == before
    with one_transaction():
        post(transfers=[transfer(CLEARING, ESCROW, 11)])
    assert ("escrow", "", Money(70 + 11, "CNY")) in queries.platform_balances()
    assert take_snapshots(at=datetime.now(UTC) + safe) == 2
    assert ("escrow", "", Money(70 + 11, "CNY")) in queries.platform_balances()
    assert Snapshot.objects.count() == 4
    assert all(check.ok for check in doctor.checks())


def test_doctor_finds_a_balance_that_somebody_touched() -> None:
    with one_transaction():
        post(transfers=[transfer(ESCROW, KEEPER, 30)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_balance SET credits = credits + 1")
    assert [check.ok for check in doctor.checks()] == [False, True, True]
