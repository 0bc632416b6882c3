"""The real history, in small: figures to the penny, and nothing doubled by a second run."""

from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from shoal.kit.health import module_checks
from shoal.orders.models import Order
from shoal.orders.requests import Placed
from shoal.replay import report, selling, world
from shoal.replay.source import Figures, Source

_FILE = Path(__file__).parents[3] / "shared" / "data" / "online-retail" / "online_retail.parquet"
_LATER = timedelta(days=60)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not _FILE.is_file(), reason="the retailer's file is not here"),
]


@pytest.fixture
def source() -> Source:
    return Source(_FILE, limit=30)


def expected_of(source: Source) -> Figures:
    return source.expected(supply_percent=world.SUPPLY_PERCENT, rate_bp=world.RATE_BP)


def test_the_whole_file_comes_to_the_known_figures() -> None:
    figures = expected_of(Source(_FILE))
    assert (figures.lines, figures.invoices, figures.customers) == (397_880, 18_532, 4_338)
    assert figures.sold == 891_140_790


def test_every_line_is_sold_or_counted_with_its_reason() -> None:
    source = Source(_FILE)
    assert expected_of(source).lines + sum(source.unsold().values()) == 541_909


def test_the_books_meet_the_file_to_the_penny(source: Source) -> None:
    made = world.prepare(source, tell=lambda _step: None)
    last_at = None
    for batch in selling.batches(source.invoices()):
        selling.sell(batch, made)
        last_at = batch[-1].at
    assert last_at is not None
    selling.complete_everything(last_at + _LATER)
    result = report.outcome(made, expected=expected_of(source), checks=module_checks())
    assert result.found == result.expected
    assert result.holds, result.failed


def test_a_batch_that_was_cut_off_is_finished_and_nothing_is_doubled(source: Source) -> None:
    made = world.prepare(source, tell=lambda _step: None)
    batch = list(islice(source.invoices(), 30))
    # As far as a kill after the first operation would have come …
    answers = selling.place_orders(
        requests=[selling.request_for(invoice, made) for invoice in batch[:11]]
    )
    assert all(isinstance(answer, Placed) for answer in answers)
    # … and the whole batch again, twice, with a world that is prepared again, too.
    made = world.prepare(source, tell=lambda _step: None)
    selling.sell(batch, made)
    selling.sell(batch, made)
    selling.complete_everything(batch[-1].at + _LATER)
    assert Order.objects.count() == 30
    result = report.outcome(made, expected=expected_of(source), checks=module_checks())
    assert result.holds, result.failed
