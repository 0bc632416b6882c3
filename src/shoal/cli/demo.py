"""`shoal demo`: everything, on the demo world, with links to sign in."""

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

from shoal import env
from shoal.cli import listening
from shoal.cli.progress import teller
from shoal.run.supervisor import Supervisor
from shoal.run.trouble import CannotRun

# What Shoal writes into a data folder; nothing else in it is ever deleted.
_OURS = (
    "postgres", "vault", "sockets", "programs", "static", "media", "private", "locale", "log",
    "nats", "spool", "sandbox-pay", "secrets.json", "demo-world", "version",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser where to listen and whether to begin anew."""
    listening.add_arguments(parser)
    parser.add_argument("--fresh", action="store_true", help="delete what was built, begin anew")


def run(arguments: argparse.Namespace) -> int:
    """This will run until Ctrl-C; the first start builds the demo world."""
    from shoal.run import outbox, stack
    from shoal.run.supervisor import Stopped, only_one

    listening.choose(arguments)
    data = env.data_folder()
    tell = teller()
    outbox.require_way_out(print)
    with only_one(data), stack.held_ports() as held:
        if arguments.fresh:
            tell(f"deleting the old world in {data}")
            delete_world(data)
        with Supervisor(data / "log" / "shoal.log") as supervisor:
            try:
                # The worker comes later: it would act on a world that is half built.
                stack.bring_up(
                    supervisor,
                    data=data,
                    tell=tell,
                    held=held,
                    furnish=lambda: _build_world(supervisor, data=data, tell=tell),
                )
                print(f"ready {env.public_url()}/", flush=True)
                _complete(supervisor, "login-link", "all")
                print("Ctrl-C stops everything.", flush=True)
                supervisor.watch()
            except Stopped:
                print("\nstopping …", flush=True)
    return 0


def delete_world(data: Path) -> None:
    """This will delete what Shoal wrote into `data`; raises CannotRun for a database not ours."""
    from shoal.run import database, places, postgres

    if not database.clusters(data):
        raise CannotRun(
            "--fresh deletes only what Shoal keeps itself: empty the database of"
            " SHOAL_DATABASE_URL by hand."
        )
    for cluster in database.clusters(data):
        postgres.end_leftovers(cluster)
    shutil.rmtree(places.socket_folder(data), ignore_errors=True)
    for path in (*(data / name for name in _OURS), *data.glob("replay-*.json")):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _build_world(supervisor: Supervisor, *, data: Path, tell: Callable[[str], None]) -> None:
    mark = data / "demo-world"
    state = mark.read_text() if mark.is_file() else ""
    if state == "built":
        return
    if state == "building":
        raise CannotRun("The demo world was interrupted while it was built: start with --fresh.")
    tell("building the demo world")
    mark.write_text("building")
    _complete(supervisor, "demo-world")
    mark.write_text("built")


def _complete(supervisor: Supervisor, *words: str) -> None:
    from shoal.run import children

    if supervisor.complete(children.shoal(*words), children.environment()):
        raise CannotRun(f"`shoal {' '.join(words)}` failed; see above.")
