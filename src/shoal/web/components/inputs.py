"""Attributes for form widgets: the right keyboard, autofill and one-time-code hints.

`forms.CharField(widget=forms.TextInput(attrs=inputs.PHONE))`.
"""

from typing import Any, Final

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
