"""A world ten and a hundred times as large: copies of what the operations wrote, made in bulk."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from bench import plain

# What a copied product consists of, and which columns of a row name it or another copied row. Ids
# and codes of the copies are told from the first ones and from each other by a digest.
_GOODS = {
    "catalog_product": ("id",),
    "catalog_sku": ("id", "product_id"),
    "stock_allotment": ("id", "sku_id"),
    "offers_offer": ("id", "sku_id", "allotment_id"),
}
_ONE_OF_ITS_KIND = {"code": 12, "reference": 24}


def copy_goods(*, first: int, last: int) -> None:
    """This will copy every product that has no copies yet, with SKU, stock and offer.

    `first` to `last` number the copies of each.
    """
    with connection.cursor() as cursor:
        for table in _GOODS:
            cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS first_{table} AS TABLE {table}")
        for table, keys in _GOODS.items():
            columns = _columns(table)
            values = ", ".join(_copied(column, keys) for column in columns)
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values}"  # noqa: S608 - names from above
                f" FROM first_{table} CROSS JOIN generate_series(%s, %s) AS series (n)",
                [first, last],
            )


def copy_order(order: UUID, *, first: int, last: int, people: Sequence[UUID]) -> None:
    """This will copy an order that the desk wrote, with every row it wrote, to `people` by turns.

    `first` to `last` number the copies. Its stock follows, so that holds and counts agree.
    """
    rows = plain.rows_of(order)
    own = {row["id"]: place for place, (_, row) in enumerate(rows)}
    customer = rows[0][1]["customer_id"]
    plain.number("bench_people", people)
    whose = f"(SELECT id FROM bench_people WHERE place = n % {len(people)})"  # noqa: S608
    with connection.cursor() as cursor:
        for place, (table, row) in enumerate(rows):
            names = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(
                whose
                if text == customer
                else plain.value(name, text, own, place).replace(":n", "n")
                for name, text in row.items()
            )
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values}"  # noqa: S608 - rows of ours
                f" FROM generate_series({first}, {last}) AS series (n)"
            )
        (held,) = [row["allotment_id"] for table, row in rows if table == "stock_hold"]
        cursor.execute(
            "UPDATE stock_allotment SET available = available - %(count)s, held = held + %(count)s"
            " WHERE id = %(held)s",
            {"count": last - first + 1, "held": held},
        )


def analyze() -> None:
    """This will have the planner know what stands in every table, as autovacuum would."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = 'public' AND is_generated = 'NEVER'"
            " ORDER BY ordinal_position",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def _copied(column: str, keys: Sequence[str]) -> str:
    if column in keys:
        return f"md5({column}::text || n)::uuid"
    if column in _ONE_OF_ITS_KIND:
        return f"left(md5({column} || n), {_ONE_OF_ITS_KIND[column]})"
    return f'"{column}"'
