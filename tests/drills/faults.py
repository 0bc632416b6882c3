"""What is done to a running sale: kills, cuts, delays, full pools, wrong clocks; a seed draws all.

The plan is drawn before the sale begins, so the same seed gives the same blows in the same order
with the same waits and the same victims. What a blow hits is up to the moment.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from random import Random

import psutil
import psycopg

from shoal.run import places
from tests.drills.pieces import WEBS, Pieces
from tests.drills.wire import Wire

_VICTIMS = {
    "web1": 3, "web2": 3, "a worker of web1": 1, "a worker of web2": 1, "worker": 3, "nats": 2,
    "postgres": 4, "a backend of postgres": 6,
}  # fmt: skip
_DISTURBANCES = (
    "nothing", "nothing", "nothing", "cut database", "database runs dry", "slow database",
    "slow database", "partner away", "slow partner", "partner killed", "notices lost",
    "pool full", "row locked", "clock", "clock",
)  # fmt: skip
_CLOCKS = (0, 20, -20, 50, -50, 170, -170, 280, -280, 420)
"""Seconds that a clock is off; the partner takes nobody whose clock is off by five minutes."""
_RETURNS, _BUYERS, _BEGINS = 60, 10, 1.5


@dataclass(frozen=True, slots=True)
class Blow:
    """One kill, what disturbs the sale around it, and how long each takes."""

    victim: str
    hunts: float
    disturbance: str
    lasts: float
    size: int
    piece: str
    before: float
    after: float


def plan(seed: int, kills: int) -> list[Blow]:
    """Draws the blows of a drill."""
    random = Random(seed)  # noqa: S311 - to be drawn again
    return [
        Blow(
            victim=random.choices(list(_VICTIMS), list(_VICTIMS.values()))[0],
            # For most kills it looks for a moment at which the victim is in a transaction.
            hunts=random.choice((0.0, 0.6, 1.2, 2.0)),
            disturbance=random.choice(_DISTURBANCES),
            lasts=random.uniform(0.2, 5.0),
            size=random.randrange(100, 60_000),
            piece=random.choice(("web1", "web2", "worker")),
            before=random.uniform(0.1, 1.5),
            after=random.uniform(0.2, 2.0),
        )
        for _ in range(kills)
    ]


@dataclass(slots=True)
class Fury:
    """Does what was drawn, one blow after the other, and counts what it hit."""

    pieces: Pieces
    wires: dict[str, Wire]
    blows: Sequence[Blow]
    tell: Callable[[str], None]
    kills: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    oversold: set[str] = field(default_factory=set)
    in_transaction: int = 0
    had_written: int = 0
    stopped: bool = False
    _control: "psycopg.Connection | None" = None

    def strike(self) -> None:
        """Does all of the plan. Returns when every piece is back and every disturbance over."""
        for number, blow in enumerate(self.blows, 1):
            with ExitStack() as until:
                if self.stopped:
                    return
                self._look()
                self._disturb(blow, until)
                began = time.monotonic()
                time.sleep(blow.before)
                self._await(blow.victim)
                self._await_buyers()
                hit = self._kill(blow)
                self.kills[blow.victim] += 1
                with_it = "" if blow.disturbance == "nothing" else f", {blow.disturbance}"
                in_it = ", in a transaction" if hit else ""
                self.tell(f"kill {number}: {blow.victim}{in_it}{with_it}")
                time.sleep(max(blow.after, blow.lasts - (time.monotonic() - began)))
        self._look()
        for name in ("web1", "web2", "worker"):
            self.pieces.set_clock(name, 0)
        for name in ("postgres", "web1", "web2", "worker", "nats", "partner"):
            self._await(name)

    # What disturbs --------------------------------------------------------------------------

    def _disturb(self, blow: Blow, until: ExitStack) -> None:
        """Begins a disturbance, and leaves what ends it to `until`."""
        name = blow.disturbance
        if name == "clock" and self.pieces.clocks is None:
            return
        self.done[name] += name != "nothing"
        database, partner = self.wires["database"], self.wires["partner"]
        match name:
            case "cut database":
                database.cut()
            case "database runs dry":
                database.run_dry(blow.size)
            case "slow database":
                self._for_a_while(database.stall, until)
            case "partner away":
                self._for_a_while(partner.close, until)
            case "slow partner":
                self._for_a_while(partner.stall, until)
            case "notices lost":
                self._for_a_while(self.wires["front"].close, until)
            case "partner killed":
                self._end(self._process("partner"))
            case "pool full":
                self._fill(until)
                database.cut()
            case "row locked":
                self._lock(until)
            case "clock":
                self.pieces.set_clock(blow.piece, _CLOCKS[blow.size % len(_CLOCKS)])

    def _for_a_while(self, turn: Callable[[bool], None], until: ExitStack) -> None:
        turn(True)
        until.callback(turn, False)

    def _fill(self, until: ExitStack) -> None:
        """Takes every connection that PostgreSQL has left; its own stays."""
        self._ask("SELECT 1")
        with suppress(psycopg.OperationalError):
            for _ in range(200):
                until.callback(self._connect().close)

    def _lock(self, until: ExitStack) -> None:
        """Holds what a sale locks, as somebody who forgot to commit."""
        with suppress(psycopg.OperationalError):
            connection = self._connect(autocommit=False)
            until.callback(connection.close)
            connection.execute("SELECT FROM stock_allotment FOR UPDATE")

    # What kills -----------------------------------------------------------------------------

    def _kill(self, blow: Blow) -> bool:
        """Kills the victim, if it can be at a moment when it has a transaction open."""
        until = time.monotonic() + blow.hunts
        found = self._transactions(blow.victim)
        while not found and time.monotonic() < until:
            time.sleep(0.002)
            found = self._transactions(blow.victim)
        self._strike(blow, found)
        self.in_transaction += bool(found)
        self.had_written += any(found.values())
        return bool(found)

    def _strike(self, blow: Blow, found: dict[int, bool]) -> None:
        if blow.victim == "a backend of postgres":
            pids = list(found) or self._backends()
            if pids:
                os.kill(pids[blow.size % len(pids)], signal.SIGKILL)
                return
        name = blow.victim.rpartition(" ")[2]
        process = self._process(name)
        if blow.victim.startswith("a worker of"):
            children = process.children() if process else []
            self._end(next(iter(children), process))
        elif name == "postgres":
            for one in [process, *process.children()] if process else []:
                self._end(one)
        elif process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _end(self, process: psutil.Process | None) -> None:
        with suppress(psutil.NoSuchProcess):
            if process is not None:
                process.kill()

    def _transactions(self, victim: str) -> dict[int, bool]:
        """The backends that serve the victim in an open transaction; whether it has written."""
        name = victim.rpartition(" ")[2]
        whose = ["web1", "web2", "worker"] if name == "postgres" else [name]
        rows = self._ask(
            "SELECT pid, backend_xid IS NOT NULL FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND datname = 'shoal'"
            " AND xact_start IS NOT NULL AND state <> 'idle' AND application_name = ANY(%s)",
            whose,
        )
        return {int(str(pid)): bool(wrote) for pid, wrote in rows}

    def _backends(self) -> list[int]:
        rows = self._ask(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
            " AND datname = 'shoal' AND application_name = ANY(%s) ORDER BY pid",
            ["web1", "web2", "worker"],
        )
        return [int(str(pid)) for (pid,) in rows]

    # What it looks at -----------------------------------------------------------------------

    def _look(self) -> None:
        """Notes offers that have promised more than there is: later some may have expired."""
        rows = self._ask(
            "SELECT id, received, held + sold - returned FROM stock_allotment"
            " WHERE held + sold - returned > received"
        )
        for _, there, promised in rows:
            self.oversold.add(f"of {there} units of an offer {promised} were promised")

    def _ask(self, query: str, *values: object) -> list[tuple[object, ...]]:
        try:
            if self._control is None or self._control.closed:
                self._control = self._connect()
            return self._control.execute(query.encode(), values).fetchall()
        except psycopg.OperationalError:
            self._control = None
            return []

    def _connect(self, *, autocommit: bool = True) -> psycopg.Connection:
        address = places.main_cluster(self.pieces.data).address
        return psycopg.connect(
            address, autocommit=autocommit, application_name="drill", connect_timeout=5
        )

    def _process(self, name: str) -> psutil.Process | None:
        pid = self.pieces.supervisor.pids().get(name)
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(pid) if pid else None
        return None

    def _await(self, victim: str) -> None:
        """Waits until a piece is back from the blow before: there is nothing else to kill."""
        name = victim.rpartition(" ")[2]
        until = time.monotonic() + _RETURNS
        while not self._is_back(name):
            assert time.monotonic() < until, f"{name} did not come back within {_RETURNS} s"
            assert not self.stopped
            time.sleep(0.05)

    def _await_buyers(self) -> None:
        """Waits a little until somebody buys: there is a running sale to disturb."""
        until = time.monotonic() + _BUYERS
        query = (
            "SELECT 1 FROM pg_stat_activity WHERE application_name = ANY(%s)"
            " AND query_start > now() - interval '1 second'"
        )
        while not self._ask(query, list(WEBS)) and time.monotonic() < until:
            time.sleep(0.05)

    def _is_back(self, name: str) -> bool:
        if name == "postgres":  # asked where no full pool stands in the way
            return bool(self._ask("SELECT 1"))
        process = self._process(name)
        with suppress(psutil.NoSuchProcess):
            alive = process is not None and process.status() != psutil.STATUS_ZOMBIE
            if alive and name in self.pieces.ports:
                return self.pieces.listens(name)
            # A worker or NATS that has just begun is in no transaction yet.
            return alive and time.time() - process.create_time() > _BEGINS
        return False
