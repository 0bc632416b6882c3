"""The real history, in small: figures to the penny, and nothing doubled by a second run."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shoal.care.models import Case
from shoal.kit.health import module_checks
from shoal.orders.models import Order
from shoal.replay import report, returning, selling, world
from shoal.replay.figures import Figures, figures_of
from shoal.replay.history import Batch, batches
from shoal.replay.matching import Return, Unmatched, matched
from shoal.replay.source import Invoice, Source
from shoal.settlement.models import Reversal
from shoal.settlement.models_payouts import Goodwill

_FILE = Path(__file__).parents[3] / "shared" / "data" / "online-retail" / "online_retail.parquet"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not _FILE.is_file(), reason="the retailer's file is not here"),
]


def expected_of(limit: int | None = None) -> Figures:
    return figures_of(
        _FILE, limit=limit, supply_percent=world.SUPPLY_PERCENT, rate_bp=world.RATE_BP
    )


def history(source: Source) -> Iterator[Invoice | Return | Unmatched]:
    return matched(source.documents())


def test_the_whole_file_comes_to_the_known_figures() -> None:
    figures = expected_of()
    assert (figures.lines, figures.invoices, figures.customers) == (397_880, 18_532, 4_338)
    assert figures.sold == 891_140_790
    # What the 8,905 cancellation lines with a customer come to, one way or the other.
    assert (figures.refunded, figures.goodwill) == (46_817_488, 14_316_721)
    assert figures.refunded + figures.goodwill == 61_134_209
    parts = figures.to_brand + figures.to_keepers + figures.to_platform
    assert parts == figures.sold - figures.refunded


def test_matching_line_by_line_finds_what_duckdb_finds_in_sets() -> None:
    figures = expected_of()
    returns, unmatched = [], []
    for happened in history(Source(_FILE)):
        if isinstance(happened, Return):
            returns.append(happened)
        elif isinstance(happened, Unmatched):
            unmatched.append(happened)
    lines = [line for row in returns for line in row.lines]
    assert len(returns) == figures.cases
    assert sum(line.units for line in lines) == figures.units_back
    assert sum(line.pence for line in lines) == figures.refunded
    assert len(unmatched) == figures.gifts
    assert sum(row.pence for row in unmatched) == figures.goodwill


def test_every_line_is_sold_or_taken_back_or_counted_with_its_reason() -> None:
    source = Source(_FILE)
    assert source.cancelled() == 8_905
    assert expected_of().lines + source.cancelled() + sum(source.unsold().values()) == 541_909


def test_the_books_meet_the_file_to_the_penny(settings: Any) -> None:
    """The returns meet their orders in every state: paid, on their way, delivered, settled."""
    settings.SHOAL_AFTER_SALES = timedelta(hours=1)
    source = Source(_FILE, limit=440)
    made = world.prepare(source, tell=lambda _step: None)
    last = source.begins_at()
    for batch in batches(history(source)):
        selling.live(batch, made)
        last = batch.morning
    assert set(Case.objects.values_list("kind", flat=True)) == {"cancel", "refund", "return"}
    assert Reversal.objects.exists()
    selling.finish(last, made)
    result = report.outcome(made, expected=expected_of(440), checks=module_checks())
    assert result.found == result.expected
    assert result.holds, result.failed


def test_a_batch_that_was_cut_off_is_finished_and_nothing_is_doubled() -> None:
    source = Source(_FILE, limit=125)
    made = world.prepare(source, tell=lambda _step: None)
    for batch in batches(history(source)):
        # As far as a kill in the middle would have come: some orders are placed, some returns
        # are closed, the partner has not been heard …
        selling.place(batch.sales[: len(batch.sales) // 2], made)
        if batch.returns:
            selling.live(Batch(batch.morning, batch.sales), made)
            returning.close(batch.returns[:1], made)
        # … and the whole batch again, twice, with a world that is prepared again, too.
        made = world.prepare(source, tell=lambda _step: None)
        selling.live(batch, made)
        selling.live(batch, made)
    selling.finish(batch.morning, made)
    assert Case.objects.exists()
    assert Goodwill.objects.exists()
    assert Order.objects.count() == 125
    result = report.outcome(made, expected=expected_of(125), checks=module_checks())
    assert result.found == result.expected
    assert result.holds, result.failed
