"""Transfers of the ledger in a table: between whose accounts, and what about."""

from collections.abc import Sequence
from typing import Any

from shoal.brands.queries import brands_by_id
from shoal.kit.money import Money
from shoal.ledger.models import Account, Transfer
from shoal.shops.queries import shops_by_id
from shoal.web.desk import telling
from shoal.web.desk.frame import actors


def account_rows(rows: Sequence[Transfer]) -> list[dict[str, Any]]:
    """This will make the rows of a table of transfers, with the names of brands and shops."""
    accounts = [account for row in rows for account in (row.debit, row.credit)]
    parties = {account.party for account in accounts if account.party is not None}
    names = {key: brand.name for key, brand in brands_by_id(ids=parties).items()}
    names |= {key: shop.name for key, shop in shops_by_id(ids=parties - names.keys()).items()}
    people = actors(row.by for row in rows)

    def label(account: Account) -> str:
        if account.party is not None:
            return f"{telling.account_name(account.kind)} · {names.get(account.party, '…')}"
        return telling.account_name(account.kind, account.provider)

    return [
        {
            "transfer": row,
            "debit": label(row.debit),
            "credit": label(row.credit),
            "amount": Money(row.amount, row.currency),
            "kind": telling.transfer_kind(row.kind),
            "by": people.get(row.by, row.by),
        }
        for row in rows
    ]
