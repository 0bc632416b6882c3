"""How migrations make the tables of a module: all at once, as its models stand at the end."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import CreateModel, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateTables(SeparateDatabaseAndState):
    """Makes what `operations` describe, which create models and add to the ones they create.

    Left to themselves, each would have Django render every model that hangs together with its own
    anew: most of the time that an empty database took.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        super().__init__(state_operations=operations)
        made = {creation.name_lower for creation in self._creations()}
        for one in operations:
            if (
                not isinstance(one, CreateModel)
                and getattr(one, "model_name_lower", "") not in made
            ):
                raise ValueError(f"{one!r} is about no table that is made here")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """This will tell Django how to write this step down."""
        return type(self).__qualname__, [self.state_operations], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """This will note all models, and leave rendering to whoever asks for them next."""
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, *states: ProjectState) -> None:
        """This will create each table with all its columns, indexes and constraints."""
        for creation in self._creations():
            creation.database_forwards(app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: ProjectState) -> None:
        """This will drop the tables, the last first."""
        for creation in reversed(self._creations()):
            creation.database_backwards(app_label, schema_editor, *states)

    def _creations(self) -> list[CreateModel]:
        return [one for one in self.state_operations if isinstance(one, CreateModel)]
