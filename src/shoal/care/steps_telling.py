"""Telling people of a case: the customer and her keeper by text, brands and operators by mail.

Who works there and has named no address of hers is told by text, too: a deadline runs.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override

from shoal.brands.models import BrandMember
from shoal.brands.queries import brand_members
from shoal.care import rules_cases as rules
from shoal.care.models import Case
from shoal.care.rules_cases import Deed, Reason, Side, State
from shoal.kit.amounts import amount_in_words
from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.kit.transactions import step
from shoal.notify.providers import NoMail, NoTexts
from shoal.notify.steps import send_mail, send_text
from shoal.people.models import Operator, Person
from shoal.people.queries import operators, profile
from shoal.shops.queries import keeper_of

PLACES = {
    Side.CUSTOMER: "/cases/",
    Side.KEEPER: "/keep/cases/",
    Side.BRAND: "/supply/cases/",
    Side.PLATFORM: "/desk/cases/",
}
"""Where each side finds a case, its code behind; a message cannot ask the pages above."""


@step
def tell(*, case: Case, deed: Deed, side: Side | None, at: datetime) -> None:
    """This will put a message on its way to everybody whom a deed concerns.

    Whom no message reaches, as where mail is not set up yet, the page tells the same.
    """
    for who in rules.told(deed=deed, state=case.state, side=side):
        for person in _people(case, who):
            with override(person.language), suppress(NoTexts, NoMail):
                _send(case, deed, who, person, at)


def _send(case: Case, deed: Deed, who: Side, person: Person, at: datetime) -> None:
    known = profile(person)
    link = f"{settings.SHOAL_PUBLIC_URL}{PLACES[who]}{case.code}"
    words = _to_customer(case, deed) if who == Side.CUSTOMER else _to_others(case, deed, who)
    if known.email and who in {Side.BRAND, Side.PLATFORM}:
        subject = gettext("Case {code}").format(code=case.code)
        send_mail(to=known.email, subject=subject, body=f"{words}\n\n{link}\n", at=at)
    elif known.phone:
        send_text(to=known.phone, text=f"{words} {link}", at=at)


def _people(case: Case, who: Side) -> Iterable[Person]:
    if who == Side.CUSTOMER:
        return [case.customer]
    if who == Side.KEEPER:
        with suppress(NotFound):
            return [keeper_of(shop=case.shop)]
        return []
    if who == Side.BRAND:
        if case.reason == Reason.COUNTERFEIT and case.waits_for != Side.BRAND:
            return []  # nobody should fear to report
        members = brand_members(brand=case.brand)
        return [row.person for row in members if row.role != BrandMember.Role.GOODS]
    roles = {str(Operator.Role.CARE), str(Operator.Role.ADMIN)}
    return {person.pk: person for person, role in operators() if role in roles}.values()


def _to_customer(case: Case, deed: Deed) -> str:
    amount = _amount(case)
    if deed == Deed.MONEY_BACK:
        words = gettext("Case {code}: {amount} is back with you.")
    elif deed == Deed.MONEY_FAILED:
        words = gettext(
            "Case {code}: {amount} could not be sent back to you. The platform looks into it;"
            " nothing is lost."
        )
    elif deed == Deed.POSTAGE_PAID:
        amount = _money(case.postage_minor, case.currency)
        words = gettext("Case {code}: {amount} for the way back was transferred to you.")
    elif deed == Deed.SAY:
        words = gettext("Case {code}: somebody wrote to you.")
    else:
        words = {
            State.ASKED: gettext("Case {code}: your keeper answers by {until}."),
            State.JUDGING: gettext("Case {code}: the brand answers by {until}."),
            State.OFFERED: gettext("Case {code}: the brand has answered. Say by {until} whether"
                                   " you agree, or ask the platform."),
            State.DISPUTED: gettext("Case {code}: the platform decides by {until}."),
            State.CONFIRMING: gettext("Case {code}: the platform decides by {until}."),
            State.RETURNING: gettext("Case {code}: agreed. Please send the goods back by {until};"
                                     " the page says where to."),
            State.RETURNED: gettext("Case {code}: the brand checks what you sent by {until}."),
            State.REPLACING: gettext("Case {code}: agreed. The brand sends new goods by {until}."),
            State.SENT: gettext("Case {code}: the new goods are on their way to you."),
            State.REFUNDED: gettext("Case {code}: {amount} is on its way back to you."),
            State.REPLACED: gettext("Case {code} is closed: the goods are exchanged."),
            State.REFUSED: gettext("Case {code} was refused. The page says why."),
            State.WITHDRAWN: gettext("Case {code} is closed: nothing changes hands."),
        }[State(case.state)]  # fmt: skip
    return words.format(code=case.code, amount=amount, until=_until(case))


def _to_others(case: Case, deed: Deed, who: Side) -> str:
    if deed == Deed.MONEY_FAILED:
        words = gettext("Case {code}: {amount} could not be sent back to the customer.")
    elif case.until_at is None:
        words = gettext("Case {code} is closed.")
    elif case.waits_for != who and deed == Deed.ASK_PLATFORM:
        words = gettext(
            "Case {code}: the customer has asked the platform to decide. It decides by {until};"
            " you can add words and pictures until then."
        )
    elif case.waits_for != who:
        words = gettext("Case {code}: the customer has answered. It does not wait for you now.")
    else:
        words = gettext("Case {code} waits for your answer until {until}.")
    return words.format(code=case.code, amount=_amount(case), until=_until(case))


def _amount(case: Case) -> str:
    return _money(case.refund_minor, case.currency)


def _money(minor: int, currency: str) -> str:
    return amount_in_words(amount=Money(minor, currency))


def _until(case: Case) -> str:
    return f"{timezone.localtime(case.until_at):%Y-%m-%d %H:%M}" if case.until_at else ""
