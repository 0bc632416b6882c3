"""The program that brought a database here need not do so again; any other one has to."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from shoal.run import version

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 5, 31, 23, 0, tzinfo=UTC)


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The database of the tests, as the one that the settings name."""
    known = connection.settings_dict
    given = f"postgresql:///{known['NAME']}?host={quote(known['HOST'])}&port={known['PORT']}"
    given += f"&user={known['USER']}"
    monkeypatch.setenv("SHOAL_DATABASE_URL", given)
    yield given
    with psycopg.connect(given) as ours:
        ours.execute("COMMENT ON TABLE django_migrations IS NULL")


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program, as far as it matters here: one migration; and what it made in the folder."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "0001_first.py").write_text("steps = []")
    for made in ("static", "locale"):
        (tmp_path / made).mkdir()
    monkeypatch.setattr(version, "_SOURCE", folder)
    return folder


def test_the_same_program_has_nothing_to_bring(address: str, source: Path, tmp_path: Path) -> None:
    assert not version.is_current(tmp_path, at=AT)
    version.note(tmp_path, at=AT)
    version.note(tmp_path, at=AT)
    assert version.is_current(tmp_path, at=AT)
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "0001_first.pyc").write_bytes(b"compiled")
    assert version.is_current(tmp_path, at=AT)


@pytest.mark.parametrize("name", ["0001_first.py", "0002_second.py", "words.po"])
def test_a_changed_program_brings_its_changes(
    address: str, source: Path, tmp_path: Path, name: str
) -> None:
    version.note(tmp_path, at=AT)
    (source / name).write_text("steps = {}")  # as long as it was before
    assert not version.is_current(tmp_path, at=AT)


def test_a_new_month_needs_partitions(address: str, source: Path, tmp_path: Path) -> None:
    version.note(tmp_path, at=AT)
    assert not version.is_current(tmp_path, at=AT.replace(month=6, day=1))


def test_another_package_is_another_program(
    address: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version.note(tmp_path, at=AT)
    (tmp_path / "procrastinate-99.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert not version.is_current(tmp_path, at=AT)


@pytest.mark.parametrize("gone", ["version", "static", "locale"])
def test_what_is_gone_from_the_folder_is_made_again(
    address: str, source: Path, tmp_path: Path, gone: str
) -> None:
    version.note(tmp_path, at=AT)
    (tmp_path / gone).rename(tmp_path / "elsewhere")
    assert not version.is_current(tmp_path, at=AT)


@pytest.mark.parametrize(
    "change",
    [
        "COMMENT ON TABLE django_migrations IS NULL",
        "COMMENT ON TABLE django_migrations IS 'program another'",
        "UPDATE django_migrations SET name = '0000_gone' WHERE id = 1",
    ],
)
def test_a_database_that_changed_is_brought_again(
    address: str, source: Path, tmp_path: Path, change: str
) -> None:
    version.note(tmp_path, at=AT)
    with psycopg.connect(address) as ours:
        found = ours.execute("SELECT name FROM django_migrations WHERE id = 1").fetchone()
        ours.execute(change)
    try:
        assert not version.is_current(tmp_path, at=AT)
    finally:
        with psycopg.connect(address) as ours:
            ours.execute("UPDATE django_migrations SET name = %s WHERE id = 1", found)


@pytest.mark.parametrize("setting", ["SHOAL_DATABASE_URL", "SHOAL_VAULT_URL"])
def test_a_store_that_is_away_is_no_current_one(
    address: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    version.note(tmp_path, at=AT)
    monkeypatch.setenv(setting, "postgresql://127.0.0.1:1/shoal")
    assert not version.is_current(tmp_path, at=AT)


def test_a_folder_that_keeps_no_note_is_brought_again(
    address: str, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "version").mkdir()
    version.note(tmp_path, at=AT)
    assert not version.is_current(tmp_path, at=AT)


def test_an_image_brings_the_database_to_its_version_and_writes_nothing(
    address: str, tmp_path: Path
) -> None:
    """As an image is made and started: files first, then `migrate` where all is read-only."""
    told = {"SHOAL_DATA": str(tmp_path), "SHOAL_SECRET_FILE": f"{settings.SHOAL_DATA}/secrets.json"}
    migrate = (sys.executable, "-m", "shoal", "migrate")

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, check=False, capture_output=True, text=True, env=os.environ | told, timeout=120
        )

    assert run(*migrate, "--files").stderr == ""
    made = sorted(tmp_path.rglob("*"))
    for path in (tmp_path, *made):
        # A layer carries whole seconds.
        os.utime(path, (path.stat().st_atime, int(path.stat().st_mtime)))
        path.chmod(path.stat().st_mode & ~0o222)
    closed = _closed(tmp_path)
    if run(*closed, "true").returncode:
        pytest.skip("root may not mount here, and else writes wherever it likes")
    assert run(*closed, "touch", f"{tmp_path}/version").returncode != 0
    done = run(*closed, *migrate, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(tmp_path.rglob("*")) == made
    with psycopg.connect(address) as ours:
        noted = ours.execute("SELECT obj_description('django_migrations'::regclass)").fetchone()
    assert noted is not None
    assert noted[0].startswith("program ")


def _closed(folder: Path) -> tuple[str, ...]:
    """What to put before a command so that it cannot write to a folder without write bits."""
    if os.geteuid():
        return ()
    bound = 'mount --bind -o ro "$0" "$0" && exec "$@"'
    return ("unshare", "--mount", "sh", "-c", bound, str(folder))
