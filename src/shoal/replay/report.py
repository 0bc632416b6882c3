"""What the replay came to, beside what the file says it must come to."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from uuid import UUID

from rich.console import Console
from rich.table import Table

from shoal.kit.health import Check
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance, platform_balances
from shoal.orders.queries import sales_of_brand
from shoal.replay.source import Figures
from shoal.replay.world import CURRENCY, World

_NAMES = ("lines", "invoices", "customers", "units", "sold", "to the brand", "to the shops")
_MONEY = frozenset({"sold", "to the brand", "to the shops"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of both sides, what escrow still holds, and the checks that failed."""

    expected: Figures
    found: Figures
    escrow: int
    failed: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether everything came out as it must."""
        return self.expected == self.found and self.escrow == 0 and not self.failed


def outcome(world: World, *, expected: Figures, checks: Iterable[Check]) -> Outcome:
    """This will read the books and compare them with the file's figures."""
    balances = {(kind, money.currency): money.minor for kind, _, money in platform_balances()}
    return Outcome(
        expected=expected,
        found=_found(world),
        escrow=balances.get((Account.Kind.ESCROW, CURRENCY), 0),
        failed=tuple(check for check in checks if not (check.ok or check.warning)),
    )


def show(result: Outcome, unsold: dict[str, int], console: Console) -> None:
    """This will print both sides, line by line, and what could not be sold."""
    table = Table("figure", "expected (DuckDB)", "replayed", "", title="Online retail")
    for name, wanted, found in zip(
        _NAMES, astuple(result.expected), astuple(result.found), strict=True
    ):
        mark = "✓" if wanted == found else "✗"
        table.add_row(name, _shown(name, wanted), _shown(name, found), mark)
    mark = "✓" if result.escrow == 0 else "✗"
    table.add_row("left in escrow", _shown("sold", 0), _shown("sold", result.escrow), mark)
    console.print(table)
    console.print("Lines of the file that cannot be sold, by the first reason that fits:")
    for kind, count in unsold.items():
        console.print(f"  {kind}: {count:,}")
    for check in result.failed:
        console.print(f"✗ {check.name}: {check.sentence}")
    if not result.failed:
        console.print("Every check of the doctor holds.")


def _found(world: World) -> Figures:
    sales = sales_of_brand(brand=world.brand.id)
    return Figures(
        lines=sales.lines,
        invoices=sales.orders,
        customers=sales.customers,
        units=sales.units,
        sold=sales.goods_minor,
        to_brand=_balance(Account.Kind.BRAND, world.brand.id),
        to_keepers=sum(_balance(Account.Kind.KEEPER, shop) for shop in set(world.shops.values())),
    )


def _balance(kind: Account.Kind, party: UUID) -> int:
    return party_balance(kind=kind, party=party, currency=CURRENCY).minor


def _shown(name: str, value: int) -> str:
    return f"£{value / 100:,.2f}" if name in _MONEY else f"{value:,}"
