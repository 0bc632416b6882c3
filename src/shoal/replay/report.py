"""What the replay came to, beside what the file says it must come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from rich.console import Console
from rich.table import Table

from shoal.care.queries_cases import given_back_of
from shoal.kit.health import Check
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance, platform_balances
from shoal.orders.queries import sales_of_brand
from shoal.replay.figures import Figures
from shoal.replay.world import CURRENCY, World
from shoal.settlement.goodwill import goodwill_total

_NAMES = {
    "lines": "lines sold",
    "invoices": "invoices",
    "customers": "customers",
    "units": "units sold",
    "sold": "sold",
    "cases": "cases of returns",
    "units_back": "units given back",
    "refunded": "refunded",
    "gifts": "gifts of goodwill",
    "goodwill": "goodwill",
    "to_brand": "to the brand",
    "to_keepers": "to the shops",
    "to_platform": "to the platform",
}
_MONEY = frozenset({"sold", "refunded", "goodwill", "to_brand", "to_keepers", "to_platform"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of both sides, what escrow and the partner hold, and the checks that failed."""

    expected: Figures
    found: Figures
    escrow: int
    at_partner: int
    failed: tuple[Check, ...]

    @property
    def left_at_partner(self) -> int:
        """What must stand there: what was sold, less refunds and goodwill."""
        return self.expected.sold - self.expected.refunded - self.expected.goodwill

    @property
    def right_shops(self) -> tuple[int, int]:
        """How many shops have to the penny what they must have, and how many there are."""
        wanted, found = self.expected.of_shops, self.found.of_shops
        names = wanted.keys() | found.keys()
        return sum(wanted.get(name) == found.get(name) for name in names), len(names)

    @property
    def holds(self) -> bool:
        """Whether everything came out as it must."""
        return (
            self.expected == self.found
            and self.escrow == 0
            and self.at_partner == self.left_at_partner
            and not self.failed
        )


def outcome(world: World, *, expected: Figures, checks: Iterable[Check]) -> Outcome:
    """This will read the books and compare them with the file's figures."""
    balances = dict.fromkeys(Account.Kind, 0)
    for kind, _, money in platform_balances():
        balances[Account.Kind(kind)] += money.minor if money.currency == CURRENCY else 0
    return Outcome(
        expected=expected,
        found=_found(world, fee=balances[Account.Kind.FEE]),
        escrow=balances[Account.Kind.ESCROW],
        at_partner=-balances[Account.Kind.CLEARING],
        failed=tuple(check for check in checks if not (check.ok or check.warning)),
    )


def show(result: Outcome, unsold: dict[str, int], console: Console) -> None:
    """This will print both sides, line by line, and what could not be sold."""
    table = Table("figure", "expected (DuckDB)", "replayed", "", title="Online retail")
    for name, title in _NAMES.items():
        wanted, found = (getattr(side, name) for side in (result.expected, result.found))
        table.add_row(title, _shown(name, wanted), _shown(name, found), _mark(wanted, found))
    for title, wanted, found in (
        ("left at the partner", result.left_at_partner, result.at_partner),
        ("left in escrow", 0, result.escrow),
    ):
        table.add_row(title, _shown("sold", wanted), _shown("sold", found), _mark(wanted, found))
    right, shops = result.right_shops
    table.add_row("shops with their own share", f"{shops}", f"{right}", _mark(shops, right))
    console.print(table)
    console.print("Lines neither sold nor taken back, by the first reason that fits:")
    for kind, count in unsold.items():
        console.print(f"  {kind}: {count:,}")
    for check in result.failed:
        console.print(f"✗ {check.name}: {check.sentence}")
    if not result.failed:
        console.print("Every check of the doctor holds.")


def _found(world: World, *, fee: int) -> Figures:
    sales = sales_of_brand(brand=world.brand.id)
    # A shop that sold nothing is in the world and not among the file's.
    shops = {name: _balance(Account.Kind.KEEPER, shop) for name, shop in world.shops.items()}
    cases, units_back, refunded = given_back_of(brand=world.brand.id)
    gifts, goodwill = goodwill_total(currency=CURRENCY)
    return Figures(
        lines=sales.lines,
        invoices=sales.orders,
        customers=sales.customers,
        units=sales.units,
        sold=sales.goods_minor,
        cases=cases,
        units_back=units_back,
        refunded=refunded,
        gifts=gifts,
        goodwill=goodwill,
        to_brand=_balance(Account.Kind.BRAND, world.brand.id),
        to_keepers=sum(shops.values()),
        to_platform=fee,
        of_shops={name: minor for name, minor in sorted(shops.items()) if minor},
    )


def _mark(wanted: int, found: int) -> str:
    return "✓" if wanted == found else "✗"


def _balance(kind: Account.Kind, party: UUID) -> int:
    return party_balance(kind=kind, party=party, currency=CURRENCY).minor


def _shown(name: str, value: int) -> str:
    return f"£{value / 100:,.2f}" if name in _MONEY else f"{value:,}"
