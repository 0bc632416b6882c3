"""Form fields that several faces share."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from shoal.kit.money import Money, minor_units, parse_amount
from shoal.web.components import inputs

_MOMENT = "%Y-%m-%dT%H:%M"
# Further away a moment is a slip of the hand; at the calendar's ends no time zone can be applied.
_YEARS = range(2000, 2200)


class MomentField(forms.DateTimeField):
    """A moment in the market's time zone, as a browser's field or a person writes it."""

    default_error_messages = {  # noqa: RUF012 - Django reads it from the class
        "far": gettext_lazy("Please choose a year between 2000 and 2199."),
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
        formats = [_MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(**{"widget": widget, "input_formats": formats, **kwargs})

    def to_python(self, value: Any) -> datetime | None:
        """This will read the moment; a ValidationError says of one far away which years go."""
        if isinstance(value, str) and re.match(r"\d{4}-", value) and int(value[:4]) not in _YEARS:
            raise forms.ValidationError(self.error_messages["far"], code="far")
        return super().to_python(value)


def example_amount(currency: str) -> str:
    """This will write an amount as one is typed in this currency: 12.50, 1250, 1.250."""
    return f"{Money(1_250, currency).decimal}"


class AmountField(forms.CharField):
    """An amount as people type it; cleans to whole minor units of its currency, or None."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.TextInput(attrs=inputs.AMOUNT), **kwargs})
        self.currency = currency

    def clean(self, value: Any) -> int | None:
        """This will read the amount; a ValidationError tells how to write it."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text, self.currency).minor
        except ValueError as error:
            raise forms.ValidationError(self._how()) from error

    def _how(self) -> str:
        """How an amount of this currency is written."""
        decimals = minor_units(self.currency)
        if decimals == 0:
            words = gettext("{currency} has no decimals. Write a whole amount, such as 1250.")
            return words.format(currency=self.currency)
        if decimals == 2:
            return gettext("Write an amount, such as 12.50.")
        words = gettext("{currency} has {decimals} decimals. Write an amount, such as 12.500.")
        return words.format(currency=self.currency, decimals=decimals)

    def prepare_value(self, value: Any) -> Any:
        """This will write minor units as people type them."""
        if not isinstance(value, int):
            return value
        return f"{Money(value, self.currency).decimal:.{minor_units(self.currency)}f}"
