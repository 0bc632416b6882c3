"""Faces of keepers, and marks of brands."""

import random

from PIL import Image, ImageDraw, ImageFont

from shoal.demo.drawings.palettes import PALETTES, Palette
from shoal.demo.drawings.pen import FINE, Pen, colour, darker, lighter, mix
from shoal.demo.drawings.shapes import arc, box, leaf, oval, smooth, turned

_SKINS = ("#f6d7bd", "#eec3a0", "#d9a27a", "#b97f56", "#8a5a3c", "#f3cfae")
_HAIR = ("#2b2422", "#4a3226", "#6b4a33", "#1f2328", "#9a9490", "#7a3d2a")


def draw_avatar(*, seed: int, size: int = 400) -> Image.Image:
    """This will draw a friendly face before a plain ground."""
    rng = random.Random(f"avatar {seed}")
    p = PALETTES[rng.randrange(len(PALETTES))]
    image = Image.new("RGB", (size * FINE, size * FINE), p.ground)
    pen = Pen(image)
    pen.disc(500, 560, 420, p.floor)
    skin, hair = colour(rng.choice(_SKINS)), colour(rng.choice(_HAIR))
    style = rng.choice(("bob", "long", "bun", "short", "curly", "cap"))
    _hair_behind(pen, style, hair)
    _shoulders(pen, p, skin, rng)
    pen.fill(
        smooth(
            [
                (330, 400),
                (350, 270),
                (500, 220),
                (650, 270),
                (670, 400),
                (640, 560),
                (500, 660),
                (360, 560),
            ]
        ),
        skin,
    )
    for x in (330, 670):
        pen.fill(oval(x, 450, 34, 50), darker(skin, 0.06))
    _face(pen, skin, hair, rng)
    _hair_before(pen, style, hair, p)
    return image.reduce(FINE)


def _hair_behind(pen: Pen, style: str, hair: tuple[int, int, int]) -> None:
    if style == "long":
        pen.fill(
            smooth(
                [
                    (280, 380),
                    (340, 200),
                    (500, 150),
                    (660, 200),
                    (720, 380),
                    (740, 760),
                    (600, 820),
                    (400, 820),
                    (260, 760),
                ]
            ),
            darker(hair, 0.2),
        )
    elif style == "bob":
        pen.fill(
            smooth(
                [
                    (270, 400),
                    (330, 200),
                    (500, 150),
                    (670, 200),
                    (730, 400),
                    (720, 600),
                    (500, 640),
                    (280, 600),
                ]
            ),
            darker(hair, 0.2),
        )
    elif style == "bun":
        pen.disc(500, 170, 96, hair)
    elif style == "curly":
        for turn in range(150, 400, 26):
            x, y = turned([(740, 400)], turn, (500, 400))[0]
            pen.disc(x, y, 88, hair)


def _hair_before(pen: Pen, style: str, hair: tuple[int, int, int], p: Palette) -> None:
    crown = [(316, 420), (320, 270), (420, 180), (500, 168), (580, 180), (680, 270), (684, 420)]
    fringe = {
        "bob": [(640, 350), (500, 330), (360, 350)],
        "long": [(630, 320), (540, 250), (440, 340), (360, 380)],
        "bun": [(636, 330), (500, 268), (364, 330)],
        "short": [(650, 330), (560, 300), (470, 330), (380, 290)],
        "curly": [(640, 320), (560, 290), (440, 300), (360, 330)],
        "cap": [(650, 330), (350, 330)],
    }[style]
    pen.fill(smooth([*crown, *fringe]), hair)
    if style == "cap":
        pen.fill([*arc(500, 320, 196, 176, 180, 360), (696, 336), (304, 336)], p.main)
        pen.fill(
            smooth([(300, 320), (500, 300), (700, 320), (760, 366), (500, 346), (300, 352)]),
            darker(p.main, 0.2),
        )


