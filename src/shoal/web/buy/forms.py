"""The forms of the customer's face. What may stand in them is decided below, by the operations."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shoal.people.operations import NotAPhone
from shoal.people.queries import KnownAddress
from shoal.people.rules import parse_phone
from shoal.web.buy.regions import region_by_code, region_choices
from shoal.web.components import inputs

# Stored in English with the order's step; shown in the reader's language by `reason_text`.
CANCEL_REASONS = (
    ("changed my mind", _("I changed my mind")),
    ("wrong address or goods", _("I chose the wrong goods or address")),
    ("takes too long", _("It takes too long")),
    ("found elsewhere", _("I found it elsewhere")),
    ("another reason", _("Another reason")),
)


class AddressForm(forms.Form):
    """Where a parcel goes."""

    recipient = forms.CharField(
        label=_("Recipient"), max_length=40, widget=forms.TextInput(attrs=inputs.NAME)
    )
    phone = forms.CharField(
        label=_("Mobile number"), max_length=24, widget=forms.TextInput(attrs=inputs.PHONE)
    )
    region = forms.ChoiceField(
        label=_("Province or municipality"),
        choices=region_choices,
        widget=inputs.LongSelect(attrs=inputs.REGION),
    )
    city = forms.CharField(
        label=_("City"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    district = forms.CharField(
        label=_("District or county"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level3"}),
    )
    street = forms.CharField(
        label=_("Street, building, door"),
        max_length=200,
        widget=forms.TextInput(attrs=inputs.STREET),
    )

    def clean_phone(self) -> str:
        """This will take only a phone at which the carrier can reach her."""
        number = parse_phone(self.cleaned_data["phone"], region=settings.SHOAL_PHONE_REGION)
        if number is None:
            raise forms.ValidationError(NotAPhone().sentence)
        return number

    @property
    def record(self) -> dict[str, str]:
        """The checked address, with the province as it stands on a parcel."""
        region = region_by_code(self.cleaned_data["region"])
        return {
            **{name: str(self.cleaned_data[name]) for name in self.cleaned_data},
            "province": region.zh if region else "",
        }


class BookForm(AddressForm):
    """An address of the address book."""

    is_default = forms.BooleanField(
        label=_("Use this address first"),
        required=False,
        widget=forms.CheckboxInput(attrs=inputs.SWITCH),
    )


class WishesForm(forms.Form):
    """What else goes with an order: a note, an invoice."""

    note = forms.CharField(
        label=_("Note for the parcel"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    invoice = forms.ChoiceField(
        label=_("Invoice"),
        required=False,
        choices=[
            ("", _("No invoice")),
            ("personal", _("For a person")),
            ("company", _("For a company")),
        ],
    )
    invoice_title = forms.CharField(
        label=pgettext_lazy("whom an invoice is made out to", "Made out to"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    invoice_tax_number = forms.CharField(
        label=_("Tax number"),
        help_text=_("For a company: 15 to 20 letters and digits."),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean(self) -> dict[str, Any]:
        """This will ask for what a company's invoice needs, and drop what no invoice needs."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        kind = data.get("invoice", "")
        number = "".join(str(data.get("invoice_tax_number", "")).split()).upper()
        if kind == "company":
            if not data.get("invoice_title"):
                self.add_error("invoice_title", _("Please give the company's full name."))
            if not (15 <= len(number) <= 20 and number.isascii() and number.isalnum()):
                self.add_error("invoice_tax_number", _("Please check the tax number."))
        data["invoice_tax_number"] = number if kind == "company" else ""
        if not kind:
            data["invoice_title"] = ""
        return data

    @property
    def record(self) -> dict[str, str]:
        """What was asked for; empty wishes are left out."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class CancelForm(forms.Form):
    """Why she gives an order up."""

    reason = forms.ChoiceField(
        label=_("Why do you cancel?"), choices=CANCEL_REASONS, widget=forms.RadioSelect
    )


def address_start(known: KnownAddress) -> dict[str, Any]:
    """This will return what an address form shows of a known address."""
    return {name: getattr(known, name) for name in (*AddressForm.base_fields, "is_default")}


def reason_text(reason: str) -> str:
    """This will say in the reader's language why an order was given up."""
    return str(dict(CANCEL_REASONS).get(reason, ""))
