"""What promotions take off a basket, and who bears it. Pure: no clock, no tables.

The order is fixed, so that the order of the customer's taps changes nothing:

1. bundles, the largest saving first; a unit counts in one bundle only;
2. thresholds are measured: prices after the bundles, before every coupon;
3. gifts whose threshold is reached;
4. at most one coupon of each funder: the brand's, then the keeper's, then the platform's, each on
   what the ones before have left.

A funder never bears more of a line than its own part of the line's price, nobody's discount makes
another party's part negative, and one minor unit of the goods always stays to be paid.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from shoal.kit.money import allocate, portion


class Funder(StrEnum):
    """Who pays for a discount, in the order in which coupons are taken off."""

    BRAND = "brand"
    KEEPER = "keeper"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a basket: B, S and M in minor units per unit, as `orders` shares them.

    `earns` says whether a keeper gets commission and markup of it.
    """

    offer: UUID
    brand: UUID
    quantity: int
    supply: int
    sale: int
    markup: int
    rate_bp: int
    earns: bool = True

    @property
    def amount(self) -> int:
        """What the line costs before any discount."""
        return self.quantity * (self.sale + self.markup)

    def keeper_room(self, *, brand_discount: int) -> int:
        """What a keeper could give of the line once its brand has given `brand_discount`."""
        if not self.earns:
            return 0
        base = self.quantity * self.sale - brand_discount
        return portion(base, self.rate_bp) + self.quantity * self.markup

    @property
    def brand_room(self) -> int:
        """The most that its brand may take off the line.

        Never more than the brand's own part, and no more than leaves the keeper's part at nothing:
        a discount lowers the commission's base, and a keeper may sell below the sale price.
        """
        most = min(self.quantity * self.supply, self.quantity * self.sale)
        # The more the brand gives, the less is the keeper's: the last sum that leaves hers at
        # nothing.
        reached = bisect_right(
            range(most + 1), 0, key=lambda given: -self.keeper_room(brand_discount=given)
        )
        return min(reached - 1, self.amount)


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon's terms. `brand` limits it to one brand's goods; `percent_bp` 0 means fixed.

    With a percentage `amount` is the most it takes off, 0 for no bound.
    """

    promotion: UUID
    funder: Funder
    brand: UUID | None
    threshold: int
    amount: int
    percent_bp: int = 0

    def covers(self, item: Item) -> bool:
        """Whether the coupon is for this line."""
        return self.brand is None or self.brand == item.brand

    def wanted(self, base: int) -> int:
        """What it would take off goods that cost `base`."""
        if not self.percent_bp:
            return min(self.amount, base)
        part = portion(base, self.percent_bp)
        return min(part, self.amount) if self.amount else part


@dataclass(frozen=True, slots=True)
class Bundle:
    """Offers with quantities at one price. A keeper's markup stays on top, as it always does."""

    promotion: UUID
    funder: Funder
    price: int
    parts: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True)
class Gift:
    """`quantity` units of an offer, free from `threshold` of its brand's goods on."""

    promotion: UUID
    brand: UUID
    threshold: int
    offer: UUID
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Applied:
    """What one promotion took off: `lines` by place in the basket; `times` for bundles."""

    promotion: UUID
    funder: Funder
    amount: int
    lines: tuple[int, ...]
    times: int = 1


@dataclass(frozen=True, slots=True)
class Discounts:
    """The outcome: what each funder bears of each line, and which promotions did it."""

    brand: tuple[int, ...]
    keeper: tuple[int, ...]
    platform: tuple[int, ...]
    applied: tuple[Applied, ...] = ()
    gifts: tuple[UUID, ...] = ()
    bases: Mapping[UUID | None, int] = field(default_factory=dict)
    """What thresholds were measured on: by brand, and under None all of it."""

    @property
    def total(self) -> int:
        """All that is taken off."""
        return sum(self.brand) + sum(self.keeper) + sum(self.platform)


