"""What a trace says and does not say."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.kit.ids import uuid7
from shoal.traffic import traces
from shoal.traffic.models import Share, Trace
from tests.goods import AT

_KEY = b"k" * 32
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Mobile"
_TEXTS = st.text(max_size=12).filter(lambda text: "\0" not in text)


def seen(**changes: object) -> traces.Seen:
    known = {
        "kind": Trace.Kind.VISIT,
        "shop": uuid7(),
        "thing": Share.Thing.PRODUCT,
        "thing_code": "p1",
        "at": AT,
        "headers": {"User-Agent": _IPHONE},
    }
    return traces.seen(**known | changes)


@settings(max_examples=30)
@given(share=_TEXTS, code=_TEXTS, visitor=_TEXTS)
def test_it_comes_out_as_it_went_in(share, code, visitor):
    before = seen(share=share, thing_code=code, visitor=visitor)
    line = traces.packed(before)
    assert b"\n" not in line
    assert traces.unpacked(line) == before


@settings(max_examples=30)
@given(st.binary(max_size=60))
def test_noise_is_no_trace(noise):
    with pytest.raises(traces.NotATrace):
        traces.unpacked(noise)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"visit"', b'"bribe"'),
        (b'"p1"', b'"0123456789abcdef"'),
        (b'"p1"', b'"\\u0000"'),
        (b"+00:00", b""),
        (b'"robot":', b'"person":'),
    ],
)
def test_a_trace_that_cannot_be_meant_is_none(before, after):
    line = traces.packed(seen())
    assert before in line
    with pytest.raises(traces.NotATrace):
        traces.unpacked(line.replace(before, after))


@pytest.mark.parametrize(
    ("agent", "robot"),
    [
        (_IPHONE, False),
        (_IPHONE + " MicroMessenger/8.0", False),
        ("Mozilla/5.0 (Linux; Android 14; CUBOT X30) Chrome/129 Mobile", False),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", True),
        ("Mozilla/5.0 (compatible; Baiduspider/2.0)", True),
        ("facebookexternalhit/1.1", True),
        ("curl/8.5", True),
        ("", True),
    ],
)
def test_whoever_says_that_it_is_a_robot_is_one(agent, robot):
    assert traces.is_robot(agent=agent) is robot


@pytest.mark.parametrize(
    ("referrer", "agent", "kind"),
    [
        ("https://www.baidu.com/s?wd=secret", _IPHONE, "search"),
        ("https://m.weibo.cn/1", _IPHONE, "social"),
        ("https://weibo.com/1", _IPHONE, "social"),
        ("https://blog.example/", _IPHONE, "link"),
        ("https://shop.example/keep/", _IPHONE, "none"),
        ("", _IPHONE, "none"),
        ("https://[bad", _IPHONE, "none"),
        ("", f"{_IPHONE} MicroMessenger/8.0", "chat"),
    ],
)
def test_of_where_she_came_from_only_the_kind_is_told(referrer, agent, kind):
    made = seen(headers={"User-Agent": agent, "Referer": referrer}, host="shop.example")
    assert made.came_from == kind
    assert b"secret" not in traces.packed(made)


def test_a_mark_tells_neither_days_nor_shops_nor_browsers():
    browser, shop, day = uuid7(), uuid7(), date(2026, 11, 23)
    marks = {
        traces.visitor_mark(key=key, browser=who, shop=where, day=when)
        for key, who, where, when in (
            (_KEY, browser, shop, day),
            (_KEY, browser, shop, date(2026, 11, 24)),
            (_KEY, browser, uuid7(), day),
            (_KEY, uuid7(), shop, day),
            (b"l" * 32, browser, shop, day),
        )
    }
    assert len(marks) == 5
    assert all(len(mark) == 22 for mark in marks)
    assert UUID(int=0).hex not in "".join(marks)


def test_what_is_fetched_ahead_is_no_visit():
    assert traces.is_peek(headers={"Sec-Purpose": "prefetch;prerender"})
    assert not traces.is_peek(headers={})
