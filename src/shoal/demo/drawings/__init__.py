"""The demo's pictures, drawn by code: goods, banners, faces and marks; one seed, one picture."""

import random

from PIL import Image

from shoal.demo.drawings import backdrops, goods_home, goods_kitchen, goods_wear
from shoal.demo.drawings.banners import THEMES, draw_banner
from shoal.demo.drawings.palettes import palette_for
from shoal.demo.drawings.pen import FINE, Pen
from shoal.demo.drawings.people import draw_avatar, draw_logo

_GOODS = goods_kitchen.KINDS | goods_wear.KINDS | goods_home.KINDS
KINDS: tuple[str, ...] = tuple(_GOODS)
VIEWS = ("front", "detail", "scene")
# Where a detail looks, for things whose middle is empty.
_FOCUS = {
    "headphones": (690, 640),
    "sunglasses": (660, 510),
    "umbrella": (500, 380),
    "scarf": (480, 440),
    "plant_pot": (500, 500),
    "lipstick": (480, 400),
    "wine": (470, 600),
    "lamp": (500, 380),
    "sneakers": (560, 640),
}
_HANGING = {"scarf", "hoodie", "umbrella", "sunglasses", "bib", "pan", "toy_fish"}

__all__ = ["KINDS", "THEMES", "VIEWS", "draw", "draw_avatar", "draw_banner", "draw_logo"]


def draw(*, kind: str, seed: int, size: int = 1200, view: str = "front") -> Image.Image:
    """This will draw one of KINDS, `size` pixels square, as one of VIEWS.

    The seed decides colours, pattern and place; all views of a seed show the same thing.
    """
    image = Image.new("RGB", (size * FINE, size * FINE))
    pen = Pen(image)
    palette = palette_for(seed=seed, view=view)
    around = random.Random(f"{view} {kind} {seed}")
    thing = random.Random(f"{kind} {seed}")
    if view == "detail":
        backdrops.close_up(pen, palette, around)
        zoom = around.uniform(1.9, 2.2)
        middle_x, middle_y = _FOCUS.get(kind, (500, 530))
        focus_x = middle_x + around.uniform(-40, 40)
        focus_y = middle_y + around.uniform(-25, 25)
        pen = pen.placed(zoom=zoom, shift=(500 - focus_x * zoom, 500 - focus_y * zoom))
    elif view == "scene":
        place, floor = backdrops.PLACES[around.randrange(len(backdrops.PLACES))]
        place(pen, palette, around)
        pen = pen.placed(zoom=0.74, shift=(around.uniform(100, 170), floor - 800 * 0.74))
        pen.shadow(500, 802, 270, _mean(palette.floor))
    else:
        backdrops.studio(pen, palette, around)
        hanging = kind in _HANGING
        if not hanging and around.random() < 0.35:
            backdrops.podium(pen, palette)
        elif not hanging:
            pen.shadow(500, 804, 330, palette.floor)
        pen = pen.placed(zoom=1.12, shift=(-60, -96 if not hanging else -100))
    _GOODS[kind](pen, palette, thing)
    return image.reduce(FINE)


def _mean(floor: tuple[int, int, int]) -> tuple[int, int, int]:
    r, g, b = floor
    return (r + 150) // 2, (g + 130) // 2, (b + 110) // 2
