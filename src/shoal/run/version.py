"""Which program last brought a database and a data folder to its version.

The very same one has nothing to bring, and need not load Django to find that out. When in doubt it
brings again, which is harmless: any change of our source or of an installed package is a doubt, and
so are a restored database, an emptied folder and a new month, which needs partitions.
"""

import hashlib
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from shoal.run import database

_SOURCE = Path(__file__).resolve().parents[1]
_NAME, _MADE = "version", ("static", "locale")
_APPLIED = (
    "SELECT md5(string_agg(app || '.' || name, ' ' ORDER BY app, name)) FROM django_migrations"
)
_NOTED = "SELECT obj_description('django_migrations'::regclass)"


def is_current(data: Path, *, at: datetime) -> bool:
    """This will tell whether this program, this month, brought database, vault and folder here."""
    program = _program(at)
    if _noted(data) != program or not all((data / made).is_dir() for made in _MADE):
        return False
    try:
        with psycopg.connect(database.vault_address(data), connect_timeout=5) as vault:
            there = vault.execute("SELECT 1 FROM vault_keys.installation").fetchone()
        with psycopg.connect(database.address(data), connect_timeout=5) as connection:
            noted = connection.execute(_NOTED).fetchone()
            applied = connection.execute(_APPLIED).fetchone()
    except psycopg.Error:
        return False
    return there is not None and noted == (_words(program, applied),)


def note(data: Path, *, at: datetime) -> None:
    """This will note in the database and in the folder that this program has brought them here.

    A folder that lets nobody write, as an image's does, goes without: each time is a doubt then.
    """
    program = _program(at)
    with psycopg.connect(database.address(data)) as connection:
        # On the table of what is applied, so that both are restored together or not at all.
        words = _words(program, connection.execute(_APPLIED).fetchone())
        connection.execute(
            sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(sql.Literal(words))
        )
    # Nothing rests on it: who finds it missing, or half written, brings again.
    with suppress(OSError):
        (data / _NAME).write_text(program)


def _words(program: str, applied: tuple[Any, ...] | None) -> str:
    return f"program {program}, migrations {applied[0] if applied else None}"


def _noted(data: Path) -> str:
    try:
        return (data / _NAME).read_text()
    except OSError:
        return ""


def _program(at: datetime) -> str:
    """What tells this program, in this month, from any other: contents, as files' times may lie."""
    found = hashlib.sha256(f"{at:%Y-%m}\n".encode())
    for path in sorted(_files(_SOURCE)):
        found.update(f"{path.relative_to(_SOURCE)}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    # An installed package's name carries its version.
    for folder in sys.path:
        found.update("\n".join(sorted(path.name for path in Path(folder).glob("*-info"))).encode())
    return found.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix != ".pyc" and path.is_file())
