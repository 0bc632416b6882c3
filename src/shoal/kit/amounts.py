"""Amounts as people read them."""

from shoal.kit.money import Money, minor_units

# Signs that a reader of Chinese or English takes for one currency only; others show their code.
_SIGNS = {
    "CNY": "¥", "GBP": "£", "EUR": "€", "USD": "$", "HKD": "HK$", "TWD": "NT$", "JPY": "JP¥",
    "KRW": "₩", "SGD": "S$", "AUD": "A$", "CAD": "C$", "INR": "₹", "THB": "฿", "VND": "₫",
    "MYR": "RM",
}  # fmt: skip
MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
_TIE = "\N{WORD JOINER}"


def amount_parts(*, amount: Money) -> tuple[str, str, str]:
    """This will split `amount` into sign, whole part and decimals: ("¥", "1,280", ".00")."""
    whole, _, decimals = f"{abs(amount.decimal):,.{minor_units(amount.currency)}f}".partition(".")
    sign = _SIGNS.get(amount.currency, amount.currency + NO_BREAK)
    return (MINUS if amount.minor < 0 else "") + sign, whole, f".{decimals}" if decimals else ""


def units_text(name: str, units: int) -> str:
    """This will say how many of something: the number never stands on a line without its sign."""
    return f"{name} ×\N{NO-BREAK SPACE}{units}"


def amount_text(*, amount: Money) -> str:
    """This will write `amount` in full: "¥1,280.00", "JP¥1,280", "KWD 1.250", "−¥5.00"."""
    return "".join(amount_parts(amount=amount))


def amount_in_words(*, amount: Money) -> str:
    """This will write `amount` for a sentence, where its minus stays on its own line with it."""
    return amount_text(amount=amount).replace(MINUS, MINUS + _TIE)
