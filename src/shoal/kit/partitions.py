"""Facts tables are partitioned by time, through the time that a UUIDv7 carries in front."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.migrations.operations import CreateModel

_MONTHS_AHEAD = 3


class CreatePartitionedModel(CreateModel):
    """Creates a model whose table is partitioned by range of its UUIDv7 primary key.

    A default partition always exists, so that an insert never fails for want of a partition.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        model = states[-1].apps.get_model(app_label, self.name)
        plain = schema_editor.sql_create_table
        options = model._meta  # noqa: SLF001 - documented in spite of its name
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE ({options.pk.column})"
        try:
            super().database_forwards(app_label, schema_editor, *states)
        finally:
            schema_editor.sql_create_table = plain
        table = options.db_table
        schema_editor.execute(f'CREATE TABLE "{table}_rest" PARTITION OF "{table}" DEFAULT')


def first_id_at(moment: datetime) -> UUID:
    """This will return the smallest UUID that a UUIDv7 made at `moment` can have."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def partitioned_tables() -> list[str]:
    """This will name every partitioned table of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT partrelid::regclass::text FROM pg_partitioned_table ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def ensure_partitions(*, at: datetime) -> list[str]:
    """This will make the monthly partitions of the next months where they are missing.

    The month that runs already has rows in the default partition; it stays there, so only whole
    months ahead get tables of their own. Returns the names made.
    """
    made = []
    for table in partitioned_tables():
        for ahead in range(1, _MONTHS_AHEAD + 1):
            start, end = _month(at, ahead), _month(at, ahead + 1)
            name = f"{table}_{start:%Y_%m}"
            with connection.cursor() as cursor:
                cursor.execute("SELECT to_regclass(%s)", [name])
                if cursor.fetchone()[0] is None:
                    cursor.execute(
                        f'CREATE TABLE "{name}" PARTITION OF "{table}"'
                        f" FOR VALUES FROM ('{first_id_at(start)}') TO ('{first_id_at(end)}')"
                    )
                    made.append(name)
    return made


def _month(at: datetime, ahead: int) -> datetime:
    years, month = divmod(at.month - 1 + ahead, 12)
    return datetime(at.year + years, month + 1, 1, tzinfo=UTC)
