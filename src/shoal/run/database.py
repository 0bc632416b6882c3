"""The database an installation uses: is it one Shoal can live on, and what to say if not."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from shoal import env
from shoal.run import places, postgres, secret_file
from shoal.run.places import Cluster
from shoal.run.trouble import CannotRun, disk_full

OLDEST, NEWEST = 15, 18
_DISK_FULL = "53100"
_OTHER_VERSION = {"42P01", "42703"}  # a table, or a column, that is not there
_SPACE_TO_START = 1_000_000
_BRINGING_UP = 7_401_325_160
"""Names the lock that one `shoal migrate` at a time holds, on whatever machine."""


def clusters(data: Path) -> list[Cluster]:
    """This will list the clusters Shoal runs itself: none of those whose address is given."""
    if env.read("SHOAL_DATABASE_URL"):
        return []
    if env.read("SHOAL_VAULT_URL"):
        return [places.main_cluster(data)]
    return [places.main_cluster(data), places.vault_cluster(data)]


def borrowed(data: Path) -> AbstractContextManager[None]:
    """This will keep Shoal's own clusters running for the block, if they do not run already."""
    own = clusters(data)
    return postgres.running(own, log_folder=data / "log") if own else nullcontext()


def address(data: Path) -> str:
    """This will return the libpq address of the store of record."""
    return env.read("SHOAL_DATABASE_URL") or places.main_cluster(data).address


def vault_address(data: Path) -> str:
    """This will return the libpq address of the store of the keys of personal data."""
    given: str = env.read("SHOAL_VAULT_URL") or env.read("SHOAL_DATABASE_URL")
    return given or places.vault_cluster(data).address


def check(data: Path) -> None:
    """This will raise CannotRun unless both stores answer, are new enough and keep UTF-8.

    Nor may the vault's keys be wrapped under other secrets than ours.
    """
    for setting, where in {
        "SHOAL_DATABASE_URL": address(data),
        "SHOAL_VAULT_URL": vault_address(data),
    }.items():
        try:
            with psycopg.connect(where, connect_timeout=5) as connection:
                version = connection.info.server_version // 10_000
                encoding = connection.info.parameter_status("server_encoding")
        except psycopg.Error as error:
            raise CannotRun(explanation(error, setting=setting) or str(error)) from error
        if version < OLDEST:
            raise CannotRun(
                f"PostgreSQL {version} at {_shown(where)} is too old:"
                f" Shoal needs {OLDEST} to {NEWEST}."
            )
        if encoding != "UTF8":
            raise CannotRun(
                f"The database at {_shown(where)} keeps its text as {encoding}: make one with"
                " CREATE DATABASE shoal TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'."
            )
    require_our_secrets(data)


def require_our_secrets(data: Path) -> None:
    """This will raise CannotRun when the vault's keys are wrapped under other secrets than ours.

    A machine with secrets of its own would seal what no other can read, and find nobody by her
    phone. A vault that does not answer, or is not made yet, is told of elsewhere.
    """
    found = None
    with suppress(psycopg.Error), psycopg.connect(vault_address(data), connect_timeout=5) as vault:
        found = vault.execute("SELECT secrets_mark FROM vault_keys.installation").fetchone()
    if found is not None and bytes(found[0]) != secret_file.mark(secret_file.ours(data)):
        raise CannotRun(
            "The keys of personal data are wrapped under other secrets than those of this machine:"
            " give it the installation's secrets file, in SHOAL_SECRET_FILE."
        )


@contextmanager
def one_at_a_time(data: Path) -> Iterator[None]:
    """This will let one process into the block at a time, of all machines on this database."""
    with psycopg.connect(address(data)) as connection:
        # Of the transaction, so that a pooler between us and the server cannot mislay it.
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_BRINGING_UP])
        yield


def explanation(trouble: BaseException, *, setting: str = "SHOAL_DATABASE_URL") -> str | None:
    """This will return one line for trouble with the database, None for anything else.

    `setting` names the setting that would give the address of the server in question.
    """
    seen: BaseException | None = trouble
    while seen is not None and not isinstance(seen, psycopg.Error):
        seen = seen.__cause__
    if seen is None:
        return None
    data = env.data_folder()
    if seen.sqlstate == _DISK_FULL or (isinstance(seen, psycopg.OperationalError) and _full(data)):
        return str(disk_full(data))
    if seen.sqlstate in _OTHER_VERSION:
        return "the database is not at this version: run `shoal migrate`."
    if not isinstance(seen, psycopg.OperationalError) or seen.sqlstate not in {None, "57P03"}:
        return None
    # libpq's last line tells most; addresses tried before it came to the same end.
    last = [line.strip() for line in str(seen).splitlines() if line.strip()]
    reason = next((line for line in reversed(last) if "Is the server" not in line), "no answer")
    reason = reason.removeprefix("connection is bad: ")
    subject = setting if env.read(setting) else "Shoal's own PostgreSQL"
    return f"{subject} cannot be reached: {reason}"


def _full(data: Path) -> bool:
    """A server without space often says something else first, or nothing at all."""
    return data.exists() and shutil.disk_usage(data).free < _SPACE_TO_START


def _shown(where: str) -> str:
    parts = conninfo_to_dict(where)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
