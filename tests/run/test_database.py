import threading
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from shoal.run import database
from shoal.run.database import explanation
from shoal.run.trouble import CannotRun


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["SELECT * FROM no_table", "SELECT no_column FROM shops_shop"]
)
def test_a_database_of_another_version_is_told_in_one_line(statement: str) -> None:
    with (
        pytest.raises(ProgrammingError) as trouble,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert explanation(trouble.value) == (
        "the database is not at this version: run `shoal migrate`."
    )


def test_a_bug_stays_a_bug() -> None:
    assert explanation(ValueError("no number")) is None


@pytest.mark.django_db
def test_a_machine_with_secrets_of_its_own_may_not_start(tmp_path: Path) -> None:
    database.require_our_secrets(settings.SHOAL_DATA)
    with pytest.raises(CannotRun, match="other secrets than those of this machine"):
        database.require_our_secrets(tmp_path)


@pytest.mark.django_db
def test_the_secrets_that_came_first_stay() -> None:
    from shoal.kit import vault

    def mark() -> bytes:
        with psycopg.connect(settings.SHOAL_VAULT_URL) as keys:
            row = keys.execute("SELECT secrets_mark FROM vault_keys.installation").fetchone()
        assert row is not None
        return bytes(row[0])

    before = mark()
    ours = settings.SHOAL_SECRETS_MARK
    settings.SHOAL_SECRETS_MARK = bytes(32)
    try:
        vault.create_schema()
    finally:
        settings.SHOAL_SECRETS_MARK = ours
    assert mark() == before == ours


def test_a_vault_that_is_away_is_told_of_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOAL_VAULT_URL", "postgresql://127.0.0.1:1/vault")
    assert database.require_our_secrets(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_two_machines_bring_the_database_up_one_after_the_other() -> None:
    data, order = settings.SHOAL_DATA, []
    first_is_in = threading.Event()

    def second() -> None:
        first_is_in.wait()
        with database.one_at_a_time(data):
            order.append("second")

    waiting = threading.Thread(target=second)
    waiting.start()
    with database.one_at_a_time(data):
        first_is_in.set()
        waiting.join(0.3)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
