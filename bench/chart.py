"""A chart of rates against clients, drawn as SVG for the docs."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

WIDTH, HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 150, 30, 48
_COLOURS = ("#0b6e75", "#c2512f", "#6b6f76")
_STYLE = "font-family: system-ui, sans-serif; font-size: 13px"
_SOFT, _STRONG = "#5a5f66", "#222"
_STEPS = 4

Point = tuple[float, float]
Series = Mapping[str, Sequence[Point]]


def draw(file: Path, series: Series, *, across: str, up: str) -> None:
    """This will draw a line for each of `series`, whose points are (clients, rate), into `file`.

    Clients go by doubling, rates from zero on. The name of a line stands at its end.
    """
    clients = sorted({x for line in series.values() for x, _ in line})
    top = _round_up(max(y for line in series.values() for _, y in line))

    def at(point: Point) -> Point:
        share = math.log(point[0] / clients[0]) / math.log(clients[-1] / clients[0])
        wide, tall = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
        return _LEFT + share * wide, _TOP + (1 - point[1] / top) * tall

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"',
        f'style="{_STYLE}"><title>{escape(up)}, {escape(across)}</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        *_rules(at, first=clients[0], top=top),
        *(_words(at((x, 0))[0], HEIGHT - _BOTTOM + 20, f"{x:,.0f}", "middle") for x in clients),
    ]
    for (name, line), colour in zip(series.items(), _COLOURS, strict=False):
        parts += _line(name, [at(point) for point in line], colour)
    parts.append(_words(_LEFT, 16, up, "start", _STRONG))
    parts.append(_words(WIDTH - _RIGHT, HEIGHT - 8, across, "end", _STRONG))
    file.write_text("\n".join([*parts, "</svg>\n"]), encoding="utf-8")


def _rules(at: Callable[[Point], Point], *, first: float, top: float) -> Iterator[str]:
    for step in range(_STEPS + 1):
        rate = top * step / _STEPS
        y = at((first, rate))[1]
        yield f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="#e3e5e8"/>'
        yield _words(_LEFT - 8, y + 4, f"{rate:,.0f}", "end")


def _line(name: str, points: Sequence[Point], colour: str) -> Iterator[str]:
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    # Above its last point, so that it stands on no other line that goes on.
    yield _words(points[-1][0] + 4, points[-1][1] - 10, name, "start", colour)


def _words(x: float, y: float, words: str, anchor: str, colour: str = _SOFT) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place}>{escape(words)}</text>"


def _round_up(value: float) -> float:
    """The next of a few times a power of ten, so that quarters of it are round."""
    power = 10 ** math.floor(math.log10(value))
    return next(float(step * power) for step in (1, 2, 4, 5, 6, 8, 10) if step * power >= value)
