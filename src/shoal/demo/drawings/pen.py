"""A pen that draws outlines on a picture of any size, at twice its size for smooth edges."""

import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw

from shoal.demo.drawings.shapes import Point, moved, oval

Colour = tuple[int, int, int]
FINE = 2


def colour(text: str) -> Colour:
    """This will read "#rrggbb"."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """This will go from `one` towards `other` by `part` of the way."""
    r, g, b = (round(a + (z - a) * part) for a, z in zip(one, other, strict=True))
    return r, g, b


def darker(base: Colour, part: float = 0.14) -> Colour:
    """This will return the colour in shade."""
    return mix(base, (24, 26, 48), part)


def lighter(base: Colour, part: float = 0.25) -> Colour:
    """This will return the colour in the light."""
    return mix(base, (255, 252, 244), part)


class Pen:
    """Draws in a square of 1000 by 1000; `zoom` and `shift` place that square on the picture."""

    def __init__(self, image: Image.Image, *, zoom: float = 1, shift: Point = (0, 0)) -> None:
        self.image = image
        self.draw = ImageDraw.Draw(image)
        self.unit = image.height / 1000 * zoom
        self.origin = (shift[0] * image.height / 1000, shift[1] * image.height / 1000)

    def placed(self, *, zoom: float, shift: Point) -> "Pen":
        """This will return a pen for the same picture that draws smaller, larger or elsewhere."""
        return Pen(self.image, zoom=zoom, shift=shift)

    def _at(self, points: Sequence[Point]) -> list[Point]:
        ox, oy = self.origin
        return [(x * self.unit + ox, y * self.unit + oy) for x, y in points]

    def fill(self, points: Sequence[Point], paint: Colour) -> None:
        """This will fill an outline."""
        self.draw.polygon(self._at(points), fill=paint)

    def disc(self, x: float, y: float, r: float, paint: Colour) -> None:
        """This will fill a circle."""
        self.fill(oval(x, y, r, r), paint)

    def line(self, points: Sequence[Point], width: float, paint: Colour) -> None:
        """This will draw a line with round ends and joints."""
        placed = self._at(points)
        wide = max(1, round(width * self.unit))
        self.draw.line(placed, fill=paint, width=wide, joint="curve")
        r = wide / 2
        for x, y in (placed[0], placed[-1]):
            self.draw.ellipse((x - r, y - r, x + r, y + r), fill=paint)

    def inside(self, points: Sequence[Point], paint: Callable[["Pen"], None]) -> None:
        """This will draw with `paint`, but only within an outline."""
        placed = self._at(points)
        x0, y0 = (math.floor(max(0, min(p[axis] for p in placed))) for axis in (0, 1))
        x1 = math.ceil(min(self.image.width, max(p[0] for p in placed)))
        y1 = math.ceil(min(self.image.height, max(p[1] for p in placed)))
        if x1 <= x0 or y1 <= y0:
            return
        mask = Image.new("L", (x1 - x0, y1 - y0), 0)
        ImageDraw.Draw(mask).polygon([(x - x0, y - y0) for x, y in placed], fill=255)
        layer = self.image.crop((x0, y0, x1, y1))
        pen = Pen(layer)
        pen.unit = self.unit
        pen.origin = (self.origin[0] - x0, self.origin[1] - y0)
        paint(pen)
        self.image.paste(layer, (x0, y0), mask)

    def fill_inside(self, points: Sequence[Point], shape: Sequence[Point], paint: Colour) -> None:
        """This will fill `shape` where it lies within an outline."""
        self.inside(points, lambda pen: pen.fill(shape, paint))

    def line_inside(
        self, points: Sequence[Point], path: Sequence[Point], width: float, paint: Colour
    ) -> None:
        """This will draw a line where it lies within an outline."""
        self.inside(points, lambda pen: pen.line(path, width, paint))

    def solid(
        self, points: Sequence[Point], paint: Colour, *, shade: float = 0.1, gleam: float = 0.0
    ) -> None:
        """This will fill an outline and give it a side in shade; `gleam` adds a band of light."""
        xs = [x for x, _ in points]
        left, width = min(xs), max(xs) - min(xs)
        self.fill(points, darker(paint, 0.17))

        def lit(pen: Pen) -> None:
            pen.fill(moved(points, -width * shade), paint)
            if gleam:
                ys = [y for _, y in points]
                x = left + width * 0.16
                pen.line(
                    [(x, min(ys) + 18), (x, max(ys) - 18)], width * 0.07, lighter(paint, gleam)
                )

        self.inside(points, lit)

    def shadow(self, cx: float, cy: float, rx: float, paint: Colour, *, ry: float = 0) -> None:
        """This will lay a flat shadow on the floor, darker in the middle."""
        ry = ry or rx * 0.12
        self.fill(oval(cx, cy, rx, ry), darker(paint, 0.1))
        self.fill(oval(cx, cy, rx * 0.82, ry * 0.74), darker(paint, 0.18))
