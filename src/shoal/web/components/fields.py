"""Form fields that several faces share."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from shoal.kit.money import Money, minor_units, parse_amount
from shoal.web.components import inputs


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
            raise forms.ValidationError(gettext("Write an amount, such as 12.50.")) from error

    def prepare_value(self, value: Any) -> Any:
        """This will write minor units as people type them."""
        if not isinstance(value, int):
            return value
        return f"{Money(value, self.currency).decimal:.{minor_units(self.currency)}f}"
