"""Differences between our books and a bill, in the words an operator reads."""

from typing import Any

from django.utils.translation import gettext, pgettext

from shoal.kit.amounts import amount_text
from shoal.kit.money import parse_amount
from shoal.reconciliation.models import Bill, Deed, Difference
from shoal.reconciliation.queries import Tally, sides_of

KINDS = {"missing_here": "bad", "doubled": "bad", "amount": "warn", "missing_there": "warn"}


def difference_kind(kind: str, source: str) -> str:
    """This will name a kind of difference; a carrier's bill has words of its own."""
    of_carrier = {
        "missing_here": gettext("No parcel of ours"),
        "missing_there": gettext("Never billed"),
        "amount": gettext("Dearer than charged"),
        "doubled": gettext("Billed twice"),
    }
    of_provider = {
        "missing_here": gettext("Missing here"),
        "missing_there": gettext("Missing there"),
        "amount": gettext("Another amount"),
        "doubled": gettext("Billed twice"),
        "late": gettext("In another day’s bill"),
    }
    return (of_carrier if source == Bill.Source.CARRIER else {}).get(kind) or of_provider[kind]


def advice(difference: Difference, *, has_next: bool) -> str:
    """This will say what an open difference means and what to do about it now."""
    if difference.bill.source == Bill.Source.CARRIER:
        return {
            "missing_here": gettext(
                "The carrier bills a tracking number that is on no parcel. If a brand mended the"
                " number meanwhile, look again; otherwise claim it back."
            ),
            "missing_there": gettext(
                "The carrier has not billed this parcel. It closes itself when a later bill has it."
            ),
            "amount": gettext("The carrier asks for more than was charged. Ask it why."),
        }.get(
            difference.kind,
            gettext("This tracking number was billed before. Claim the second one back."),
        )
    waits = gettext(
        "It often stands in the next day’s bill, and closes itself then. Wait for that bill first."
    )
    return {
        "missing_here": gettext(
            "The provider took or gave this money, and we have not heard of it. Ask the provider:"
            " what it tells us is booked."
        ),
        "missing_there": gettext(
            "We booked this, and the next bill has not brought it either. Ask the provider; if it"
            " knows nothing of it, write it off."
        )
        if has_next
        else waits,
        "amount": gettext(
            "Both sides know it, with different sums. Ask the provider; the rest is written off by"
            " two people."
        ),
        "doubled": gettext(
            "The provider counts this a second time. Ask it: a second payment is booked and sent"
            " back to the payer at once."
        ),
    }[difference.kind]


def deed_title(deed: Deed) -> str:
    """This will say what somebody, or the next bill, did about a difference."""
    if deed.what == Deed.What.CLOSED:
        return {
            "matched": gettext("Closed: the other side has come"),
            "late": gettext("Closed: it stands in another day’s bill"),
            "superseded": gettext("Closed: it is another difference now"),
            "written_off": gettext("Written off by two people"),
        }[deed.how]
    return {
        "asked": gettext("The provider was asked"),
        "proposed": gettext("Proposed to write it off"),
        "declined": gettext("Not agreed"),
    }[deed.what]


def answer_words(said: str) -> str:
    """This will say in the reader's words what a provider answered."""
    if said == "knows nothing of it":
        return gettext("It knows nothing of it.")
    if said.startswith("refused: "):
        return gettext("It refused: {why}").format(why=said.removeprefix("refused: "))
    words = {
        "captured": gettext("Paid"),
        "refunded": gettext("Refunded"),
        "refund_failed": gettext("Refund failed"),
    }
    parts = [part.partition(" ") for part in said.split("; ")]
    return "; ".join(f"{words.get(kind, kind)} {_sum(rest)}".strip() for kind, _, rest in parts)


def _sum(kept: str) -> str:
    """What is kept as "100.00 CNY", as pages write it."""
    amount, _, currency = kept.partition(" ")
    return amount_text(amount=parse_amount(amount, currency)) if currency else kept


def state_of(tally: Tally) -> dict[str, str]:
    """This will say calmly how a bill stands, for a badge."""
    if tally.open:
        words = gettext("{count} open").format(count=tally.open)
        return {"text": words, "kind": "warn"}
    if tally.differences - tally.late > 0:
        return {"text": gettext("All cleared up"), "kind": "good"}
    return {"text": gettext("All matched"), "kind": "good"}


def difference_row(difference: Difference, *, is_open: bool) -> dict[str, Any]:
    """This will make a row of a table of differences."""
    return {
        "difference": difference,
        "kind": difference_kind(difference.kind, difference.bill.source),
        "look": KINDS.get(difference.kind, "") if is_open else "",
        "sides": sides_of(difference),
        "is_open": is_open,
        "state": pgettext("difference", "Open") if is_open else gettext("Closed"),
    }