def _shoulders(pen: Pen, p: Palette, skin: tuple[int, int, int], rng: random.Random) -> None:
    pen.fill(
        smooth(
            [(140, 1080), (170, 860), (330, 760), (500, 740), (670, 760), (830, 860), (860, 1080)]
        ),
        p.main,
    )
    pen.fill(box(430, 600, 570, 790, r=50), darker(skin, 0.1))
    if rng.random() < 0.5:
        pen.fill(smooth([(420, 752), (500, 860), (580, 752), (500, 800)]), darker(skin, 0.1))
    else:
        pen.line(arc(500, 760, 96, 60, 0, 180), 34, p.second)


def _face(
    pen: Pen, skin: tuple[int, int, int], hair: tuple[int, int, int], rng: random.Random
) -> None:
    ink = mix(hair, (20, 20, 24), 0.6)
    for x in (424, 576):
        pen.disc(x, 446, 19, ink)
        pen.disc(x + 6, 439, 6, (255, 255, 255))
        pen.line(arc(x, 406, 42, 18, 205, 335), 11, hair)
        pen.fill(
            oval(x + (-34 if x < 500 else 34), 510, 38, 24), mix(skin, colour("#e8705a"), 0.35)
        )
    pen.line([(500, 460), (488, 512), (508, 516)], 9, darker(skin, 0.2))
    pen.line(arc(500, 540, 56, 44, 25, 155), 13, colour("#b8434a"))
    if rng.random() < 0.3:
        for x in (424, 576):
            pen.line(oval(x, 446, 62, 56), 9, ink)
        pen.line([(486, 440), (514, 440)], 9, ink)


def draw_logo(*, name: str, seed: int, size: int = 400) -> Image.Image:
    """This will draw a brand's mark: a shape and the first letter of `name`."""
    rng = random.Random(f"logo {name} {seed}")
    p = PALETTES[rng.randrange(len(PALETTES))]
    image = Image.new("RGB", (size * FINE, size * FINE), p.pale)
    pen = Pen(image)
    shape = rng.randrange(4)
    if shape == 0:
        pen.disc(500, 500, 380, p.main)
        pen.inside(oval(500, 500, 380, 380), lambda q: _waves(q, p))
    elif shape == 1:
        pen.fill(box(130, 130, 870, 870, r=180), p.main)
        pen.fill(leaf(640, 360, 200, 60, -45), p.accent)
    elif shape == 2:
        pen.fill(box(150, 120, 850, 880, r=350), p.main)
        pen.disc(500, 250, 56, p.accent)
    else:
        for turn in range(0, 360, 45):
            pen.fill(leaf(500, 500, 410, 130, turn), lighter(p.main, 0.25))
        pen.disc(500, 500, 290, p.main)
    _letter(pen, name.strip()[:1].upper(), lighter(p.pale, 0.4))
    return image.reduce(FINE)


def _waves(pen: Pen, p: Palette) -> None:
    for y, paint in ((700, p.second), (780, p.accent)):
        wave = [(x, y + (26 if (x // 90) % 2 else -26)) for x in range(-90, 1100, 90)]
        pen.fill([*smooth(wave, closed=False), (1100, 1100), (-90, 1100)], paint)


def _letter(pen: Pen, letter: str, paint: tuple[int, int, int]) -> None:
    # Pillow's own font has no Chinese: such a brand gets a fish instead of its letter.
    if not letter.isascii() or not letter:
        pen.fill(
            smooth(
                [
                    (290, 500),
                    (430, 400),
                    (590, 470),
                    (720, 390),
                    (680, 500),
                    (720, 610),
                    (590, 530),
                    (430, 600),
                ]
            ),
            paint,
        )
        return
    font = ImageFont.load_default(size=400 * pen.unit)
    ImageDraw.Draw(pen.image).text(
        (500 * pen.unit, 500 * pen.unit), letter, font=font, fill=paint, anchor="mm",
        stroke_width=round(10 * pen.unit), stroke_fill=paint,
    )  # fmt: skip
