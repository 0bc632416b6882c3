"""What a keeper types: names, words, prices, rules and pictures."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from shoal.kit import pictures
from shoal.shelves.operations import LONGEST_WORDS
from shoal.shelves.rules import MOST_PERCENT_BP, MarkupKind
from shoal.shops.models import Shop
from shoal.shops.rules import LONGEST_GREETING, LONGEST_NAME
from shoal.web.components import inputs
from shoal.web.components.fields import AmountField

PALETTE_NAMES = {
    "sea": gettext_lazy("Sea"),
    "berry": gettext_lazy("Berry"),
    "pine": gettext_lazy("Pine"),
    "plum": gettext_lazy("Plum"),
    "sand": gettext_lazy("Sand"),
    "ink": gettext_lazy("Ink"),
}
_PICTURES = {"accept": "image/jpeg,image/png,image/webp,image/avif"}


class ShopNameForm(forms.Form):
    """All that opening a shop takes."""

    name = forms.CharField(
        label=gettext_lazy("Name of the shop"),
        help_text=gettext_lazy("Your customers see it. You can change it at any time."),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "done"}),
    )


class OpeningForm(ShopNameForm):
    """A new shop: its name, and its currency where the market has several."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(settings.SHOAL_CURRENCIES) > 1:
            self.fields["currency"] = forms.ChoiceField(
                label=gettext("Currency"),
                help_text=gettext("Your customers pay in it. It stays as it is."),
                choices=[(code, code) for code in settings.SHOAL_CURRENCIES],
            )


class ShopForm(ShopNameForm):
    """What a shop says about itself."""

    greeting = forms.CharField(
        label=gettext_lazy("Greeting"),
        help_text=gettext_lazy("One or two sentences at the top of your shop."),
        max_length=LONGEST_GREETING,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PauseForm(forms.Form):
    """Why a shop rests: for the keeper's own memory."""

    reason = forms.CharField(
        label=gettext_lazy("Reason, for yourself"), max_length=200, required=False
    )


class LookForm(forms.Form):
    """Colours and pictures of a shop."""

    palette = forms.ChoiceField(
        label=gettext_lazy("Colour"),
        choices=list(PALETTE_NAMES.items()),
        widget=forms.RadioSelect,
    )
    banner = forms.FileField(
        label=gettext_lazy("Banner"),
        help_text=gettext_lazy("A wide picture, three times as wide as high."),
        required=False,
        max_length=200,
        widget=forms.FileInput(attrs=_PICTURES),
    )
    no_banner = forms.BooleanField(label=gettext_lazy("Take the banner down"), required=False)
    avatar = forms.FileField(
        label=gettext_lazy("Your picture"),
        required=False,
        max_length=200,
        widget=forms.FileInput(attrs=_PICTURES),
    )
    no_avatar = forms.BooleanField(label=gettext_lazy("Take your picture down"), required=False)

    def __init__(self, *args: Any, shop: Shop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["palette"].initial = shop.palette
        if not shop.banner:
            del self.fields["no_banner"]
        if not shop.avatar:
            del self.fields["no_avatar"]

    def picture(self, name: str) -> bytes | None:
        """This will return an uploaded picture, b"" to take it down, or None to leave it."""
        if self.cleaned_data.get(f"no_{name}"):
            return b""
        uploaded = self.cleaned_data.get(name)
        # One byte more than allowed is enough to be refused as too large.
        return uploaded.read(pictures.MAX_BYTES + 1) if uploaded else None


class RuleForm(forms.Form):
    """What a shelf follows."""

    rule = forms.ChoiceField(
        label=gettext_lazy("What your shop shows"),
        choices=[
            ("all", gettext_lazy("Everything, also what comes new")),
            ("chosen", gettext_lazy("Only the brands and categories I tick")),
        ],
        widget=forms.RadioSelect,
    )
    brands = forms.MultipleChoiceField(
        label=gettext_lazy("Brands"), required=False, widget=forms.CheckboxSelectMultiple
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        brands: Sequence[tuple[str, str]],
        categories: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("brands", brands), ("categories", categories)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type
            field.choices = choices


class MarkupForm(forms.Form):
    """What a shelf adds to every price."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Your markup"),
        choices=[
            (MarkupKind.NONE.value, gettext_lazy("None: the sale price")),
            (MarkupKind.PERCENT.value, gettext_lazy("In percent of the sale price")),
            (MarkupKind.FIXED.value, gettext_lazy("The same amount on everything")),
        ],
        widget=forms.RadioSelect,
    )
    percent = forms.DecimalField(
        label=gettext_lazy("Percent"),
        required=False,
        decimal_places=2,
        min_value=-MOST_PERCENT_BP // 100,
        max_value=MOST_PERCENT_BP // 100,
        widget=forms.TextInput(attrs=inputs.AMOUNT),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(
            currency=currency, label=gettext("Amount"), required=False
        )

    def clean(self) -> dict[str, Any]:
        """This will ask for the number that the chosen kind needs."""
        cleaned = super().clean() or {}
        wanted = {"percent": "percent", "fixed": "amount"}.get(cleaned.get("kind", ""))
        if wanted and wanted not in self.errors and cleaned.get(wanted) is None:
            self.add_error(wanted, gettext("How much? A minus in front makes it cheaper."))
        return cleaned

    @property
    def value(self) -> int:
        """The number in basis points or minor units."""
        match self.cleaned_data["kind"]:
            case "percent":
                return int(self.cleaned_data["percent"] * 100)
            case "fixed":
                return int(self.cleaned_data["amount"])
        return 0


class WordsForm(forms.Form):
    """What a keeper says about a product."""

    text = forms.CharField(
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy("Why you like it, how you use it. Stands on the product's page."),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(forms.Form):
    """A keeper's answer to a customer."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        widget=forms.Textarea(attrs={"rows": 2, "enterkeyhint": "send"}),
    )
