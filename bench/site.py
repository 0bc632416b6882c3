"""An installation that serves, for benches that come through its front door."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from shoal.run import children, health, nats, ports, processes
from shoal.run.bench import Report, scratch_installation

_LISTENS = 60
_COMMANDS = {"checkout": "web"}
_GIVES_WAY = 10


@dataclass(slots=True)
class Site:
    """Where it is, and its processes by name."""

    data: Path
    port: int
    pids: dict[str, int]
    checkout_port: int

    @property
    def address(self) -> str:
        """The address of its pages, without a slash at the end."""
        return f"http://localhost:{self.port}"

    @property
    def checkout_address(self) -> str:
        """The same for the web that a balancer gives the checkout to, where it runs."""
        return f"http://localhost:{self.checkout_port}"

    def memory_mb(self) -> dict[str, float]:
        """This will return what each of its programs holds in memory, children and all."""
        return {name: _memory(pid) / 1_048_576 for name, pid in self.pids.items()}

    def examine(self, report: Report) -> None:
        """This will have the doctor look at what the bench has left, and tell what it finds."""
        words = children.shoal("doctor", "--json")
        done = subprocess.run(words, check=False, env=children.environment(), capture_output=True)
        found = [row for row in json.loads(done.stdout) if not row["ok"] and not row["warning"]]
        for row in found:
            report.say(f"{row['name']}: {row['sentence']}")
        report.figure("what the doctor finds", len(found), at_most=0)

    def cpu_seconds(self) -> dict[str, float]:
        """This will return the processor time that each of its programs has used."""
        return {name: processor_time(pid) for name, pid in self.pids.items()}


@contextmanager
def serving(
    *programs: str, threads: int = 64, processes_of_web: int = 1, **settings: str
) -> Iterator[Site]:
    """This will give the block an installation whose web serves, with `programs` beside it.

    `checkout` is a web of its own, on a port of its own, that gives way to everything else.
    Everything ends with the block.
    """
    free = ports.any_free(3)
    os.environ.update(
        {
            "SHOAL_PORT": str(free[0]),
            "SHOAL_PAY_PORT": str(free[1]),
            "SHOAL_WEB_THREADS": str(threads),
            "SHOAL_WEB_PROCESSES": str(processes_of_web),
            **settings,
        }
    )
    with scratch_installation() as data, ExitStack() as stack:
        site = Site(data, free[0], {}, free[2])
        _start(site, ["web", *programs], stack)
        yield site


def _start(site: Site, names: Sequence[str], stack: ExitStack) -> None:
    log = stack.enter_context((site.data / "bench.log").open("wb"))
    commands = {name: children.shoal(_COMMANDS.get(name, name)) for name in names if name != "nats"}
    told = {"checkout": {"SHOAL_PORT": str(site.checkout_port), "SHOAL_WEB_PROCESSES": "1"}}
    account = None
    if "nats" in names:
        program = nats.program(site.data)
        commands = {"nats": program.command, **commands}
        account = program.account
    for name, command in commands.items():
        process = processes.spawn(
            command,
            environment=children.environment() | told.get(name, {}),
            output=log,
            account=account if name == "nats" else None,
        )
        stack.callback(processes.stop, process)
        if name == "checkout":
            _give_way(process.pid)
        site.pids[name] = process.pid
    site.pids["postgres"] = postmaster(site.data)
    patience = health.Patience(_LISTENS)
    while not health.web_answers():
        if patience.over():
            raise TimeoutError((site.data / "bench.log").read_text(errors="replace"))
        time.sleep(0.05)


def _give_way(pid: int) -> None:
    """As a lower CPUWeight of systemd does: a core goes to whoever else wants it."""
    group = Path(f"/proc/{pid}/autogroup")
    if group.exists():
        group.write_text(str(_GIVES_WAY))
    os.setpriority(os.PRIO_PROCESS, pid, _GIVES_WAY)


def postmaster(data: Path) -> int:
    """This will return the process id of the installation's PostgreSQL."""
    return int((data / "postgres" / "postmaster.pid").read_text().split("\n")[0])


def _tree(pid: int) -> list[psutil.Process]:
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def _memory(pid: int) -> int:
    """Of memory that processes share each counts its part."""
    return sum(int(one.memory_full_info().pss) for one in _tree(pid))


def processor_time(pid: int) -> float:
    """This will return the processor time that a program and its children have used."""
    total = 0.0
    for one in _tree(pid):
        times = one.cpu_times()
        total += times.user + times.system
    # What ended meanwhile (PostgreSQL's sessions) is counted by who waited for it.
    first = psutil.Process(pid).cpu_times()
    return total + first.children_user + first.children_system
