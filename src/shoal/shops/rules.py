"""Pure decisions about shops: names, states, and how a shop may look."""

from collections.abc import Iterable, Mapping

LONGEST_NAME = 40
LONGEST_GREETING = 200

# A shop's states and what each may become; `Shop.State` names the same ones.
NEXT_STATES: Mapping[str, frozenset[str]] = {
    "open": frozenset({"paused", "suspended"}),
    "paused": frozenset({"open", "suspended"}),
    "suspended": frozenset({"open"}),
}

PALETTES = ("sea", "berry", "pine", "plum", "sand", "ink")
"""Each is a set of colours in the shop's stylesheet, with enough contrast in light and dark."""

BLOCKS = ("pinned", "sales", "trailers", "goods")
"""The blocks of a shop's home, in the order of a shop that chose none."""


def clean_name(name: str) -> str:
    """This will return a shop's name as it is kept: spaces joined, empty when nothing is left."""
    return " ".join(name.split())


def may_become(state: str, wanted: str) -> bool:
    """This will tell whether a shop in `state` may go to `wanted`."""
    return wanted in NEXT_STATES[state]


def ordered_blocks(chosen: Iterable[str]) -> tuple[str, ...]:
    """This will return all blocks: the chosen ones in their order, then the others in ours.

    Names nobody knows (any more) and repetitions are left out.
    """
    kept = [block for block in dict.fromkeys(chosen) if block in BLOCKS]
    return (*kept, *(block for block in BLOCKS if block not in kept))
