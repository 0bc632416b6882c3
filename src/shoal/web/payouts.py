"""A party's payouts as her pages show them: keepers and brands see the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext

from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.kit.money import Money
from shoal.settlement.accounts import (
    TRIES,
    AccountGiven,
    give_account,
    last_account,
    opened,
    prove_account,
)
from shoal.settlement.models_payouts import Payout, PayoutAccount, PayoutStep
from shoal.settlement.operations_payouts import ask_payout
from shoal.settlement.parties import Party, currencies_of, in_currency
from shoal.settlement.queries_payouts import payout_desk, payout_steps, payouts_of
from shoal.settlement.rules_payouts import Block, Why
from shoal.settlement.steps_payouts import PayoutBlocked
from shoal.web.answers import done, page_of, try_form
from shoal.web.components.fields import AmountField
from shoal.web.components.nav import Place

PAYOUT_KINDS = {"made": "warn", "released": "", "sent": "", "paid": "good", "failed": "bad"}
ACCOUNT_KINDS = {
    "given": "warn", "proving": "warn", "verified": "good", "refused": "bad", "replaced": "",
}  # fmt: skip
_SHOWN = 4


class AccountForm(forms.Form):
    """Where a party's money goes."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of account"),
        choices=PayoutAccount.Kind.choices,
        widget=forms.RadioSelect,
        initial=PayoutAccount.Kind.BANK,
    )
    holder = forms.CharField(
        label=gettext_lazy("Account holder"),
        help_text=gettext_lazy("The real name, as on your papers. Somebody compares them."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    bank = forms.CharField(label=gettext_lazy("Bank or wallet"), max_length=80)
    number = forms.CharField(
        label=gettext_lazy("Account number"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def given(self) -> AccountGiven:
        """What was typed."""
        facts = self.cleaned_data
        return AccountGiven(
            PayoutAccount.Kind(facts["kind"]), facts["holder"], facts["bank"], facts["number"]
        )


class AskForm(forms.Form):
    """How much to pay out."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(
            currency=currency,
            label=gettext("Amount"),
            help_text=gettext("Leave it empty for all of it."),
            required=False,
        )


class ProofForm(forms.Form):
    """The small sum that she reads off her statement."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(
            currency=currency, label=gettext("How much arrived?"), required=True
        )


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a payout's timeline."""

    title: str
    text: str
    at: datetime
    kind: str = ""


def payouts_context(
    request: HttpRequest,
    *,
    party: Party,
    ask: AskForm | None = None,
    proof: ProofForm | None = None,
) -> dict[str, Any]:
    """This will gather what a party's page of payouts shows."""
    at = clock.now()
    currencies = currencies_of(party=party)
    party = _chosen(
        party, currencies, request.POST.get("currency") or request.GET.get("currency", "")
    )
    account = last_account(party=party)
    stands = account if account and account.state in {"given", "proving", "verified"} else None
    page = page_of(request, payouts_of(party=party), size=10)
    desk = payout_desk(party=party, account=stands, at=at)
    return {
        "desk": desk,
        "currency": party.currency,
        "currencies": [
            Place(one, "", f"{request.path}?currency={one}", current=one == party.currency)
            for one in currencies
        ]
        if len(currencies) > 1
        else [],
        "blocks": [block_words(block) for block in desk.blocks if block.why is not Why.NOTHING],
        "may_ask": not desk.blocks,
        "account": account_row(account) if account else None,
        "ask": ask or AskForm(currency=party.currency),
        "proof": proof or ProofForm(currency=party.currency),
        "page": page,
        "payouts": [payout_row(payout) for payout in page],
    }


def answer_ask(
    request: HttpRequest, *, party: Party, by: str, goto: str
) -> "AskForm | HttpResponse":
    """This will take a payout that a party asks for; a form comes back where it was refused."""
    party = _chosen(party, currencies_of(party=party), request.POST.get("currency", ""))
    form = AskForm(request.POST, currency=party.currency)
    if form.is_valid():
        amount = form.cleaned_data["amount"]
        at = clock.now()
        try:
            ask_payout(party=party, amount=amount, by=by, at=at)
        except PayoutBlocked as refused:
            form.add_error("amount", _why_blocked(refused))
        except Refused as refused:
            form.add_error("amount", refused.sentence)
        else:
            words = gettext("Your payout is made. Two people release it, then the bank has it.")
            return done(request, words, goto)
    return form


def _why_blocked(refused: PayoutBlocked) -> str:
    """What the page does not say beside it: it knows the balance, not the sum she typed."""
    if [block.why for block in refused.blocks] == [Why.TOO_LITTLE]:
        return block_words(refused.blocks[0])
    return refused.sentence


def _chosen(party: Party, currencies: list[str], wanted: str) -> Party:
    return in_currency(party, wanted) if wanted in currencies else party


def answer_proof(request: HttpRequest, *, party: Party, goto: str) -> "ProofForm | HttpResponse":
    """This will compare the sum she typed; a form comes back where it was refused."""
    form = ProofForm(request.POST, currency=party.currency)
    if form.is_valid():
        minor = form.cleaned_data["amount"]
        proved = try_form(
            form, "amount", lambda: prove_account(party=party, minor=minor, at=clock.now())
        )
        if proved is not None:
            return done(request, gettext("Your account is verified."), goto)
    return form


def answer_account(
    request: HttpRequest, *, party: Party, by: str, goto: str
) -> "AccountForm | HttpResponse":
    """This will show the form of an account, and take it in."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = try_form(
            form,
            "number",
            lambda: give_account(party=party, given=form.given, by=by, at=clock.now()),
        )
        if given is not None:
            words = gettext("Thank you. Somebody compares the name with your papers.")
            return done(request, words, goto)
    return form


def account_row(account: PayoutAccount) -> dict[str, Any]:
    """This will say what a party's account is, its number but for the last digits hidden."""
    record = opened(account)
    number = record.get("number", "")
    arrived = account.payouts.filter(purpose=Payout.Purpose.PROOF, state=Payout.State.PAID)
    return {
        "account": account,
        "what": account.get_kind_display(),
        "holder": record.get("holder", ""),
        "bank": record.get("bank", ""),
        "number": hidden_number(number),
        "state": account_state(account.state),
        "kind": ACCOUNT_KINDS[account.state],
        "reason": reason_words(account.reason),
        "left": TRIES - account.proof_tries,
        "to_prove": account.state == PayoutAccount.State.PROVING and arrived.exists(),
        "on_its_way": account.state == PayoutAccount.State.PROVING and not arrived.exists(),
    }


def hidden_number(number: str) -> str:
    """This will hide an account's number but for what its owner knows it by.

    Of a wallet that is named by an e-mail address the ending says nothing: ".com".
    """
    name, at, domain = number.partition("@")
    if at:
        return f"{name[:2]}····@{domain}"
    return f"···· {number[-_SHOWN:]}" if len(number) > _SHOWN else number


def payout_row(payout: Payout) -> dict[str, Any]:
    """This will say how a payout stands, with everything that has happened to it."""
    steps = payout_steps(payout=payout)
    return {
        "payout": payout,
        "amount": Money(payout.amount, payout.currency),
        "withheld": Money(payout.withheld_minor, payout.currency),
        "state": payout_state(payout.state),
        "kind": PAYOUT_KINDS[payout.state],
        "deposit": payout.purpose == Payout.Purpose.DEPOSIT,
        "reason": reason_words(steps[-1].reason) if payout.state == "failed" and steps else "",
        "steps": [step_told(step) for step in reversed(steps)],
    }


def step_told(step: PayoutStep, who: str = "") -> Told:
    """This will tell one step of a payout; `who` stands before the reason."""
    text = " · ".join(part for part in (who, reason_words(step.reason)) if part)
    return Told(payout_state(step.state), text, step.at, "bad" if step.state == "failed" else "")


def payout_state(state: str) -> str:
    """This will name a payout's state."""
    return {
        "made": gettext("To be released"),
        "released": gettext("Released"),
        "sent": gettext("At the bank"),
        "paid": gettext("Paid out"),
        "failed": gettext("Back in the balance"),
    }[state]


def account_state(state: str) -> str:
    """This will name the state of a payout account."""
    return {
        "given": gettext("Being checked"),
        "proving": gettext("A small sum was sent"),
        "verified": gettext("Verified"),
        "refused": pgettext("payout account", "Refused"),
        "replaced": gettext("Replaced"),
    }[state]


def block_words(block: Block) -> str:
    """This will say what keeps money from being paid out, and what to do."""
    until = timezone.localtime(block.until).strftime("%Y-%m-%d %H:%M") if block.until else ""
    return {
        Why.NO_ACCOUNT: gettext("Tell us first where the money should go."),
        Why.NOT_VERIFIED: gettext("Your account is not verified yet."),
        Why.ACCOUNT_CHANGED: gettext(
            "The account was changed: nothing is paid out before {until}."
        ).format(until=until),
        Why.BELOW_ZERO: gettext(
            "The balance is below zero after goods came back. What you earn next fills it up."
        ),
        Why.SUSPENDED: gettext("You are suspended: the money stays yours and waits."),
        Why.OPERATOR: gettext("The platform keeps it back: {reason}").format(reason=block.reason),
        Why.UNDER_WAY: gettext(
            "A payout is under way. Another one can follow when it has arrived."
        ),
        Why.NOTHING: gettext("There is nothing to pay out."),
        Why.TOO_LITTLE: gettext("It is less than the smallest sum that is paid out."),
    }[block.why]


def reason_words(reason: str) -> str:
    """This will say a reason that a process wrote in the reader's words; people's as they stand."""
    return {
        "account changed": gettext("the account was changed"),
        "suspended": gettext("suspended before it was released"),
        "below zero": gettext("the balance fell below zero before it was released"),
        "the bank paid it": gettext("the bank paid it"),
        "the bank refused it": gettext("the bank refused it"),
        "no such account": gettext("there is no such account at the bank"),
        "sent back by the receiving bank": gettext("the receiving bank sent it back"),
        "the sum was not typed back": gettext("the small sum was typed wrongly three times"),
        "in the bank’s file": gettext("in the bank’s file"),
        "in a copy of the bank’s file": gettext("in a copy of the bank’s file"),
        "send once more": gettext("send once more"),
        "brand closed": gettext("the brand is closed"),
        "below zero for too long": gettext("below zero for too long"),
    }.get(reason, reason)
