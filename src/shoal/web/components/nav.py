"""Places a face's bar or rail leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

V = TypeVar("V", bound=str)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry: `icon` is a name in `icons.ICONS`; `group` heads a part of a rail."""

    label: str
    icon: str
    url: str
    count: int = 0
    current: bool = False
    group: str = ""


def mark_current(*, places: Sequence[Place], path: str) -> list[Place]:
    """This will mark the place whose address is the longest beginning of `path`."""
    fitting = [place for place in places if path.startswith(place.url.partition("?")[0])]
    best = max(fitting, key=lambda place: len(place.url), default=None)
    return [replace(place, current=place is best) for place in places]


def choices(
    *, labels: Mapping[V, str], here: str, parameter: str, current: str, icon: str = ""
) -> list[Place]:
    """This will list one place per choice of `labels` (value to label); `here` shows the first."""
    first = next(iter(labels))
    return [
        Place(
            label,
            icon,
            here if value == first else f"{here}?{parameter}={value}",
            current=value == current,
        )
        for value, label in labels.items()
    ]
