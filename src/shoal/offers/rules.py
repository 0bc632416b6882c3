"""Pure decisions about offers: terms that may stand, when they are open, what a keeper earns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shoal.kit.money import BASIS, portion

MOST_MINOR = 10**12
"""No price is higher: rate x price then fits the database's 64 bits with room to spare."""

# A flash sale's states and what each may become; `FlashSale.State` names the same ones.
NEXT_SALE_STATES: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"applied", "cancelled"}),
    "applied": frozenset({"scheduled", "refused", "cancelled"}),
    "refused": frozenset({"applied", "cancelled"}),
    "scheduled": frozenset({"cancelled"}),
    "cancelled": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """One unit's terms in minor units of `currency`: B, S, the whole prices a markup stays between.

    `rate_bp` is the keeper's commission in basis points of S; `usual` the usual price elsewhere,
    if it is proved.
    """

    supply: int
    sale: int
    floor: int
    cap: int
    rate_bp: int
    currency: str
    usual: int | None = None


class Flaw(StrEnum):
    """Why terms may not stand."""

    NO_PRICE = "no_price"
    TOO_HIGH = "too_high"
    BAD_RATE = "bad_rate"
    FLOOR = "floor"
    CAP = "cap"
    PLATFORM_PART = "platform_part"
    KEEPER_PART = "keeper_part"
    FEE = "fee"


class Phase(StrEnum):
    """Where an offer stands at a moment, as somebody who looks at it sees it."""

    DRAFT = "draft"
    COMING = "coming"
    OPEN = "open"
    OVER = "over"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


def check_terms(terms: Terms, *, least_fee_bp: int = 0) -> tuple[Flaw, ...]:
    """This will name what is wrong with `terms`; nothing when they may stand.

    The platform's part at S is S - B - rate x S, never negative and at least `least_fee_bp` of S;
    the keeper's part at the floor is rate x S + (floor - S), never negative. All without rounding,
    exactly as the table's CHECK constraints say; a rounded part then has the same sign.
    """
    commission = terms.rate_bp * terms.sale
    platform = (terms.sale - terms.supply) * BASIS - commission
    keeper_at_floor = commission + (terms.floor - terms.sale) * BASIS
    wrong = {
        Flaw.NO_PRICE: terms.sale <= 0 or terms.supply < 0,
        Flaw.TOO_HIGH: terms.cap > MOST_MINOR,
        Flaw.BAD_RATE: not 0 <= terms.rate_bp <= BASIS,
        Flaw.FLOOR: not 0 < terms.floor <= terms.sale,
        Flaw.CAP: terms.cap < terms.sale,
        Flaw.PLATFORM_PART: platform < 0,
        Flaw.KEEPER_PART: keeper_at_floor < 0,
        Flaw.FEE: platform < least_fee_bp * terms.sale,
    }
    return tuple(flaw for flaw, is_wrong in wrong.items() if is_wrong)


def in_order(further: Iterable[Terms]) -> tuple[Terms, ...]:
    """This will sort terms by currency, as they are read again."""
    return tuple(sorted(further, key=lambda terms: terms.currency))


def lowest_floor(*, sale: int, rate_bp: int) -> int:
    """This will return the lowest floor at which the keeper's part is not negative."""
    return max(1, sale - rate_bp * sale // BASIS)


def keeper_part(terms: Terms, *, markup: int = 0) -> int:
    """This will return what a keeper earns with one unit sold at S + `markup`."""
    return portion(terms.sale, terms.rate_bp) + markup


def is_open(*, opens_at: datetime, closes_at: datetime | None, state: str, at: datetime) -> bool:
    """This will tell whether a listed offer's window [opens_at, closes_at) holds `at`."""
    return state == "listed" and opens_at <= at and (closes_at is None or at < closes_at)


def phase(
    *, opens_at: datetime, closes_at: datetime | None, state: str, brand_sells: bool, at: datetime
) -> Phase:
    """This will say where an offer stands at `at`; `brand_sells`: its brand is active."""
    if state == "draft":
        return Phase.DRAFT
    if state == "withdrawn":
        return Phase.WITHDRAWN
    if closes_at is not None and closes_at <= at:
        return Phase.OVER
    if not brand_sells:
        return Phase.STOPPED
    return Phase.OPEN if opens_at <= at else Phase.COMING


def sale_phase(
    *, starts_at: datetime, ends_at: datetime, state: str, brand_sells: bool, at: datetime
) -> Phase:
    """This will say where a flash sale stands at `at`, as its offers do."""
    states = {"scheduled": "listed", "draft": "draft", "applied": "draft"}
    return phase(
        opens_at=starts_at,
        closes_at=ends_at,
        state=states.get(state, "withdrawn"),
        brand_sells=brand_sells,
        at=at,
    )


def sale_may_become(state: str, wanted: str) -> bool:
    """This will tell whether a flash sale in `state` may go to `wanted`."""
    return wanted in NEXT_SALE_STATES[state]
