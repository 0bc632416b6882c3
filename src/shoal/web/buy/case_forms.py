"""The form in which a customer says what is wrong with which units."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext

from shoal.care.opening import WantedUnits
from shoal.care.operations_cases import LONGEST_WORDS
from shoal.care.queries_cases import Askable, AskableLine, exchanges_for
from shoal.care.rules_cases import Free, Kind, worth
from shoal.kit.amounts import amount_text
from shoal.kit.money import Money
from shoal.kit.texts import in_language
from shoal.web.cases import reason_name
from shoal.web.components.fields import AmountField

_WORDS = forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST_WORDS})


class CaseForm(forms.Form):
    """Why, which units of one parcel, and a few words. `wanted` is what was chosen."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"))

    def __init__(self, asked: Askable, kind: Kind, *args: Any) -> None:
        super().__init__(*args)
        self.asked, self.kind = asked, kind
        reasons = [(reason.value, reason_name(reason)) for reason in asked.kinds[kind]]
        self.fields["reason"] = forms.ChoiceField(label=gettext("Why"), choices=reasons)
        only = len(asked.lines) == 1
        for line in asked.lines:
            self._add_line(line, chosen=1 if only else 0)
        self.fields["words"] = forms.CharField(
            label=pgettext("form", "What happened"),
            help_text=""
            if kind == Kind.CANCEL
            else gettext("Your keeper and the brand read it. Say what you see and what you want."),
            required=kind != Kind.CANCEL,
            max_length=LONGEST_WORDS,
            widget=_WORDS,
        )

    def _add_line(self, row: AskableLine, *, chosen: int) -> None:
        number = row.line.number
        units = forms.TypedChoiceField(
            label=title_of(row),
            choices=[(units, self._units_told(row, units)) for units in range(row.free_units + 1)],
            coerce=int,
            initial=chosen,
        )
        self.fields[f"units-{number}"] = units
        if self.kind == Kind.REFUND:
            self.fields[f"amount-{number}"] = AmountField(
                currency=self.currency,
                label=gettext("How much you want back"),
                help_text=gettext("Leave it empty for all that you paid for these."),
                required=False,
                max_length=20,
            )
        if self.kind == Kind.EXCHANGE:
            skus = [
                (str(sku.id), sku.label or title_of(row)) for sku in exchanges_for(line=row.line)
            ]
            if len(skus) > 1:
                self.fields[f"sku-{number}"] = forms.ChoiceField(
                    label=gettext("Exchange for"), choices=skus, initial=str(row.line.sku_id)
                )

    def _units_told(self, row: AskableLine, units: int) -> str:
        return gettext("{units} of {free}").format(units=units, free=row.free_units)

    @property
    def lines(self) -> Iterator[tuple[AskableLine, forms.BoundField, forms.BoundField | None]]:
        """Each line with its fields: how many, and what to exchange them for or to get back."""
        for row in self.asked.lines:
            more = (f"{name}-{row.line.number}" for name in ("sku", "amount"))
            field = next((name for name in more if name in self.fields), None)
            yield row, self[f"units-{row.line.number}"], self[field] if field else None

    @property
    def currency(self) -> str:
        """The currency that was paid in."""
        return self.asked.lines[0].worth.currency

    @property
    def wanted(self) -> list[WantedUnits]:
        """What was chosen, as the operation takes it; without an amount it is all of it."""
        return [
            WantedUnits(row.line.id, units, amount=self._amount(row), sku=self._sku(row))
            for row, units in self._chosen()
        ]

    def _sku(self, row: AskableLine) -> UUID | None:
        chosen = self.cleaned_data.get(f"sku-{row.line.number}")
        return UUID(chosen) if chosen else None

    def clean(self) -> dict[str, Any]:
        """This will see that something was chosen, and no more money than was paid for it."""
        typed = super().clean() or {}
        chosen = self._chosen()
        if not chosen:
            raise forms.ValidationError(gettext("Please choose at least one thing."))
        for row, units in chosen:
            self._check_amount(row, units)
        return typed

    def _check_amount(self, row: AskableLine, units: int) -> None:
        name, most = f"amount-{row.line.number}", self._worth(row, units)
        amount = self.cleaned_data.get(name)
        if amount is None:
            return
        if amount <= 0:
            words = gettext("Ask for more than nothing, or leave it empty for all of it.")
            self.add_error(name, words)
        elif amount > most:
            words = gettext("For these you paid {most}: please ask for that at most.")
            self.add_error(name, words.format(most=amount_text(amount=Money(most, self.currency))))

    def _chosen(self) -> list[tuple[AskableLine, int]]:
        units = [
            (row, int(self.cleaned_data.get(f"units-{row.line.number}") or 0))
            for row in self.asked.lines
        ]
        return [(row, number) for row, number in units if number]

    def _worth(self, row: AskableLine, units: int) -> int:
        return worth(Free(row.free_units, row.worth.minor), units)

    def _amount(self, row: AskableLine) -> int | None:
        amount: int | None = self.cleaned_data.get(f"amount-{row.line.number}")
        return amount


def title_of(row: AskableLine) -> str:
    """This will name a line's goods as they were called when she bought them."""
    title = in_language(row.line.titles, row.line.sku.product.base_language)
    return f"{title} · {row.line.sku.label}" if row.line.sku.label else title
