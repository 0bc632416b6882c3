"""Form widgets and their attributes: the right keyboard, autofill and one-time-code hints.

`forms.CharField(widget=forms.TextInput(attrs=inputs.PHONE))`.
"""

from typing import Any, Final

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

PHONE: Final[dict[str, Any]] = {"type": "tel", "inputmode": "tel", "autocomplete": "tel"}
ONE_TIME_CODE: Final[dict[str, Any]] = {
    "inputmode": "numeric",
    "autocomplete": "one-time-code",
    "pattern": "[0-9]*",
    "maxlength": "6",
    "class": "code-input",
}
AMOUNT: Final[dict[str, Any]] = {"inputmode": "decimal", "autocomplete": "off"}
WHOLE: Final[dict[str, Any]] = {"inputmode": "numeric", "autocomplete": "off"}
NAME: Final[dict[str, Any]] = {"autocomplete": "name"}
REGION: Final[dict[str, Any]] = {"autocomplete": "address-level1"}
STREET: Final[dict[str, Any]] = {"autocomplete": "street-address"}
POSTCODE: Final[dict[str, Any]] = {"autocomplete": "postal-code"}
EMAIL: Final[dict[str, Any]] = {"inputmode": "email", "autocomplete": "email"}
PASSWORD: Final[dict[str, Any]] = {"autocomplete": "current-password"}
NEW_PASSWORD: Final[dict[str, Any]] = {"autocomplete": "new-password"}
SWITCH: Final[dict[str, Any]] = {"class": "switch", "role": "switch"}


_SELECTED = SafeString(" selected")


class LongSelect(forms.Select):
    """A select with many options: Django renders a template for each, this all at once."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        """This will write the same element as Django does. There are no groups of options."""
        del renderer
        chosen = {str(one) for one in self.format_value(value)}
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (code, _SELECTED if str(code) in chosen else "", label)
                for code, label in self.choices
            ),
        )
        own = flatatt(self.build_attrs({**self.attrs, "name": name}, attrs))
        return format_html("<select{}>{}</select>", own, options)
