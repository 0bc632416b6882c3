"""What stands behind a thing: a plain studio for its first picture, a place for its others."""

import random

from shoal.demo.drawings.palettes import Palette
from shoal.demo.drawings.pen import Pen, colour, darker, lighter, mix
from shoal.demo.drawings.shapes import arc, box, lathe, leaf, moved, oval, smooth, turned

GREEN = colour("#5d9466")
WOOD = colour("#d3a373")
WHOLE = box(-1, -1, 1001, 1001)


def studio(pen: Pen, p: Palette, rng: random.Random) -> None:
    """This will paint a plain ground with one large shape."""
    pen.fill(WHOLE, p.ground)
    choice = rng.randrange(5)
    if choice == 0:
        pen.disc(500, 470, 350, p.floor)
    elif choice == 1:
        pen.fill(box(210, 110, 790, 1100, r=290), p.floor)
    elif choice == 2:
        pen.fill(box(-10, 700, 1010, 1010), p.floor)
    elif choice == 3:
        pen.fill(
            smooth(
                [
                    (-60, 760),
                    (220, 640),
                    (500, 720),
                    (780, 610),
                    (1060, 700),
                    (1060, 1100),
                    (-60, 1100),
                ]
            ),
            p.floor,
        )
        pen.disc(760, 250, 90, lighter(p.ground, 0.5 if sum(p.ground) > 550 else 0.15))
    else:
        beam = lighter(p.ground, 0.22 if sum(p.ground) > 550 else 0.06)
        for x in (-80, 260, 600):
            pen.fill([(x + 300, -10), (x + 470, -10), (x + 170, 1010), (x, 1010)], beam)
        pen.fill(box(-10, 720, 1010, 1010), p.floor)


def podium(pen: Pen, p: Palette) -> None:
    """This will paint a low round stage under the thing."""
    stage = mix(p.floor, p.main, 0.16)
    pen.fill(box(170, 810, 830, 960), darker(stage, 0.08))
    pen.fill(oval(500, 960, 330, 62), darker(stage, 0.08))
    pen.fill(oval(500, 812, 330, 62), lighter(stage, 0.25))


