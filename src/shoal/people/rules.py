"""What counts as a phone, an e-mail, a code and a name; how long things hold. Pure."""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

CODE_DIGITS = 6
# A second click on "send" is one wish, not two: until then the first text stands.
RESEND_AFTER = timedelta(seconds=60)
LOGIN_LINK_HOLDS = timedelta(minutes=30)
INVITATION_HOLDS = timedelta(days=7)
LONGEST_NAME = 40

# What can receive a text. Premium and shared-cost numbers would make senders of codes pay.
_TEXTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
# Full-width digits and the plus sign, as Chinese keyboards type them.
_WIDE = {ord("０") + n: ord("0") + n for n in range(10)} | {ord("＋"): ord("+")}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` times in each stretch of `per`; counted under `kind`."""

    kind: str
    most: int
    per: timedelta


def parse_phone(text: str, *, region: str) -> str | None:
    """This will read a typed phone as E.164 ("+8613812345678"), or None when it is no mobile.

    `region` is the ISO 3166 country of a number that is typed without one.
    """
    try:
        number = phonenumbers.parse(text.translate(_WIDE).strip(), region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.number_type(number) not in _TEXTABLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def spaced_phone(number: str) -> str:
    """This will return an E.164 phone as people read it: "138 1234 5678", "+44 7400 123456"."""
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return number
    shown = phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    return shown.removeprefix("+86 ")


def dialled_phone(number: str) -> str:
    """This will return an E.164 phone in digits, as carriers dial it: 13812345678, 00447400123456.

    Without the plus, with which a spreadsheet would take it for a formula.
    """
    return f"00{number[1:]}".removeprefix("0086") if number.startswith("+") else number


def parse_code(text: str) -> str:
    """This will return the digits of a typed code: spaces, hyphens and wide digits are forgiven."""
    return "".join(sign for sign in text.translate(_WIDE) if sign in "0123456789")[:CODE_DIGITS]


def parse_name(text: str) -> str:
    """This will return a typed name without stray white space, cut to the longest we keep."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())[:LONGEST_NAME].strip()


def parse_email(text: str) -> str:
    """This will return an e-mail in the form it is compared in: trimmed, in lower case."""
    return text.strip().lower()


@lru_cache(10_000)
def network_of(address: str) -> str:
    """This will return whom a limit per network address counts: an IPv4 address, an IPv6 /64.

    One household holds a whole /64 and could use a new address for every try.
    """
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def stretch(per: timedelta, *, at: datetime) -> tuple[datetime, datetime]:
    """This will return the half-open stretch of length `per` that `at` lies in, since the epoch."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    since = epoch + (at - epoch) // per * per
    return since, since + per


def token_digest(token: str) -> bytes:
    """This will return what is kept of a random token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()
