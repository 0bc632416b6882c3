"""Personal data, encrypted under a key per person that lives outside ordinary backups.

Keys stand in a small PostgreSQL of their own (`SHOAL_VAULT_URL`), each wrapped under the
installation's secret; sealed texts stand in the main database. Erasing a person deletes her key:
what backups and the write-ahead log still hold of her is then noise.
"""

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterable, Mapping
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from psycopg_pool import ConnectionPool

_NONCE_BYTES = 12
_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS vault_keys;
CREATE TABLE IF NOT EXISTS vault_keys.person_key (
    person uuid PRIMARY KEY,
    wrapped bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS vault_keys.installation (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    secrets_mark bytea NOT NULL
);
"""

_making = threading.Lock()


class Erased(LookupError):
    """The person's key is gone: what was sealed for her cannot be read again."""


@cache
def _pool(address: str) -> ConnectionPool:
    return ConnectionPool(address, min_size=1, max_size=16, kwargs={"autocommit": True}, open=True)


def _keys() -> ConnectionPool:
    # Threads that all come first would make a pool each, of which one is used.
    with _making:
        return _pool(settings.SHOAL_VAULT_URL)


def create_schema() -> None:
    """This will make the key table where it is missing, and note whose secrets wrap its keys."""
    with _keys().connection() as connection:
        connection.execute(_SCHEMA)
        connection.execute(
            "INSERT INTO vault_keys.installation (secrets_mark) VALUES (%s) ON CONFLICT DO NOTHING",
            [settings.SHOAL_SECRETS_MARK],
        )


def close() -> None:
    """This will close the connections to the key store."""
    _keys().close()
    _pool.cache_clear()


def make_keys(people: Iterable[UUID]) -> None:
    """This will make a key for each of `people` who has none. Commits at once, on its own.

    A key whose person is then rolled back is harmless: it opens nothing.
    """
    rows = [(person, _wrap(person, AESGCM.generate_key(256))) for person in people]
    with _keys().connection() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO vault_keys.person_key VALUES (%s, %s) ON CONFLICT DO NOTHING", rows
        )


def erase(person: UUID) -> None:
    """This will delete the key of `person`: all that was sealed for her is noise from now on."""
    with _keys().connection() as connection:
        connection.execute("DELETE FROM vault_keys.person_key WHERE person = %s", [person])


def seal(person: UUID, record: Mapping[str, str]) -> bytes:
    """This will encrypt `record` under the key of `person`. Raises Erased when there is none."""
    return seal_many([(person, record)])[0]


def seal_many(records: Iterable[tuple[UUID, Mapping[str, str]]]) -> list[bytes]:
    """This will seal many people's records with one look-up. Raises Erased for a missing key."""
    return amend_many((person, b"", record) for person, record in records)


def amend_many(rows: Iterable[tuple[UUID, bytes, Mapping[str, str]]]) -> list[bytes]:
    """This will seal what each row's sealed record holds (none: b""), with its fields over it.

    One look-up for all. Raises Erased for a missing key.
    """
    wanted = list(rows)
    keys = _open_keys(person for person, _, _ in wanted)
    amended = []
    for person, sealed, fields in wanted:
        if person not in keys:
            raise Erased(person)
        cipher = AESGCM(keys[person])
        before = _opened(cipher, person, sealed) if sealed else {}
        nonce = secrets.token_bytes(_NONCE_BYTES)
        text = json.dumps({**before, **fields}, ensure_ascii=False).encode()
        amended.append(nonce + cipher.encrypt(nonce, text, person.bytes))
    return amended


def reveal(person: UUID, sealed: bytes | memoryview) -> dict[str, str]:
    """This will decrypt what `seal` made for `person`. Raises Erased when her key is gone."""
    found = reveal_many([(person, sealed)])[0]
    if found is None:
        raise Erased(person)
    return found


def reveal_many(
    sealed: Iterable[tuple[UUID, bytes | memoryview]],
) -> list[dict[str, str] | None]:
    """This will decrypt many records with one look-up; None stands where a key is gone."""
    rows = [(person, bytes(blob)) for person, blob in sealed]
    keys = _open_keys(person for person, _ in rows)
    return [
        _opened(AESGCM(keys[person]), person, blob) if person in keys else None
        for person, blob in rows
    ]


def blind_index(kind: str, value: str) -> bytes:
    """This will return the 32 bytes under which `value` (a phone, an e-mail) can be found again.

    HMAC-SHA-256 under the installation's secret: equal values meet, and nobody without the secret
    can try them out.
    """
    message = f"{kind}\0{value}".encode()
    return hmac.new(settings.SHOAL_BLIND_INDEX_KEY, message, hashlib.sha256).digest()


def _opened(cipher: AESGCM, person: UUID, sealed: bytes) -> dict[str, str]:
    nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    record: dict[str, str] = json.loads(cipher.decrypt(nonce, text, person.bytes))
    return record


def _open_keys(people: Iterable[UUID]) -> dict[UUID, bytes]:
    wanted = list(set(people))
    if not wanted:
        return {}
    with _keys().connection() as connection:
        rows = connection.execute(
            "SELECT person, wrapped FROM vault_keys.person_key WHERE person = ANY(%s)", [wanted]
        ).fetchall()
    return {person: _unwrap(person, bytes(wrapped)) for person, wrapped in rows}


def _wrap(person: UUID, key: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(settings.SHOAL_VAULT_WRAP_KEY).encrypt(nonce, key, person.bytes)


def _unwrap(person: UUID, wrapped: bytes) -> bytes:
    nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
    return AESGCM(settings.SHOAL_VAULT_WRAP_KEY).decrypt(nonce, sealed, person.bytes)