def close_up(pen: Pen, p: Palette, rng: random.Random) -> None:
    """This will paint a soft pattern for a detail."""
    pen.fill(WHOLE, p.floor)
    if rng.random() < 0.5:
        for _ in range(6):
            pen.fill(
                oval(rng.uniform(0, 1000), rng.uniform(0, 1000), 180, 180),
                mix(p.floor, p.ground, 0.6),
            )
    else:
        for place in range(-1, 7):
            wave = [
                (x, place * 190 + (50 if (x // 125) % 2 else -50)) for x in range(-125, 1251, 125)
            ]
            pen.line(smooth(wave, closed=False), 62, mix(p.floor, p.ground, 0.7))


def window_table(pen: Pen, p: Palette, rng: random.Random) -> None:
    """This will paint a table before a window on the sea."""
    pen.fill(WHOLE, lighter(p.ground, 0.2))
    frame = box(90, 70, 620, 640, r=16)
    pen.fill(frame, (255, 255, 255))
    view = box(116, 96, 594, 614)
    pen.fill(view, colour("#cfe6ef"))
    pen.inside(view, lambda q: _sea(q, p, rng))
    pen.fill(box(346, 96, 364, 614), (255, 255, 255))
    pen.fill(box(116, 340, 594, 356), (255, 255, 255))
    for x, paint in ((60, p.main), (600, p.main)):
        soft = lighter(paint, 0.5)
        pen.fill(smooth([(x, 40), (x + 90, 40), (x + 76, 360), (x + 100, 690), (x, 690)]), soft)
    pen.fill(box(-10, 740, 1010, 1010), WOOD)
    pen.fill(box(-10, 740, 1010, 764), lighter(WOOD, 0.25))
    for y in (830, 920):
        pen.line([(rng.uniform(0, 300), y), (rng.uniform(500, 1000), y)], 5, darker(WOOD, 0.1))
    _vase(pen, p, 860, 770, rng)


def _sea(pen: Pen, p: Palette, rng: random.Random) -> None:
    pen.disc(rng.uniform(200, 500), 220, 60, colour("#ffe3a3"))
    pen.fill(box(0, 400, 1000, 700), colour("#7fb8c4"))
    pen.fill(box(0, 470, 1000, 700), colour("#5fa3b3"))
    sail = rng.uniform(200, 480)
    pen.fill([(sail, 300), (sail + 70, 400), (sail, 400)], (255, 255, 255))
    pen.fill([(sail - 40, 408), (sail + 70, 408), (sail + 40, 432), (sail - 20, 432)], p.accent)


def _vase(pen: Pen, p: Palette, x: float, floor: float, rng: random.Random) -> None:
    for turn in (-60, -85, -110, -130):
        long = rng.uniform(200, 300)
        pen.fill(leaf(x, floor - 130, long, 30, turn), darker(GREEN, rng.uniform(0, 0.2)))
    pen.solid(
        lathe(
            x,
            [(34, floor - 160), (30, floor - 130), (70, floor - 60), (60, floor), (58, floor + 4)],
        ),
        p.second,
    )


def shelf(pen: Pen, p: Palette, rng: random.Random) -> None:
    """This will paint a shelf with books and a plant."""
    pen.fill(WHOLE, mix(p.ground, p.floor, 0.3))
    for x in range(0, 1000, 120):
        pen.fill(box(x, 0, x + 4, 1000), mix(p.ground, p.floor, 0.9))
    for y in (290, 790):
        pen.fill(box(60, y + 26, 940, y + 50), darker(p.ground, 0.16))
        pen.fill(box(40, y, 960, y + 30, r=6), WOOD)
    left = 90.0
    while left < 420:
        wide, tall = rng.uniform(30, 58), rng.uniform(130, 200)
        paint = rng.choice((p.main, p.second, p.accent, p.pale, p.deep))
        pen.fill(box(left, 290 - tall, left + wide, 290, r=4), lighter(paint, 0.2))
        pen.fill(box(left, 290 - tall + 26, left + wide, 290 - tall + 38), lighter(paint, 0.5))
        left += wide + 5
    pen.fill(box(560, 120, 720, 290, r=6), (255, 255, 255))
    pen.fill(box(576, 136, 704, 274), colour("#cfe6ef"))
    pen.fill(smooth([(576, 274), (600, 214), (640, 240), (680, 196), (704, 274)]), GREEN)
    _vase(pen, p, 850, 286, rng)
    pen.solid(box(820, 640, 920, 790, r=12), p.pale)
    pen.fill(box(820, 690, 920, 706), p.accent)
    pen.fill(leaf(120, 794, 220, 44, -70), GREEN)
    pen.fill(leaf(120, 794, 190, 40, -110), darker(GREEN, 0.15))


def beach(pen: Pen, p: Palette, rng: random.Random) -> None:
    """This will paint sand, sea and a sun."""
    pen.fill(WHOLE, mix(colour("#d6ecf2"), p.ground, 0.25))
    pen.disc(rng.choice((230, 770)), 230, 96, colour("#ffdf9a"))
    for x, y in ((180, 150), (640, 110), (820, 330)):
        for dx, r in ((-50, 34), (0, 48), (54, 32)):
            pen.fill(oval(x + dx, y, r * 1.3, r * 0.7), (255, 255, 255))
    pen.fill(box(-10, 430, 1010, 800), colour("#6fb3bf"))
    pen.fill(
        smooth(
            [(-60, 520), (200, 500), (500, 530), (800, 496), (1060, 520), (1060, 800), (-60, 800)]
        ),
        colour("#58a2b0"),
    )
    pen.fill(
        smooth(
            [(-60, 648), (240, 676), (520, 640), (800, 676), (1060, 640), (1060, 800), (-60, 800)]
        ),
        (255, 255, 255),
    )
    sand = colour("#f0dcb4")
    pen.fill(
        smooth(
            [(-60, 670), (240, 700), (520, 662), (800, 700), (1060, 664), (1060, 1100), (-60, 1100)]
        ),
        sand,
    )
    for _ in range(26):
        pen.fill(oval(rng.uniform(0, 1000), rng.uniform(740, 1000), 9, 4), darker(sand, 0.1))
    x = rng.choice((130, 860))
    for turn in range(-160, -10, 30):
        pen.fill(leaf(x, 880, 76, 20, turn), lighter(p.accent, 0.3))
    middle = (990 - x, 900)
    tips = [(middle[0], 852), (middle[0] + 14, 880)]
    star = [point for turn in range(0, 360, 72) for point in turned(tips, turn, middle)]
    pen.fill(star, p.accent)


def picnic(pen: Pen, p: Palette, rng: random.Random) -> None:
    """This will paint a meadow with a checked cloth."""
    pen.fill(WHOLE, mix(colour("#dff0f0"), p.ground, 0.3))
    for top, paint in (
        (430, colour("#b5d3a6")),
        (520, colour("#98c08c")),
        (620, colour("#7fae78")),
    ):
        hills = [(x, top + rng.uniform(-50, 50)) for x in range(-100, 1200, 180)]
        pen.fill([*smooth(hills, closed=False), (1100, 1100), (-100, 1100)], paint)
    for x in (110, 880):
        pen.fill(box(x - 14, 470, x + 14, 640), colour("#8a6244"))
        for dx, dy, r in ((-60, -40, 76), (50, -60, 84), (0, -130, 80)):
            pen.disc(x + dx, 460 + dy, r, colour("#5f9a63"))
    cloth = [(120, 730), (880, 730), (1060, 1010), (-60, 1010)]
    pen.fill(cloth, p.pale)

    def checks(q: Pen) -> None:
        for place in range(9):
            q.fill(
                [
                    (130 + place * 88, 730),
                    (172 + place * 88, 730),
                    (20 + place * 126, 1010),
                    (-46 + place * 126, 1010),
                ],
                lighter(p.main, 0.45),
            )
        for y in (756, 826, 916):
            q.fill(box(-80, y, 1080, y + 30), lighter(p.main, 0.3))

    pen.inside(cloth, checks)


def room(pen: Pen, p: Palette, _rng: random.Random) -> None:
    """This will paint a sitting room: picture, lamp, rug."""
    pen.fill(WHOLE, mix(p.ground, p.main, 0.12))
    pen.fill(box(-10, 720, 1010, 1010), mix(WOOD, p.floor, 0.35))
    pen.fill(box(-10, 708, 1010, 730), (250, 248, 244))
    pen.fill(box(110, 110, 390, 440, r=8), p.pale)
    art = box(134, 134, 366, 416)
    pen.fill(art, p.floor)
    hills = [(100, 420), (200, 300), (280, 370), (400, 290), (420, 460), (100, 460)]
    pen.fill_inside(art, oval(250, 250, 70, 70), p.accent)
    pen.fill_inside(art, smooth(hills), p.main)
    pen.line([(830, 240), (830, 730)], 14, p.deep)
    pen.fill([(760, 130), (900, 130), (950, 280), (710, 280)], lighter(p.accent, 0.25))
    pen.fill(oval(830, 730, 90, 16), p.deep)
    pen.fill(oval(500, 880, 470, 120), p.second)
    pen.fill(oval(500, 880, 410, 98), lighter(p.second, 0.25))
    pen.line(arc(500, 880, 440, 108, 0, 360), 6, lighter(p.second, 0.5))
    pen.fill(moved(leaf(60, 730, 260, 46, -80)), GREEN)
    pen.fill(leaf(60, 730, 220, 40, -50), darker(GREEN, 0.15))


# Each place with the height at which a thing stands in it.
PLACES = ((window_table, 880), (shelf, 796), (beach, 884), (picnic, 880), (room, 884))
