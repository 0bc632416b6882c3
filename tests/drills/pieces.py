"""A sale's machine in pieces: two webs, worker, NATS, PostgreSQL and partner, with wires between.

The supervisor of `shoal up` keeps them running, with a short pause: a drill kills more often than
a machine fails.
"""

import os
import shutil
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from shoal.run import children, nats, places, stack
from shoal.run.supervisor import Program, Supervisor
from tests.drills.wire import Wire

WEBS = ("web1", "web2")
PAUSE = 0.5


@dataclass(slots=True)
class Pieces:
    """The installation in `data`, run from `source` where another one than the checkout's."""

    data: Path
    supervisor: Supervisor
    source: Path | None = None
    ports: dict[str, int] = field(default_factory=dict)
    clocks: Path | None = None
    """The library that sets one process's clock; None where there is no compiler to make it."""

    def __post_init__(self) -> None:
        free = _free_ports(5)
        self.ports = dict(zip((*WEBS, "partner", "front", "to-partner"), free, strict=True))
        self.clocks = _clock_library(self.data)

    @property
    def url(self) -> str:
        """The address that people and partners know: whichever web answers."""
        return f"http://localhost:{self.ports['front']}"

    def listens(self, *names: str) -> bool:
        """Whether each of these pieces takes connections."""
        for name in names:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.ports[name])):
                    return False
        return True

    def set_clock(self, name: str, seconds: int) -> None:
        """Sets a piece's clock off by so many seconds, from this moment on."""
        path = self.data / f"{name}.clock"
        with path.open("r+b" if path.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds * 1_000_000_000))

    def wires(self) -> dict[str, Wire]:
        """The ways to the database, to the partner, and from the partner back to the webs."""
        folder = self.data / "wire"
        folder.mkdir(exist_ok=True)
        main = places.main_cluster(self.data)
        socket_name = f".s.PGSQL.{main.number}"
        return {
            "database": Wire(folder / socket_name, to=[main.sockets / socket_name]),
            "partner": Wire(self.ports["to-partner"], to=[self.ports["partner"]]),
            "front": Wire(self.ports["front"], to=[self.ports[web] for web in WEBS]),
        }

    def start_stores(self) -> None:
        """Starts NATS and PostgreSQL; returns when the database is at this version."""
        self.supervisor.start(nats.program(self.data))
        stack.start_clusters(self.supervisor, data=self.data, tell=self.supervisor.say)
        command = children.shoal("migrate", "--quiet")
        assert self.supervisor.complete(command, children.environment()) == 0

    def start_rest(self) -> None:
        """Starts what uses them: through the wires, and with a clock of its own each."""
        for name, words in (
            ("partner", ("sandbox-pay",)), ("web1", ("web",)), ("web2", ("web",)),
            ("worker", ("worker",)),
        ):  # fmt: skip
            self.set_clock(name, 0)
            self.supervisor.start(Program(name, children.shoal(*words), self.environment(name)))

    def common(self) -> dict[str, str]:
        """What every process of this installation has to know, the drill itself too."""
        return {
            "SHOAL_DATA": str(self.data),
            "SHOAL_PUBLIC_URL": self.url,
            "SHOAL_PAY_PORT": str(self.ports["partner"]),
            "SHOAL_PAY_URL": f"http://localhost:{self.ports['to-partner']}",
            "SHOAL_UNPAID_MINUTES": "1",
            # One machine plays the whole crowd, and a person of it comes again and again.
            "SHOAL_ORDERS_PER_ACCOUNT": "0",
            "SHOAL_ORDERS_PER_DEVICE": "0",
            # Everybody may be at the desk at once: it is the desk that is tried, not the line.
            "SHOAL_WEB_THREADS": "12",
            "SHOAL_WEB_ORDERING": "10",
        }

    def environment(self, name: str) -> dict[str, str]:
        """The environment of one piece: who it is to PostgreSQL, its port, its clock, its code."""
        vault = places.vault_cluster(self.data)
        own = {
            "SHOAL_PORT": str(self.ports.get(name, self.ports["front"])),
            "SHOAL_DATABASE_URL": f"postgresql:///shoal?host={quote(str(self.data / 'wire'))}"
            f"&port=5432&user=shoal&application_name={name}",
            "SHOAL_VAULT_URL": f"postgresql:///vault?host={quote(str(vault.sockets))}"
            f"&port={vault.number}&user=shoal",
        }
        if self.source is not None:
            own["PYTHONPATH"] = str(self.source)
        if self.clocks is not None and name != "partner":
            own["LD_PRELOAD"] = str(self.clocks)
            own["DRILL_CLOCK"] = str(self.data / f"{name}.clock")
        return children.environment() | self.common() | own


def _clock_library(data: Path) -> Path | None:
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        return None
    made = data / "clock.so"
    source = Path(__file__).with_name("clock.c")
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", made, source, "-ldl"]
    done = subprocess.run(command, check=False, capture_output=True)
    return made if done.returncode == 0 else None


def without_settings() -> None:
    """Forgets whatever this process was told about another installation."""
    for name in [name for name in os.environ if name.startswith("SHOAL_")]:
        if name != "SHOAL_POSTGRES_BIN":
            del os.environ[name]


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
