"""What every page must keep: contrast, content security, names, size."""

import gzip
import re
from itertools import product
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from shoal.web.components.bundles import BUNDLES, BundleFinder, bundle_files, bundle_text
from shoal.web.components.icons import ICONS

WEB = Path(__file__).parents[3] / "src" / "shoal" / "web"
CSS = WEB / "static" / "shoal" / "css"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
TEXT, PART = 4.5, 3.0
# Where the colours come from.
SOURCES = {CSS / "tokens.css", CSS / "palettes.css"}
# The page of last resort must need nothing else.
LAST_RESORT = {CSS / "broken.css"}


def colours(block):
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))


def themes():
    light, system, own = re.findall(r":root[^{]*\{(.*?)\n\s*\}", TOKENS, re.DOTALL)[:3]
    return colours(light), colours(system), colours(own)


def luminance(text):
    parts = [int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


PAIRS = [
    *product(("ink", "ink-soft", "sea", "coral"), ("page", "surface"), (TEXT,)),
    *product(("ink", "ink-soft"), ("sunk",), (TEXT,)),
    *product(("ink",), ("sea-soft", "coral-soft", "amber-soft"), (TEXT,)),
    ("sea", "sea-soft", TEXT),
    ("coral", "coral-soft", TEXT),
    ("amber", "amber-soft", TEXT),
    ("on-sea", "sea", TEXT),
    ("on-sea", "sea-strong", TEXT),
    ("on-coral", "coral-fill", TEXT),
    ("page", "ink", TEXT),
    ("line-strong", "surface", PART),
    ("line-strong", "page", PART),
]


def test_a_table_that_may_be_too_wide_is_scrolled_by_keyboard_and_has_a_name():
    boxes = [
        (path.name, found)
        for path in TEMPLATES
        for found in re.findall(r"<div class=\"table-box is-cards[^>]*>", path.read_text("utf-8"))
    ]
    assert len(boxes) > 30
    named = re.compile(r'tabindex="0" role="(?:region|group)" aria-label="')
    assert [box for box in boxes if not named.search(box[1])] == []


@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
@pytest.mark.parametrize("theme", [0, 1])
def test_what_is_read_stands_out(front, ground, least, theme):
    found = themes()[theme]
    assert contrast(found[front], found[ground]) >= least


def palettes():
    text = (CSS / "palettes.css").read_text(encoding="utf-8")
    blocks = re.findall(r"([^{}]*)\[data-palette=\"(\w+)\"\] \{(.*?)\}", text, re.DOTALL)
    return [(name, int(":root" in where), colours(block)) for where, name, block in blocks]


@pytest.mark.parametrize(("name", "theme", "found"), palettes())
def test_a_shops_own_colour_stands_out_too(name, theme, found):
    whole = themes()[theme] | found
    for ground in ("page", "surface", "sea-soft"):
        assert contrast(whole["sea"], whole[ground]) >= TEXT
    for ground in ("sea", "sea-strong"):
        assert contrast(whole["on-sea"], whole[ground]) >= TEXT
    assert contrast(whole["ink"], whole["sea-soft"]) >= TEXT


def test_dark_is_the_same_by_wish_and_by_system():
    light, system, own = themes()
    assert system == own
    assert set(light) == {*own, "paper", "wechat", "alipay"}


def test_units_stay_with_their_sign():
    """At a plain space a narrow screen would begin a line, between the sign and its number."""
    assert [path.name for path in TEMPLATES if "× {{" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_no_template_needs_an_unsafe_policy(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+=[\"']", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "javascript:" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_every_icon_that_a_template_names_is_drawn(path):
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"{% icon \"([a-z-]+)\"", text):
        assert name in ICONS


def test_every_stylesheet_is_in_a_bundle_and_every_bundle_is_whole():
    listed = {path for face in BUNDLES for path in bundle_files(face=face)}
    assert listed == set(CSS.glob("*.css")) - LAST_RESORT


@pytest.mark.parametrize("face", BUNDLES)
def test_a_face_declares_the_layers_first_and_stays_small(face):
    text = bundle_text(face=face)
    assert text.index("@layer tokens") < text.index("@layer base {")
    assert text.count("{") == text.count("}")
    assert len(gzip.compress(text.encode())) < 16_000


def test_collecting_finds_the_bundles():
    found = {
        path
        for finder in finders.get_finders()
        if isinstance(finder, BundleFinder)
        for path, _storage in finder.list([])
    }
    assert found == {f"shoal/{face}.css" for face in BUNDLES}


@pytest.mark.parametrize(
    "path", sorted(set(CSS.glob("*.css")) - SOURCES - LAST_RESORT), ids=lambda path: path.name
)
def test_colours_are_tokens(path):
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text(encoding="utf-8"))