def spread(total: int, *, weights: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """This will share `total` by `weights`, no place taking more than its room.

    What does not fit in one place goes to the others, again by weight; never more than all rooms
    together is shared. No minor unit is lost or made.
    """
    shares = [0] * len(weights)
    left = min(total, sum(rooms))
    while left > 0:
        open_places = [place for place, room in enumerate(rooms) if shares[place] < room]
        # A place without weight takes part only when no other is left.
        weighty = [place for place in open_places if weights[place] > 0] or open_places
        wanted = allocate(left, [weights[place] for place in weighty])
        for place, share in zip(weighty, wanted, strict=True):
            given = min(share, rooms[place] - shares[place])
            shares[place] += given
            left -= given
    return shares


class _Basket:
    """A basket on its way through the rules: what each funder has taken off each line."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.off = {funder: [0] * len(items) for funder in Funder}

    def left(self, place: int) -> int:
        """What the line still costs."""
        return self.items[place].amount - sum(self.off[funder][place] for funder in Funder)

    def room(self, funder: Funder, place: int) -> int:
        """What `funder` may still take off the line."""
        item, brand = self.items[place], self.off[Funder.BRAND][place]
        match funder:
            case Funder.BRAND:
                most = item.brand_room - brand
            case Funder.KEEPER:
                most = item.keeper_room(brand_discount=brand) - self.off[funder][place]
            case Funder.PLATFORM:
                most = self.left(place)
        return max(0, min(most, self.left(place)))

    def take(self, funder: Funder, total: int, weights: Sequence[int]) -> int:
        """Takes up to `total` off the lines with weight, and returns how much it was."""
        rooms = [self.room(funder, place) if weight else 0 for place, weight in enumerate(weights)]
        all_left = sum(self.left(place) for place in range(len(self.items)))
        shares = spread(min(total, max(0, all_left - 1)), weights=weights, rooms=rooms)
        for place, share in enumerate(shares):
            self.off[funder][place] += share
        return sum(shares)


def apply(
    *,
    items: Sequence[Item],
    coupons: Iterable[Coupon] = (),
    bundles: Iterable[Bundle] = (),
    gifts: Iterable[Gift] = (),
) -> Discounts:
    """This will apply promotions to a basket in the order that this module states.

    Coupons whose threshold is not reached, or that find nothing to take off, leave no trace in
    `applied`. Raises ValueError for two coupons of one funder.
    """
    basket = _Basket(items)
    applied = _apply_bundles(basket, bundles)
    bases = _bases(basket)
    chosen = sorted(coupons, key=lambda coupon: list(Funder).index(coupon.funder))
    if len({coupon.funder for coupon in chosen}) < len(chosen):
        raise ValueError("one coupon of each funder")
    for coupon in chosen:
        amount = _apply_coupon(basket, coupon, bases) if is_reached(coupon, bases) else 0
        if amount:
            covered = tuple(place for place, item in enumerate(items) if coupon.covers(item))
            applied.append(Applied(coupon.promotion, coupon.funder, amount, covered))
    granted = sorted(
        gift.promotion for gift in gifts if 0 < gift.threshold <= bases.get(gift.brand, 0)
    )
    return Discounts(
        brand=tuple(basket.off[Funder.BRAND]),
        keeper=tuple(basket.off[Funder.KEEPER]),
        platform=tuple(basket.off[Funder.PLATFORM]),
        applied=tuple(applied),
        gifts=tuple(granted),
        bases=bases,
    )


def is_reached(coupon: Coupon, bases: Mapping[UUID | None, int]) -> bool:
    """This will say whether a basket with these `bases` has what the coupon asks for."""
    return missing(coupon, bases) == 0 and bases.get(coupon.brand, 0) > 0


def missing(coupon: Coupon, bases: Mapping[UUID | None, int]) -> int:
    """This will return how much more of its goods a coupon asks for."""
    return max(0, coupon.threshold - bases.get(coupon.brand, 0))


def best_coupons(
    *, items: Sequence[Item], coupons: Sequence[Coupon], bundles: Sequence[Bundle] = ()
) -> list[Coupon]:
    """This will choose a coupon of each funder for the customer: the one that saves her the most.

    Chosen in the order in which they are taken off; of equal ones the first given stays.
    """
    chosen: list[Coupon] = []
    for funder in Funder:
        before = apply(items=items, coupons=chosen, bundles=bundles).total
        best, most = None, before
        for coupon in coupons:
            if coupon.funder != funder:
                continue
            total = apply(items=items, coupons=[*chosen, coupon], bundles=bundles).total
            if total > most:
                best, most = coupon, total
        if best is not None:
            chosen.append(best)
    return chosen


def _apply_bundles(basket: _Basket, bundles: Iterable[Bundle]) -> list[Applied]:
    sales: dict[UUID, int] = {}
    units: Counter[UUID] = Counter()
    for item in basket.items:
        sales[item.offer] = item.sale
        units[item.offer] += item.quantity
    savings = {}
    for bundle in bundles:
        if bundle.parts and all(offer in sales for offer, _ in bundle.parts):
            savings[bundle] = sum(sales[offer] * many for offer, many in bundle.parts)
            savings[bundle] -= bundle.price
    applied = []
    ordered = sorted(savings, key=lambda bundle: (-savings[bundle], bundle.promotion))
    for bundle in ordered:
        times = min(units[offer] // many for offer, many in bundle.parts)
        if times < 1 or savings[bundle] <= 0:
            continue
        units.subtract({offer: many * times for offer, many in bundle.parts})
        wanted = dict(bundle.parts)
        weights = [wanted.get(item.offer, 0) * item.sale for item in basket.items]
        amount = basket.take(bundle.funder, savings[bundle] * times, weights)
        if amount:
            lines = tuple(place for place, weight in enumerate(weights) if weight)
            applied.append(Applied(bundle.promotion, bundle.funder, amount, lines, times))
    return applied


def _apply_coupon(basket: _Basket, coupon: Coupon, bases: Mapping[UUID | None, int]) -> int:
    places = range(len(basket.items))
    weights = [basket.left(at) if coupon.covers(basket.items[at]) else 0 for at in places]
    # A percentage is of what is left to pay, a fixed sum at most what the goods cost.
    base = sum(weights) if coupon.percent_bp else bases.get(coupon.brand, 0)
    return basket.take(coupon.funder, coupon.wanted(base), weights)


def _bases(basket: _Basket) -> dict[UUID | None, int]:
    bases: Counter[UUID | None] = Counter()
    for place, item in enumerate(basket.items):
        bases[item.brand] += basket.left(place)
        bases[None] += basket.left(place)
    return dict(bases)
