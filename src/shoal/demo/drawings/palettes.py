"""Colours that go together: two of the ground, four of the thing, and its darkest and lightest."""

import random
from dataclasses import dataclass, replace

from shoal.demo.drawings.pen import Colour, colour


@dataclass(frozen=True, slots=True)
class Palette:
    """Ground and floor, then what a thing is painted with."""

    ground: Colour
    floor: Colour
    main: Colour
    second: Colour
    accent: Colour
    deep: Colour
    pale: Colour


_ROWS = """
#dcebe6 #c4ddd5 #0f7a6c #f2b8a0 #e2694a #0b3d38 #fbf6ec
#f3e7d3 #e9d6b8 #d98b5f #2f6f73 #f2c14e #4a2e22 #fffaf0
#fbe0d6 #f6c9ba #e2694a #14655c #f6d186 #5c1f16 #fff6f0
#dbe9f4 #c0d7ea #3e7cb1 #f4b860 #e7664c #17324d #f7fbff
#efe0ea #e0c8da #8a4f7d #e8a87c #f3d27a #3c1f38 #fdf7fb
#eaecd5 #d8dcb6 #7d8f3f #c8553d #f0c75e #343c17 #fdfdf2
#2f5058 #24424a #e6b655 #7fc4b5 #ef7d5b #10242a #f6efe0
#f8e1e1 #efc8ca #c9596a #3d6b6b #f2b872 #521d27 #fff7f6
#dff2e5 #c2e3cd #4aa37b #f08a6b #ffd98a #1b4a36 #f8fff9
#fcf0c9 #f7e2a1 #e3a42b #2c7a83 #dd5a3c #56390a #fffcf0
#e6e3f5 #cfcaec #6d66b8 #f2a38c #f4cf6a #2a2658 #faf9ff
#f0ddd2 #e2c3b2 #b5533c #4e7d77 #edb65b #451a10 #fdf5f0
#e3eff0 #cadfe2 #4e8d96 #d86f52 #f0c987 #1b3b40 #fafdfd
#e7e4dc #d3cec2 #33484d #d98b5f #8fb8a8 #161f22 #fbf9f4
"""
PALETTES = [Palette(*map(colour, row.split())) for row in _ROWS.split("\n") if row]


def palette_for(*, seed: int, view: str) -> Palette:
    """This will choose the colours of a thing by its seed; another view changes only the ground."""
    rng = random.Random(f"palette {seed}")
    found = PALETTES[rng.randrange(len(PALETTES))]
    if rng.random() < 0.4:
        found = replace(found, main=found.second, second=found.main)
    if view == "front":
        return found
    # The thing keeps its colours; the ground is another light one.
    light = [other for other in PALETTES if sum(other.ground) > 550]
    other = random.Random(f"{view} {seed}").choice(light)
    return replace(found, ground=other.ground, floor=other.floor)
