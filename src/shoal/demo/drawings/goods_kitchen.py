"""Things to eat and drink, and what one does it with. Each stands on the floor at y = 800."""

import random

from shoal.demo.drawings.palettes import Palette
from shoal.demo.drawings.pen import Pen, colour, darker, lighter, mix
from shoal.demo.drawings.shapes import arc, box, lathe, leaf, moved, oval, smooth, turned

STEEL = colour("#c9d1d3")
WOOD = colour("#c7935c")
GLASS = colour("#eaf3f2")


def tea_tin(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A round tin with a label and a leaf."""
    pen.solid(box(330, 300, 670, 800, r=26), p.main, gleam=0.22)
    pen.solid(box(318, 240, 682, 350, r=26), darker(p.main, 0.2), gleam=0.2)
    pen.fill(box(330, 350, 670, 362), darker(p.main, 0.3))
    pen.fill(box(330, 690, 670, 716), p.accent)
    pen.fill(oval(500, 530, 118, 118), p.pale)
    for turn in (-90, -140, -40):
        pen.fill(leaf(500, 580, 100 if turn == -90 else 86, 26, turn), p.second)
    pen.line([(500, 590), (500, 520)], 6, darker(p.second, 0.3))
    if rng.random() < 0.5:
        pen.fill(oval(500, 240, 40, 16), p.accent)


def mug(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A wide mug with steam."""
    pen.line(arc(690, 600, 96, 110, -85, 95), 44, darker(p.main, 0.12))
    pen.solid(box(300, 430, 700, 800, r=70), p.main, gleam=0.2)
    pen.fill(box(300, 430, 700, 520), p.main)
    pen.fill(oval(500, 430, 200, 46), lighter(p.main, 0.3))
    pen.fill(oval(500, 436, 178, 34), mix(p.deep, colour("#6b3f20"), 0.6))
    motif = rng.choice(("dots", "waves", "band"))
    if motif == "dots":
        for x in range(350, 680, 62):
            pen.disc(x, 600 + (x % 4) * 14, 17, p.pale)
            pen.disc(x + 28, 700, 12, p.accent)
    elif motif == "waves":
        for y in (580, 640, 700):
            wave = [(x, y + (14 if (x // 40) % 2 else -14)) for x in range(320, 690, 40)]
            pen.line_inside(box(304, 440, 664, 796, r=66), smooth(wave, closed=False), 14, p.pale)
    else:
        pen.fill_inside(box(300, 430, 700, 800, r=70), box(280, 600, 720, 690), p.second)
    for x in (430, 500, 570):
        steam = smooth([(x, 350), (x + 22, 310), (x - 16, 260), (x + 10, 210)], closed=False)
        pen.line(steam, 11, lighter(p.ground, 0.55))


def teapot(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A round pot with a spout."""
    pen.line(arc(660, 560, 128, 130, -80, 85), 36, darker(p.main, 0.2))
    spout = smooth(
        [
            (330, 640),
            (235, 600),
            (205, 470),
            (150, 420),
            (196, 396),
            (268, 450),
            (300, 520),
            (360, 520),
        ]
    )
    pen.fill(spout, darker(p.main, 0.06))
    pen.solid(
        lathe(500, [(96, 400), (190, 470), (228, 600), (180, 740), (120, 792), (118, 800)]),
        p.main,
        gleam=0.0,
    )
    pen.line(arc(500, 600, 176, 150, 190, 235), 22, lighter(p.main, 0.35))
    pen.fill(oval(500, 405, 112, 28), darker(p.main, 0.28))
    pen.solid(lathe(500, [(20, 330), (92, 372), (112, 404)]), lighter(p.main, 0.12))
    pen.disc(500, 318, 30, p.accent)
    if rng.random() < 0.6:
        for x, y in ((440, 620), (500, 660), (560, 610)):
            for turn in range(0, 360, 72):
                pen.fill(leaf(x, y, 32, 12, turn), p.pale)
            pen.disc(x, y, 9, p.accent)


def fruit_box(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A crate of fruit."""
    fruit = rng.choice(("#e8892b", "#d6453d", "#b9c441", "#f0b93a", "#e87b6a"))
    skin = colour(fruit)
    for row, y in enumerate((470, 540)):
        for place in range(5 - row % 2):
            x = 300 + place * 100 + (row % 2) * 50
            pen.solid(oval(x, y, 66, 64), skin, shade=0.14)
            pen.disc(x - 24, y - 22, 11, lighter(skin, 0.5))
            pen.fill(leaf(x, y - 58, 44, 12, -30), colour("#5f8f3e"))
    pen.solid(box(220, 580, 780, 800, r=10), WOOD, shade=0.03)
    for y in (652, 726):
        pen.fill(box(220, y, 780, y + 8), darker(WOOD, 0.3))
    for x in (220, 736):
        pen.fill(box(x, 560, x + 44, 800, r=6), darker(WOOD, 0.14))
    pen.fill(box(390, 620, 610, 760, r=14), p.pale)
    pen.disc(500, 690, 42, p.main)
    pen.fill(leaf(500, 655, 46, 13, -40), p.second)


def honey_jar(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A jar, and the dipper that belongs to it."""
    honey = rng.choice((colour("#e7a02c"), colour("#d77f1e"), colour("#f0bd4a")))
    pen.line([(690, 800), (800, 470)], 18, WOOD)
    for step in range(4):
        pen.line(
            [(676 - step * -12, 790 - step * 34), (726 + step * 10, 806 - step * 34)],
            20,
            darker(WOOD, 0.15),
        )
    pen.solid(
        lathe(480, [(150, 380), (196, 440), (200, 620), (196, 770), (160, 800)]), honey, gleam=0.4
    )
    pen.solid(box(326, 300, 634, 392, r=18), p.main, gleam=0.2)
    for x in range(346, 630, 34):
        pen.fill(box(x, 312, x + 8, 384, r=4), darker(p.main, 0.18))
    pen.fill(box(350, 500, 610, 700, r=22), p.pale)
    for x, y in ((445, 570), (515, 570), (480, 630), (410, 630), (550, 630)):
        cell = turned(oval(x, y, 36, 36, steps=6), 90, (x, y))
        pen.fill(cell, mix(honey, p.pale, 0.25))
    pen.fill(oval(480, 600, 22, 16), p.deep)


def noodles(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A bowl of noodles with an egg."""
    pen.line([(560, 420), (800, 230)], 14, darker(WOOD, 0.1))
    pen.line([(590, 440), (840, 270)], 14, WOOD)
    pen.fill(oval(500, 500, 300, 74), lighter(p.main, 0.2))
    pen.fill(oval(500, 506, 272, 58), colour("#d9924a"))
    strand = colour("#f5d98f")
    for step in range(9):
        y = 492 + (step % 3) * 16
        pen.line(arc(330 + step * 42, y, 62, 24, 180, 360), 12, darker(strand, 0.06 * (step % 2)))
    pen.fill(oval(400, 486, 66, 36), colour("#fffaf0"))
    pen.fill(oval(402, 484, 34, 19), colour("#f2a83b"))
    for x, y in ((540, 470), (600, 492), (560, 510), (640, 476)):
        pen.fill(oval(x, y, 20, 9), colour("#6f9c4a"))
    bowl = [(300, 500), (286, 600), (214, 720), (130, 790), (120, 800)]
    pen.solid(lathe(500, bowl), p.main, shade=0.08)
    pen.fill(box(390, 796, 610, 814, r=8), darker(p.main, 0.3))
    if rng.random() < 0.6:
        for x in range(270, 740, 66):
            pen.disc(x, 590, 14, p.pale)
    else:
        pen.fill_inside(lathe(500, bowl), box(150, 560, 850, 600), p.accent)


def rice_bag(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A tied sack of rice."""
    sack = mix(p.pale, colour("#e8d5b0"), 0.6)
    body = smooth(
        [
            (390, 370),
            (300, 470),
            (262, 640),
            (290, 780),
            (500, 806),
            (710, 780),
            (738, 640),
            (700, 470),
            (610, 370),
        ]
    )
    pen.solid(body, sack)
    top = smooth(
        [
            (400, 372),
            (360, 270),
            (430, 290),
            (470, 250),
            (520, 286),
            (580, 252),
            (640, 282),
            (600, 372),
        ]
    )
    pen.fill(top, darker(sack, 0.08))
    pen.line([(396, 372), (604, 372)], 26, p.accent)
    pen.line([(596, 376), (660, 440)], 14, p.accent)
    pen.fill(box(370, 480, 630, 730, r=20), p.main)
    pen.disc(500, 580, 62, p.pale)
    for turn in range(-150, -20, 26):
        pen.fill(leaf(500, 640, 96, 13, turn), p.second)
    for x in (430, 465, 500, 535, 570):
        pen.fill(turned(oval(x, 690, 16, 7), rng.uniform(-40, 40), (x, 690)), p.pale)


def wine(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A bottle and a glass."""
    glass = rng.choice((colour("#2f4a3a"), colour("#3b2a30"), colour("#5a6f4a")))
    drink = rng.choice((colour("#8f2740"), colour("#e8c76c"), colour("#e89a8a")))
    pen.solid(
        lathe(
            420, [(34, 190), (34, 340), (60, 410), (104, 470), (106, 560), (106, 786), (96, 800)]
        ),
        glass,
        gleam=0.25,
    )
    pen.solid(box(382, 170, 458, 290, r=12), p.main)
    pen.fill(box(314, 540, 526, 720), p.pale)
    pen.fill(box(314, 556, 526, 566), p.accent)
    pen.disc(420, 630, 40, p.main)
    pen.fill(oval(420, 690, 60, 6), p.second)
    pen.line([(680, 660), (680, 790)], 12, GLASS)
    pen.fill(oval(680, 794, 74, 13), GLASS)
    cup = lathe(680, [(74, 450), (88, 540), (70, 630), (10, 670)])
    pen.fill(cup, lighter(GLASS, 0.3))
    pen.fill_inside(cup, box(580, 550, 780, 700), drink)
    pen.line([(632, 480), (626, 540)], 9, (255, 255, 255))


def thermos(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A slim bottle that keeps warm."""
    pen.solid(box(390, 350, 610, 800, r=46), p.main, gleam=0.3)
    pen.fill(box(390, 350, 610, 400), p.main)
    pen.solid(box(404, 216, 596, 350, r=34), p.second, gleam=0.25)
    pen.fill(box(390, 342, 610, 364, r=8), STEEL)
    pen.line(arc(500, 216, 58, 54, 180, 360), 20, darker(p.second, 0.2))
    if rng.random() < 0.5:
        hills = smooth(
            [(370, 700), (440, 610), (500, 670), (570, 580), (640, 690), (640, 830), (370, 830)]
        )
        pen.fill_inside(box(392, 352, 608, 798, r=44), hills, p.pale)
        pen.disc(545, 530, 30, p.accent)
    else:
        pen.fill(box(390, 640, 610, 664), p.pale)
        pen.fill(box(390, 680, 610, 692), p.accent)


def pan(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A pan from above, with what is in it."""
    pen.line([(640, 420), (860, 200)], 58, WOOD)
    pen.line([(700, 360), (850, 210)], 16, lighter(WOOD, 0.2))
    pen.disc(450, 590, 260, darker(p.main, 0.2))
    pen.disc(446, 584, 252, p.main)
    pen.disc(450, 590, 214, mix(p.deep, (40, 44, 48), 0.6))
    white = smooth(
        [
            (330, 560),
            (400, 470),
            (500, 500),
            (570, 470),
            (590, 600),
            (500, 680),
            (400, 690),
            (320, 640),
        ]
    )
    pen.fill(white, colour("#fffdf6"))
    pen.solid(oval(450, 580, 68, 66), colour("#f4ae36"))
    pen.disc(428, 558, 14, colour("#fbd588"))
    for x, y in ((320, 690), (590, 690), (560, 500)):
        pen.fill(leaf(x, y, 46, 13, rng.uniform(0, 360)), colour("#7fae55"))


def chocolate(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A bar half out of its paper."""
    dark = rng.choice((colour("#5b3423"), colour("#7a4a2e"), colour("#402319")))
    about = (500, 520)
    pen.solid(turned(box(340, 240, 660, 560, r=14), -8, about), dark, shade=0.03)
    for x in range(3):
        for y in range(3):
            cell = box(356 + x * 102, 254 + y * 102, 440 + x * 102, 338 + y * 102, r=10)
            pen.fill(turned(cell, -8, about), lighter(dark, 0.12))
            pen.fill(turned(moved(cell, 0, 0)[:12], -8, about), lighter(dark, 0.18))
    pen.fill(turned(box(330, 480, 670, 540), -8, about), STEEL)
    pen.solid(turned(box(324, 510, 676, 800, r=10), -8, about), p.main, shade=0.04)
    pen.fill(turned(box(324, 560, 676, 590), -8, about), p.accent)
    for turn in range(0, 360, 60):
        pen.fill(turned(leaf(500, 690, 62, 20, turn), -8, about), p.pale)
    pen.disc(524, 690, 14, p.second)


KINDS = {
    "tea_tin": tea_tin,
    "mug": mug,
    "teapot": teapot,
    "fruit_box": fruit_box,
    "honey_jar": honey_jar,
    "noodles": noodles,
    "rice_bag": rice_bag,
    "wine": wine,
    "thermos": thermos,
    "pan": pan,
    "chocolate": chocolate,
}
