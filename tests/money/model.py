"""What every party must have, worked out a second time with the standard library alone.

This module imports nothing of Shoal and is told only what people did: who bought how many at which
terms, what was paid, sent back, settled, paid out. It keeps every amount in whole minor units, and
a set of books per currency.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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

    name: str
    brand: str
    supply: int
    sale: int
    rate: int

    def commission(self, base: int) -> int:
        return half_up(Fraction(base * self.rate, 10_000))


Wanted = list[tuple[Terms, int]]


@dataclass
class Line:
    """What of a line is still with its parties."""

    terms: Terms
    bought: int
    paid: int
    promotion: int
    parts: dict[str, int]
    own: dict[str, int]
    """What brand and keeper took off themselves."""
    units: int = 0
    parcel: int = 0
    """Which of its brand's parcels; freight is paid with the first."""
    settled: bool = False
    cases: int = 0
    refused: list[tuple[int, int, bool]] = field(default_factory=list)
    """Units, their worth, and whether they were said not to be genuine: the platform said no."""


@dataclass
class Bought:
    """An order: its lines, what each brand asks to send them, the gifts that each adds."""

    currency: str
    lines: list[Line]
    freight: dict[str, int]
    total: int
    gifts: Counter[str]
    settled: bool = False

    def of(self, brand: str) -> list[Line]:
        return [line for line in self.lines if line.terms.brand == brand]

    def leaves_nothing(self, line: Line, units: int) -> bool:
        """Whether these units are all that is left of the first of their brand's parcels."""
        beside = [row for row in self.of(line.terms.brand) if row.parcel == line.parcel]
        others = sum(row.units for row in beside) - line.units
        return line.parcel == 0 and others == 0 and units == line.units


@dataclass(frozen=True)
class Bundle:
    """Goods at one price together; what they cost less is the funder's."""

    funder: str
    price: int
    parts: tuple[tuple[Terms, int], ...]

    @property
    def saving(self) -> int:
        return sum(terms.sale * many for terms, many in self.parts) - self.price


@dataclass(frozen=True)
class Gift:
    """So many units from a sum of the brand's goods on: after bundles, before coupons."""

    brand: str
    threshold: int
    units: int


@dataclass
class Coupons:
    """What is off: per cent of one brand's goods, fixed sums of the keeper and the platform."""

    brand_percent: int = 0
    brand: str = ""
    keeper: int = 0
    platform: int = 0


