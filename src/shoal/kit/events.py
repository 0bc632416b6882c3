"""Facts told upwards: a low module publishes lists of facts, `wiring` says who reacts.

A reactor runs at once, in the publisher's transaction: either all of it happens or nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from shoal.kit.transactions import step

E = TypeVar("E")
Reactor = Callable[[Sequence[Any]], None]

_reactors: dict[type, tuple[Reactor, ...]] = {}


def route(table: dict[type, tuple[Reactor, ...]]) -> None:
    """This will make `table` (event type to reactors, in order) the one that `publish` follows."""
    _reactors.clear()
    _reactors.update(table)


@step
def publish(facts: Sequence[object]) -> None:
    """This will hand `facts`, all of one type, to each reactor of that type as one list."""
    if not facts:
        return
    kind = type(facts[0])
    if any(type(fact) is not kind for fact in facts):
        raise TypeError("publish one type of fact at a time")
    for reactor in _reactors.get(kind, ()):
        reactor(facts)
