"""After-sales cases in the words that all four faces share: states, who answers, who pays."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from shoal.care.models import Case, CaseLine
from shoal.care.queries_cases import Entry
from shoal.care.rules_cases import CLOSED, Deed, Kind, Reason, Side, State
from shoal.kit.amounts import amount_text, units_text
from shoal.kit.money import Money
from shoal.kit.texts import in_language

_KINDS = {
    State.OFFERED: "warn", State.DISPUTED: "warn", State.CONFIRMING: "warn",
    State.RETURNING: "warn", State.REFUNDED: "good", State.REPLACED: "good", State.REFUSED: "bad",
}  # fmt: skip


_SOON = timedelta(hours=6)
_WRITTEN = re.compile(r"case (\w+)(?:: (.+))?")  # as care writes it beside what it causes


@dataclass(frozen=True, slots=True)
class ToldPicture:
    """A picture in a case: where the reader's face shows it, and its size."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """One entry of a case's timeline, as pages show it."""

    title: str
    who: str
    words: str
    amount: Money | None
    pictures: Sequence[ToldPicture]
    at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a case: what it is, what was asked, what was given (None: not decided)."""

    row: CaseLine
    title: str
    units: int
    asked: Money
    given_units: int | None
    given: Money | None
    wanted: str
    picture: Any


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list."""

    code: str
    url: str
    kind: str
    reason: str
    goods: str
    amount: Money
    state: str
    colour: str
    opened_at: datetime
    until_at: datetime | None
    is_late: bool


def kind_name(kind: str) -> str:
    """This will name what a case asks for."""
    return {
        Kind.CANCEL: gettext("Cancel before it is shipped"),
        Kind.REFUND: gettext("Money back, goods stay"),
        Kind.RETURN: gettext("Return for a refund"),
        Kind.EXCHANGE: gettext("Exchange"),
    }[Kind(kind)]


def reason_name(reason: str) -> str:
    """This will name why."""
    return {
        Reason.CHANGED_MIND: gettext("Changed my mind"),
        Reason.DOES_NOT_FIT: gettext("Does not fit"),
        Reason.ORDERED_WRONG: gettext("Ordered by mistake"),
        Reason.LATE: gettext("Takes too long"),
        Reason.NEVER_ARRIVED: gettext("Never arrived"),
        Reason.MISSING: gettext("Something is missing"),
        Reason.WRONG: gettext("Wrong goods were sent"),
        Reason.BROKEN: gettext("Arrived broken"),
        Reason.QUALITY: gettext("Poor quality"),
        Reason.NOT_AS_DESCRIBED: gettext("Not as described"),
        Reason.COUNTERFEIT: gettext("Not genuine"),
    }[Reason(reason)]


def case_reason(reason: str) -> str:
    """This will say what a case wrote as the reason of a refund or a step, or nothing."""
    found = _WRITTEN.fullmatch(reason)
    if not found:
        return ""
    code, why = found.groups()
    if why not in set(Reason):
        return gettext("Case %(code)s") % {"code": code}
    return gettext("Case %(code)s: %(why)s") % {"code": code, "why": reason_name(why)}


def state_name(case: Case) -> str:
    """This will say where a case stands."""
    if case.state == State.OFFERED and not _offered(case):
        return gettext("Refused by the brand")
    return {
        State.ASKED: gettext("With the keeper"),
        State.JUDGING: gettext("With the brand"),
        State.OFFERED: gettext("The brand offers less"),
        State.DISPUTED: gettext("With the platform"),
        State.CONFIRMING: gettext("Being confirmed"),
        State.RETURNING: gettext("To be sent back"),
        State.RETURNED: gettext("On its way back"),
        State.REPLACING: gettext("New goods to be sent"),
        State.SENT: gettext("New goods on their way"),
        State.REFUNDED: gettext("Refunded"),
        State.REPLACED: gettext("Exchanged"),
        State.REFUSED: pgettext("case", "Refused"),
        State.WITHDRAWN: pgettext("case", "Withdrawn"),
    }[State(case.state)]


def state_kind(case: Case) -> str:
    """This will name the colour of a case's badge."""
    return "bad" if case.money_failed_at else _KINDS.get(State(case.state), "")


