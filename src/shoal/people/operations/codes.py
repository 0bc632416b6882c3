"""Signing in by phone and one-time code."""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language, gettext

from shoal.kit import vault
from shoal.kit.asking import ask, rows_of
from shoal.kit.errors import Refused
from shoal.kit.transactions import operation
from shoal.notify.steps import send_text
from shoal.people import rules
from shoal.people.models import Identity, OneTimeCode, Person
from shoal.people.rules import CODE_DIGITS, Limit
from shoal.people.steps import TooMany, count, make_people

_TRIES_PER_CODE = 5
_HOUR = timedelta(hours=1)
_PER_NUMBER_A_DAY = 3  # times what the hour allows
_TRIES_PER_NETWORK = 5  # times the codes that a network may ask for
_ON_ITS_WAY = """
SELECT 1 FROM people_onetimecode
WHERE phone_index = %s AND used_at IS NULL AND tries = 0 AND sent_at > %s LIMIT 1
"""
_NEWEST = "WHERE phone_index = %s ORDER BY sent_at DESC, id DESC LIMIT 1 FOR UPDATE"


class NotAPhone(Refused):
    """This is not a mobile number that we can send a text to. Please check it."""

    code = "not_a_phone"


class WrongCode(Refused):
    """This code is not right. Please look at the newest message once more."""

    code = "wrong_code"


class CodeOver(Refused):
    """This code no longer holds. Please ask for a new one."""

    code = "code_over"


@operation
def request_code(*, phone: str, network: str, at: datetime) -> None:
    """This will send a fresh one-time code to `phone`; an earlier one stops to hold.

    Asked again within a minute nothing is sent: the first code is on its way and stands.
    Known and unknown numbers are treated alike. `network` is whom limits count, see
    `rules.network_of`. Raises NotAPhone, TooMany or NoTexts.
    """
    number = _parsed(phone)
    index = vault.blind_index("phone", number)
    if ask(_ON_ITS_WAY, [index, at - rules.RESEND_AFTER]):
        return
    _count_requests(index=index, network=network, at=at)
    digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    row = OneTimeCode(phone_index=index, sent_at=at, expires_at=at + settings.SHOAL_CODE_HOLDS)
    row.digest = _digest(row.id, digits)
    row.save(force_insert=True)
    # First the code, so that it can be read on a locked screen; no link, so that no message that
    # carries one can be ours.
    minutes = int(settings.SHOAL_CODE_HOLDS.total_seconds() // 60)
    text = gettext(
        "{code} is your Shoal code. It holds for {minutes} minutes. We never ask for it by phone."
    )
    send_text(to=number, text=text.format(code=digits, minutes=minutes), at=at)


def sign_in_with_code(*, phone: str, code: str, network: str, at: datetime) -> Person:
    """This will return the person who holds `phone`, made now if this is her first proof.

    A code works once. Five wrong tries end it, and a network may try wrong codes only so often:
    a refused try is counted all the same. Raises NotAPhone, WrongCode, CodeOver or TooMany.
    """
    outcome = _try_code(number=_parsed(phone), code=code, network=network, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@operation
def _try_code(*, number: str, code: str, network: str, at: datetime) -> Person | Refused:
    # Returned instead of raised: what was counted here must stay counted.
    index = vault.blind_index("phone", number)
    try:
        _count_tries(network=network, at=at)
    except TooMany as refused:
        return refused
    newest = next(iter(rows_of(OneTimeCode, _NEWEST, [index])), None)
    # The same work whether or not there is a code, so that time tells nothing.
    given = _digest(newest.id if newest else UUID(int=0), rules.parse_code(code))
    held = bytes(newest.digest) if newest else bytes(len(given))
    right = hmac.compare_digest(given, held)
    if newest is None or newest.used_at or at >= newest.expires_at:
        return CodeOver()
    if newest.tries >= _TRIES_PER_CODE:
        return CodeOver()
    if not right:
        newest.tries += 1
        newest.save(update_fields=["tries"])
        return WrongCode()
    newest.used_at = at
    newest.save(update_fields=["used_at"])
    return _holder(number=number, index=index, at=at)


def _holder(*, number: str, index: bytes, at: datetime) -> Person:
    found = rows_of(Identity, "WHERE kind = %s AND blind_index = %s", [Identity.Kind.PHONE, index])
    if found:
        identity = found[0]
        identity.proved_at = at
        identity.save(update_fields=["proved_at"])
        return identity.person
    language = get_language() or settings.LANGUAGE_CODE
    return make_people(records=[{"phone": number, "name": ""}], languages=[language], at=at)[0]


def _count_requests(*, index: bytes, network: str, at: datetime) -> None:
    per_number: int = settings.SHOAL_CODES_PER_NUMBER
    count(limit=Limit("code network", settings.SHOAL_CODES_PER_NETWORK, _HOUR),
          subject=vault.blind_index("network", network), at=at)  # fmt: skip
    count(limit=Limit("code number", per_number, _HOUR), subject=index, at=at)
    count(limit=Limit("code number", per_number * _PER_NUMBER_A_DAY, 24 * _HOUR),
          subject=index, at=at)  # fmt: skip


def _count_tries(*, network: str, at: datetime) -> None:
    most = settings.SHOAL_CODES_PER_NETWORK * _TRIES_PER_NETWORK
    count(limit=Limit("try network", most, _HOUR),
          subject=vault.blind_index("network", network), at=at)  # fmt: skip


def _parsed(phone: str) -> str:
    number = rules.parse_phone(phone, region=settings.SHOAL_PHONE_REGION)
    if number is None:
        raise NotAPhone
    return number


def _digest(row: UUID, digits: str) -> bytes:
    return vault.blind_index("code", f"{row}:{digits}")
