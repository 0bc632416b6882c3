"""What an operator types: windows, contracts, categories, terms, invitations."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from shoal.brands.models import Brand
from shoal.catalog.models import Category
from shoal.offers.models import FlashSale
from shoal.people.models import Operator
from shoal.web.components import inputs
from shoal.web.components.fields import AmountField, MomentField
from shoal.web.desk.frame import role_name


class PercentField(forms.DecimalField):
    """A rate as people type it; cleans to whole basis points."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "min_value": 0,
                "max_value": 100,
                "decimal_places": 2,
                "widget": forms.TextInput(attrs=inputs.AMOUNT),
                **kwargs,
            }
        )

    def clean(self, value: Any) -> Any:
        """This will read percents and return basis points, or None."""
        percent = super().clean(value)
        return None if percent is None else int(percent * 100)

    def prepare_value(self, value: Any) -> Any:
        """This will write basis points as people type percents."""
        return f"{value / 100:g}" if isinstance(value, int) else value


class WindowForm(forms.Form):
    """When a sale that is accepted will run: what the brand asked for, or another window."""

    starts_at = MomentField(label=gettext_lazy("Opens"))
    ends_at = MomentField(label=gettext_lazy("Ends"))
    trailer_at = MomentField(
        label=gettext_lazy("Trailer from"),
        help_text=gettext_lazy("Keepers and customers see it from then on."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Note to the brand"), required=False, max_length=2000
    )

    def __init__(self, *args: Any, sale: FlashSale, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sale = sale
        for name in ("starts_at", "ends_at", "trailer_at"):
            self.fields[name].initial = getattr(sale, name)

    @property
    def window(self) -> dict[str, datetime | None]:
        """The moments that were changed; None where the brand's own wish stands.

        The form shows minutes, the wish may have seconds: what was not touched is not rounded.
        """
        return {
            name: None
            if self.cleaned_data[name] == getattr(self.sale, name).replace(second=0, microsecond=0)
            else self.cleaned_data[name]
            for name in ("starts_at", "ends_at", "trailer_at")
        }


class ContractForm(forms.Form):
    """A contract to offer: the least fee of each category named, the deposit, the terms."""

    rest = PercentField(
        label=gettext_lazy("Least fee, in percent of the sale price"),
        help_text=gettext_lazy("For every category that is not named below."),
    )
    guarantees_authenticity = forms.BooleanField(
        label=gettext_lazy("The brand guarantees that all goods are genuine"), required=False
    )
    terms = forms.CharField(
        label=gettext_lazy("Terms"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(
        self, *args: Any, brand: Brand, categories: Sequence[Category], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.categories = categories
        self.fields["deposit"] = AmountField(
            currency=brand.currency, label=gettext("Deposit"), required=False
        )
        for category in categories:
            self.fields[f"fee_{category.code}"] = PercentField(label=category.name, required=False)
        self.order_fields(["rest", "deposit", "guarantees_authenticity", "terms"])

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """The fields that every contract has."""
        return [self[name] for name in ("rest", "deposit", "guarantees_authenticity", "terms")]

    @property
    def fee_fields(self) -> list[forms.BoundField]:
        """One field for each category."""
        return [self[f"fee_{category.code}"] for category in self.categories]

    @property
    def fees(self) -> dict[str, int]:
        """Category code to basis points; "" for the rest."""
        named = {
            category.code: self.cleaned_data[f"fee_{category.code}"] for category in self.categories
        }
        fees = {code: rate for code, rate in named.items() if rate is not None}
        return {"": self.cleaned_data["rest"], **fees}


class CategoryForm(forms.Form):
    """A place in the category tree."""

    zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=40)
    en = forms.CharField(label=gettext_lazy("Name in English"), max_length=40, required=False)
    position = forms.IntegerField(
        label=gettext_lazy("Position"),
        help_text=gettext_lazy("Small numbers come first."),
        min_value=0,
        max_value=10_000,
        initial=0,
        widget=forms.TextInput(attrs=inputs.WHOLE),
    )
    tax_bp = PercentField(label=gettext_lazy("Tax included in prices, in percent"), initial=0)

    @property
    def names(self) -> Mapping[str, str]:
        """Language to name."""
        return {language: self.cleaned_data[language] for language in ("zh", "en")}


class NewCategoryForm(CategoryForm):
    """A category that is to be added."""

    code = forms.CharField(
        label=pgettext_lazy("desk", "Code"),
        help_text=gettext_lazy("Small letters, digits and hyphens. It never changes."),
        max_length=40,
    )
    parent = forms.ChoiceField(label=gettext_lazy("Below"), required=False)
    field_order = ("zh", "en", "code", "parent", "position", "tax_bp")

    def __init__(self, *args: Any, parents: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = [("", gettext("At the top")), *parents]

    def clean_code(self) -> str:
        """This will hold a code to what stands well in addresses and sheets."""
        code = str(self.cleaned_data["code"]).strip()
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
            raise forms.ValidationError(gettext("Use small letters, digits and hyphens."))
        return code


class TermsForm(forms.Form):
    """A version of the terms of use."""

    zh = forms.CharField(
        label=gettext_lazy("In Chinese"),
        help_text=gettext_lazy("A heading and its text; an empty line before the next heading."),
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    en = forms.CharField(
        label=gettext_lazy("In English"), widget=forms.Textarea(attrs={"rows": 14})
    )


class InvitationForm(forms.Form):
    """Somebody who is to work here."""

    email = forms.EmailField(
        label=gettext_lazy("Work e-mail"), widget=forms.EmailInput(attrs=inputs.EMAIL)
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        # Whoever may do everything comes last: nobody is made that by not choosing.
        roles = sorted(Operator.Role.values, key=lambda role: role == Operator.Role.ADMIN)
        field.choices = [(role, role_name(role)) for role in roles]
