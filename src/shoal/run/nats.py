"""Shoal's own NATS: on loopback, on any free port, for whoever knows the installation's token."""

import os
import shutil
import signal
import sysconfig
from pathlib import Path

from shoal import env
from shoal.run import places, postgres, processes, secret_file
from shoal.run.processes import Account
from shoal.run.supervisor import Program
from shoal.run.trouble import CannotRun, explained

_CONFIGURATION = """\
host: 127.0.0.1
port: -1
ports_file_dir: {folder}
max_payload: 65536
jetstream {{
    store_dir: {store}
    max_memory_store: 16MB
    max_file_store: 2GB
    sync_interval: "5s"
}}
authorization {{ token: "{token}" }}
logtime: false
"""


def wanted() -> bool:
    """This will tell whether we run NATS ourselves."""
    return not env.read("SHOAL_NATS_URL")


def program(data: Path) -> Program:
    """This will make NATS's folder ready and describe NATS as a program to supervise.

    Raises CannotRun when it is not installed for this system.
    """
    account = processes.server_account()
    try:
        binary = _binary(data, account)
        settings = _prepare(data, account)
    except OSError as error:
        raise explained(error, data) from error
    return Program(
        "nats",
        (str(binary), "--config", str(settings)),
        postgres.environment(),
        account=account,
        stop_by=signal.SIGTERM,
    )


def _binary(data: Path, account: Account | None) -> Path:
    """The package's program, or a copy of it that `account` can reach."""
    packaged = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not packaged.is_file():
        raise CannotRun(
            "NATS is not installed for this system: give the address of one in SHOAL_NATS_URL."
        )
    if postgres.can_run(packaged, account):
        return packaged
    copy = data / "programs" / "nats-server"
    if not postgres.can_run(copy, account):
        copy.parent.mkdir(parents=True, exist_ok=True)
        fresh = copy.with_suffix(f".{os.getpid()}")
        shutil.copyfile(packaged, fresh)
        fresh.chmod(0o755)
        fresh.replace(copy)
        copy.parent.chmod(0o755)
    if not postgres.can_run(copy, account):
        raise CannotRun(
            f"NATS's program does not run on this system ({copy}): give the address of a NATS in"
            " SHOAL_NATS_URL."
        )
    return copy


def _prepare(data: Path, account: Account | None) -> Path:
    folder = places.nats_folder(data)
    postgres.let_in(data, account)
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.glob("*.ports"):
        old.unlink(missing_ok=True)
    text = _CONFIGURATION.format(
        folder=_quoted(folder),
        store=_quoted(folder / "store"),
        token=secret_file.ours(data)["nats"].hex(),
    )
    settings = folder / "nats.conf"
    settings.unlink(missing_ok=True)
    with os.fdopen(os.open(settings, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    if account is not None:
        for path in (folder, settings):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return settings


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
