"""Sessions in the database, as Django keeps them, with the person they belong to beside them.

Every page of somebody who has signed in asks for both: one plain question brings them, and of a
crowd it brings all that ask at the same moment. Django asks for one after the other, and builds
each question anew, which took twice as long as the answer.
"""

import json
from collections.abc import Sequence
from typing import Any, cast

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from shoal.kit import clock
from shoal.kit.asking import ask
from shoal.kit.combining import Combiner
from shoal.people.models import Person, Session

_PERSON = [field.attname for field in Person._meta.concrete_fields]  # noqa: SLF001
_LOAD = f"""
SELECT kept.session_key, kept.session_data, {", ".join(f'person."{name}"' for name in _PERSON)}
FROM people_session kept
LEFT JOIN people_person person ON person.id = kept.person_id AND person.is_active
WHERE kept.session_key = ANY(%s) AND kept.expire_date > %s
"""  # noqa: S608 - names of ours


class SessionStore(db.SessionStore):
    """Django's own, but that each session knows its person."""

    person: Person | None = None
    """Whose session was loaded, unless she may not come in any more."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """This will return the model that sessions are kept as."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """This will make the row that is saved, with the person whom `data` names."""
        row = cast("Session", super().create_model_instance(data))
        row.person_id = data.get(SESSION_KEY)
        return row

    def encode(self, session_dict: dict[str, Any]) -> str:
        """This will write down what a session holds.

        Unsigned, for it stands in our own database: Django signs what could stand elsewhere.
        """
        return json.dumps(session_dict, separators=(",", ":"))

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """This will read what a session holds; one that cannot be read holds nothing."""
        try:
            found: dict[str, Any] = json.loads(session_data)
        except ValueError:
            return {}
        return found

    def load(self) -> dict[str, Any]:
        """This will return what the session holds; one that is over holds nothing."""
        row = _sessions.ask(str(self.session_key))
        if not row:
            self._session_key = None
            return {}
        data, *person = row
        self.person = Person.from_db(connection.alias, _PERSON, person) if person[0] else None
        return self.decode(data)


def _load(keys: Sequence[str]) -> list[Sequence[Any]]:
    found = {key: row for key, *row in ask(_LOAD, [list(keys), clock.now()])}
    return [found.get(key, ()) for key in keys]


_sessions = Combiner[str, Sequence[Any]](_load, most=100, patience=10)


class Authentication(AuthenticationMiddleware):
    """Django's own, but that the person comes with her session."""

    def process_request(self, request: HttpRequest) -> None:
        """This will find out who asks once somebody wants to know."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _who(request))  # type: ignore[assignment]


def _who(request: HttpRequest) -> Person | AnonymousUser:
    session = cast("SessionStore", request.session)
    proved, person = session.get(HASH_SESSION_KEY), session.person
    if (
        person is not None
        and str(person.pk) == session.get(SESSION_KEY)
        and constant_time_compare(str(proved), person.get_session_auth_hash())
    ):
        return person
    # Nobody, or a session that has to end: Django knows how.
    return get_user(request)
