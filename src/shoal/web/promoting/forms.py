"""What somebody types to make a promotion: its words, its terms, its windows."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext

from shoal.kit.amounts import amount_text
from shoal.kit.money import Money
from shoal.offers.models import Offer
from shoal.promotions.models import Promotion
from shoal.promotions.operations import LONGEST_TITLE, NewPromotion
from shoal.promotions.queries import Owner
from shoal.web.components import inputs
from shoal.web.components.fields import AmountField, MomentField

Kind = Promotion.Kind
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


def _count(label: str, hint: str, *, most: int, required: bool) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=1,
        max_value=most,
        required=required,
        widget=forms.TextInput(attrs=inputs.WHOLE),
    )


def _offer_words(offer: Offer) -> str:
    """An offer in a list of many: the same goods may be in a sale, at another price."""
    goods = f"{offer.brand.name} · {offer.sku.product.title} {offer.sku.label}".strip()
    price = amount_text(amount=Money(offer.sale_minor, offer.currency))
    if offer.sale is None:
        return gettext("{goods} · {price}").format(goods=goods, price=price)
    words = gettext("{goods} · {price} in “{sale}”")
    return words.format(goods=goods, price=price, sale=offer.sale.title)


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
        # A limited offer would be refused as a gift.
        fits = [one for one in offers if self.kind != Kind.GIFT or one.per_customer is None]
        goods = [(one.code, _offer_words(one)) for one in fits]
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
        self.fields["from_at"] = MomentField(label=pgettext("promotion", "From"))
        if self.kind in {Kind.FIXED, Kind.PERCENT}:
            self.fields["claim_until_at"] = MomentField(label=gettext("Can be claimed until"))
            self.fields["until_at"] = MomentField(
                label=gettext("Can be used until"), help_text=gettext("Not before claiming ends.")
            )
        else:
            self.fields["until_at"] = MomentField(label=pgettext("promotion", "Until"))

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
