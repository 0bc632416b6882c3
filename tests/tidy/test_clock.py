"""Time comes from the edge: whatever decides is handed `at`, so that it can be run at any time.

A stopwatch (`time.monotonic`) is not a clock: it measures how long, never when.
"""

import ast
import re
from pathlib import Path

from tests.tidy.source import SHOAL, imports, modules, package, shown, tree

_EDGE = {"web", "api", "cli", "run", "demo", "sandbox_pay"}  # the last is another company
_ALSO = {
    "kit/clock.py": "the clock itself",
    "kit/ids.py": "a UUIDv7 carries the moment it was made",
    "notify/mail.py": "called by Django's mail, which hands no moment",
    "payments/providers/alipay.py": "signs when it asks; a bill is ready at an hour of the wire",
    "payments/providers/wechat.py": "signs when its sheet was made; a bill is ready at an hour",
    "payments/providers/stripe.py": "Stripe counts how long a page holds from when it is asked",
    "payments/providers/sandbox.py": "signs what it sends, and checks how old a signature is",
}
_CLOCKS = {
    "shoal.kit.clock", "shoal.kit.clock.now",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "datetime.date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime",
    "django.utils.timezone.now", "django.utils.timezone.localdate",
    "django.db.models.functions.Now",
}  # fmt: skip
_SQL_CLOCK = re.compile(r"\b(now\(|clock_timestamp\(|current_(timestamp|date))", re.IGNORECASE)


def test_nothing_below_the_edge_reads_a_clock() -> None:
    below = [path for path in modules("src") if not _is_edge(path)]
    assert [where for path in below for where in _readings(path)] == []


def test_every_exception_still_needs_to_be_one() -> None:
    assert [name for name in _ALSO if not _readings(SHOAL / name)] == []


def _is_edge(path: Path) -> bool:
    return (
        package(path) in _EDGE
        or path.name == "tasks.py"
        or path.relative_to(SHOAL).as_posix() in _ALSO
    )


def _readings(path: Path) -> list[str]:
    known = imports(path)
    found = [shown(path) for full in known.values() if full in _CLOCKS]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            if f"{known.get(first, first)}.{rest}" in _CLOCKS:
                found.append(shown(path, node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_query = re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", node.value)
            found += [shown(path, node)] * bool(is_query and _SQL_CLOCK.search(node.value))
    return found