def side_name(side: str) -> str:
    """This will name one of the four sides."""
    return {
        Side.CUSTOMER: pgettext("side of a case", "The customer"),
        Side.KEEPER: pgettext("side of a case", "The keeper"),
        Side.BRAND: pgettext("side of a case", "The brand"),
        Side.PLATFORM: pgettext("side of a case", "The platform"),
    }[Side(side)]


def waits_told(case: Case) -> str:
    """This will say who answers next, what she is asked, and what her silence would decide.

    Until when stands in `case.until_at`: pages show it beside. Empty once the case is closed.
    """
    if case.state in CLOSED:
        return ""
    if case.state == State.OFFERED and not _offered(case):
        return gettext(
            "The customer says whether the platform shall decide. Without a word the case ends."
        )
    return {
        State.ASKED: gettext(
            "The keeper passes it on to the brand. Without a word from her it goes there by itself."
        ),
        State.JUDGING: gettext(
            "The brand decides. Without an answer the customer gets what she asked for."
        ),
        State.OFFERED: gettext(
            "The customer agrees, or asks the platform. Without a word the offer counts as agreed."
        ),
        State.DISPUTED: gettext(
            "The platform decides. Without a decision the customer gets what she asked for."
        ),
        State.CONFIRMING: gettext(
            "A second person at the platform confirms. Without one the customer gets what she"
            " asked for."
        ),
        State.RETURNING: gettext(
            "The customer sends the goods back and gives the number. Otherwise the case ends and"
            " she keeps them."
        ),
        State.RETURNED: gettext(
            "The brand checks what arrives. Without a word it counts as received in order."
        ),
        State.REPLACING: gettext(
            "The brand sends the new goods. If it does not, the money goes back instead."
        ),
        State.SENT: gettext(
            "The customer says when the new goods are there. Without a word they count as arrived."
        ),
    }[State(case.state)]


def freight_told(case: Case) -> str:
    """This will say in words who pays the way there and the way back."""
    if case.kind == Kind.CANCEL:
        return gettext("Nothing was shipped: freight goes back when nothing of the parcel is left.")
    if case.kind == Kind.EXCHANGE and not case.needs_return:
        return gettext("The brand pays the way of the new goods.")
    if case.brands_fault:
        there = gettext("Freight goes back when the whole parcel goes back: the brand answers.")
        back = gettext("The brand pays the way back.")
    else:
        there = gettext("The freight that was paid stays: the parcel did travel.")
        back = gettext("The customer pays the way back.")
    if case.kind == Kind.EXCHANGE:
        return back
    return f"{there} {back}" if case.needs_return else there


def money_told(case: Case) -> str:
    """This will say where the money of a refunded case is; empty for others."""
    if case.state != State.REFUNDED:
        return ""
    if case.money_back_at:
        return gettext("The money is back with the customer.")
    if case.money_failed_at:
        return gettext(
            "The money could not be sent back. It is not lost: the platform looks into it."
        )
    return gettext("The money is on its way back the way it was paid.")


def postage_told(case: Case) -> str:
    """This will say what became of what the way back cost; empty where nothing was asked for it."""
    if not case.postage_asked_minor:
        return ""
    money = Money(case.postage_minor or case.postage_asked_minor, case.currency)
    if case.postage_paid_at:
        text = gettext("The way back cost {amount}: the platform has transferred it.")
    elif case.postage_minor:
        text = gettext(
            "The way back cost {amount}: the brand has paid it, the platform transfers it."
        )
    elif case.state in CLOSED:
        text = gettext("The way back cost {amount}: the customer pays it.")
    else:
        text = gettext(
            "The way back cost {amount}: the brand pays it when it accepts what comes back."
        )
    return text.format(amount=amount_text(amount=money))


def told_entries(
    case: Case, entries: Sequence[Entry], *, names: Mapping[str, str], face: str
) -> list[ToldEntry]:
    """This will tell a timeline, newest first. `names` says who a side is ("customer": "You").

    `face` names the pages on which it is read ("keep"): each shows pictures under its own address.
    """
    return [
        ToldEntry(
            title=_deed(entry),
            who=names.get(entry.side, side_name(entry.side)) if entry.side else _by_itself(entry),
            words=entry.words,
            amount=entry.amount if entry.amount and entry.deed in _WITH_AMOUNT else None,
            pictures=[
                ToldPicture(
                    reverse(f"{face}:case-picture", args=[case.code, shown.id]),
                    shown.width,
                    shown.height,
                )
                for shown in entry.pictures
            ],
            at=entry.at,
            kind=_entry_kind(entry),
        )
        for entry in reversed(entries)
    ]


