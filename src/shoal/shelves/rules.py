"""Pure decisions about shelves: what a keeper adds to a price, and what that leaves her."""

from dataclasses import dataclass
from enum import StrEnum

from shoal.kit.money import portion
from shoal.offers.rules import MOST_MINOR, Terms, keeper_part

MOST_FIXED_MINOR = MOST_MINOR
MOST_PERCENT_BP = 10_000
"""A shelf's markup in percent lies between minus and plus all of the price."""


class MarkupKind(StrEnum):
    """How a shelf marks up what has no price of its own."""

    NONE = "none"
    FIXED = "fixed"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class PriceRange:
    """What a keeper may choose: whole prices in minor units, and what she earns at each end."""

    floor: int
    cap: int
    earn_at_floor: int
    earn_at_cap: int


@dataclass(frozen=True, slots=True)
class ShopPrice:
    """What one shop sells an offer for: its terms in the shop's currency, and the markup M.

    Everything in minor units of that currency, per unit.
    """

    terms: Terms
    markup: int

    @property
    def unit(self) -> int:
        """What one unit costs in this shop: S + M."""
        return self.terms.sale + self.markup

    @property
    def earn(self) -> int:
        """What the keeper earns with one unit: rate x S + M."""
        return keeper_part(self.terms, markup=self.markup)


def wanted_markup(*, sale: int, shelf_kind: str, shelf_value: int) -> int:
    """This will return the markup that a shelf's rule asks for at the sale price, unclamped.

    `shelf_value` is minor units for "fixed", basis points of the sale price for "percent".
    """
    match MarkupKind(shelf_kind):
        case MarkupKind.FIXED:
            return shelf_value
        case MarkupKind.PERCENT:
            return portion(sale, shelf_value)
        case MarkupKind.NONE:
            return 0


def markup_for(*, terms: Terms, shelf_kind: str, shelf_value: int, own: int | None) -> int:
    """This will return the markup M (minor units per unit) of one offer in one shop.

    `own` is the keeper's markup for this offer and stands before the shelf's rule. Whatever is
    asked for, S + M stays within [floor, cap]; with terms that may stand, rate x S + M is then
    never negative.
    """
    if own is None:
        own = wanted_markup(sale=terms.sale, shelf_kind=shelf_kind, shelf_value=shelf_value)
    return min(max(own, terms.floor - terms.sale), terms.cap - terms.sale)


def price_range(terms: Terms) -> PriceRange:
    """This will return between which prices a keeper may choose, and what each end earns her."""
    return PriceRange(
        floor=terms.floor,
        cap=terms.cap,
        earn_at_floor=keeper_part(terms, markup=terms.floor - terms.sale),
        earn_at_cap=keeper_part(terms, markup=terms.cap - terms.sale),
    )
