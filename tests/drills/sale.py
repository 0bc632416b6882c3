"""`./run drill --kills N`: a running sale, disturbed without mercy, and its books afterwards.

In this process: the supervisor (main thread), the wires, the customers, and the fury that strikes.
Everything else is a process of its own, as `shoal up` runs it.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import SystemRandom

from shoal.run import children, health
from shoal.run.supervisor import Stopped, Supervisor
from tests.drills import sabotage, stage, verify
from tests.drills.crowd import Crowd
from tests.drills.faults import Fury, plan
from tests.drills.pieces import PAUSE, Pieces, without_settings
from tests.drills.wire import Wire

_AT_ONCE = 8
_SHARE, _WARM = 0.3, 5
_SHORT_SECONDS, _WORKER_SECONDS, _END_SECONDS = 3, 240, 480
"""How long the worker alone brings things to their end, and when nothing more is waited for."""


def main() -> int:
    """Runs a drill and returns 1 if a promise was broken; prints how to run it again."""
    parser = argparse.ArgumentParser(prog="./run drill")
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--sabotage", choices=sorted(sabotage.TABLE), action="append", default=[])
    parser.add_argument("--short", action="store_true", help="a small crowd, and time moved on")
    parser.add_argument("--folder", type=Path, help="an installation to run on, made if missing")
    given = parser.parse_args()
    seed = SystemRandom().randrange(1_000_000) if given.seed is None else given.seed
    again = f"seed {seed}: ./run drill --seed {seed} --kills {given.kills}"
    again += "".join(f" --sabotage {name}" for name in given.sabotage)
    _say(again)
    without_settings()
    with contextlib.ExitStack() as until:
        # Root's PostgreSQL runs as nobody, who has to come in.
        folder = given.folder or until.enter_context(
            tempfile.TemporaryDirectory(prefix="shoal-drill-", dir="/tmp")
        )
        drill = Drill(Path(folder), seed, given.kills, given.sabotage, short=given.short)
        found = drill.run()
        if found:
            log = Path(tempfile.gettempdir()) / f"shoal-drill-{seed}.log"
            shutil.copy(drill.data / "log" / "shoal.log", log)
            _say(f"what its processes said is in {log}")
    for sentence in found:
        _say(f"✗ {sentence}")
    _say(f"FAILED; {again}" if found else f"held; {again}")
    return 1 if found else 0


class Drill:
    """One drill in a folder of its own."""

    def __init__(
        self, data: Path, seed: int, kills: int, saboteurs: Sequence[str], *, short: bool
    ) -> None:
        self.data, self.seed, self.kills, self.saboteurs = data, seed, kills, saboteurs
        self.short = short
        self.broken: list[str] = []

    def run(self) -> list[str]:
        """Runs it and returns what was wrong, a sentence each."""
        os.environ["SHOAL_DATA"] = str(self.data)
        log = self.data / "log" / "shoal.log"
        with Supervisor(log, longest_pause=PAUSE) as supervisor:
            pieces = Pieces(self.data, supervisor)
            os.environ |= pieces.common()
            pieces.start_stores()
            import django

            os.environ["DJANGO_SETTINGS_MODULE"] = "shoal.settings"
            django.setup()
            staged = (
                stage.build(people=16, scarce=40)
                if self.short
                else stage.build(people=60, scarce=max(40, self.kills))
            )
            if self.saboteurs:
                pieces.source = sabotage.build(self.saboteurs, self.data)
            if pieces.clocks is None:
                _say("no clock is set wrong here: that takes Linux and a C compiler (cc)")
            with _running(pieces.wires()) as wires:
                pieces.start_rest()
                supervisor.watch(until=_within(60, lambda: pieces.listens("web1", "web2")))
                self._storm(pieces, wires, staged)
                return self.broken

    def _storm(self, pieces: Pieces, wires: dict[str, Wire], staged: stage.Stage) -> None:
        fury = Fury(pieces, wires, plan(self.seed, self.kills), _say)
        webs = (pieces.ports["web1"], pieces.ports["web2"])
        crowd = Crowd(
            staged, f"localhost:{pieces.ports['front']}", webs, pieces.ports["to-partner"],
            self.seed,
        )  # fmt: skip
        began = time.monotonic()

        def whole() -> None:
            try:
                crowd.come(_AT_ONCE)
                crowd.await_rushes(_WARM)
                fury.strike()
            except BaseException as fault:  # noqa: BLE001 - told below
                crowd.faults.append(fault)
            finally:
                crowd.go_home()

        thread = threading.Thread(target=whole, name="storm")
        thread.start()
        try:
            pieces.supervisor.watch(until=lambda: not thread.is_alive())
        finally:
            fury.stopped = True
        self.broken += [f"{type(fault).__name__}: {fault}" for fault in crowd.faults]
        _say(f"the storm took {time.monotonic() - began:.0f} s; now everything comes to its end")
        self._settle(pieces)
        self._judge(pieces, crowd, fury)

    def _settle(self, pieces: Pieces) -> None:
        """Lets the worker, or time that is moved on, bring everything to its end."""
        began, later = time.monotonic(), 0
        page = f"http://localhost:{pieces.ports['partner']}/test/release"
        urllib.request.urlopen(page, data=b"").close()
        while verify.unsettled(self.data) and time.monotonic() - began < _END_SECONDS:
            pieces.supervisor.watch(until=health.Patience(1).over)
            if time.monotonic() - began > (_SHORT_SECONDS if self.short else _WORKER_SECONDS):
                later += 5
                _move_on(timedelta(minutes=later))
        _say(f"settled after {time.monotonic() - began:.0f} s")

    def _judge(self, pieces: Pieces, crowd: Crowd, fury: Fury) -> None:
        self.broken += [*sorted(fury.oversold), *verify.wrong(self.data, crowd.told)]
        doctor = subprocess.run(
            children.shoal("doctor"), check=False, capture_output=True, text=True,
            env=children.environment() | pieces.common(),
        )  # fmt: skip
        if doctor.returncode:
            bad = [line for line in doctor.stdout.splitlines() if not line.startswith("✓")]
            self.broken.append(f"doctor: {'; '.join(bad) or doctor.stderr[-500:]}")
        share = fury.in_transaction / max(1, fury.kills.total())
        if self.kills >= 50 and share < _SHARE:
            self.broken.append(f"only {share:.0%} of the kills hit an open transaction")
        placed = sum(told.placed for told in crowd.told)
        paid = sum(told.charged for told in crowd.told)
        if placed < self.kills or paid < self.kills // 2:
            self.broken.append(f"{placed} orders and {paid} payments are no sale to be judged by")
        _say(f"{fury.kills.total()} kills: {_shown(fury.kills)}")
        _say(
            f"{fury.in_transaction} of them ({share:.0%}) hit an open transaction, "
            f"{fury.had_written} one that had written"
        )
        _say(f"and {fury.done.total()} disturbances: {_shown(fury.done)}")
        _say(f"{len(crowd.told)} forms for an order, {placed} placed, {paid} paid")
        _say(f"customers saw: {_shown(crowd.seen)}")


def _move_on(by: timedelta) -> None:
    """What the worker would do by then: every one of these is handed its moment."""
    from shoal.kit.clock import now
    from shoal.orders.operations import expire_orders
    from shoal.payments.operations import send_refunds, settle_open_intents

    at = now() + by
    settle_open_intents(at=at)
    expire_orders(at=at)
    send_refunds(at=at)


@contextlib.contextmanager
def _running(wires: dict[str, Wire]) -> Iterator[dict[str, Wire]]:
    for wire in wires.values():
        wire.start()
    try:
        yield wires
    finally:
        for wire in wires.values():
            wire.stop()


def _within(seconds: float, holds: Callable[[], bool]) -> Callable[[], bool]:
    until = time.monotonic() + seconds

    def in_time() -> bool:
        assert time.monotonic() < until, "the webs did not start; see the log"
        return holds()

    return in_time


def _shown(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.most_common() if count)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Stopped:
        sys.exit(130)
