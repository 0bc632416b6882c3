"""What the style guide shows: one example of everything, made up here and nowhere else."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from shoal.kit.money import Money
from shoal.web.components import inputs
from shoal.web.components.charts import Point
from shoal.web.components.icons import ICONS
from shoal.web.components.nav import Place

_COLOURS = (
    "page", "surface", "sunk", "line", "line-strong", "ink", "ink-soft", "sea", "sea-strong",
    "sea-soft", "coral", "coral-fill", "coral-soft", "amber", "amber-soft",
)  # fmt: skip


class ExampleForm(forms.Form):
    """A form with a field of each kind."""

    phone = forms.CharField(
        label=_("Mobile number"),
        help_text=_("We send a code to it."),
        widget=forms.TextInput(attrs=inputs.PHONE),
    )
    code = forms.CharField(label=_("Code"), widget=forms.TextInput(attrs=inputs.ONE_TIME_CODE))
    markup = forms.DecimalField(
        label=_("Markup"), required=False, widget=forms.NumberInput(attrs=inputs.AMOUNT)
    )
    freight = forms.ChoiceField(
        label=_("Ships from"), choices=[("hz", _("Hangzhou")), ("gz", _("Guangzhou"))]
    )
    when = forms.ChoiceField(
        label=_("Deliver"),
        choices=[("any", _("Any day")), ("weekend", _("At the weekend"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea)
    papers = forms.FileField(label=_("Licence"), required=False)
    agree = forms.BooleanField(label=_("I have read the terms of sale"))
    pause = forms.BooleanField(
        label=_("Pause the shop"),
        help_text=_("Customers see it, but cannot buy."),
        required=False,
        widget=forms.CheckboxInput(attrs=inputs.SWITCH),
    )


def _cny(minor: int) -> Money:
    return Money(minor, "CNY")


def guide_context(*, at: datetime) -> dict[str, Any]:
    """This will gather the examples as of `at`; times in them lie around it."""
    wrong = ExampleForm({"phone": "12", "freight": "hz", "when": "any"}, auto_id="wrong_%s")
    return {
        "at": at,
        "soon": at + timedelta(hours=5, minutes=12, seconds=9),
        "later": at + timedelta(days=2, hours=3),
        "past": at - timedelta(minutes=1),
        "colours": _COLOURS,
        "icons": sorted(ICONS),
        "form": ExampleForm(initial={"when": "any"}),
        "wrong": wrong,
        "nav": _rail(),
        "bar": _bar(),
        "tabs": [
            Place(str(_("All")), "orders", "#tabs", current=True),
            Place(str(_("To pay")), "wallet", "#to-pay", count=2),
            Place(str(_("On the way")), "truck", "#on-the-way", count=11),
            Place(str(_("Done")), "good", "#done"),
        ],
        "places": [
            Place(str(_("Goods")), "goods", "#"),
            Place(str(_("Kitchen")), "goods", "#"),
            Place(str(_("Teapots")), "goods", ""),
        ],
        "page": Paginator(range(90), 10).page(3),
        "tiles": _tiles(),
        "skus": _skus(),
        "groups": [
            {"name": _("Colour"), "values": [str(_("Sea green")), str(_("Sand"))]},
            {"name": _("Size"), "values": ["M", "L"]},
        ],
        "steps": [
            {"title": _("On the way"), "text": "SF 1234 5678", "at": at},
            {"title": _("Paid"), "at": at - timedelta(hours=20)},
            {"title": _("Ordered"), "at": at - timedelta(hours=21)},
        ],
        "rows": _orders(at),
        "bars": [
            Point(str(_("Tea")), 86, "86", strong=True),
            Point(str(_("Kitchen")), 52, "52"),
            Point(str(_("Clothes")), 31, "31"),
            Point(str(_("Toys")), 0, "0"),
        ],
        "line": [
            Point(f"11-{day:02}", value)
            for day, value in enumerate((12, 19, 14, 30, 42, 38, 61), start=16)
        ],
        "one": _cny(12_800),
        "was": _cny(16_800),
        "large": _cny(123_456_789),
        "less": _cny(-550),
        "yen": Money(1_280, "JPY"),
        "dinar": Money(1_250, "KWD"),
    }


def _bar() -> list[Place]:
    return [
        Place(str(_("Shop")), "shop", "#shop", current=True),
        Place(str(_("Categories")), "categories", "#categories"),
        Place(str(_("Cart")), "cart", "#cart", count=3),
        Place(str(_("Me")), "me", "#me"),
    ]


def _rail() -> list[Place]:
    selling, money = str(_("Selling")), str(_("Money"))
    return [
        Place(str(_("Today")), "today", "#today"),
        Place(str(_("Style guide")), "sun", "#main", current=True),
        Place(str(_("Brands")), "brand", "#brands", count=2, group=selling),
        Place(str(_("Sales")), "sale", "#sales", group=selling),
        Place(str(_("Orders")), "orders", "#orders", group=selling),
        Place(str(_("Ledger")), "ledger", "#ledger", group=money),
        Place(str(_("Payouts")), "wallet", "#payouts", group=money),
    ]


def _tiles() -> list[dict[str, Any]]:
    teapot = {"brand": _("Hearth"), "title": _("Teapot of rough clay, 600 ml"), "now": _cny(12_800)}
    return [
        teapot | {"was": _cny(16_800), "flag": _("Ends today"), "earn": _cny(1_230)},
        teapot
        | {
            "title": _("Scarf of washed linen in the colours of the shore, long"),
            "now": _cny(8_900),
            "note": _("Ships from Hangzhou"),
        },
        teapot | {"title": _("Honey of mountain flowers"), "now": _cny(4_550), "gone": True},
        teapot | {"title": _("Lamp"), "now": _cny(123_456_700), "was": _cny(200_000_000)},
    ]  # fmt: skip


def _skus() -> list[SimpleNamespace]:
    green, sand = str(_("Sea green")), str(_("Sand"))
    variants = [(green, "M", 12), (green, "L", 3), (sand, "M", 0), (sand, "L", 40)]
    return [
        SimpleNamespace(
            code=f"sku{place}",
            label=f"{colour} · {size}",
            values=[colour, size],
            left=left,
            price=_cny(12_800 + 500 * place),
            was=None,
        )
        for place, (colour, size, left) in enumerate(variants)
    ]


def _orders(at: datetime) -> list[dict[str, Any]]:
    states = [(_("Paid"), "good"), (_("Waiting for payment"), "warn"), (_("Refused"), "bad")]
    return [
        {
            "code": f"7KQ{place}XW",
            "shop": _("Mei's corner"),
            "state": state,
            "kind": kind,
            "amount": _cny(12_800 * (place + 1)),
            "at": at - timedelta(hours=place),
        }
        for place, (state, kind) in enumerate(states)
    ]
