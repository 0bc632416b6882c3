"""What somebody types to make a promotion: its words, its terms, its windows."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext

from shoal.offers.models import Offer
from shoal.promotions.models import Promotion
from shoal.promotions.operations import LONGEST_TITLE, NewPromotion
from shoal.promotions.queries import Owner
from shoal.web.components import inputs
from shoal.web.components.fields import AmountField

Kind = Promotion.Kind
_WHEN = {"type": "datetime-local"}
_FORMAT = "%Y-%m-%dT%H:%M"
_ROWS = 4
_MOST_COUPONS = 10_000_000


def kinds_for(owner: Owner) -> list[Promotion.Kind]:
    """This will list what an owner may make."""
    coupons = [Kind.FIXED, Kind.PERCENT]
    match owner.funder:
        case Promotion.Funder.BRAND:
            return [*coupons, Kind.GIFT, Kind.BUNDLE]
        case Promotion.Funder.PLATFORM:
            return [*coupons, Kind.BUNDLE]
    return coupons


def _when(label: str, hint: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=hint,
        widget=forms.DateTimeInput(attrs=_WHEN, format=_FORMAT),
        input_formats=[_FORMAT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )


def _count(label: str, hint: str, *, most: int, required: bool) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=1,
        max_value=most,
        required=required,
        widget=forms.TextInput(attrs=inputs.WHOLE),
    )


class PromotionForm(forms.Form):
    """A promotion of one kind; which fields there are depends on the kind."""

    title_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=LONGEST_TITLE)
    title_en = forms.CharField(
        label=gettext_lazy("Name in English"), max_length=LONGEST_TITLE, required=False
    )

    def __init__(
        self,
        *args: Any,
        kind: Promotion.Kind,
        currency: str,
        offers: Iterable[Offer] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.currency = kind, currency
        if kind in {Kind.FIXED, Kind.PERCENT}:
            self._add_coupon()
        else:
            self._add_goods(list(offers))
        self._add_windows()

    def _add_coupon(self) -> None:
        if self.kind == Kind.PERCENT:
            self.fields["percent"] = forms.DecimalField(
                label=gettext("Percent off"),
                min_value=Decimal("0.01"),
                max_value=Decimal("99.99"),
                decimal_places=2,
                widget=forms.TextInput(attrs=inputs.AMOUNT),
            )
            self._add_amount("amount", gettext("At most this amount"), required=False)
        else:
            self._add_amount("amount", gettext("Amount off"))
        self._add_amount(
            "threshold",
            gettext("From goods worth"),
            required=False,
            hint=gettext("Measured at the shop’s prices, before any coupon."),
        )
        self.fields["supply"] = _count(
            gettext("How many there are"),
            gettext("Left empty: no bound."),
            most=_MOST_COUPONS,
            required=False,
        )
        per_person = _count(gettext("For each person"), "", most=100, required=True)
        per_person.initial = 1
        self.fields["per_person"] = per_person

    def _add_goods(self, offers: Sequence[Offer]) -> None:
        goods = [
            (
                offer.code,
                f"{offer.brand.name} · {offer.sku.product.title} {offer.sku.label}".strip(),
            )
            for offer in offers
        ]
        choices = [("", gettext("Choose …")), *goods]
        if self.kind == Kind.GIFT:
            self._add_amount("threshold", gettext("From your goods worth"))
            self.fields["offer_1"] = forms.ChoiceField(label=gettext("The gift"), choices=choices)
            return
        for number in range(1, _ROWS + 1):
            self.fields[f"offer_{number}"] = forms.ChoiceField(
                label=gettext("Goods {number}").format(number=number),
                choices=choices,
                required=number == 1,
            )
            self.fields[f"many_{number}"] = _count(
                gettext("How many of it"), "", most=99, required=False
            )
        self._add_amount(
            "amount",
            gettext("Price of the whole bundle"),
            hint=gettext("In place of the sale prices. A keeper’s markup stays on top."),
        )

    def _add_windows(self) -> None:
        self.fields["from_at"] = _when(pgettext("promotion", "From"))
        if self.kind in {Kind.FIXED, Kind.PERCENT}:
            self.fields["claim_until_at"] = _when(gettext("Can be claimed until"))
            self.fields["until_at"] = _when(
                gettext("Can be used until"), gettext("Not before claiming ends.")
            )
        else:
            self.fields["until_at"] = _when(pgettext("promotion", "Until"))

    def _add_amount(self, name: str, label: str, *, required: bool = True, hint: str = "") -> None:
        self.fields[name] = AmountField(
            currency=self.currency, label=label, required=required, help_text=hint
        )

    @property
    def entry(self) -> NewPromotion:
        """The promotion as `make_promotion` takes it."""
        typed = self.cleaned_data
        titles = {"zh": typed["title_zh"], "en": typed["title_en"]}
        parts: dict[str, int] = {}
        for number in range(1, _ROWS + 1):
            code = typed.get(f"offer_{number}")
            if code:
                parts[code] = parts.get(code, 0) + (typed.get(f"many_{number}") or 1)
        return NewPromotion(
            kind=self.kind,
            titles={language: text for language, text in titles.items() if text},
            use_from_at=typed["from_at"],
            use_until_at=typed["until_at"],
            claim_from_at=typed["from_at"],
            claim_until_at=typed.get("claim_until_at") or typed["until_at"],
            threshold=typed.get("threshold") or 0,
            amount=typed.get("amount") or 0,
            percent_bp=int((typed.get("percent") or 0) * 100),
            supply=typed.get("supply"),
            per_person=typed.get("per_person") or 1,
            parts=parts,
        )


class StopForm(forms.Form):
    """Why a promotion is stopped."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
