"""What every party must have, worked out a second time with the standard library alone.

This module imports nothing of Shoal and is told only what people did: who bought how many at which
terms, what was paid, sent back, settled, paid out. It keeps every amount in whole minor units.
"""

from dataclasses import dataclass, field
from fractions import Fraction


def half_up(amount: Fraction) -> int:
    """The nearest whole number; of two as near the larger."""
    return int((amount + Fraction(1, 2)).__floor__())


def shared(total: int, weights: list[int]) -> list[int]:
    """`total` by largest remainders; of equal remainders the earlier place first."""
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    exact = [Fraction(total * weight, whole) for weight in weights]
    shares = [int(part) for part in exact]
    by_rest = sorted(range(len(weights)), key=lambda at: (shares[at] - exact[at], at))
    for at in by_rest[: total - sum(shares)]:
        shares[at] += 1
    return shares


@dataclass(frozen=True)
class Terms:
    """One unit: B, S and the keeper's rate in hundredths of a per cent; no markup."""

    brand: str
    supply: int
    sale: int
    rate: int

    def commission(self, base: int) -> int:
        return half_up(Fraction(base * self.rate, 10_000))


@dataclass
class Line:
    """What of a line is still with its parties."""

    terms: Terms
    units: int
    paid: int
    promotion: int
    parts: dict[str, int]
    settled: bool = False
    cases: int = 0


@dataclass
class Bought:
    """An order: a line per brand, what each brand asks to send it."""

    lines: list[Line]
    freight: dict[str, int]
    total: int
    settled: bool = False


@dataclass
class Coupons:
    """What is off: per cent of one brand's goods, fixed sums of the keeper and the platform."""

    brand_percent: int = 0
    brand: str = ""
    keeper: int = 0
    platform: int = 0
    platform_from: int = 0


def buy(wanted: list[tuple[Terms, int]], freight: dict[str, int], coupons: Coupons) -> Bought:
    """The order that these terms, quantities and coupons make."""
    prices = [terms.sale * units for terms, units in wanted]
    left = list(prices)
    off: dict[str, list[int]] = {}

    def take(funder: str, total: int, over: list[int]) -> None:
        weights = [left[at] if at in over else 0 for at in range(len(left))]
        off[funder] = shared(total, weights) if total else [0] * len(left)
        for at, part in enumerate(off[funder]):
            left[at] -= part

    every = list(range(len(wanted)))
    own = [at for at, (terms, _) in enumerate(wanted) if terms.brand == coupons.brand]
    percent = half_up(Fraction(sum(prices[at] for at in own) * coupons.brand_percent, 100))
    take("brand", percent, own)
    take("keeper", min(coupons.keeper, sum(left)), every)
    reached = sum(prices) >= coupons.platform_from
    take("platform", min(coupons.platform, sum(left)) if reached else 0, every)
    lines = []
    for at, (terms, units) in enumerate(wanted):
        base = prices[at]
        commission = terms.commission(base - off["brand"][at])
        saved = terms.commission(base) - commission
        parts = {
            terms.brand: terms.supply * units - off["brand"][at] + saved,
            "keeper": commission - off["keeper"][at],
            "fee": base - terms.supply * units - terms.commission(base),
        }
        lines.append(Line(terms, units, left[at], off["platform"][at], parts))
    return Bought(lines, dict(freight), sum(left) + sum(freight.values()))


@dataclass
class Books:
    """Where all the money is."""

    escrow: int = 0
    promotion: int = 0
    clearing: int = 0
    going_back: int = 0
    paid_out: int = 0
    on_its_way: int = 0
    parties: dict[str, int] = field(default_factory=dict)

    def pay(self, order: Bought) -> None:
        """The customer's money and the platform's discount are in escrow."""
        promotion = sum(line.promotion for line in order.lines)
        self.clearing -= order.total
        self.promotion -= promotion
        self.escrow += order.total + promotion

    def keep_excess(self, amount: int) -> None:
        """Money for an order that is over goes straight back."""
        self.clearing -= amount
        self.escrow += amount
        self.going_back += amount

    def back(self, order: Bought, at: int, units: int, amount: int | None = None) -> int:
        """Units of a line go back for what they cost, or for `amount`."""
        line = order.lines[at]
        if amount is None:
            amount = half_up(Fraction(line.paid * units, line.units))
        of, whole = (amount, line.paid) if line.paid else (units, line.units)
        promotion = half_up(Fraction(line.promotion * of, whole))
        names = [line.terms.brand, "keeper", "fee"]
        gone = shared(amount + promotion, [line.parts[name] for name in names])
        for name, part in zip(names, gone, strict=True):
            line.parts[name] -= part
            if line.settled:
                self.parties[name] -= part
                self.escrow += part
        line.units, line.paid = line.units - units, line.paid - amount
        line.promotion -= promotion
        self.escrow -= promotion
        self.promotion += promotion
        self.going_back += amount
        return amount

    def freight_back(self, order: Bought, brand: str) -> None:
        """A brand's freight goes back."""
        amount = order.freight[brand]
        order.freight[brand] = 0
        if order.settled:
            self.parties[brand] -= amount
            self.escrow += amount
        self.going_back += amount

    def settle(self, order: Bought) -> None:
        """What is left of each line that no case holds, and of freight, goes to its parties."""
        for line in order.lines:
            if not line.settled and not line.cases:
                line.settled = True
                for name, part in line.parts.items():
                    self._settle(name, part)
        if not order.settled:
            order.settled = True
            for brand, amount in order.freight.items():
                self._settle(brand, amount)

    def arrive_back(self) -> None:
        """All that is going back has reached its payers."""
        self.escrow -= self.going_back
        self.clearing += self.going_back
        self.going_back = 0

    def pay_out(self, name: str, amount: int) -> None:
        """A payout leaves a party's balance."""
        self.parties[name] = self.parties.get(name, 0) - amount
        self.on_its_way += amount

    def paid(self, amount: int) -> None:
        """A payout has reached its party's bank."""
        self.on_its_way -= amount
        self.paid_out += amount

    def failed(self, name: str, amount: int) -> None:
        """A payout came back."""
        self.on_its_way -= amount
        self.parties[name] += amount

    def _settle(self, name: str, amount: int) -> None:
        self.escrow -= amount
        self.parties[name] = self.parties.get(name, 0) + amount
