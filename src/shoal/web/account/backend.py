"""Who a session belongs to, found by one plain statement: every page of hers asks."""

from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.db import connection

from shoal.people.models import Person


class PeopleBackend(ModelBackend):
    """Django's own, but for how a person is found by her id."""

    def get_user(self, user_id: UUID) -> Person | None:
        """This will return the person with this id, unless she may not come in any more."""
        names = [field.attname for field in Person._meta.concrete_fields]  # noqa: SLF001
        columns = ", ".join(f'"{name}"' for name in names)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns} FROM people_person WHERE id = %s AND is_active",  # noqa: S608
                [user_id],
            )
            row = cursor.fetchone()
        return Person.from_db(connection.alias, names, row) if row else None
