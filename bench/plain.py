"""What the order desk is held against: the same rows, one plain transaction an order, by pgbench.

The script is made from an order that the desk itself wrote: the same tables, the same values, only
with ids and codes of its own, sent as prepared statements. First the unit is taken, as everybody
does who has to know whether there is one, then the rows are written.
"""

import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from django.db import connection

from shoal.run import database, postgres

_SECONDS = 6
_TELLS_AFTER = 11
# In the order in which rows refer to each other; `{id}` is what an order's rows are found by.
_TABLES = {
    "orders_order": "id = {id}",
    "orders_parcel": "order_id = {id}",
    "orders_orderline": "order_id = {id}",
    "orders_orderstep": "order_id = {id}",
    "orders_receipt": "order_id = {id}",
    "stock_hold": "id IN (SELECT id FROM orders_orderline WHERE order_id = {id})",
    "stock_movement": "line IN (SELECT id FROM orders_orderline WHERE order_id = {id})",
    "payments_intent": "subject = {id}",
}
_TAKE = """
UPDATE stock_allotment SET available = available - 1, held = held + 1
WHERE id = {unit} AND available >= 1;
"""
# So that the books are as they were: what is held is what was ordered.
_BACK = "UPDATE stock_allotment SET available = available + 1, held = held - 1 WHERE id = {unit};"
_COUNT = """
INSERT INTO offers_purchase AS kept (id, offer_id, customer, quantity)
VALUES ({own}, '{offer}', {who}, 1)
ON CONFLICT (offer_id, customer) DO UPDATE SET quantity = kept.quantity + 1;
"""
COUNTED = tuple(_TABLES)


def place_orders(
    *, order: UUID, people: Sequence[UUID], allotments: Sequence[UUID], clients: int, data: Path
) -> tuple[int, float]:
    """This will place copies of `order` for some seconds; returns how many, in how many seconds.

    Each is of one of `people` and takes one unit of one of `allotments`.
    """
    number("bench_people", people)
    number("bench_allotments", allotments)
    lines = _script(order, people=len(people), allotments=len(allotments))
    return _run(lines, clients=clients, data=data)


def take_units(*, allotment: UUID, clients: int, data: Path) -> float:
    """This will take a unit from one row in a transaction each, and write nothing else.

    Returns how many transactions a second the row lets through.
    """
    lines = ["BEGIN;", _TAKE.format(unit=f"'{allotment}'"), _BACK.format(unit=f"'{allotment}'")]
    taken, seconds = _run([*lines, "COMMIT;"], clients=clients, data=data)
    return taken / seconds


def _run(lines: Iterable[str], *, clients: int, data: Path) -> tuple[int, float]:
    """Runs a script for some seconds; returns how many transactions, in how many seconds."""
    with tempfile.TemporaryDirectory(prefix="shoal-plain-") as folder:
        script = Path(folder) / "order.sql"
        script.write_text("\n".join(lines), encoding="utf-8")
        command = [
            str(postgres.binaries(data, None) / "pgbench"), "--no-vacuum", "--protocol=prepared",
            f"--file={script}", f"--client={clients}", "--jobs=2", f"--time={_SECONDS}",
            database.address(data),
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    told = done.stdout + done.stderr
    found = re.search(r"actually processed: (\d+)", told)
    rate = re.search(r"tps = ([\d.]+)", told)
    if (
        done.returncode
        or found is None
        or rate is None
        or re.search(r"failed transactions: [1-9]", told)
    ):
        raise RuntimeError(told)
    return int(found[1]), int(found[1]) / float(rate[1])


def written() -> Mapping[str, int]:
    """This will return how many rows were inserted into each table, as PostgreSQL counts them.

    A session tells what it did when it has been idle for ten seconds: that long this takes.
    """
    time.sleep(_TELLS_AFTER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            """
            SELECT coalesce(parent.relname, own.relname), sum(n_tup_ins)
            FROM pg_stat_user_tables own
            LEFT JOIN pg_inherits ON inhrelid = own.relid
            LEFT JOIN pg_class parent ON parent.oid = inhparent
            GROUP BY 1
            """
        )
        counts = dict(cursor.fetchall())
    return {table: int(counts.get(table, 0)) for table in COUNTED}


def number(table: str, ids: Sequence[UUID]) -> None:
    """This will write ids down in a table of this name, under the numbers from 0 on."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TABLE {table} (place int PRIMARY KEY, id uuid)")
        cursor.execute(
            f"INSERT INTO {table} SELECT n - 1, id"  # noqa: S608 - names from this file
            " FROM unnest(%s::uuid[]) WITH ORDINALITY AS given (id, n)",
            [list(ids)],
        )
        cursor.execute(f"ANALYZE {table}")


def _script(order: UUID, *, people: int, allotments: int) -> Iterator[str]:
    """The transaction's lines. `:n` tells this order's ids from all others."""
    rows = rows_of(order)
    own = {row["id"]: place for place, (_, row) in enumerate(rows)}
    (line,) = (row for table, row in rows if table == "orders_orderline")
    drawn = {
        rows[0][1]["customer_id"]: "(SELECT id FROM bench_people WHERE place = :who)",
        line["allotment_id"]: "(SELECT id FROM bench_allotments WHERE place = :what)",
    }
    if allotments == 1:
        del drawn[line["allotment_id"]]
    unit = drawn.get(line["allotment_id"], f"'{line['allotment_id']}'")
    yield "\\set n random(1, 100000000000000)"
    yield f"\\set who random(0, {people - 1})"
    yield f"\\set what random(0, {allotments - 1})"
    yield "BEGIN;"
    yield _TAKE.format(unit=unit)
    who = drawn[rows[0][1]["customer_id"]]
    yield _COUNT.format(own=_own(line["id"], 99), offer=line["offer_id"], who=who)
    for place, (table, row) in enumerate(rows):
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(
            drawn.get(text) or value(name, text, own, place) for name, text in row.items()
        )
        yield f"INSERT INTO {table} ({names}) VALUES ({values});"  # noqa: S608 - rows of ours
    yield "COMMIT;"


def rows_of(order: UUID) -> list[tuple[str, dict[str, str | None]]]:
    """This will read every row that the desk wrote for an order, as text, in the rows' order."""
    return [(table, row) for table, where in _TABLES.items() for row in _rows(table, where, order)]


def value(name: str, text: str | None, own: Mapping[str | None, int], place: int) -> str:
    """This will write a column's value as SQL.

    An id or a code of this order's own is made of `:n`; anything else is as the desk wrote it.
    """
    if text is None:
        return "NULL"
    if text in own:
        return _own(text, own[text])
    if name == "code":
        return f"lpad(to_hex(:n::bigint + {place}), 12, '0')"
    if name == "key":
        return _own(text, 0)
    # A colon would begin one of pgbench's variables.
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
    return f"E'{escaped}'"


def _own(text: str | None, place: int) -> str:
    """An id in the moment of `text`, so that it lands in the same partition."""
    return f"('{(text or '')[:24]}' || lpad(to_hex(:n::bigint + {place}), 12, '0'))::uuid"


def _rows(table: str, where: str, order: UUID) -> list[dict[str, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")  # noqa: S608 - names from the table above
        names = [column.name for column in cursor.description or ()]
        columns = ", ".join(f'"{name}"::text' for name in names)
        found = where.format(id="%s")
        cursor.execute(f"SELECT {columns} FROM {table} WHERE {found}", [order])  # noqa: S608
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
