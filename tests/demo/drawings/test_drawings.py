"""The demo's pictures: the same for the same seed, different enough, and quick."""

import time

import pytest
from PIL import Image, ImageChops

from shoal.demo.drawings import (
    KINDS,
    THEMES,
    VIEWS,
    draw,
    draw_avatar,
    draw_banner,
    draw_logo,
)


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_is_a_picture(kind):
    for view in VIEWS:
        first = draw(kind=kind, seed=7, size=120, view=view)
        assert first.size == (120, 120)
        assert same(first, draw(kind=kind, seed=7, size=120, view=view))


def test_sixty_products_with_three_pictures_each_all_differ():
    pictures = {
        draw(kind=KINDS[seed % len(KINDS)], seed=seed, size=60, view=view).tobytes()
        for seed in range(60)
        for view in VIEWS
    }
    assert len(pictures) == 180


def test_there_are_enough_kinds_to_fill_a_window():
    assert len(KINDS) >= 20


def test_a_picture_of_full_size_is_quick():
    # The fastest of three, since other work may run beside this test.
    spent = []
    for seed in range(3):
        start = time.perf_counter()
        draw(kind="hoodie", seed=seed, size=1200, view="scene")
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.25


@pytest.mark.parametrize("theme", THEMES)
def test_banners_are_three_to_one(theme):
    banner = draw_banner(seed=3, theme=theme, width=300)
    assert banner.size == (300, 100)
    assert same(banner, draw_banner(seed=3, theme=theme, width=300))


def test_faces_and_marks_keep_to_their_seed():
    assert same(draw_avatar(seed=5, size=80), draw_avatar(seed=5, size=80))
    assert not same(draw_avatar(seed=5, size=80), draw_avatar(seed=6, size=80))
    assert same(draw_logo(name="海风", seed=1, size=80), draw_logo(name="海风", seed=1, size=80))
