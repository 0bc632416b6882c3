"""Personal data made short: enough to recognise, not enough to use."""

from collections.abc import Mapping

HIDDEN = "*"


def mask_name(name: str) -> str:
    """This will keep the first character of a Chinese name, or a first name's first letter.

    "王小美" becomes "王**", "Alice Smith" becomes "A*** S***": as many stars as it takes to tell
    nothing of the length of a word in letters.
    """
    text = name.strip()
    if not text:
        return ""
    if text.isascii():
        return " ".join(word[0] + HIDDEN * 3 for word in text.split())
    return text[0] + HIDDEN * max(len(text) - 1, 1)


def mask_phone(phone: str) -> str:
    """This will keep a phone's first three digits and its last four: "138****5678".

    The country code +86 is left out; another one stays, in front of the last four only.
    """
    digits = phone.strip().replace(" ", "").replace("-", "").removeprefix("+86")
    if digits.startswith("+"):
        return f"{digits[:3]} {HIDDEN * 4} {digits[-4:]}" if len(digits) > 8 else HIDDEN * 4
    return f"{digits[:3]}{HIDDEN * 4}{digits[-4:]}" if len(digits) > 8 else HIDDEN * 4


def mask_email(email: str) -> str:
    """This will keep an address's first letter and its domain: "m***@brand.example"."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}{HIDDEN * 3}{at}{domain}" if at else HIDDEN * 3


def mask_address(address: Mapping[str, str]) -> str:
    """This will keep province, city and district of an address and hide what leads to a door."""
    parts = [address.get(part, "").strip() for part in ("province", "city", "district")]
    # A municipality is its own province: 上海市 上海市 says it twice.
    kept = list(dict.fromkeys(part for part in parts if part))
    return " ".join([*kept, HIDDEN * 4])
