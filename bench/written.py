"""What does one order, payment and visit write? Rows and bytes do not depend on what else runs.

Bytes are those of the write-ahead log, long after a checkpoint: what a standby is sent.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from shoal.run.bench import Report, scratch_installation

if TYPE_CHECKING:
    from tests.trade import Market

SET = 50
SETS = 20
VISITS = 5_000
_FLUSHED_SECONDS = 1.5


def run(report: Report) -> None:
    """This will place, pay and visit, and count what the database wrote."""
    with scratch_installation():
        from shoal.orders.desk import place_orders
        from shoal.people.operations import NewPerson, add_people
        from tests import trade

        market = trade.open_market(stock=100_000)
        entries = [NewPerson(phone=f"+8613900{number:06}") for number in range(SET * SETS)]
        people = add_people(entries=entries, at=trade.AT)
        first = trade.wish(market)
        wishes = [replace(first, key=uuid4(), customer=person.pk) for person in people]
        place_orders(requests=wishes[:SET])  # partitions, plans and pages are there
        _Written(report, "order in sets of 50", SET * (SETS - 2)).by(
            lambda: [
                place_orders(requests=wishes[place : place + SET])
                for place in range(SET, SET * (SETS - 1), SET)
            ]
        )
        alone = wishes[SET * (SETS - 1) :]
        _Written(report, "order alone", len(alone)).by(
            lambda: [place_orders(requests=[wish]) for wish in alone]
        )
        _payments(report)
        _visits(report, market)


def _payments(report: Report) -> None:
    from shoal.payments.models import Intent
    from shoal.payments.operations import record_notices
    from shoal.payments.providers import ProviderNotice
    from shoal.payments.rules import Kind
    from tests import trade

    at = trade.AT + 2 * trade.MINUTE
    notices = [
        ProviderNotice(
            intent.provider, f"event-{intent.code}", Kind.CAPTURED, intent.code,
            intent.amount, intent.currency, at,
        )
        for intent in Intent.objects.all()[: SET * 4]
    ]  # fmt: skip
    _Written(report, "payment", len(notices)).by(
        lambda: [record_notices(notices=[notice], at=at) for notice in notices]
    )


def _visits(report: Report, market: "Market") -> None:
    from shoal.kit.ids import uuid7
    from shoal.traffic.operations_traces import keep_traces
    from shoal.traffic.traces import Seen, packed
    from tests import trade

    traces = [
        Seen(
            id=uuid7(), kind="open", shop=market.shop.id, thing="product", thing_code="abcdefgh",
            visitor="0123456789abcdefghijkl", at=trade.AT + timedelta(milliseconds=number),
        )
        for number in range(VISITS)
    ]  # fmt: skip
    report.figure("bytes told of a visit", len(packed(traces[0])))
    keep_traces(traces=traces[:500])
    _Written(report, "visit", VISITS - 500).by(
        lambda: [keep_traces(traces=traces[at : at + 500]) for at in range(500, VISITS, 500)]
    )


class _Written:
    """What the database writes while something is done `times` times."""

    def __init__(self, report: Report, what: str, times: int) -> None:
        self.report, self.what, self.times = report, what, times

    def by(self, act: Callable[[], object]) -> None:
        before = _counted()
        act()
        rows, log = (now - was for now, was in zip(_counted(), before, strict=True))
        self.report.figure(f"rows, {self.what}", rows / self.times)
        self.report.figure(f"bytes of the log, {self.what}", round(log / self.times))


def _counted() -> tuple[float, float]:
    """Rows inserted and updated, and bytes of the write-ahead log, since the beginning."""
    from django.db import connection

    time.sleep(_FLUSHED_SECONDS)  # PostgreSQL counts rows a second after they were written
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd), pg_current_wal_lsn() - '0/0'::pg_lsn"
            " FROM pg_stat_user_tables"
        )
        rows, log = cursor.fetchone()
    return float(rows), float(log)
