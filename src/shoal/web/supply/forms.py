"""What a merchant types: texts in two languages, papers, freight, parcels, people."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, gettext_lazy

from shoal.brands.models import BrandMember, Paper
from shoal.kit import pictures
from shoal.kit.papers import MAX_BYTES
from shoal.orders.sheets import LONGEST_CARRIER, LONGEST_TRACKING
from shoal.web.components import inputs
from shoal.web.components.fields import AmountField, example_amount
from shoal.web.supply import uploads

PICTURES = {"accept": "image/jpeg,image/png,image/webp,image/avif"}
LANGUAGES = ("zh", "en")
_AREA = forms.Textarea(attrs={"rows": 4})


def texts_in(cleaned: dict[str, Any], name: str) -> dict[str, str]:
    """This will gather the fields `name`_zh and `name`_en as language to text."""
    return {
        language: cleaned[f"{name}_{language}"]
        for language in LANGUAGES
        if cleaned.get(f"{name}_{language}")
    }


def as_fields(texts: dict[str, str], name: str) -> dict[str, str]:
    """This will spread language to text over the fields of a form."""
    return {f"{name}_{language}": texts.get(language, "") for language in LANGUAGES}


def data_of(upload: "UploadedFile[bytes]", *, most: int) -> bytes:
    """This will read an upload; one byte more than allowed is enough to be refused."""
    data: bytes = upload.read(most + 1)
    return data


class StoryForm(forms.Form):
    """What a brand tells about itself."""

    story_zh = forms.CharField(
        label=gettext_lazy("Story in Chinese"), max_length=2000, required=False, widget=_AREA,
        help_text=gettext_lazy("Where your goods come from, who makes them. Customers read it."),
    )  # fmt: skip
    story_en = forms.CharField(
        label=gettext_lazy("Story in English"), max_length=2000, required=False, widget=_AREA
    )


class BrandForm(StoryForm):
    """A brand's application."""

    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=60, required=False)
    field_order = ("name_zh", "name_en", "story_zh", "story_en")


class LogoForm(forms.Form):
    """A brand's logo."""

    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        help_text=gettext_lazy("A square picture of at least 64 pixels: JPEG, PNG or WebP."),
        max_length=200,
        widget=forms.FileInput(attrs=PICTURES),
    )

    @property
    def picture(self) -> bytes:
        """The uploaded bytes."""
        return data_of(self.cleaned_data["logo"], most=pictures.MAX_BYTES)


class PaperForm(forms.Form):
    """A paper to be vetted."""

    kind = forms.ChoiceField(label=gettext_lazy("Paper"), choices=Paper.Kind.choices)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A PDF, or a JPEG, PNG or WebP picture. Only operators read it."),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
    )
    number = forms.CharField(
        label=gettext_lazy("Its number"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    @property
    def paper(self) -> dict[str, Any]:
        """The paper's facts, as `hand_in_paper` takes them."""
        typed = self.cleaned_data
        until: date | None = typed["valid_until"]
        return {
            "kind": Paper.Kind(typed["kind"]),
            "data": data_of(typed["file"], most=MAX_BYTES),
            "number": typed["number"],
            "valid_until": until,
        }


class TrackingForm(forms.Form):
    """Under which number something travels."""

    tracking = forms.CharField(
        label=gettext_lazy("Tracking number"),
        max_length=LONGEST_TRACKING,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ShipmentForm(TrackingForm):
    """A parcel handed to a carrier."""

    carrier = forms.CharField(
        label=gettext_lazy("Carrier"),
        max_length=LONGEST_CARRIER,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "carriers"}),
    )
    field_order = ("carrier", "tracking")


class ProblemForm(forms.Form):
    """Why a parcel cannot be shipped."""

    reason = forms.CharField(
        label=gettext_lazy("Why, and what comes next"),
        help_text=gettext_lazy("The customer reads this."),
        max_length=180,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReasonForm(forms.Form):
    """A reason that stays in the records."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class SheetForm(forms.Form):
    """A spreadsheet."""

    too_large = gettext_lazy("This file is larger than 8 MB. Split it and take the parts in.")

    file = forms.FileField(
        label=gettext_lazy("Sheet"),
        help_text=gettext_lazy("XLSX or CSV, up to 8 MB."),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """This will refuse what is too large to be read while somebody waits."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > uploads.MOST_BYTES:
            raise forms.ValidationError(self.too_large)
        return file


class ProductSheetForm(SheetForm):
    """A product sheet; what is too large for a page has another way in."""

    too_large = gettext_lazy(
        "This file is larger than 8 MB. Split it, or have the operator take it in whole with "
        "`shoal import-products`: that takes up to a million rows."
    )


class QuantityForm(forms.Form):
    """A number of units."""

    quantity = forms.IntegerField(
        label=gettext_lazy("Units"), min_value=1, max_value=10**9,
        widget=forms.TextInput(attrs=inputs.WHOLE),
    )  # fmt: skip


class LossForm(QuantityForm):
    """Units that cannot be sold any more."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Broken, lost, kept for a test …"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class InviteForm(forms.Form):
    """Somebody to work with."""

    email = forms.CharField(
        label=gettext_lazy("E-mail"), max_length=254,
        widget=forms.EmailInput(attrs=inputs.EMAIL),
    )  # fmt: skip
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=BrandMember.Role.choices)


class FreightForm(forms.Form):
    """What a parcel costs the customer."""

    regions = forms.CharField(
        label=gettext_lazy("Regions that differ"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, currency: str, named: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["regions"].help_text = gettext(
            "One per line: the region’s code, then the extra amount, or “no” where you do not"
            " ship. 65 {extra} adds {extra} in Xinjiang; 54 no leaves Tibet out."
        ).format(extra=example_amount(currency))
        amount: dict[str, Any] = {"currency": currency, "max_length": 16}
        fields: dict[str, forms.Field] = {
            "base": AmountField(label=gettext("Up to the first kilogram"), **amount),
            "per_kg": AmountField(
                label=gettext("Each further kilogram begun"), required=False, **amount
            ),
            "free_from": AmountField(
                label=gettext("Free from"), required=False,
                help_text=gettext("Goods of yours in one order; empty: never free."), **amount,
            ),
        }  # fmt: skip
        if named:
            fields = {
                "name": forms.CharField(label=gettext("Name, for yourself"), max_length=60),
                **fields,
            }
        self.fields = {**fields, **self.fields}

    def clean_regions(self) -> dict[str, int | None]:
        """This will read the lines: region code to extra minor units, None where refused."""
        found: dict[str, int | None] = {}
        for line in self.cleaned_data["regions"].splitlines():
            if not line.strip():
                continue
            code, _, rest = line.strip().partition(" ")
            found[code] = self._extra(code, rest.strip())
        return found

    def _extra(self, code: str, text: str) -> int | None:
        if text.casefold() in {"no", "不发货", "不发"}:
            return None
        try:
            extra = AmountField(currency=self.currency).clean(text)
        except forms.ValidationError:
            extra = None
        if extra is None or not code.isdigit() or len(code) > 6:
            words = gettext("“{line}”: write a code of digits, then an amount or “no”.")
            raise forms.ValidationError(words.format(line=f"{code} {text}"))
        return extra