class Basket:
    """Goods on their way to an order: what they still cost, and who took how much off each."""

    def __init__(self, wanted: Wanted, bundles: Iterable[Bundle]) -> None:
        self.wanted = wanted
        self.prices = [terms.sale * units for terms, units in wanted]
        self.left = list(self.prices)
        self.off = {funder: [0] * len(wanted) for funder in ("brand", "keeper", "platform")}
        free = Counter({terms.name: units for terms, units in wanted})
        for bundle in sorted(bundles, key=lambda bundle: -bundle.saving):
            times = min(free[terms.name] // many for terms, many in bundle.parts)
            in_each = {terms.name: many for terms, many in bundle.parts}
            free.subtract({name: many * times for name, many in in_each.items()})
            weights = [in_each.get(terms.name, 0) * terms.sale for terms, _ in wanted]
            self.take(bundle.funder, bundle.saving * times, weights)
        self.base = sum(self.left)

    def of(self, brand: str) -> list[int]:
        """What each line of this brand still costs, and nothing for the others."""
        return [
            left if terms.brand == brand else 0
            for left, (terms, _) in zip(self.left, self.wanted, strict=True)
        ]

    def take(self, funder: str, total: int, weights: list[int]) -> None:
        for at, part in enumerate(shared(total, weights) if total else []):
            self.off[funder][at] += part
            self.left[at] -= part


def buy(
    basket: Basket,
    freight: dict[str, int],
    coupons: Coupons,
    gifts: Iterable[Gift] = (),
    currency: str = "CNY",
) -> Bought:
    """The order that these goods make, with bundles taken off already."""
    added = Counter(
        {gift.brand: gift.units for gift in gifts if sum(basket.of(gift.brand)) >= gift.threshold}
    )
    own = basket.of(coupons.brand)
    percent = half_up(Fraction(sum(own) * coupons.brand_percent, 100))
    basket.take("brand", percent, own)
    basket.take("keeper", coupons.keeper, list(basket.left))
    basket.take("platform", coupons.platform, list(basket.left))
    lines = []
    for at, (terms, units) in enumerate(basket.wanted):
        base, brand = basket.prices[at], basket.off["brand"][at]
        keeper = basket.off["keeper"][at]
        commission = terms.commission(base - brand)
        saved = terms.commission(base) - commission
        parts = {
            terms.brand: terms.supply * units - brand + saved,
            "keeper": commission - keeper,
            "fee": base - terms.supply * units - terms.commission(base),
        }
        given = {terms.brand: brand, "keeper": keeper, "fee": 0}
        line = Line(terms, units, basket.left[at], basket.off["platform"][at], parts, given, units)
        lines.append(line)
    total = sum(basket.left) + sum(freight.values())
    return Bought(currency, lines, dict(freight), total, added)


@dataclass
class Books:
    """Where all the money of one currency is."""

    parties: dict[str, int]
    escrow: int = 0
    promotion: int = 0
    clearing: int = 0
    going_back: int = 0
    paid_out: int = 0
    on_its_way: int = 0
    deposit: int = 0
    postage: int = 0
    owing_since: dict[str, datetime] = field(default_factory=dict)
    now: datetime = datetime.min  # noqa: DTZ901 - told before anything else

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

    def back(self, order: Bought, line: Line, units: int, amount: int | None = None) -> None:
        """Units of a line go back for what they cost, or for `amount`."""
        if amount is None:
            amount = half_up(Fraction(line.paid * units, line.units))
        of, whole = (amount, line.paid) if line.paid else (units, line.units)
        promotion = half_up(Fraction(line.promotion * of, whole))
        names = [line.terms.brand, "keeper", "fee"]
        gone = shared(amount + promotion, [line.parts[name] for name in names])
        for name, part in zip(names, gone, strict=True):
            line.parts[name] -= part
            if line.settled:
                self._credit(name, -part)
        line.units, line.paid = line.units - units, line.paid - amount
        line.promotion -= promotion
        self.escrow -= promotion
        self.promotion += promotion
        self.going_back += amount
        brand = line.terms.brand
        if brand in order.gifts and not any(row.units for row in order.of(brand)):
            order.gifts[brand] = 0

    def freight_back(self, order: Bought, brand: str) -> None:
        """A brand's freight goes back."""
        amount = order.freight.pop(brand, 0)
        if order.settled:
            self._credit(brand, -amount)
        self.going_back += amount

    def settle(self, orders: Iterable[Bought]) -> None:
        """What is left of each line that no case holds, and of freight, goes to its parties.

        Whoever took something off gets the whole part and gives that back, as far as the goods
        stay.
        """
        gross, given = Counter[str](), Counter[str]()
        for order in orders:
            for line in order.lines:
                if line.settled or line.cases:
                    continue
                line.settled = True
                for name, part in line.parts.items():
                    kept = line.own[name] * line.units // line.bought
                    gross[name] += part + kept
                    given[name] += kept
            if not order.settled:
                order.settled = True
                gross.update(order.freight)
        for name in gross:
            self._credit(name, gross[name])
            self._credit(name, -given[name])

    def arrive_back(self) -> None:
        """All that is going back has reached its payers."""
        self.escrow -= self.going_back
        self.clearing += self.going_back
        self.going_back = 0

    def pay_out(self, name: str, amount: int) -> None:
        """A payout leaves a party's balance."""
        self.parties[name] -= amount
        self.on_its_way += amount

    def paid(self, amount: int) -> None:
        """A payout has reached its party's bank."""
        self.on_its_way -= amount
        self.paid_out += amount

    def failed(self, name: str, amount: int) -> None:
        """A payout came back."""
        self.on_its_way -= amount
        self.parties[name] += amount

    def send_back_cost(self, brand: str, amount: int) -> None:
        """What the way back cost is taken from the brand, and stands there for the customer."""
        self.postage += amount
        self._note(brand, -amount)

    def cover(self, name: str, after: timedelta) -> int:
        """A deposit answers for a debt that is old, as far as it goes."""
        since = self.owing_since.get(name)
        if since is None or self.now < since + after:
            return 0
        amount = min(self.deposit, -self.parties[name])
        self.deposit -= amount
        self._note(name, amount)
        return amount

    def _credit(self, name: str, amount: int) -> None:
        """A part leaves escrow for its party, or comes back from it."""
        self.escrow -= amount
        self._note(name, amount)

    def _note(self, name: str, amount: int) -> None:
        self.parties[name] += amount
        if self.parties[name] >= 0:
            self.owing_since.pop(name, None)
        else:
            self.owing_since.setdefault(name, self.now)
