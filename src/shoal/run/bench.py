"""The form that every bench keeps: figures, limits beside them, one object as JSON."""

import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shoal.kit import clock
from shoal.run.trouble import CannotRun

_TIMES = 5


@dataclass(frozen=True, slots=True)
class Target:
    """A figure with its limit: at most, or at least."""

    figure: str
    value: float
    target: float
    at_most: bool

    @property
    def holds(self) -> bool:
        """Whether the figure keeps the limit."""
        return self.value <= self.target if self.at_most else self.value >= self.target


@dataclass(slots=True)
class Report:
    """What a bench tells: `def run(report)` in bench/<name>.py fills it."""

    name: str
    figures: dict[str, float | int | str] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    say: Callable[[str], None] = field(default=lambda line: print(line, file=sys.stderr))

    def figure(
        self,
        name: str,
        value: float,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """This will note a figure (its unit in its name) and the limit it has to keep, if any."""
        self.figures[name] = value
        if at_most is not None:
            self.targets.append(Target(name, value, at_most, at_most=True))
        if at_least is not None:
            self.targets.append(Target(name, value, at_least, at_most=False))

    def median(self, work: Callable[[], object], *, times: int = _TIMES) -> float:
        """This will return the median of the seconds that `work` takes, of five times or more."""
        if times < _TIMES:
            raise ValueError(f"a median of fewer than {_TIMES} says little")
        return statistics.median(_seconds(work) for _ in range(times))

    def as_json(self) -> str:
        """The report as one object."""
        targets = [
            {"figure": t.figure, "value": t.value, "target": t.target, "holds": t.holds}
            for t in self.targets
        ]
        whole = {
            "name": self.name,
            "machine": machine(),
            "date": clock.now().date().isoformat(),
            "figures": self.figures,
            "targets": targets,
        }
        return json.dumps(whole, ensure_ascii=False, indent=2)

    def as_text(self) -> str:
        """The report for people: each limit beside its figure."""
        limits = {target.figure: target for target in self.targets}
        width = max(map(len, self.figures), default=0)
        lines = []
        for name, value in self.figures.items():
            shown = f"{value:,.4g}" if isinstance(value, float) else f"{value}"
            limit = limits.get(name)
            beside = ""
            if limit is not None:
                bound = "at most" if limit.at_most else "at least"
                verdict = "holds" if limit.holds else "FAILS"
                beside = f"   {bound} {limit.target:,.6g}: {verdict}"
            lines.append(f"  {name:<{width}}  {shown:>12}{beside}")
        return "\n".join(lines)


def slice_rates(begun: float, steps: Sequence[tuple[float, float]]) -> list[float]:
    """This will cut a run too long to repeat into five slices, and return the rate of each.

    `steps` are (the second at which one was done, how much it did), by the clock of `begun`; each
    slice has as many of them.
    """
    if len(steps) < _TIMES:
        raise ValueError(f"fewer than {_TIMES} steps make no {_TIMES} slices")
    rates = []
    for number in range(_TIMES):
        first, last = (len(steps) * bound // _TIMES for bound in (number, number + 1))
        part = steps[first:last]
        rates.append(sum(done for _, done in part) / (part[-1][0] - begun))
        begun = part[-1][0]
    return rates


def machine() -> str:
    """This will describe where the figures come from."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python " + (
        platform.python_version()
    )


def names(checkout: Path) -> list[str]:
    """This will list the benches of the checkout."""
    files = (checkout / "bench").glob("*.py")
    return sorted(path.stem for path in files if "\ndef run(" in path.read_text(encoding="utf-8"))


@contextmanager
def scratch_installation() -> Iterator[Path]:
    """This will give the block an installation of its own, empty and at this version.

    Yields its data folder, which is deleted afterwards; Django is set up on it. One per process.
    """
    from shoal.run import children, database

    with tempfile.TemporaryDirectory(prefix="shoal-bench-") as folder:
        data = Path(folder)
        os.environ["SHOAL_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "shoal.settings"
        with database.borrowed(data):
            words = children.shoal("migrate", "--quiet")
            subprocess.run(words, check=True, env=children.environment(), stdout=sys.stderr)
            import django

            django.setup()
            yield data


def measure(checkout: Path, name: str, *, as_json: bool) -> int:
    """This will run bench/<name>.py and print its report; returns 1 if a limit does not hold."""
    if name not in names(checkout):
        raise CannotRun(f"There is no bench {name!r}; there are: {', '.join(names(checkout))}.")
    report = Report(name)
    with _importable(checkout):
        spec = importlib.util.spec_from_file_location(
            f"bench.{name}", checkout / "bench" / f"{name}.py"
        )
        if spec is None or spec.loader is None:
            raise CannotRun(f"bench/{name}.py cannot be loaded.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        module.run(report)
    print(report.as_json() if as_json else f"{name} on {machine()}\n{report.as_text()}")
    return 0 if all(target.holds for target in report.targets) else 1


def measure_all(checkout: Path, *, as_json: bool) -> int:
    """This will run every bench of the checkout, each in a process of its own, one by one.

    Prints their reports, or a list of them as JSON; returns 1 if a limit does not hold, or if one
    could not run.
    """
    from shoal.run import children

    reports, failed = [], False
    for name in names(checkout):
        words = children.shoal("bench", name, *(["--json"] if as_json else []))
        told = subprocess.PIPE if as_json else None
        done = subprocess.run(words, check=False, stdout=told, text=True)
        failed |= done.returncode != 0
        if as_json:
            reports.append(json.loads(done.stdout) if done.stdout else {"name": name, "ran": False})
    if as_json:
        print(json.dumps(reports, ensure_ascii=False, indent=2))
    return int(failed)


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
