"""Everything one machine runs, in order: PostgreSQL, this version's schema, our own processes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from shoal import env
from shoal.run import children, database, health, nats, ports, postgres, version
from shoal.run.supervisor import Supervisor
from shoal.run.trouble import CannotRun, explained

_WEB_SECONDS = 60


@contextmanager
def held_ports() -> Iterator[ExitStack]:
    """This will hold the ports of our programs until they start: a world may be built before that.

    Raises CannotRun when somebody else has one of them.
    """
    host = env.read("SHOAL_HOST")
    wanted = {"SHOAL_PORT": "--port or SHOAL_PORT"}
    if "sandbox" in env.payment_partners():
        wanted["SHOAL_PAY_PORT"] = "SHOAL_PAY_PORT"
    with ExitStack() as held:
        for setting, option in wanted.items():
            held.enter_context(ports.hold(host, env.read(setting), option=option))
        yield held


def bring_up(
    supervisor: Supervisor,
    *,
    data: Path,
    tell: Callable[[str], None],
    held: ExitStack,
    furnish: Callable[[], None] = lambda: None,
) -> None:
    """This will start everything under `supervisor` and return once the web serves.

    `tell` hears what is being done; `held` are our programs' ports until they start; `furnish` is
    called once the database is ready and before anything looks at it. Raises CannotRun with one
    line when something cannot start.
    """
    try:
        if nats.wanted():
            supervisor.start(nats.program(data))
        start_clusters(supervisor, data=data, tell=tell)
        database.check(data)
        if not version.is_current(data, at=datetime.now(UTC)):
            tell("bringing the database to this version")
            if supervisor.complete(children.shoal("migrate", "--quiet"), children.environment()):
                raise CannotRun("The database could not be brought to this version; see above.")
        furnish()
        tell("starting the web and its helpers")
        held.close()
        for program in children.programs():
            supervisor.start(program)
            if program.name == "web":
                # People wait for it, and for nothing else: the others would load beside it.
                _wait_for_web(supervisor)
    except OSError as error:
        raise explained(error, data) from error


def start_clusters(supervisor: Supervisor, *, data: Path, tell: Callable[[str], None]) -> None:
    """This will prepare and start our own PostgreSQL clusters, side by side."""
    clusters = database.clusters(data)
    if not clusters:
        return
    tell("starting PostgreSQL")
    since = supervisor.log_file.stat().st_size
    with ThreadPoolExecutor(len(clusters)) as pool:
        list(pool.map(postgres.prepare, clusters))
    begun = [(cluster, supervisor.start(children.cluster_program(cluster))) for cluster in clusters]
    for cluster, process in begun:
        postgres.wait_until_ready(
            cluster, process, supervisor.log_file, since=since, idle=supervisor.breathe
        )


def _wait_for_web(supervisor: Supervisor) -> None:
    waiting = health.Patience(_WEB_SECONDS)
    supervisor.watch(until=lambda: health.web_answers() or waiting.over())
    if waiting.over():
        raise CannotRun(f"The web did not start; what it said is in {supervisor.log_file}.")
