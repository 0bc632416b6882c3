"""Things for the room and for the skin. Each stands on the floor at y = 800."""

import random

from shoal.demo.drawings.palettes import Palette
from shoal.demo.drawings.pen import Pen, colour, darker, lighter, mix
from shoal.demo.drawings.shapes import arc, box, lathe, leaf, oval, smooth, turned

WOOD = colour("#c7935c")
GREEN = colour("#4f8a55")


def lamp(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A table lamp that is on."""
    pen.fill(oval(500, 796, 250, 30), lighter(p.accent, 0.55))
    pen.line([(500, 460), (500, 780)], 22, p.deep)
    pen.solid(lathe(500, [(40, 740), (120, 772), (130, 800)]), p.second)
    if rng.random() < 0.5:
        pen.solid(lathe(500, [(20, 520), (84, 600), (70, 700), (30, 760)]), p.second, gleam=0.3)
    pen.solid([(390, 220), (610, 220), (700, 480), (300, 480)], p.main, shade=0.06)
    pen.fill([(394, 232), (606, 232), (602, 220), (398, 220)], lighter(p.main, 0.3))
    pen.fill(oval(500, 480, 200, 20), lighter(p.accent, 0.5))
    pen.line([(620, 480), (620, 560)], 5, p.deep)
    pen.disc(620, 566, 11, p.accent)


def plant_pot(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A plant in a painted pot."""
    green = mix(GREEN, p.second, 0.2)
    for place in range(9):
        turn = -90 + (place - 4) * 24 + rng.uniform(-5, 5)
        length = 330 - abs(place - 4) * 26 + rng.uniform(-20, 20)
        blade = leaf(500, 580, length, 44, turn)
        pen.fill(blade, darker(green, 0.12) if place % 2 else lighter(green, 0.08))
        pen.line(
            turned([(500, 580), (500 + length * 0.8, 580)], turn, (500, 580)),
            5,
            lighter(green, 0.35),
        )
    pen.solid([(356, 570), (644, 570), (606, 800), (394, 800)], p.main, shade=0.08)
    pen.fill(box(336, 540, 664, 600, r=14), darker(p.main, 0.1))
    zigzag = [(376 + place * 42, 690 + (24 if place % 2 else -24)) for place in range(7)]
    pen.line_inside([(356, 570), (644, 570), (606, 800), (394, 800)], zigzag, 16, p.pale)


def cream_jar(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A low jar of face cream, its lid leaning on it."""
    pen.solid(box(300, 540, 660, 800, r=60), lighter(p.main, 0.25), gleam=0.5)
    pen.fill(box(300, 540, 660, 620), lighter(p.main, 0.25))
    pen.fill(oval(480, 540, 180, 44), p.pale)
    pen.fill(
        smooth(
            [(350, 536), (420, 500), (470, 520), (520, 470), (560, 520), (610, 536), (480, 570)]
        ),
        (255, 253, 248),
    )
    pen.fill(box(360, 650, 600, 740, r=14), p.pale)
    pen.line([(390, 680), (570, 680)], 12, p.main)
    pen.line([(390, 712), (500, 712)], 8, p.accent)
    lid = turned(box(620, 560, 700, 800, r=30), 16, (660, 800))
    pen.solid(lid, p.second, shade=0.25)
    for turn in (-60, -100):
        pen.fill(leaf(250, 800, 150, 30, turn + rng.uniform(-8, 8)), mix(GREEN, p.main, 0.3))


def lipstick(pen: Pen, p: Palette, rng: random.Random) -> None:
    """An open lipstick and its cap."""
    red = rng.choice((colour("#c8323f"), colour("#d9605a"), colour("#a8324e"), colour("#e07a6a")))
    gold = colour("#d8b36a")
    pen.solid([(410, 330), (470, 250), (520, 240), (530, 540), (410, 540)], red, shade=0.16)
    pen.fill(smooth([(412, 336), (468, 258), (516, 250), (470, 330)]), lighter(red, 0.25))
    pen.solid(box(396, 500, 544, 620, r=6), gold, gleam=0.5)
    pen.solid(box(374, 600, 566, 800, r=14), p.main, gleam=0.25)
    pen.fill(box(374, 690, 566, 704), gold)
    pen.solid(box(620, 520, 790, 800, r=18), p.main, gleam=0.25)
    pen.fill(box(620, 770, 790, 786), gold)
    pen.line(smooth([(210, 780), (260, 740), (300, 776), (350, 744)], closed=False), 20, red)


def shampoo(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A pump bottle."""
    pen.line([(500, 270), (500, 360)], 26, p.deep)
    pen.line([(500, 262), (400, 262), (392, 300)], 30, p.deep)
    pen.solid(box(440, 330, 560, 400, r=14), darker(p.second, 0.1))
    shape = rng.choice(
        (
            box(360, 390, 640, 800, r=56),
            lathe(500, [(64, 392), (136, 450), (150, 640), (132, 790), (118, 800)]),
        )
    )
    pen.solid(shape, p.main, gleam=0.3)
    pen.fill(box(400, 500, 600, 720, r=18), p.pale)
    for turn in (-90, -150, -30):
        pen.fill(leaf(500, 630, 84, 24, turn), mix(GREEN, p.second, 0.4))
    pen.line([(440, 664), (560, 664)], 10, p.deep)
    pen.line([(460, 690), (540, 690)], 7, p.accent)
    for x, y, r in ((270, 420, 30), (230, 500, 18), (720, 380, 24), (750, 460, 13)):
        pen.disc(x, y, r, lighter(p.ground, 0.5))
        pen.disc(x - r * 0.3, y - r * 0.3, r * 0.25, (255, 255, 255))


def candle(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A candle in a glass, burning."""
    pen.disc(500, 330, 150, lighter(p.ground, 0.35))
    pen.solid(box(350, 460, 650, 800, r=34), mix(p.main, (255, 255, 255), 0.15), gleam=0.35)
    pen.fill(oval(500, 462, 150, 32), lighter(p.main, 0.5))
    pen.fill(oval(500, 466, 128, 23), lighter(p.pale, 0.2))
    pen.line([(500, 470), (500, 410)], 9, p.deep)
    pen.fill(
        smooth([(500, 270), (540, 350), (530, 405), (500, 420), (470, 405), (460, 350)]),
        colour("#f6a93b"),
    )
    pen.fill(smooth([(500, 330), (520, 374), (500, 410), (480, 374)]), colour("#fff0b8"))
    pen.fill(box(404, 560, 596, 710, r=12), p.pale)
    pen.fill(oval(500, 610, 30, 30), p.second)
    pen.line([(440, 664), (560, 664)], 9, p.deep)
    if rng.random() < 0.5:
        pen.fill(leaf(700, 800, 130, 30, -50), mix(GREEN, p.second, 0.3))


def towels(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A stack of folded towels."""
    paints = [p.main, p.pale, p.second, p.accent][: rng.choice((3, 4))]
    tall = 130
    for place, paint in enumerate(paints):
        low = 800 - place * (tall - 6)
        inset = place * 10
        pen.solid(box(240 + inset, low - tall, 760 - inset, low, r=58), paint, shade=0.03)
        pen.line(
            [(300 + inset, low - tall / 2), (756 - inset, low - tall / 2)], 7, darker(paint, 0.2)
        )
        pen.line([(256 + inset, low - 26), (700, low - 26)], 5, darker(paint, 0.12))
    top = 800 - len(paints) * (tall - 6)
    for turn in (-70, -110, -30):
        pen.fill(leaf(500, top + 10, 110, 24, turn), GREEN)


def cat_bed(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A soft bed, with the one who owns it."""
    fur = rng.choice((colour("#e09a4f"), colour("#8d8f94"), colour("#4a4648"), colour("#efe3d0")))
    pen.fill(oval(500, 690, 320, 120), darker(p.main, 0.25))
    pen.fill(oval(500, 668, 262, 82), p.pale)
    cat = smooth(
        [
            (310, 660),
            (340, 560),
            (450, 500),
            (580, 510),
            (680, 580),
            (700, 670),
            (600, 720),
            (400, 720),
        ]
    )
    pen.solid(cat, fur, shade=0.04)
    for x in (350, 420):
        pen.fill([(x - 36, 560), (x, 474), (x + 36, 560)], fur)
        pen.fill([(x - 16, 552), (x, 506), (x + 16, 552)], lighter(p.accent, 0.4))
    pen.solid(oval(386, 592, 84, 72), fur, shade=0.05)
    for x in (352, 416):
        pen.line(arc(x, 590, 17, 12, 20, 160), 6, p.deep)
    pen.fill([(376, 612), (394, 612), (385, 624)], lighter(p.accent, 0.1))
    for step in range(3):
        pen.line(arc(600, 600 + step * 22, 50, 20, 200, 320), 11, darker(fur, 0.2))
    rim = oval(500, 690, 320, 120)[2:31]
    pen.line(rim, 92, p.main)
    pen.line(oval(500, 676, 312, 112)[5:28], 12, lighter(p.main, 0.3))


def toy_fish(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A stuffed fish."""
    tail = smooth([(660, 540), (820, 410), (800, 540), (830, 690)])
    pen.fill(tail, p.second)
    pen.fill(smooth([(420, 380), (540, 290), (600, 400)]), p.second)
    body = smooth(
        [
            (180, 560),
            (280, 410),
            (460, 360),
            (620, 430),
            (720, 550),
            (620, 680),
            (460, 740),
            (280, 700),
        ]
    )
    pen.solid(body, p.main, shade=0.02)
    for place, paint in enumerate((p.pale, p.accent, p.pale)):
        band = smooth(
            [(430 + place * 90, 330), (480 + place * 90, 550), (430 + place * 90, 780)],
            closed=False,
        )
        pen.line_inside(body, band, 26, paint)
    pen.disc(300, 520, 40, (255, 255, 255))
    pen.disc(292, 524, 20, p.deep)
    pen.line(arc(250, 590, 60, 46, 20, 90), 10, p.deep)
    pen.disc(330, 610, 26, lighter(p.accent, 0.3))
    pen.fill(leaf(440, 610, 110, 34, rng.uniform(25, 50)), p.second)


def notebook(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A notebook and a pencil."""
    about = (480, 520)
    pen.fill(turned(box(316, 236, 680, 802, r=18), -6, about), darker(p.floor, 0.2))
    pen.fill(turned(box(310, 222, 672, 790, r=16), -6, about), p.pale)
    pen.solid(turned(box(300, 210, 660, 780, r=18), -6, about), p.main, shade=0.03)
    pen.fill(turned(box(300, 210, 350, 780, r=18), -6, about), darker(p.main, 0.22))
    pen.fill(turned(box(600, 210, 622, 780), -6, about), p.accent)
    pen.fill(turned(box(390, 320, 560, 440, r=12), -6, about), p.pale)
    for y in (360, 394):
        pen.line(turned([(412, y), (538, y)], -6, about), 8, p.second)
    pencil = (740, 800)
    lean = rng.uniform(8, 16)
    pen.fill(turned(box(720, 330, 760, 720), lean, pencil), p.second)
    pen.fill(turned([(720, 720), (760, 720), (740, 790)], lean, pencil), colour("#f0d3a8"))
    pen.fill(turned([(733, 764), (747, 764), (740, 790)], lean, pencil), p.deep)
    pen.fill(turned(box(720, 290, 760, 340, r=10), lean, pencil), p.accent)


def desk_clock(pen: Pen, p: Palette, rng: random.Random) -> None:
    """A round clock on two feet."""
    for x in (370, 630):
        pen.line([(x, 720), (x + (-40 if x < 500 else 40), 796)], 30, WOOD)
    pen.disc(508, 540, 258, darker(p.main, 0.2))
    pen.disc(500, 540, 254, p.main)
    pen.disc(500, 540, 206, p.pale)
    for turn in range(0, 360, 30):
        long = 26 if turn % 90 == 0 else 12
        pen.line(turned([(500, 352), (500, 352 + long)], turn, (500, 540)), 11, p.deep)
    pen.line(turned([(500, 540), (500, 430)], rng.uniform(0, 360), (500, 540)), 20, p.deep)
    pen.line(turned([(500, 540), (500, 386)], rng.uniform(0, 360), (500, 540)), 12, p.deep)
    pen.line(turned([(500, 570), (500, 370)], rng.uniform(0, 360), (500, 540)), 6, p.accent)
    pen.disc(500, 540, 18, p.accent)


def soap(pen: Pen, p: Palette, rng: random.Random) -> None:
    """Bars of soap, one in its paper."""
    pen.solid(box(250, 650, 750, 800, r=40), p.main, shade=0.03)
    pen.fill(box(390, 650, 610, 800), p.pale)
    pen.disc(500, 725, 40, p.second)
    pen.solid(
        turned(box(320, 490, 700, 648, r=62), -4, (500, 570)), lighter(p.second, 0.25), shade=0.04
    )
    pen.fill(turned(box(400, 530, 620, 606, r=30), -4, (500, 570)), lighter(p.second, 0.42))
    for place in range(5):
        x, r = 380 + place * 64, rng.randint(16, 44)
        pen.disc(x, 470 - r * 1.2, r, lighter(p.ground, 0.6))
        pen.disc(x - r * 0.3, 470 - r * 1.5, r * 0.22, (255, 255, 255))


KINDS = {
    "lamp": lamp,
    "plant_pot": plant_pot,
    "cream_jar": cream_jar,
    "lipstick": lipstick,
    "shampoo": shampoo,
    "candle": candle,
    "towels": towels,
    "cat_bed": cat_bed,
    "toy_fish": toy_fish,
    "notebook": notebook,
    "desk_clock": desk_clock,
    "soap": soap,
}
