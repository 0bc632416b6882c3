"""What a merchant types about a product: its texts, its variants, an edit of a live one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as every_pair
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from shoal.brands.models import Brand
from shoal.catalog.entries import NewProduct, NewSku
from shoal.catalog.models import Product, Sku
from shoal.catalog.products import DESCRIPTION_LENGTH, TITLE_LENGTH
from shoal.catalog.queries import Branch, category_tree, freight_templates
from shoal.web.answers import whole
from shoal.web.components import inputs
from shoal.web.supply.forms import PICTURES, as_fields, texts_in

MOST_ATTRIBUTES = 3
MOST_VARIANTS = 200
_SPARE = 3


class TextsForm(forms.Form):
    """A product's texts, its place in the tree, its freight."""

    title_zh = forms.CharField(
        label=gettext_lazy("Title in Chinese"), max_length=TITLE_LENGTH, required=False
    )
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=TITLE_LENGTH, required=False
    )
    description_zh = forms.CharField(
        label=gettext_lazy("Description in Chinese"), max_length=DESCRIPTION_LENGTH,
        required=False, widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    description_en = forms.CharField(
        label=gettext_lazy("Description in English"), max_length=DESCRIPTION_LENGTH,
        required=False, widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    category = forms.ChoiceField(label=gettext_lazy("Category"))
    freight = forms.ChoiceField(
        label=gettext_lazy("Freight"),
        help_text=gettext_lazy("Without a template it travels free of charge."),
        required=False,
    )

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        templates = [(row.code, row.name) for row in freight_templates(brand=brand)]
        _choices(self, "category", [("", "—"), *_indented(category_tree())])
        _choices(self, "freight", [("", gettext("Free of charge")), *templates])

    def clean(self) -> dict[str, Any]:
        """This will ask for a title in at least one language."""
        cleaned = super().clean() or {}
        if not texts_in(cleaned, "title") and not self.errors:
            self.add_error("title_zh", gettext("Give it a title, in one language at least."))
        return cleaned

    @property
    def texts(self) -> dict[str, Any]:
        """What was typed, as a product's fields."""
        typed = self.cleaned_data
        return {
            "titles": texts_in(typed, "title"),
            "descriptions": texts_in(typed, "description"),
            "category": typed["category"],
            "freight": typed["freight"] or None,
        }


class DraftForm(TextsForm):
    """A new product, or a draft."""

    reference = forms.CharField(
        label=gettext_lazy("Your product number"),
        help_text=gettext_lazy("As in your own system. You find the product by it."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("reference", "title_zh", "title_en")

    def entry(self, draft: Product | None) -> NewProduct:
        """This will describe the product; a draft keeps its variants."""
        texts = self.texts
        base = draft.base_language if draft else "zh"
        return NewProduct(
            reference=self.cleaned_data["reference"],
            base_language=base if base in texts["titles"] else next(iter(texts["titles"])),
            attributes=draft.attributes if draft else (),
            skus=[new_sku(sku) for sku in draft.skus.all()] if draft else (),
            **texts,
        )


def texts_of(product: Product) -> dict[str, Any]:
    """This will fill the form of a product's texts."""
    return {
        "reference": product.reference,
        **as_fields(product.titles, "title"),
        **as_fields(product.descriptions, "description"),
        "category": product.category.code,
        "freight": product.freight.code if product.freight else "",
    }


def new_sku(sku: Sku) -> NewSku:
    """This will describe a SKU as it is."""
    return NewSku(sku.reference, sku.values, sku.barcode, sku.weight_g)


class AttributeForm(forms.Form):
    """One thing in which variants differ, with its values."""

    name_zh = forms.CharField(
        label=gettext_lazy("In Chinese"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"placeholder": "颜色"}),
    )  # fmt: skip
    name_en = forms.CharField(
        label=gettext_lazy("In English"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"placeholder": "Colour"}),
    )  # fmt: skip
    values = forms.CharField(
        label=gettext_lazy("Values, one per line"),
        help_text=gettext_lazy("Both languages with a slash between: 深蓝 / Navy"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    @property
    def attribute(self) -> dict[str, Any] | None:
        """The attribute, or None where nothing was typed."""
        names = texts_in(self.cleaned_data, "name")
        values = [_value(line) for line in self.cleaned_data["values"].splitlines() if line.strip()]
        return {"names": names, "values": values} if names and values else None


class VariantForm(forms.Form):
    """One variant: a number, one value of each attribute, barcode and weight."""

    reference = forms.CharField(label=gettext_lazy("SKU number"), max_length=60, required=False)
    barcode = forms.CharField(
        label=gettext_lazy("Barcode"), max_length=32, required=False,
        widget=forms.TextInput(attrs=inputs.WHOLE),
    )  # fmt: skip
    weight_g = forms.IntegerField(
        label=gettext_lazy("Grams"), min_value=0, max_value=2_000_000, required=False,
        widget=forms.TextInput(attrs=inputs.WHOLE),
    )  # fmt: skip

    def __init__(self, *args: Any, attributes: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attributes = attributes
        picks: dict[str, forms.Field] = {}
        for place, attribute in enumerate(attributes):
            choices = [
                (str(number), " / ".join(value.values()))
                for number, value in enumerate(attribute["values"])
            ]
            picks[f"value_{place}"] = forms.ChoiceField(
                label=" / ".join(attribute["names"].values()),
                choices=[("", "—"), *choices], required=False,
            )  # fmt: skip
        typed = dict(self.fields)
        self.fields = {"reference": typed.pop("reference"), **picks, **typed}

    def clean(self) -> dict[str, Any]:
        """This will ask for a value of each attribute where there is a number."""
        cleaned = super().clean() or {}
        if cleaned.get("reference"):
            for name in self.picks:
                if not cleaned.get(name):
                    self.add_error(name, gettext("Choose one."))
        return cleaned

    @property
    def picks(self) -> list[str]:
        """The names of the fields that choose a value."""
        return [f"value_{place}" for place in range(len(self.attributes))]

    @property
    def sku(self) -> NewSku | None:
        """The variant, or None where the row was left empty."""
        typed = self.cleaned_data
        if not typed.get("reference"):
            return None
        values = [
            self.attributes[place]["values"][int(typed[name])]
            for place, name in enumerate(self.picks)
        ]
        return NewSku(typed["reference"], values, typed["barcode"], typed["weight_g"] or 0)


@dataclass(slots=True)
class Variants:
    """The attributes and variants of one product, as typed."""

    attributes: list[AttributeForm]
    rows: list[VariantForm]

    def are_valid(self) -> bool:
        """This will check everything, so that every mistake is shown at once."""
        return all(one.is_valid() for one in (*self.attributes, *self.rows))

    @property
    def skus(self) -> list[NewSku]:
        """The variants that were filled in."""
        return [sku for row in self.rows if (sku := row.sku) is not None]


def typed_attributes(data: QueryDict) -> list[AttributeForm]:
    """This will read the attributes of a sent form."""
    return [AttributeForm(data, prefix=f"a{place}") for place in range(MOST_ATTRIBUTES)]


def kept_attributes(product: Product) -> list[AttributeForm]:
    """This will show a product's attributes, with room for those it does not have."""
    known = list(product.attributes)[:MOST_ATTRIBUTES]
    initial: list[dict[str, Any]] = [
        {
            **as_fields(attribute["names"], "name"),
            "values": "\n".join(_line(value) for value in attribute["values"]),
        }
        for attribute in known
    ]
    initial += [{}] * (MOST_ATTRIBUTES - len(initial))
    return [AttributeForm(initial=one, prefix=f"a{n}") for n, one in enumerate(initial)]


def typed_rows(data: QueryDict, attributes: Sequence[Mapping[str, Any]]) -> list[VariantForm]:
    """This will read the variants of a sent form."""
    rows = min(whole(data.get("rows"), default=0), MOST_VARIANTS)
    return [VariantForm(data, prefix=f"v{n}", attributes=attributes) for n in range(rows)]


def shown_rows(
    skus: Sequence[NewSku], attributes: Sequence[Mapping[str, Any]], *, spare: int = _SPARE
) -> list[VariantForm]:
    """This will show variants as rows, with some empty ones."""
    initial = [_row(sku, attributes) for sku in skus] + [{}] * spare
    return [
        VariantForm(initial=one, prefix=f"v{n}", attributes=attributes)
        for n, one in enumerate(initial[:MOST_VARIANTS])
    ]


def combined(
    skus: Sequence[NewSku], attributes: Sequence[Mapping[str, Any]], *, reference: str
) -> list[NewSku]:
    """This will add a variant for every combination of values that none of `skus` has."""
    known = [[dict(value) for value in sku.values] for sku in skus]
    taken = {sku.reference for sku in skus}
    found, number = list(skus), 0
    for values in every_pair(*(attribute["values"] for attribute in attributes)):
        if [dict(value) for value in values] in known or len(found) >= MOST_VARIANTS:
            continue
        number += 1
        while f"{reference}-{number}" in taken:
            number += 1
        found.append(NewSku(f"{reference}-{number}", values))
    return found


class KnownSkuForm(forms.Form):
    """What may be edited of a live variant."""

    barcode = forms.CharField(
        label=gettext_lazy("Barcode"), max_length=32, required=False,
        widget=forms.TextInput(attrs=inputs.WHOLE),
    )  # fmt: skip
    weight_g = forms.IntegerField(
        label=gettext_lazy("Grams"), min_value=0, max_value=2_000_000,
        widget=forms.TextInput(attrs=inputs.WHOLE),
    )  # fmt: skip

    def __init__(self, *args: Any, sku: Sku, **kwargs: Any) -> None:
        kwargs["initial"] = {"barcode": sku.barcode, "weight_g": sku.weight_g}
        kwargs["prefix"] = f"k{sku.code}"
        super().__init__(*args, **kwargs)
        self.sku = sku


class PicturesForm(forms.Form):
    """Pictures to add."""

    pictures = forms.FileField(
        label=gettext_lazy("Pictures"),
        help_text=gettext_lazy(
            "JPEG, PNG, WebP or AVIF, up to 15 MB each; square ones look best. What a camera"
            " writes into them (place, time) is taken out."
        ),
        max_length=200,
        widget=forms.FileInput(attrs=PICTURES),
    )


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
    field.choices = choices


def _indented(tree: Sequence[Branch], depth: int = 0) -> Iterator[tuple[str, str]]:
    for branch in tree:
        yield branch.category.code, "　" * depth + branch.category.name
        yield from _indented(branch.children, depth + 1)


def _value(line: str) -> dict[str, str]:
    chinese, _, english = (part.strip() for part in line.strip().partition("/"))
    value = {"zh": chinese, "en": english or chinese}
    return {language: text[:40] for language, text in value.items() if text}


def _line(value: Mapping[str, str]) -> str:
    chinese, english = value.get("zh", ""), value.get("en", "")
    return chinese if chinese == english else f"{chinese} / {english}".strip(" /")


def _row(sku: NewSku, attributes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "reference": sku.reference, "barcode": sku.barcode, "weight_g": sku.weight_g or "",
    }  # fmt: skip
    for place, attribute in enumerate(attributes):
        values = [dict(value) for value in attribute["values"]]
        own = dict(sku.values[place]) if place < len(sku.values) else None
        initial[f"value_{place}"] = str(values.index(own)) if own in values else ""
    return initial
