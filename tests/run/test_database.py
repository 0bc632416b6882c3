import pytest
from django.db import ProgrammingError, connection, transaction

from shoal.run.database import explanation


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
