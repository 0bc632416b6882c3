"""Tables made at once are the tables that the same operations make one by one."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from shoal.kit.tables import CreateTables

pytestmark = pytest.mark.django_db

_LINKED = (
    migrations.CreateModel("Pier", [("id", models.BigAutoField(primary_key=True))]),
    migrations.CreateModel(
        "Boat",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("pier", models.ForeignKey("harbour.Pier", models.CASCADE)),
        ],
    ),
    migrations.AddField("Pier", "first", models.ForeignKey("Boat", models.CASCADE, null=True)),
    migrations.AddField("Boat", "length", models.IntegerField(default=7)),
    migrations.AddIndex("Boat", models.Index(fields=["length"], name="boat_length")),
    migrations.AddConstraint(
        "Boat", models.CheckConstraint(condition=models.Q(length__gt=0), name="boat_positive")
    ),
)
_TABLES = ("harbour_pier", "harbour_boat")


def test_at_once_is_as_one_by_one() -> None:
    one_by_one = _made(_LINKED)
    assert one_by_one == _made([CreateTables(_LINKED)])
    columns, constraints = one_by_one["harbour_boat"]
    assert columns == {"id", "pier_id", "length"}
    assert (False, True, ("length",)) in constraints


def test_what_it_made_it_drops() -> None:
    (before, after), *_ = pairwise(_states([CreateTables(_LINKED)]))
    with connection.schema_editor() as editor:
        CreateTables(_LINKED).database_forwards("harbour", editor, before, after)
    with connection.schema_editor() as editor:
        CreateTables(_LINKED).database_backwards("harbour", editor, after, before)
    assert not set(_TABLES) & set(connection.introspection.table_names())


def test_it_takes_nothing_that_it_would_not_do() -> None:
    script = migrations.RunSQL("SELECT 1")
    other = migrations.AddField("Lighthouse", "height", models.IntegerField(default=1))
    for strange in (script, other):
        with pytest.raises(ValueError, match="about no table that is made here"):
            CreateTables([*_LINKED, strange])


def test_what_was_rendered_before_is_rendered_anew() -> None:
    state = ProjectState()
    assert not state.apps.get_models()
    CreateTables(_LINKED).state_forwards("harbour", state)
    assert {model.__name__ for model in state.apps.get_models()} == {"Pier", "Boat"}


def _made(operations: Sequence[Operation]) -> dict[str, tuple[set[str], set[tuple[object, ...]]]]:
    """Runs the operations and returns each table's columns and constraints; drops all again."""
    states = _states(operations)
    for operation, (before, after) in zip(operations, pairwise(states), strict=True):
        with connection.schema_editor() as editor:
            operation.database_forwards("harbour", editor, before, after)
    with connection.cursor() as cursor:
        found = {
            table: (
                {c.name for c in connection.introspection.get_table_description(cursor, table)},
                {
                    (c["unique"], c["check"] or c["index"], tuple(c["columns"]))
                    for c in connection.introspection.get_constraints(cursor, table).values()
                },
            )
            for table in _TABLES
        }
        cursor.execute(f"DROP TABLE {', '.join(_TABLES)} CASCADE")
    return found


def _states(operations: Sequence[Operation]) -> list[ProjectState]:
    states = [ProjectState()]
    for operation in operations:
        state = states[-1].clone()
        operation.state_forwards("harbour", state)
        states.append(state)
    return states
