"""Sessions in the database, as Django keeps them, with the person they belong to beside them.

Every page of somebody who has signed in asks for both: one plain question brings them, and of a
crowd it brings all that ask at the same moment. Django asks for one after the other, and builds
each question anew, which took twice as long as the answer.
"""

import json
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.functional import SimpleLazyObject

from shoal.kit import clock
from shoal.kit.asking import ask
from shoal.kit.combining import Combiner
from shoal.people.models import Person, Session
from shoal.people.operations import end_session, keep_session

_PERSON = [field.attname for field in Person._meta.concrete_fields]  # noqa: SLF001
_LOAD = f"""
SELECT kept.session_key, kept.session_data, {", ".join(f'person."{name}"' for name in _PERSON)}
FROM people_session kept
LEFT JOIN people_person person ON person.id = kept.person_id AND person.is_active
WHERE kept.session_key = ANY(%s) AND kept.expire_date > %s
"""  # noqa: S608 - names of ours
# 165 bits: nobody guesses one, and no two are alike.
_KEY_LETTERS = 32


class SessionStore(db.SessionStore):
    """Django's own, but that each session knows its person."""

    person: Person | None = None
    """Whose session was loaded, unless she may not come in any more."""
    _is_new = False
    """Whether it was begun with this request."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """This will return the model that sessions are kept as."""
        return Session

    def create(self) -> None:
        """This will begin a session; it stands in the database once the answer is on its way."""
        self._begin()

    def _begin(self) -> None:
        self._session_key = get_random_string(_KEY_LETTERS, VALID_KEY_CHARS)
        self._is_new = self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's words
        """This will write the session down, with the person whom it names.

        Raises UpdateError for one that was ended meanwhile: it does not come back.
        """
        if self.session_key is None:
            self._begin()
        is_new = must_create or self._is_new
        data: dict[str, Any] = self._get_session(no_load=is_new)  # type: ignore[attr-defined]
        owner = data.get(SESSION_KEY)
        kept = keep_session(
            key=str(self.session_key),
            holds=self.encode(data),
            person=UUID(owner) if owner else None,
            until=self.get_expiry_date(),
            is_new=is_new,
        )
        if not kept:
            raise UpdateError
        self._is_new = False

    def delete(self, session_key: str | None = None) -> None:
        """This will end a session: this one, unless `session_key` names another."""
        key = session_key or self.session_key
        if key is not None:
            end_session(key=key)

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
        key = str(self.session_key)
        # Who makes a cookie up may put into it what no database takes.
        row = _sessions.ask(key) if key.isalnum() else ()
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
