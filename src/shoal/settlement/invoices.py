"""Whom statements and invoices of a party are made out to: sealed, and never overwritten."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from shoal.kit import vault
from shoal.kit.errors import Refused
from shoal.kit.transactions import operation
from shoal.settlement.models_statements import InvoiceProfile
from shoal.settlement.parties import Party, vault_key

LONGEST = {"legal_name": 120, "tax_number": 40, "address": 200, "title": 120}


class InvoiceIncomplete(Refused):
    """Please give the legal name that stands on invoices."""

    code = "invoice_incomplete"


@dataclass(frozen=True, slots=True)
class InvoiceData:
    """What an invoice needs to know of a party; only the legal name has to be there."""

    legal_name: str
    tax_number: str = ""
    address: str = ""
    title: str = ""

    @property
    def headed(self) -> str:
        """The title of the invoice, or the legal name where none was given."""
        return self.title or self.legal_name


@operation
def give_invoice_data(
    *, party: Party, data: InvoiceData, by: str, at: datetime
) -> InvoiceProfile | None:
    """This will keep a party's invoice data from now on; what was given before stays on record.

    Returns None when nothing changed. Raises InvoiceIncomplete.
    """
    cleaned = InvoiceData(
        **{name: " ".join(text.split())[: LONGEST[name]] for name, text in asdict(data).items()}
    )
    if not cleaned.legal_name:
        raise InvoiceIncomplete
    if cleaned == invoice_data(party=party):
        return None
    key = vault_key(party=party)
    return InvoiceProfile.objects.create(
        party_kind=party.kind,
        party=party.id,
        key=key,
        sealed=vault.seal(key, asdict(cleaned)),
        given_at=at,
        given_by=by,
    )


def invoice_data(*, party: Party, at: datetime | None = None) -> InvoiceData | None:
    """This will return a party's invoice data as of `at`, or the latest; None without any.

    What was first given later counts for an earlier moment too, so that old statements are not
    without a name. A keeper who was erased has none any more.
    """
    rows = InvoiceProfile.objects.filter(party_kind=party.kind, party=party.id).order_by("given_at")
    known = list(rows)
    if not known:
        return None
    fitting = [row for row in known if at is None or row.given_at <= at] or known[:1]
    chosen = fitting[-1]
    found: Mapping[str, str] | None = vault.reveal_many([(chosen.key, chosen.sealed)])[0]
    return InvoiceData(**found) if found is not None else None
