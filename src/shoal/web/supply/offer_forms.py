"""What a merchant types about prices: terms, a sale's window, what it sets aside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from shoal.catalog.models import Sku
from shoal.kit.amounts import amount_parts
from shoal.kit.money import Money, minor_units, portion
from shoal.offers.models import FlashSale, Offer
from shoal.offers.queries_terms import further_terms, terms_of
from shoal.offers.rules import Terms, keeper_part
from shoal.offers.sheet_columns import further_currencies
from shoal.web.components import inputs
from shoal.web.components.fields import AmountField, MomentField
from shoal.web.supply.forms import PICTURES, as_fields, texts_in


@dataclass(frozen=True, slots=True)
class Split:
    """Who gets what of one unit sold at the sale price."""

    price: Money
    brand: Money
    keeper: Money
    platform: Money
    least: Money

    @property
    def fits(self) -> bool:
        """Whether the platform gets what the contract says."""
        return self.platform.minor >= max(0, self.least.minor)


def split_of(terms: Terms, *, least_fee_bp: int) -> Split:
    """This will share one unit's sale price as an order line does."""
    keeper = keeper_part(terms)
    return Split(
        price=Money(terms.sale, terms.currency),
        brand=Money(terms.supply, terms.currency),
        keeper=Money(keeper, terms.currency),
        platform=Money(terms.sale - terms.supply - keeper, terms.currency),
        least=Money(portion(terms.sale, least_fee_bp), terms.currency),
    )


def shares_data(*, currency: str, least_fee_bp: int) -> dict[str, Any]:
    """This will tell the page's module how amounts are written and the least fee."""
    sign, _, _ = amount_parts(amount=Money(0, currency))
    return {"sign": sign, "decimals": minor_units(currency), "least": least_fee_bp}


_AMOUNTS = ("supply", "sale", "floor", "cap", "list")


def _further_fields(currency: str) -> dict[str, forms.Field]:
    """The prices in a further currency, named by hand: nothing is converted."""
    labels = {
        "supply": gettext("Supply price"),
        "sale": gettext("Sale price"),
        "floor": gettext("Floor"),
        "cap": gettext("Cap"),
        "list": gettext("Usual price elsewhere"),
    }
    return {
        f"{name}_{currency}": AmountField(
            label=labels[name], currency=currency, max_length=16, required=False
        )
        for name in _AMOUNTS
    }


@dataclass(frozen=True, slots=True)
class FurtherFields:
    """The prices in one further currency, as a page shows them."""

    currency: str
    fields: Sequence[forms.BoundField]

    @property
    def in_use(self) -> bool:
        """Whether something stands there, or something is wrong."""
        return any(field.errors or field.value() not in {None, ""} for field in self.fields)


class TermsForm(forms.Form):
    """One unit's terms."""

    percent = forms.DecimalField(
        label=gettext_lazy("Keeper’s commission, %"),
        min_value=0, max_value=100, decimal_places=2,
        widget=forms.TextInput(attrs=inputs.AMOUNT),
    )  # fmt: skip
    per_customer = forms.IntegerField(
        label=gettext_lazy("At most per customer"), min_value=1, max_value=10**6, required=False,
        widget=forms.TextInput(attrs=inputs.WHOLE),
    )  # fmt: skip

    def __init__(
        self, *args: Any, currency: str, further: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        amount: dict[str, Any] = {"currency": currency, "max_length": 16}
        self.fields = {
            "supply": AmountField(
                label=gettext("Supply price"), help_text=gettext("What you get for one."), **amount
            ),
            "sale": AmountField(
                label=gettext("Sale price"),
                help_text=gettext("What it costs the customer, tax included."), **amount,
            ),
            "percent": self.fields["percent"],
            "floor": AmountField(
                label=gettext("Floor"), help_text=gettext("No keeper may sell below it."), **amount
            ),
            "cap": AmountField(
                label=gettext("Cap"), help_text=gettext("No keeper may sell above it."), **amount
            ),
            "list": AmountField(
                label=gettext("Usual price elsewhere"), required=False,
                help_text=gettext("Shown struck through. Be able to prove it."), **amount,
            ),
            "per_customer": self.fields["per_customer"],
        }  # fmt: skip
        self.further_in = tuple(further)
        for one in self.further_in:
            self.fields |= _further_fields(one)

    def clean(self) -> dict[str, Any]:
        """This will ask for all of the prices in a currency that has one of them."""
        cleaned = super().clean() or {}
        for currency in self.further_in:
            needed = [f"{name}_{currency}" for name in _AMOUNTS[:4]]
            named = [*needed, f"list_{currency}"]
            if any(cleaned.get(name) is not None for name in named):
                self.require([name for name in needed if cleaned.get(name) is None])
        return cleaned

    def require(self, names: Iterable[str]) -> None:
        """This will ask for fields that hold nothing, unless something is wrong there already."""
        for name in names:
            if name not in self.errors:
                self.add_error(name, gettext("Fill this in."))

    def own_fields(self) -> list[forms.BoundField]:
        """This will return the fields without those of further currencies."""
        further = {field.name for one in self.further_fields() for field in one.fields}
        return [field for field in self if field.name not in further]

    def further_fields(self) -> list["FurtherFields"]:
        """This will return each further currency with its fields."""
        return [
            FurtherFields(currency, [self[f"{name}_{currency}"] for name in _AMOUNTS])
            for currency in self.further_in
        ]

    @property
    def further(self) -> tuple[Terms, ...]:
        """The terms in further currencies, where all of their prices are typed."""
        typed, rate_bp = self.cleaned_data, int(self.cleaned_data["percent"] * 100)
        return tuple(
            Terms(
                supply=typed[f"supply_{one}"], sale=typed[f"sale_{one}"],
                floor=typed[f"floor_{one}"], cap=typed[f"cap_{one}"],
                rate_bp=rate_bp, currency=one, usual=typed.get(f"list_{one}"),
            )
            for one in sorted(self.further_in)
            if typed.get(f"sale_{one}") is not None
        )  # fmt: skip

    @property
    def terms(self) -> Terms:
        """The terms as typed."""
        typed = self.cleaned_data
        return Terms(
            supply=typed["supply"], sale=typed["sale"], floor=typed["floor"], cap=typed["cap"],
            rate_bp=int(typed["percent"] * 100), currency=self.currency, usual=typed.get("list"),
        )  # fmt: skip

    def show_split(self, *, least_fee_bp: int) -> Split | None:
        """This will share the price as it stands in the form, None while it cannot be read."""
        typed = self.cleaned_data if self.is_bound and self.errors is not None else {}
        wanted = ("supply", "sale", "percent", "floor", "cap")
        if all(typed.get(name) is not None for name in wanted):
            return split_of(self.terms, least_fee_bp=least_fee_bp)
        return None


class OfferForm(TermsForm):
    """Terms of a new standing offer, for one or several variants."""

    def __init__(self, *args: Any, skus: Mapping[str, Sku], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, sku.label or sku.reference) for code, sku in skus.items()]
        self.fields = {
            "skus": forms.MultipleChoiceField(
                label=gettext("Variants"), choices=choices, initial=list(skus),
                widget=forms.CheckboxSelectMultiple,
            ),
            **self.fields,
            "quantity": forms.IntegerField(
                label=gettext("Set aside, of each"), required=False, min_value=1, max_value=10**9,
                help_text=gettext("Empty: it sells what the warehouse has."),
                widget=forms.TextInput(attrs=inputs.WHOLE),
            ),
        }  # fmt: skip