def line_rows(case: Case) -> list[LineRow]:
    """This will make a row of each line of a case."""
    rows = []
    for row in case.lines.all():
        label = row.line.sku.label
        title = in_language(row.line.titles, "zh")
        pictures = list(row.line.sku.product.pictures.all())
        rows.append(
            LineRow(
                row=row,
                title=f"{title} · {label}" if label else title,
                units=row.units,
                asked=Money(row.asked_minor, case.currency),
                given_units=row.given_units,
                given=None if row.given_minor is None else Money(row.given_minor, case.currency),
                wanted=row.sku.label if row.sku else "",
                picture=pictures[0] if pictures else None,
            )
        )
    return rows


def case_rows(cases: Iterable[Case], *, route: str, at: datetime) -> list[CaseRow]:
    """This will make the rows of a list of cases; `route` names a case's page."""
    return [
        CaseRow(
            code=case.code,
            url=reverse(route, args=[case.code]),
            kind=kind_name(case.kind),
            reason=reason_name(case.reason),
            goods="; ".join(units_text(line.title, line.units) for line in line_rows(case)),
            amount=Money(case.refund_minor or case.asked_minor, case.currency),
            state=state_name(case),
            colour=state_kind(case),
            opened_at=case.opened_at,
            until_at=case.until_at,
            is_late=case.until_at is not None and case.until_at - at < _SOON,
        )
        for case in cases
    ]


_WITH_AMOUNT = {
    Deed.OPEN, Deed.ACCEPT, Deed.OFFER, Deed.TAKE_OFFER, Deed.RULE, Deed.CONFIRM, Deed.RECEIVE,
    Deed.CANNOT_REPLACE, Deed.MONEY_BACK, Deed.MONEY_FAILED, Deed.SEND_BACK, Deed.POSTAGE,
    Deed.POSTAGE_PAID,
}  # fmt: skip


def _offered(case: Case) -> bool:
    return any((row.given_minor or 0) > 0 or row.given_units for row in case.lines.all())


def _by_itself(entry: Entry) -> str:
    if entry.deed in {Deed.MONEY_BACK, Deed.MONEY_FAILED}:
        return gettext("The payment provider")
    return gettext("By itself: the time was over") if entry.by.startswith("worker") else ""


def _entry_kind(entry: Entry) -> str:
    if entry.deed in {Deed.REFUSE, Deed.MONEY_FAILED} or entry.state == State.REFUSED:
        return "bad"
    return "good" if entry.deed == Deed.MONEY_BACK or entry.state in CLOSED else ""


def _deed(entry: Entry) -> str:
    if entry.deed == Deed.RULE and entry.state == State.REFUSED:
        return gettext("The platform refused, for good")
    return {
        Deed.OPEN: pgettext("case", "Asked for"),
        Deed.POSTAGE: gettext("The brand pays the way back"),
        Deed.POSTAGE_PAID: gettext("The way back was transferred"),
        Deed.SAY: gettext("Said"),
        Deed.FORWARD: gettext("Passed on to the brand"),
        Deed.ACCEPT: gettext("Agreed"),
        Deed.OFFER: gettext("Offered less"),
        Deed.REFUSE: gettext("Refused; the platform can be asked"),
        Deed.TAKE_OFFER: gettext("The offer is taken"),
        Deed.ASK_PLATFORM: gettext("The platform was asked"),
        Deed.RULE: gettext("The platform decided"),
        Deed.CONFIRM: gettext("The decision is confirmed"),
        Deed.OVERTURN: gettext("Sent back to be decided again"),
        Deed.SEND_BACK: gettext("The goods are on their way back"),
        Deed.RECEIVE: gettext("The goods are back"),
        Deed.CONTEST: gettext("What came back is contested"),
        Deed.REPLACE: gettext("The new goods left"),
        Deed.CANNOT_REPLACE: gettext("No new goods: money back instead"),
        Deed.ARRIVE: gettext("The new goods are there"),
        Deed.WITHDRAW: pgettext("case", "Given up"),
        Deed.REFUND: gettext("Refunded"),
        Deed.MONEY_BACK: gettext("The money is back with the customer"),
        Deed.MONEY_FAILED: gettext("The money could not be sent back"),
        Deed.END: gettext("Ended without a word"),
    }[entry.deed]
