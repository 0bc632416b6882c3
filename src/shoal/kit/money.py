"""Money: whole minor units of one ISO 4217 currency. No float, no silent conversion."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

BASIS = 10_000
"""Rates are whole basis points: 10,000 is all of it."""

# "1e3" and "1_000" are numbers to a program; whoever types them into a form made a slip.
_TYPED = re.compile(r"[+-]?(?:\d{1,3}(?:[,，]\d{3})+|\d*)(?:\.\d*)?")
_MOST_DIGITS = 18  # what the database's 64 bits hold for certain

# ISO 4217 minor units that are not 2, for the currencies in circulation.
_MINOR_UNITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}


class CurrencyMismatch(TypeError):
    """Two amounts in different currencies met in one sum."""


def minor_units(currency: str) -> int:
    """This will return how many decimals `currency` has by ISO 4217 (CNY 2, JPY 0, KWD 3)."""
    return _MINOR_UNITS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount: `minor` units of `currency`; may be negative."""

    minor: int
    currency: str

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-minor_units(self.currency))


def parse_amount(text: str, currency: str) -> Money:
    """This will read a typed amount ("12.5", "1,200", "¥12.50") as Money.

    Raises ValueError when it is no number as people write one, has more decimals than the currency,
    or is more than any money is. A comma stands between thousands only: "12,50" is not 1250.
    """
    cleaned = text.strip().lstrip("¥￥$€£").strip()
    if not _TYPED.fullmatch(cleaned):
        raise ValueError(text)
    cleaned = cleaned.replace(",", "").replace("，", "")
    try:
        scaled = Decimal(cleaned).scaleb(minor_units(currency))
        fits = scaled.is_finite() and scaled.adjusted() < _MOST_DIGITS
        whole = fits and scaled == scaled.to_integral_value()
    except ArithmeticError as error:
        raise ValueError(text) from error
    if not whole:
        raise ValueError(text)
    return Money(int(scaled), currency)


def minor_of(major: Decimal, currency: str) -> int:
    """This will return an amount in major units, as settings name it, in whole minor units."""
    return int(major.scaleb(minor_units(currency)))


def portion(minor: int, basis_points: int) -> int:
    """This will return `basis_points` of `minor`, rounded to whole units, halves away from zero."""
    sign = -1 if (minor < 0) != (basis_points < 0) else 1
    return sign * ((abs(minor) * abs(basis_points) * 2 + BASIS) // (2 * BASIS))


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """This will share `total` minor units by `weights` so that nothing is lost or made.

    Largest remainders first, ties to the earlier place; with no positive weight the first place
    takes it all. Raises ValueError for no places or a negative weight.
    """
    if not weights or min(weights) < 0:
        raise ValueError("weights must be present and not negative")
    whole = sum(weights)
    if whole == 0:
        return [total, *[0] * (len(weights) - 1)]
    sign, size = (-1, -total) if total < 0 else (1, total)
    shares = [size * weight // whole for weight in weights]
    remainders = [size * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in order[: size - sum(shares)]:
        shares[place] += 1
    return [sign * share for share in shares]
