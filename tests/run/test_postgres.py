"""Shoal's own cluster: what it is made with, who runs it, how it comes back."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from shoal.run import database, places, postgres, processes
from shoal.run.trouble import CannotRun

_SMALL = {"shared_buffers": "16MB", "fsync": "off"}


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that PostgreSQL's account can enter, which pytest's own need not be."""
    with tempfile.TemporaryDirectory(prefix="shoal-test-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.mark.django_db
def test_chinese_has_trigrams() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT similarity('海风保温杯', '海风杯'), show_trgm('鱼群')")
        row = cursor.fetchone()
    assert row is not None
    assert row[0] > 0
    assert row[1]


def test_a_cluster_listens_on_a_socket_only_and_not_as_root(data: Path) -> None:
    cluster = places.main_cluster(data)
    before = {folder: folder.stat().st_mode for folder in data.parents}
    postgres.prepare(cluster, settings=_SMALL)
    with postgres.running([cluster], log_folder=data):
        with psycopg.connect(cluster.address) as made:
            row = made.execute(
                "SELECT current_setting('listen_addresses'), datctype, datcollate,"
                " pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'shoal'"
            ).fetchone()
        assert row == ("", "C.UTF-8", "C.UTF-8", "UTF8")
        pid = int((cluster.folder / "postmaster.pid").read_text().split()[0])
        assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert {folder: folder.stat().st_mode for folder in data.parents} == before
    assert stat.S_IMODE(cluster.folder.stat().st_mode) == 0o700
    assert not postgres.answers(cluster)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_account_cannot_come_in(data: Path) -> None:
    cluster = places.main_cluster(data)
    postgres.prepare(cluster, settings=_SMALL)
    with postgres.running([cluster], log_folder=data):
        cluster.sockets.chmod(0o777)
        (cluster.sockets / ".s.PGSQL.5432").chmod(0o777)
        pid = os.fork()
        if pid == 0:
            os.setgroups([])
            os.setuid(65533)
            os._exit(0 if postgres.answers(cluster) else 7)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_a_killed_cluster_comes_back_in_spite_of_its_lock(data: Path) -> None:
    cluster = places.main_cluster(data)
    postgres.prepare(cluster, settings=_SMALL)
    with (data / "log").open("wb") as log:
        process = postgres.start(cluster, output=log)
    postgres.wait_until_ready(cluster, process, data / "log")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    lock = cluster.folder / "postmaster.pid"
    # Its number now belongs to somebody else, as after a restart of the machine: to us.
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    with postgres.running([cluster], log_folder=data):
        assert postgres.answers(cluster)


_KEEPER = """
import sys, time
from pathlib import Path
from shoal.run.supervisor import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def _all_connections(address: str) -> list[psycopg.Connection]:
    taken: list[psycopg.Connection] = []
    with suppress(psycopg.OperationalError):
        while len(taken) < 20:
            taken.append(psycopg.connect(address))
    assert len(taken) < 20
    return taken


def test_a_busy_server_that_another_keeps_is_waited_for_and_not_ended(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`shoal doctor` beside a sale that has all connections."""
    cluster = places.main_cluster(data)
    postgres.prepare(cluster, settings=_SMALL | {"max_connections": "5"})
    with (data / "log").open("wb") as log:
        process = postgres.start(cluster, output=log)
    postgres.wait_until_ready(cluster, process, data / "log")
    keeper = subprocess.Popen([sys.executable, "-c", _KEEPER, str(data)], stdout=subprocess.PIPE)
    try:
        assert keeper.stdout is not None
        keeper.stdout.readline()
        monkeypatch.setattr(postgres, "_BUSY_SECONDS", 1)
        taken = _all_connections(cluster.address)
        with (
            pytest.raises(CannotRun, match="no connection left"),
            postgres.running([cluster], log_folder=data),
        ):
            pytest.fail("it has no place for us")
        assert process.poll() is None
        for one in taken:
            one.close()
        with postgres.running([cluster], log_folder=data):
            assert postgres.answers(cluster)
        assert process.poll() is None
    finally:
        keeper.kill()
        keeper.wait()
        keeper.stdout.close()
        processes.stop(process, by=signal.SIGINT)


def test_why_it_did_not_start_is_what_it_said_this_time(data: Path) -> None:
    cluster = places.main_cluster(data)
    postgres.prepare(cluster, settings=_SMALL)
    (cluster.folder / "postgresql.conf").write_text("nonsense = on\n")
    said = data / "log"
    said.write_text("FATAL: No space left on device\n")
    with said.open("ab") as log:
        process = postgres.start(cluster, output=log)
    with pytest.raises(CannotRun, match="contains errors"):
        postgres.wait_until_ready(cluster, process, said, since=31)


def test_a_server_whose_supervisor_died_is_ended_first(data: Path) -> None:
    cluster = places.main_cluster(data)
    postgres.prepare(cluster, settings=_SMALL)
    with (data / "log").open("wb") as log:
        process = postgres.start(cluster, output=log)
    postgres.wait_until_ready(cluster, process, data / "log")
    reaper = threading.Thread(target=process.wait)
    reaper.start()
    postgres.end_leftovers(cluster)
    reaper.join()
    assert process.returncode == 0
    assert not (cluster.folder / "postmaster.pid").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_a_folder_that_its_account_cannot_reach_gives_one_line(data: Path) -> None:
    locked = data / "locked"
    locked.mkdir(mode=0o700)
    with pytest.raises(CannotRun, match="cannot enter") as told:
        postgres.prepare(places.main_cluster(locked / "data"))
    assert "\n" not in str(told.value)
    assert stat.S_IMODE(locked.stat().st_mode) == 0o700


def test_programs_out_of_reach_are_copied_into_the_data_folder(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOAL_POSTGRES_BIN", raising=False)
    data.chmod(0o711)
    account = processes.server_account()
    usual = postgres.binaries(data, account)
    reach = postgres.can_run
    monkeypatch.setattr(postgres, "can_run", lambda p, a: p != usual / "postgres" and reach(p, a))
    assert postgres.binaries(data, account).is_relative_to(data / "programs")


def test_a_long_path_gets_a_short_private_folder_for_its_socket() -> None:
    deep = Path("/srv") / ("very-long-name-" * 8)
    assert places.socket_folder(Path("/srv/shoal")) == Path("/srv/shoal/sockets")
    short = places.socket_folder(deep)
    assert len(os.fsencode(short)) < 60
    assert short != places.socket_folder(deep / "other")


def test_a_wrong_address_gives_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHOAL_DATABASE_URL", "postgresql://olga:hunter2@127.0.0.1:1/shoal")
    with pytest.raises(CannotRun, match="SHOAL_DATABASE_URL cannot be reached") as told:
        database.check(tmp_path)
    assert "\n" not in str(told.value)
    assert "hunter2" not in str(told.value)


def test_a_database_that_is_not_utf8_is_refused(
    postgres: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = f"latin_{os.getpid()}"
    with psycopg.connect(postgres, autocommit=True) as made:
        made.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        host = made.info.host
        try:
            user, port = made.info.user, made.info.port
            monkeypatch.setenv(
                "SHOAL_DATABASE_URL", f"postgresql:///{name}?host={host}&port={port}&user={user}"
            )
            with pytest.raises(CannotRun, match="keeps its text as SQL_ASCII"):
                database.check(tmp_path)
        finally:
            made.execute(f"DROP DATABASE {name}")


def test_the_vault_can_be_prepared_before_the_store(data: Path) -> None:
    """Both are prepared at the same moment: neither may look at the other's folder."""
    postgres.prepare(places.vault_cluster(data), settings=_SMALL)
    assert (data / "vault" / "PG_VERSION").exists()
