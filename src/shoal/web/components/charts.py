"""Charts drawn as SVG on the server: geometry only, the looks stand in chart.css."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart: `text` is the value as people read it."""

    label: str
    value: int
    text: str = ""
    strong: bool = False

    @property
    def shown(self) -> str:
        """The value in words, or the bare number."""
        return self.text or f"{self.value:,}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A point and how much of the widest bar it fills, in percent."""

    point: Point
    percent: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line chart in a 640 by 200 box: SVG paths, dots and lines of the grid."""

    stroke: str
    area: str
    dots: list[tuple[int, int, Point]]
    grid: list[tuple[int, str]]


WIDTH, HEIGHT, TOP, FOOT = 640, 200, 12, 176


def bars(*, points: Sequence[Point]) -> list[Bar]:
    """This will scale `points` against the largest; a value above nothing keeps a visible bar."""
    largest = max((point.value for point in points), default=0)
    return [
        Bar(point, max(1, point.value * 100 // largest) if point.value > 0 else 0)
        for point in points
    ]


def line(*, points: Sequence[Point]) -> Line:
    """This will lay `points` out from left to right above a floor of zero."""
    top = _round_up(max((point.value for point in points), default=0))
    step = (WIDTH - 16) / max(1, len(points) - 1)
    dots = [
        (round(8 + step * place), FOOT - round((FOOT - TOP) * max(0, point.value) / top), point)
        for place, point in enumerate(points)
    ]
    path = " ".join(f"{'L' if place else 'M'}{x} {y}" for place, (x, y, _) in enumerate(dots))
    area = f"{path} L{dots[-1][0]} {FOOT} L{dots[0][0]} {FOOT} Z" if dots else ""
    return Line(path, area, dots, [(TOP, f"{top:,}"), ((TOP + FOOT) // 2, ""), (FOOT, "0")])


def _round_up(value: int) -> int:
    size: int = 10 ** max(0, len(str(max(1, value))) - 1)
    return next(step * size for step in (1, 2, 4, 5, 8, 10) if step * size >= value)
