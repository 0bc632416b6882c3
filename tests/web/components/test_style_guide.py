"""The living style guide shows every part, in both languages, within the weight of a page."""

import gzip
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.utils import translation

from shoal.web.components import views
from shoal.web.components.bundles import bundle_text
from shoal.web.components.icons import ICONS

WEB = Path(__file__).parents[3] / "src" / "shoal" / "web"
MOST = 100_000
HTMX = 22_000  # compressed, with room for its next version


def page(language):
    with translation.override(language):
        return views.style_guide(RequestFactory().get("/desk/style-guide")).content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_shows_every_icon_and_both_form_states(language):
    html = page(language)
    for name in ICONS:
        assert f">{name}<" in html.replace("</svg>", ">")
    assert "field-error" in html
    assert "empty-state" in html
    assert "countdown" in html


def test_no_part_is_left_out():
    parts = {path.stem for path in (WEB / "templates" / "components").glob("*.html")}
    shown = "".join(
        path.read_text(encoding="utf-8")
        for path in [
            *(WEB / "templates").rglob("*.html"),
            WEB / "templatetags" / "shoal.py",
            WEB / "components" / "views.py",
        ]
    )
    unused = {name for name in parts if f"components/{name}.html" not in shown}
    assert unused == set()


def test_the_fullest_page_weighs_less_than_a_hundred_kilobytes():
    scripts = "".join(
        path.read_text(encoding="utf-8") for path in (WEB / "static" / "shoal" / "js").glob("*.js")
    )
    ours = sum(
        len(gzip.compress(text.encode()))
        for text in (page("en"), bundle_text(face="guide"), scripts)
    )
    assert ours + HTMX < MOST
