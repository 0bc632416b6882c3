"""Pure decisions about brands: which state follows which, which papers, which fee."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shoal.kit.money import BASIS

# A brand's states and what each may become; `Brand.State` names the same ones.
NEXT_STATES: Mapping[str, frozenset[str]] = {
    "applied": frozenset({"samples", "vetted", "refused"}),
    "samples": frozenset({"vetted", "refused"}),
    "vetted": frozenset({"active", "refused"}),
    "active": frozenset({"suspended"}),
    "suspended": frozenset({"active"}),
    "refused": frozenset({"applied"}),
}

_OWNS_OR_MAY_SELL = frozenset({"trademark", "authorisation"})


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What vetting asks of one paper."""

    kind: str
    verdict: str
    valid_until: date | None


def may_become(state: str, wanted: str) -> bool:
    """This will tell whether a brand in `state` may go to `wanted`."""
    return wanted in NEXT_STATES[state]


def papers_missing(papers: Iterable[PaperFacts], *, on: date) -> tuple[str, ...]:
    """This will name the papers that are still needed on the day `on`.

    Needed are an accepted licence, and an accepted trademark or authorisation; a paper counts
    through its last valid day. A trademark stands for either of the last two.
    """
    held = {
        paper.kind
        for paper in papers
        if paper.verdict == "accepted" and (paper.valid_until is None or paper.valid_until >= on)
    }
    missing = [] if "licence" in held else ["licence"]
    if not held & _OWNS_OR_MAY_SELL:
        missing.append("trademark")
    return tuple(missing)


def least_fee_bp(fees: Mapping[str, int], path: Sequence[str]) -> int:
    """This will return the least platform fee of a contract, in basis points of the sale price.

    `path` is the category's code and its ancestors', the nearest first: the nearest that the
    contract names decides, else its entry "" for the rest, else nothing is due.
    """
    return next((fees[code] for code in (*path, "") if code in fees), 0)


def fees_make_sense(fees: Mapping[str, int]) -> bool:
    """This will tell whether every fee is a rate from 0 to 100%, and the rest has one too."""
    return "" in fees and all(0 <= rate <= BASIS for rate in fees.values())
