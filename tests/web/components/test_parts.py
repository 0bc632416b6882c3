"""The parts that decide something: countdowns, charts, pictures, places, the theme."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from shoal.web.components import charts, views
from shoal.web.components.countdowns import time_left
from shoal.web.components.nav import Place, mark_current

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def rendered(source, **values: object):
    return Template("{% load shoal %}" + source).render(Context(values))


@given(st.integers(-1_000_000, 100_000_000))
def test_what_is_left_adds_up(seconds):
    left = time_left(until=NOON + timedelta(seconds=seconds), now=NOON)
    whole = left.days * 86400 + left.hours * 3600 + left.minutes * 60 + left.seconds
    assert whole == max(0, seconds)
    assert left.over == (seconds <= 0)


def test_a_countdown_reads_without_javascript():
    html = rendered("{% countdown until now %}", until=NOON + timedelta(hours=1), now=NOON)
    assert 'datetime="2026-03-01T21:00:00+08:00"' in html
    assert "data-clock" in html
    over = rendered("{% countdown until now ended='Gone' %}", until=NOON, now=NOON)
    assert "Gone" in over
    assert "data-clock" not in over


@pytest.mark.parametrize(("tag", "said"), [("", "until"), (" begins=True", "from")])
def test_what_begins_is_not_told_as_what_ends(tag, said):
    source = f"{{% countdown until now{tag} %}}"
    html = rendered(source, until=NOON + timedelta(hours=1), now=NOON)
    assert f">{said} 03-01 21:00</time>" in html


@given(st.lists(st.integers(0, 10**9), max_size=20))
def test_bars_stay_in_their_track_and_something_is_never_nothing(values):
    drawn = charts.bars(points=[charts.Point(str(value), value) for value in values])
    for bar in drawn:
        assert 0 <= bar.percent <= 100
        assert (bar.percent > 0) == (bar.point.value > 0)


@given(st.lists(st.integers(0, 10**9), max_size=30))
def test_a_line_stays_in_its_box(values):
    drawn = charts.line(points=[charts.Point(str(value), value) for value in values])
    assert len(drawn.dots) == len(values)
    for x, y, _ in drawn.dots:
        assert 0 <= x <= charts.WIDTH
        assert charts.TOP <= y <= charts.FOOT


def test_a_picture_knows_its_size_and_has_no_inline_style():
    p = SimpleNamespace(
        digest="abc", width=1200, height=900, widths=[240, 480, 960], tint="#c0ffee",
        alts={"zh": "茶壶", "en": "Teapot"},
    )  # fmt: skip
    html = rendered("{% picture p '50vw' %}", p=p)
    assert 'width="1200" height="900"' in html
    assert "pictures/abc-480.avif 480w" in html
    assert 'loading="lazy"' in html
    assert 'fill="#c0ffee"' in html
    assert "style=" not in html
    assert 'loading="lazy"' not in rendered("{% picture p eager=True %}", p=p)
    assert "picture-none" in rendered("{% picture p %}", p=None)


def test_one_is_at_the_longest_address_that_fits():
    places = [Place("Shop", "shop", "/s/mei/"), Place("Cart", "cart", "/s/mei/cart/")]
    marked = mark_current(places=places, path="/s/mei/cart/pay/")
    assert [place.current for place in marked] == [False, True]
    assert not any(place.current for place in mark_current(places=places, path="/"))


@pytest.mark.parametrize(("chosen", "kept"), [("dark", "dark"), ("light", "light"), ("x", "")])
def test_a_theme_is_remembered_and_nonsense_is_not(chosen, kept):
    request = RequestFactory().post("/look/theme/", {"theme": chosen, "next": "/me/"})
    response = views.set_theme(request)
    assert response.url == "/me/"
    assert response.cookies["theme"].value == kept


def test_a_theme_never_leads_away_from_here():
    request = RequestFactory().post("/look/theme/", {"theme": "dark", "next": "https://evil.test/"})
    assert views.set_theme(request).url == "/"


def test_text_of_others_is_escaped():
    html = rendered(
        "{% include 'components/badge.html' with text=t only %}{% data a=t %}{% qr t t %}",
        t='"><script>',
    )
    assert "<script>" not in html
