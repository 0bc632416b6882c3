"""Wide drawings for sales and shops, three to one; titles are text on the page, never in them."""

import random

from PIL import Image

from shoal.demo.drawings.palettes import PALETTES, Palette
from shoal.demo.drawings.pen import FINE, Pen, colour, darker, lighter, mix
from shoal.demo.drawings.shapes import arc, box, leaf, oval, smooth

THEMES = ("sea", "hills", "market")


def draw_banner(*, seed: int, theme: str, width: int = 1500) -> Image.Image:
    """This will draw a banner, a third as high as wide, of one of THEMES."""
    rng = random.Random(f"banner {theme} {seed}")
    # A banner is bright: no dark ground and no grey thing.
    light = [p for p in PALETTES if sum(p.ground) > 550 and max(p.main) - min(p.main) > 60]
    p = light[rng.randrange(len(light))]
    image = Image.new("RGB", (width * FINE, width // 3 * FINE), p.ground)
    {"sea": _sea, "hills": _hills, "market": _market}[theme](Pen(image), p, rng)
    return image.reduce(FINE)


def _sea(pen: Pen, p: Palette, rng: random.Random) -> None:
    pen.fill(box(-1, -1, 3001, 1001), mix(p.ground, colour("#dcedf2"), 0.5))
    sun = rng.uniform(1900, 2600)
    pen.disc(sun, 430, 240, lighter(p.accent, 0.45))
    pen.disc(sun, 430, 190, lighter(p.accent, 0.2))
    water = mix(colour("#3f8f9f"), p.main, 0.3)
    for step, top in enumerate((520, 640, 770, 900)):
        shift = rng.uniform(0, 300)
        wave = [(x - shift, top + (34 if (x // 220) % 2 else -34)) for x in range(-220, 3700, 220)]
        paint = mix(lighter(water, 0.4), darker(water, 0.2), step / 3)
        pen.fill([*smooth(wave, closed=False), (3600, 1100), (-400, 1100)], paint)
        if step == 0:
            _boat(pen, p, rng.uniform(1300, 1800), 520)
    for _ in range(9):
        x, y = rng.uniform(200, 2800), rng.uniform(720, 940)
        _fish(
            pen, x, y, rng.uniform(34, 66), rng.choice((p.accent, p.pale, lighter(p.second, 0.3)))
        )


def _boat(pen: Pen, p: Palette, x: float, y: float) -> None:
    pen.line([(x, y), (x, y - 300)], 12, p.deep)
    pen.fill([(x + 14, y - 300), (x + 190, y - 60), (x + 14, y - 60)], (255, 255, 255))
    pen.fill([(x - 14, y - 260), (x - 130, y - 60), (x - 14, y - 60)], p.accent)
    pen.fill([(x - 190, y - 40), (x + 220, y - 40), (x + 150, y + 50), (x - 120, y + 50)], p.deep)


def _fish(pen: Pen, x: float, y: float, size: float, paint: tuple[int, int, int]) -> None:
    pen.fill(oval(x, y, size, size * 0.5), paint)
    pen.fill(
        [(x - size * 0.8, y), (x - size * 1.5, y - size * 0.5), (x - size * 1.5, y + size * 0.5)],
        paint,
    )
    pen.disc(x + size * 0.5, y - size * 0.1, size * 0.1, (40, 50, 56))


def _hills(pen: Pen, p: Palette, rng: random.Random) -> None:
    pen.fill(box(-1, -1, 3001, 1001), lighter(p.ground, 0.2))
    pen.disc(rng.uniform(500, 2500), 300, 170, lighter(p.accent, 0.3))
    for step, top in enumerate((470, 580, 700, 840)):
        ridge = [(x, top + rng.uniform(-90, 90)) for x in range(-200, 3500, 300)]
        paint = mix(lighter(p.main, 0.6), darker(p.main, 0.1), step / 3)
        pen.fill([*smooth(ridge, closed=False), (3300, 1100), (-200, 1100)], paint)
        for _ in range(5 if step else 0):
            x = rng.uniform(0, 3000)
            tall = rng.uniform(90, 170)
            foot = top + 60
            pen.fill(box(x - 8, foot - 30, x + 8, foot + 60), darker(p.deep, 0.1))
            pen.fill(leaf(x, foot, tall, tall * 0.34, -90), mix(colour("#4f8a55"), p.main, 0.35))
    for _ in range(40):
        pen.disc(rng.uniform(0, 3000), rng.uniform(880, 1000), 10, rng.choice((p.accent, p.pale)))


def _market(pen: Pen, p: Palette, rng: random.Random) -> None:
    pen.fill(box(-1, -1, 3001, 1001), lighter(p.ground, 0.15))
    pen.fill(box(-1, 850, 3001, 1001), p.floor)
    string = arc(1500, 40, 1700, 190, 180, 0)
    pen.line(string, 8, p.deep)
    for place, (x, y) in enumerate(string[1:-1]):
        pen.fill([(x - 46, y), (x + 46, y), (x, y + 92)], (p.main, p.accent, p.second)[place % 3])
    for x in range(140, 2700, 740):
        _stall(pen, p, x + rng.uniform(-20, 20), rng)


def _stall(pen: Pen, p: Palette, x: float, rng: random.Random) -> None:
    cloth = rng.choice((p.main, p.second, p.accent))
    for post in (x + 40, x + 560):
        pen.fill(box(post - 12, 380, post + 12, 880), darker(p.deep, 0.1))
    pen.solid(box(x, 660, x + 600, 890, r=10), lighter(cloth, 0.15), shade=0.02)
    for place in range(7):
        goods = rng.choice((p.accent, p.second, p.main, colour("#8fb35a")))
        pen.disc(x + 60 + place * 80, 640 + rng.uniform(-6, 6), 42, lighter(goods, 0.1))
    for place in range(6):
        stripe = cloth if place % 2 else p.pale
        x0 = x - 30 + place * 110
        pen.fill([(x0 + 20, 290), (x0 + 110, 290), (x0 + 110, 430), (x0, 430)], stripe)
        pen.fill(arc(x0 + 55, 430, 55, 46, 0, 180), stripe)
