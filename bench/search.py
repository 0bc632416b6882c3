"""Does search find what people mean among 100,000 products, and how long do they wait?

The queries stand in tests/data/search_queries.tsv; what counts as right is written there.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bench.search_corpus import Goods, goods

from shoal.run.bench import Report, scratch_installation

PRODUCTS = 100_000
PASSES = 5
_QUERIES = Path(__file__).parents[1] / "tests" / "data" / "search_queries.tsv"
# Words that thousands of products have, alone or together: the most there is to rank.
_BROAD = ("纯棉", "cotton", "女", "加厚", "保温杯", "t恤", "不锈钢 加厚", "便携 静音", "防水 women")


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed, and the product she meant in the aspects that she named."""

    words: str
    meant: Goods
    aspects: tuple[str, ...]

    def is_met_by(self, other: Goods) -> bool:
        """Whether `other` is equal to what was meant in every aspect named."""
        return all(_aspect(self.meant, name) & _aspect(other, name) for name in self.aspects)


def queries(by_reference: dict[str, Goods]) -> Iterator[Query]:
    """This will read the written-down queries."""
    for line in _QUERIES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            words, reference, aspects = line.split("\t")
            yield Query(words, by_reference[reference], tuple(aspects.split()))


def _aspect(one: Goods, name: str) -> set[object]:
    if name == "colour":
        return set(one.colours)
    return {one.kind.name if name == "kind" else getattr(one, name)}


def run(report: Report) -> None:
    """This will fill an installation of its own, ask everything five times and judge the firsts."""
    with scratch_installation():
        from bench.search_world import fill

        began = time.perf_counter()
        for done in fill(PRODUCTS):
            if done % 20_000 == 0:
                report.say(f"{done:,} products written")
        report.figure("products", PRODUCTS)
        report.figure("products written per second", PRODUCTS / (time.perf_counter() - began))
        _measure(report)


def _measure(report: Report) -> None:
    from shoal.catalog.models import Product
    from shoal.catalog.search import search_products

    corpus = {one.reference: one for one in goods(PRODUCTS)}
    found_as = dict(Product.objects.values_list("id", "reference"))
    asked = list(queries(corpus))

    def first_three(query: Query) -> list[Goods]:
        ids: list[UUID] = search_products(words=query.words, limit=24)
        return [corpus[found_as[one]] for one in ids[:3]]

    right = 0
    for query in asked:
        if any(query.is_met_by(one) for one in first_three(query)):
            right += 1
        else:
            report.say(f"not among the first three: {query.words}")
    report.figure("queries", len(asked))
    report.figure("right among the first three, percent", 100 * right / len(asked), at_least=90)
    times = [
        _milliseconds(lambda query=query: search_products(words=query.words, limit=24))
        for _ in range(PASSES)
        for query in asked
    ]
    report.figure("median, ms", statistics.median(times))
    report.figure("p95, ms", statistics.quantiles(times, n=100)[94], at_most=50)
    report.figure("longest, ms", max(times))
    broad = [
        _milliseconds(lambda words=words: search_products(words=words, limit=24, offset=24))
        for _ in range(PASSES)
        for words in _BROAD
    ]
    report.figure("broad words, second page, median, ms", statistics.median(broad))
    report.figure("broad words, second page, longest, ms", max(broad))


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)
