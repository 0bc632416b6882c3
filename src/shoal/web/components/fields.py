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
