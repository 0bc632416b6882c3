"""What a merchant types about a case: an offer line by line, a reason, a number, an address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from shoal.care.models import Case
from shoal.kit.amounts import units_text
from shoal.orders.sheets import LONGEST_CARRIER, LONGEST_TRACKING
from shoal.web.cases import line_rows
from shoal.web.cases_forms import OptionalWordsForm
from shoal.web.components import inputs


class ArrivalForm(OptionalWordsForm):
    """What came back: how many of each line cannot be sold again."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = [row for row in line_rows(case) if row.given_units]
        for row in self.rows:
            self.fields[f"broken-{row.row.id}"] = forms.IntegerField(
                label=units_text(row.title, row.given_units or 0),
                help_text=gettext_lazy("How many of them cannot be sold again"),
                min_value=0,
                max_value=row.given_units,
                initial=0,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
        self.order_fields([*(f"broken-{row.row.id}" for row in self.rows), "words"])

    def broken(self) -> dict[Any, int]:
        """This will return the broken units by order line."""
        return {row.row.line_id: self.cleaned_data[f"broken-{row.row.id}"] for row in self.rows}


class ReplacementForm(forms.Form):
    """The new goods were handed to a carrier."""

    carrier = forms.CharField(
        label=gettext_lazy("Carrier"), max_length=LONGEST_CARRIER,
        widget=forms.TextInput(attrs={"list": "carriers", "autocomplete": "off"}),
    )  # fmt: skip
    tracking = forms.CharField(
        label=gettext_lazy("Tracking number"), max_length=LONGEST_TRACKING,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class ReturnAddressForm(forms.Form):
    """Where returned goods go."""

    recipient = forms.CharField(label=gettext_lazy("Recipient"), max_length=60)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=32, widget=forms.TextInput(attrs=inputs.PHONE)
    )
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
    note = forms.CharField(
        label=gettext_lazy("What to write on the parcel"), required=False, max_length=200
    )