class SaleOfferForm(TermsForm):
    """One variant within a sale; without a quantity it stays out."""

    def __init__(self, *args: Any, sku: Sku, available: int, **kwargs: Any) -> None:
        super().__init__(*args, prefix=sku.code, **kwargs)
        self.sku, self.available = sku, available
        quantity = forms.IntegerField(
            label=gettext("Set aside"), required=False, min_value=1, max_value=10**9,
            widget=forms.TextInput(attrs=inputs.WHOLE),
        )  # fmt: skip
        self.fields = {"quantity": quantity, **self.fields}
        for field in self.fields.values():
            field.help_text = ""
            field.required = False

    def clean(self) -> dict[str, Any]:
        """This will ask for the prices of what is set aside."""
        cleaned = super().clean() or {}
        if cleaned.get("quantity"):
            needed = ("supply", "sale", "percent", "floor", "cap")
            self.require([name for name in needed if cleaned.get(name) is None])
        return cleaned

    @property
    def is_in(self) -> bool:
        """Whether this variant takes part."""
        return bool(self.cleaned_data.get("quantity"))


def terms_initial(offer: Offer | None) -> dict[str, Any]:
    """This will fill a form of terms with those of an offer."""
    if offer is None:
        return {}
    own = terms_of(offer)
    found = {"percent": f"{Decimal(own.rate_bp) / 100:f}", "per_customer": offer.per_customer or ""}
    for terms in (own, *further_terms(offer)):
        suffix = "" if terms is own else f"_{terms.currency}"
        amounts = (terms.supply, terms.sale, terms.floor, terms.cap, terms.usual)
        for name, minor in zip(_AMOUNTS, amounts, strict=True):
            found[f"{name}{suffix}"] = "" if minor is None else minor
    return found


def further_currencies_of(offer: Offer | None, *, own: str) -> list[str]:
    """This will list the currencies besides `own` to be asked for: the market's and the offer's."""
    there = [terms.currency for terms in further_terms(offer)] if offer is not None else []
    return list(dict.fromkeys([*further_currencies(own=own), *there]))


class SaleForm(forms.Form):
    """What a sale says, and when it runs."""

    title_zh = forms.CharField(label=gettext_lazy("Title in Chinese"), max_length=60)
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"), max_length=60, required=False
    )
    summary_zh = forms.CharField(
        label=gettext_lazy("One sentence in Chinese"), max_length=200, required=False
    )
    summary_en = forms.CharField(
        label=gettext_lazy("One sentence in English"), max_length=200, required=False
    )
    starts_at = MomentField(label=gettext_lazy("Starts"))
    ends_at = MomentField(label=gettext_lazy("Ends"))
    trailer_at = MomentField(
        label=gettext_lazy("Announced from"),
        help_text=gettext_lazy("From then on everybody sees what is to come. Empty: at once."),
        required=False,
    )
    cover = forms.FileField(
        label=gettext_lazy("Cover"),
        help_text=gettext_lazy("A wide picture: JPEG, PNG or WebP."),
        required=False, max_length=200, widget=forms.FileInput(attrs=PICTURES),
    )  # fmt: skip

    @property
    def texts(self) -> dict[str, Any]:
        """The texts as a sale takes them."""
        return {
            "titles": texts_in(self.cleaned_data, "title"),
            "summaries": texts_in(self.cleaned_data, "summary"),
        }


def sale_initial(sale: FlashSale) -> dict[str, Any]:
    """This will fill the form of a sale."""
    return {
        **as_fields(sale.titles, "title"),
        **as_fields(sale.summaries, "summary"),
        "starts_at": sale.starts_at,
        "ends_at": sale.ends_at,
        "trailer_at": sale.trailer_at,
    }
