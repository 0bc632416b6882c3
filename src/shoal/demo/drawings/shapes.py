"""Outlines as lists of points, in a square of 1000 by 1000 with y running down."""

import math
from collections.abc import Iterable, Sequence

Point = tuple[float, float]
Outline = list[Point]


def oval(cx: float, cy: float, rx: float, ry: float, *, steps: int = 64) -> Outline:
    """This will return an ellipse."""
    return [
        (cx + rx * math.cos(math.tau * step / steps), cy + ry * math.sin(math.tau * step / steps))
        for step in range(steps)
    ]


def box(x0: float, y0: float, x1: float, y1: float, *, r: float = 0) -> Outline:
    """This will return a rectangle with corners of radius `r`."""
    if r <= 0:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    r = min(r, (x1 - x0) / 2, (y1 - y0) / 2)
    corners = (
        (x1 - r, y0 + r, -90),
        (x1 - r, y1 - r, 0),
        (x0 + r, y1 - r, 90),
        (x0 + r, y0 + r, 180),
    )
    return [
        (
            cx + r * math.cos(math.radians(start + turn)),
            cy + r * math.sin(math.radians(start + turn)),
        )
        for cx, cy, start in corners
        for turn in range(0, 91, 10)
    ]


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 12) -> Outline:
    """This will lead a Catmull-Rom curve through `points`."""
    count = len(points)
    if closed:
        ring = [points[-1], *points, points[0], points[1]]
        spans = count
    else:
        ring = [points[0], *points, points[-1]]
        spans = count - 1
    found: Outline = []
    for place in range(spans):
        a, b, c, d = ring[place : place + 4]
        for step in range(steps):
            found.append(_between(a, b, c, d, step / steps))
    if not closed:
        found.append(points[-1])
    return found


def _between(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    def at(p: float, q: float, r: float, s: float) -> float:
        return 0.5 * (
            2 * q
            + (r - p) * t
            + (2 * p - 5 * q + 4 * r - s) * t * t
            + (3 * q - p - 3 * r + s) * t * t * t
        )

    return at(a[0], b[0], c[0], d[0]), at(a[1], b[1], c[1], d[1])


def lathe(cx: float, profile: Sequence[Point], *, round_: bool = True) -> Outline:
    """This will turn a half outline of (half width, y), from top to bottom, about the line `cx`."""
    half = smooth(profile, closed=False) if round_ else list(profile)
    right = [(cx + wide, y) for wide, y in half]
    left = [(cx - wide, y) for wide, y in reversed(half)]
    return right + left


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> Outline:
    """This will return the points of a part of an ellipse, in degrees clockwise from the right."""
    steps = max(4, int(abs(end - start) / 6))
    return [
        (
            cx + rx * math.cos(math.radians(start + (end - start) * step / steps)),
            cy + ry * math.sin(math.radians(start + (end - start) * step / steps)),
        )
        for step in range(steps + 1)
    ]


def moved(points: Iterable[Point], dx: float = 0, dy: float = 0) -> Outline:
    """This will shift an outline."""
    return [(x + dx, y + dy) for x, y in points]


def turned(points: Iterable[Point], degrees: float, about: Point) -> Outline:
    """This will turn an outline about a point."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (
            about[0] + (x - about[0]) * c - (y - about[1]) * s,
            about[1] + (x - about[0]) * s + (y - about[1]) * c,
        )
        for x, y in points
    ]


def leaf(x: float, y: float, length: float, width: float, degrees: float) -> Outline:
    """This will return a leaf that grows from (x, y) in a direction."""
    shape = smooth(
        [(x, y), (x + length * 0.4, y - width), (x + length, y), (x + length * 0.4, y + width)]
    )
    return turned(shape, degrees, (x, y))
