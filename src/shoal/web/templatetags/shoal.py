"""The tags of the components. `{% load shoal %}`; web/components/README.md lists them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import segno
from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from shoal.kit.amounts import amount_parts, amount_text
from shoal.kit.money import Money
from shoal.kit.texts import in_language
from shoal.web.components import charts
from shoal.web.components.bundles import bundle_path
from shoal.web.components.countdowns import time_left
from shoal.web.components.icons import ICONS
from shoal.web.components.look import chosen_theme

register = template.Library()
_LONG = 7  # "123,456" still fits a tile at 360 px in the large size


def _money(amount: Money | int | str, currency: str | None) -> Money:
    if isinstance(amount, Money):
        return amount
    return Money(int(amount), currency or settings.SHOAL_CURRENCY)


@register.simple_tag
def styles(face: str) -> SafeString:
    """This will link the one stylesheet of a face."""
    return format_html('<link rel="stylesheet" href="{}">', static(bundle_path(face=face)))


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """This will name the reader's own choice, "light" or "dark", or nothing."""
    request = context.get("request")
    return chosen_theme(request) if request else ""


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """This will draw an icon inline; with a `label` it is read out, otherwise it is silent."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" width="22" height="22" {}>{}</svg>',
        f" is-{size}" if size else "",
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"'),
        mark_safe(ICONS[name]),  # noqa: S308 - our own drawings
    )


@register.simple_tag
def money(amount: Money | int, currency: str | None = None) -> SafeString:
    """This will write an amount in full, never broken over two lines."""
    text = amount_text(amount=_money(amount, currency))
    return format_html('<span class="money">{}</span>', text)


@register.filter(name="money")
def money_filter(amount: Money | None) -> str:
    """This will write a Money as plain text, for attributes and sentences; nothing for None."""
    return amount_text(amount=amount) if amount else ""


@register.inclusion_tag("components/price.html")
def price(
    amount: Money | int,
    currency: str | None = None,
    was: Money | int | str | None = None,
    size: str = "",
) -> dict[str, Any]:
    """This will show a price; `was` is struck through; `size` is "", "large" or "calm"."""
    now = _money(amount, currency)
    sign, whole, decimals = amount_parts(amount=now)
    # An include hands over "" for what its caller left out.
    before = None if was is None or was == "" else _money(was, currency)
    higher = before is not None and now < before
    return {
        "sign": sign,
        "whole": whole,
        "decimals": decimals,
        "was": amount_text(amount=before) if before and higher else "",
        "size": size or ("long" if len(whole) > _LONG else ""),
    }


@register.inclusion_tag("components/countdown.html")
def countdown(
    until: datetime,
    server_now: datetime,
    label: str = "",
    ended: str = "",
    look: str = "",
    *,
    begins: object = False,
) -> dict[str, Any]:
    """This will count down to `until` by the server's clock; without JavaScript it names the time.

    `look` "on-picture" gives it a ground of its own. `begins` says that something starts then.
    """
    return {
        "until": until,
        "until_ms": round(until.timestamp() * 1000),
        "now_ms": round(server_now.timestamp() * 1000),
        "left": time_left(until=until, now=server_now),
        "label": label,
        "ended": ended,
        "look": look,
        "begins": begins,
    }


@register.simple_tag
def qr(url: str, label: str = "") -> SafeString:
    """This will draw `url` as a QR code, inline and dark on white in both themes."""
    code = segno.make(url, error="m", micro=False)
    drawing = code.svg_inline(
        omitsize=True, border=0, dark="#0f2b27", light="#ffffff", svgclass=None, lineclass=None
    )
    return format_html(
        '<div class="qr" role="img" aria-label="{}">{}</div>',
        label or url,
        mark_safe(drawing),  # noqa: S308 - made of numbers by segno
    )


def picture_url(*, digest: str, width: int, kind: str = "webp") -> str:
    """This will return the address of one size of a picture."""
    return f"{settings.MEDIA_URL}pictures/{digest}-{width}.{kind}"


@register.inclusion_tag("components/picture.html")
def picture(
    p: Any,
    sizes: str = "50vw",
    shape: str = "square",
    alt: str | None = None,
    eager: bool | str = False,  # noqa: FBT001, FBT002 - a template hands over "" for nothing
) -> dict[str, Any]:
    """This will show a `catalog.Picture`, a stored one, or nothing, in the size the screen needs.

    `shape` is square, wide or natural; `alt` "" marks it decorative; the first picture of a page
    is `eager`.
    """
    if not p:
        return {"p": None, "shape": shape}
    texts: Mapping[str, str] = getattr(p, "alts", None) or {}
    return {
        "p": p,
        "avif": _srcset(p.digest, p.widths, "avif"),
        "webp": _srcset(p.digest, p.widths, "webp"),
        "src": picture_url(digest=p.digest, width=_middle(p.widths)),
        "sizes": sizes,
        "shape": shape,
        "alt": in_language(texts, "zh") if alt is None else alt,
        "eager": eager,
    }


def _srcset(digest: str, widths: Sequence[int], kind: str) -> str:
    return ", ".join(f"{picture_url(digest=digest, width=w, kind=kind)} {w}w" for w in widths)


def _middle(widths: Sequence[int]) -> int:
    return widths[len(widths) // 2]


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(rows: Sequence[charts.Point], caption: str) -> dict[str, Any]:
    """This will draw horizontal bars inside the table of their values."""
    return {"bars": charts.bars(points=rows), "caption": caption}


@register.inclusion_tag("components/line_chart.html")
def line_chart(rows: Sequence[charts.Point], caption: str) -> dict[str, Any]:
    """This will draw a line over time with its table folded beneath it."""
    return {"line": charts.line(points=rows), "rows": rows, "caption": caption}


@register.simple_tag
def data(**values: Any) -> SafeString:
    """This will write data attributes, leaving out the empty ones: `data-shop-code="…"`."""
    pairs = (
        (key.replace("_", "-"), value) for key, value in values.items() if value not in {"", None}
    )
    return format_html_join(" ", 'data-{}="{}"', pairs)


@register.filter
def initial(name: str) -> str:
    """This will return the letter that stands in for a missing picture."""
    return name.strip()[:1].upper() or "·"
