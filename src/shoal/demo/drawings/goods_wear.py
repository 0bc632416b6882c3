"""Things to wear and to carry. Each stands or hangs about (500, 520)."""

import random

from shoal.demo.drawings.palettes import Palette
from shoal.demo.drawings.pen import Pen, colour, darker, lighter, mix
from shoal.demo.drawings.shapes import arc, box, lathe, leaf, moved, oval, smooth


def scarf(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A scarf in a loose loop with fringes."""
    for x, top, low in ((420, 420, 790), (560, 420, 730)):
        strip = [(x - 72, top), (x + 72, top), (x + 84, low), (x - 84, low)]
        pen.solid(strip, p.main if x < 500 else darker(p.main, 0.08), shade=0.06)
        for y in range(low - 150, low - 20, 46):
            pen.fill(
                [(x - 80, y), (x + 80, y), (x + 81, y + 20), (x - 81, y + 20)],
                p.second if (y // 46) % 2 else p.pale,
            )
        for step in range(9):
            tip = x - 76 + step * 19
            pen.line([(tip, low), (tip - 3, low + 46)], 8, darker(p.main, 0.1))
    ring = smooth(
        [
            (280, 380),
            (370, 260),
            (500, 230),
            (630, 260),
            (720, 380),
            (640, 480),
            (500, 510),
            (360, 480),
        ]
    )
    pen.solid(ring, p.main, shade=0.05)
    pen.fill(oval(500, 345, 132, 62), darker(p.main, 0.34))
    for step in (0, 1):
        fold = arc(500, 360 + step * 34, 190 - step * 18, 100, 20, 160)
        pen.line(fold, 9, darker(p.main, 0.2))
    if rng.random() < 0.5:
        pen.line(arc(500, 340, 176, 98, 35, 145), 14, p.accent)


def hoodie(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A hooded jumper, laid flat."""
    for side in (-1, 1):
        sleeve = [
            (500 + side * x, y)
            for x, y in ((150, 330), (232, 370), (330, 690), (246, 724), (150, 520))
        ]
        pen.fill(smooth(sleeve), darker(p.main, 0.1))
        cuff = [(500 + side * x, y) for x, y in ((336, 678), (350, 728), (252, 760), (240, 712))]
        pen.fill(cuff, darker(p.main, 0.26))
    body = smooth(
        [
            (330, 330),
            (420, 292),
            (580, 292),
            (670, 330),
            (692, 540),
            (690, 772),
            (500, 786),
            (310, 772),
            (308, 540),
        ]
    )
    pen.solid(body, p.main, shade=0.05)
    pen.fill(box(312, 744, 688, 792, r=14), darker(p.main, 0.26))
    hood = smooth(
        [(360, 330), (386, 222), (500, 186), (614, 222), (640, 330), (560, 376), (440, 376)]
    )
    pen.solid(hood, lighter(p.main, 0.1), shade=0.06)
    pen.fill(
        smooth([(414, 330), (440, 262), (500, 240), (560, 262), (586, 330), (500, 372)]),
        darker(p.main, 0.45),
    )
    for x in (456, 544):
        pen.line([(x, 366), (x + (6 if x > 500 else -6), 470)], 9, p.pale)
    pocket = smooth([(390, 610), (440, 570), (560, 570), (610, 610), (626, 704), (374, 704)])
    pen.fill(pocket, darker(p.main, 0.12))
    if rng.random() < 0.7:
        pen.fill(_fish(500, 500, 78), p.accent)


def _fish(x: float, y: float, size: float) -> list[tuple[float, float]]:
    return smooth([
        (x - size, y), (x - size * 0.3, y - size * 0.45), (x + size * 0.45, y - size * 0.1),
        (x + size, y - size * 0.45), (x + size * 0.8, y), (x + size, y + size * 0.45),
        (x + size * 0.45, y + size * 0.1), (x - size * 0.3, y + size * 0.45),
    ])  # fmt: skip


def sneakers(pen: Pen, p: Palette, rng: random.Random) -> None:
    """Two shoes, one behind the other."""
    _shoe(pen, p, 90, -150, darker(p.main, 0.16))
    _shoe(pen, p, 0, 0, p.main)
    if rng.random() < 0.4:
        pen.fill(leaf(250, 800, 80, 18, 200), p.second)


def _shoe(pen: Pen, p: Palette, dx: float, dy: float, paint: tuple[int, int, int]) -> None:
    upper = smooth(
        [
            (196, 740),
            (190, 600),
            (214, 512),
            (300, 516),
            (372, 552),
            (470, 556),
            (590, 640),
            (720, 672),
            (766, 740),
        ]
    )
    pen.solid(moved(upper, dx, dy), paint, shade=0.02)
    pen.fill_inside(moved(upper, dx, dy), moved(oval(720, 748, 140, 118), dx, dy), p.pale)
    pen.fill(moved(smooth([(196, 742), (190, 640), (250, 640), (270, 742)]), dx, dy), p.second)
    pen.fill(moved(oval(256, 520, 66, 20), dx, dy), darker(paint, 0.4))
    for step in range(4):
        x, y = 400 + step * 46, 570 + step * 22
        pen.line(moved([(x, y), (x - 40, y + 46)], dx, dy), 12, p.pale)
    pen.line(
        moved(smooth([(330, 720), (400, 680), (500, 690), (580, 650)], closed=False), dx, dy),
        20,
        p.accent,
    )
    pen.fill(moved(box(180, 736, 790, 800, r=30), dx, dy), p.pale)
    pen.fill(moved(box(180, 776, 790, 800, r=12), dx, dy), darker(p.pale, 0.16))


def backpack(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A day pack with a front pocket."""
    pen.line(arc(500, 270, 74, 84, 180, 360), 26, darker(p.main, 0.3))
    for x in (290, 710):
        pen.fill(box(x - 34, 520, x + 34, 740, r=28), darker(p.main, 0.22))
    pen.solid(
        smooth(
            [
                (320, 400),
                (380, 280),
                (500, 256),
                (620, 280),
                (680, 400),
                (696, 640),
                (664, 790),
                (500, 802),
                (336, 790),
                (304, 640),
            ]
        ),
        p.main,
        shade=0.06,
    )
    pen.solid(
        smooth(
            [
                (318, 420),
                (372, 300),
                (500, 272),
                (628, 300),
                (682, 420),
                (660, 500),
                (500, 520),
                (340, 500),
            ]
        ),
        lighter(p.main, 0.1),
        shade=0.05,
    )
    pen.solid(box(368, 560, 632, 762, r=36), p.second, shade=0.05)
    pen.line([(400, 610), (600, 610)], 8, darker(p.second, 0.3))
    for x in (430, 570):
        pen.fill(box(x - 15, 440, x + 15, 590, r=8), p.deep)
        pen.fill(box(x - 20, 540, x + 20, 570, r=8), p.accent)
    if rng.random() < 0.6:
        pen.disc(500, 690, 34, p.pale)
        pen.fill(_fish(500, 690, 24), p.main)


def umbrella(pen: Pen, p: Palette, rng: random.Random) -> None:
    """An open umbrella."""
    pen.line([(500, 250), (500, 760)], 16, p.deep)
    pen.line(arc(458, 756, 42, 46, 0, 180), 16, p.deep)
    dome = arc(500, 500, 330, 300, 180, 360)
    scallops = [pt for place in range(6) for pt in arc(775 - place * 110, 500, 55, 30, 0, -180)]
    pen.solid(dome + scallops, p.main, shade=0.02)
    count = rng.choice((3, 5))
    for place in range(count):
        if place % 2:
            continue
        x0, x1 = (170 + 660 * (place + part) / count for part in (0, 1))
        panel = [
            (500, 200),
            *smooth(
                [(500, 200), ((x0 + 500) / 2 - (500 - x0) * 0.2, 310), (x0, 510)], closed=False
            ),
            *smooth(
                [(x1, 510), ((x1 + 500) / 2 + (x1 - 500) * 0.2, 310), (500, 200)], closed=False
            ),
        ]
        pen.fill_inside(dome + scallops, panel, p.second)
    pen.line([(500, 196), (500, 160)], 16, p.deep)
    for x in range(3):
        pen.fill(oval(300 + x * 200, 620 + (x % 2) * 60, 8, 16), p.accent)


def headphones(pen: Pen, p: Palette, rng: random.Random) -> None:
    """Headphones that go over the ears."""
    pen.line(arc(500, 500, 240, 270, 180, 360), 52, p.main)
    pen.line(arc(500, 500, 222, 252, 205, 335), 16, lighter(p.main, 0.35))
    for side in (-1, 1):
        x = 500 + side * 236
        pen.line([(x, 470), (x, 560)], 34, darker(p.main, 0.25))
        pen.solid(box(x - 74, 520, x + 74, 770, r=66), p.main)
        pen.fill(box(x - 74 - side * 40, 540, x + 10 - side * 40, 750, r=40), p.deep)
        pen.disc(x + side * 22, 645, 44, p.accent)
        pen.disc(x + side * 22, 645, 20, lighter(p.accent, 0.4))
    if rng.random() < 0.5:
        for step, tall in enumerate((40, 90, 60, 110, 50)):
            pen.line(
                [(420 + step * 40, 650 - tall / 2), (420 + step * 40, 650 + tall / 2)], 14, p.second
            )


def sunglasses(pen: Pen, p: Palette, rng: random.Random) -> None:
    """Sunglasses with a tinted lens."""
    round_lens = rng.random() < 0.5
    for side in (-1, 1):
        x = 500 + side * 180
        pen.line(
            [(x + side * 130, 460), (x + side * 190, 420), (x + side * 200, 620)],
            24,
            darker(p.main, 0.2),
        )
        frame = (
            oval(x, 510, 158, 142)
            if round_lens
            else smooth(
                [(x - 150, 420), (x, 400), (x + 150, 420), (x + 130, 580), (x, 640), (x - 130, 580)]
            )
        )
        glass = (
            oval(x, 510, 128, 112)
            if round_lens
            else smooth(
                [(x - 118, 446), (x, 430), (x + 118, 446), (x + 100, 564), (x, 610), (x - 100, 564)]
            )
        )
        pen.fill(frame, p.main)
        pen.fill(glass, mix(p.deep, p.second, 0.35))
        band = [(x - 90, 620), (x - 10, 400), (x + 40, 400), (x - 40, 620)]
        pen.fill_inside(glass, band, lighter(mix(p.deep, p.second, 0.35), 0.22))
    pen.line(arc(500, 500, 50, 40, 200, 340), 26, p.main)
    pen.shadow(500, 760, 320, p.floor, ry=18)


def bib(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A bib for a small one."""
    pen.line(arc(500, 330, 150, 130, 130, 410), 54, p.second)
    body = smooth(
        [
            (330, 390),
            (420, 450),
            (500, 462),
            (580, 450),
            (670, 390),
            (742, 560),
            (690, 740),
            (500, 800),
            (310, 740),
            (258, 560),
        ]
    )
    pen.solid(body, p.pale, shade=0.04)
    pen.line([*body, body[0]], 20, p.second)
    pen.fill(_fish(500, 630, 120), p.main)
    pen.disc(432, 610, 11, p.pale)
    for x, y in ((350, 520), (640, 520), (400, 730), (610, 730)):
        pen.disc(x, y, rng.randint(10, 17), p.accent)


def tote(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A cloth bag with a print."""
    cloth = mix(p.pale, colour("#efe2c8"), 0.5)
    for x in (410, 590):
        pen.line(arc(500, 430, abs(500 - x) + 20, 210, 180, 360), 24, darker(p.main, 0.1))
    pen.solid([(280, 420), (720, 420), (752, 800), (248, 800)], cloth, shade=0.05)
    pen.fill([(280, 420), (720, 420), (723, 452), (277, 452)], p.main)
    if rng.random() < 0.5:
        for step, y in enumerate((560, 620, 680)):
            wave = [(360 + place * 47, y + (16 if place % 2 else -16)) for place in range(7)]
            pen.line(smooth(wave, closed=False), 18, (p.main, p.second, p.accent)[step])
    else:
        pen.disc(500, 610, 100, p.accent)
        for turn in (-90, -135, -45):
            pen.fill(leaf(500, 690, 150, 34, turn), p.main)
    pen.fill(lathe(500, [(0, 790), (252, 798), (252, 800)], round_=False), darker(cloth, 0.2))


KINDS = {
    "scarf": scarf,
    "hoodie": hoodie,
    "sneakers": sneakers,
    "backpack": backpack,
    "umbrella": umbrella,
    "headphones": headphones,
    "sunglasses": sunglasses,
    "bib": bib,
    "tote": tote,
}
