"""A hundred thousand believable products in Chinese and English, the same ones every time.

Brand × series × kind × material × feature × size, each brand within its trades; and colours as
SKUs. Nothing here knows the queries: those are in tests/data/search_queries.tsv.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SEED = 20_260_101
_LISTS = Path(__file__).with_name("search_corpus.tsv")

Text = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, slots=True)
class Kind:
    """What a thing is, and what its trade makes it of."""

    trade: str
    name: Text
    materials: tuple[Text, ...]
    features: tuple[Text, ...]
    sizes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Goods:
    """One product of the corpus."""

    reference: str
    brand: Text
    kind: Kind
    series: Text
    material: Text
    feature: Text
    size: Text
    colours: tuple[Text, ...]
    barcode: int

    @property
    def titles(self) -> dict[str, str]:
        """Both titles, worded as shops word them: the order differs from one to the next."""
        zh = [self.series[0], self.material[0] + self.kind.name[0], self.feature[0], self.size[0]]
        en = [self.series[1], self.material[1], self.kind.name[1]]
        if self.barcode % 3 == 0:
            zh = [self.feature[0] + self.kind.name[0], self.series[0], self.material[0], zh[3]]
        if self.barcode % 2:
            zh[0] = f"{self.brand[0]} {zh[0]}"
        tail = f"{self.feature[1]}, {self.size[1]}" if self.size[1] else self.feature[1]
        return {"zh": " ".join(part for part in zh if part), "en": f"{' '.join(en)}, {tail}"}


def goods(count: int) -> Iterator[Goods]:
    """This will yield `count` distinct products."""
    chance = random.Random(SEED)
    brands, series, colours = _section("brands"), _section("series"), _section("colours")
    kinds = _kinds()
    trades = sorted({kind.trade for kind in kinds})
    homes = {brand: set(chance.sample(trades, 2)) for brand in brands}
    own = {brand: chance.sample(series, 14) for brand in brands}
    made: set[object] = set()
    number = 0
    while number < count:
        brand = chance.choice(brands)
        kind = chance.choice([kind for kind in kinds if kind.trade in homes[brand]])
        one = Goods(
            reference=f"{brand[1][:2].upper()}{chance.choice('ABCDEFGHKLMN')}-{number + 10_000}",
            brand=brand,
            kind=kind,
            series=chance.choice(own[brand]),
            material=chance.choice(kind.materials),
            feature=chance.choice(kind.features),
            size=chance.choice(kind.sizes),
            colours=tuple(chance.sample(colours, chance.randint(1, 4))),
            barcode=6_900_000_000_000 + chance.randrange(10**9) * 10,
        )
        mark = (brand, kind.name, one.series, one.material, one.feature, one.size)
        if mark not in made:
            made.add(mark)
            number += 1
            yield one


@cache
def _rows() -> tuple[tuple[str, ...], ...]:
    lines = _LISTS.read_text("utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))


def _section(name: str) -> list[Text]:
    return [pair for row in _rows() if row[0] == name for pair in _pairs(row[1])]


def _pairs(text: str) -> list[Text]:
    """Reads "杯=cup; 碗=bowl; 500ml": what has no second side is written the same in both."""
    pairs = [part.strip().split("=") for part in text.split(";") if part.strip()]
    return [(pair[0], pair[-1]) for pair in pairs]


def _kinds() -> list[Kind]:
    kinds = []
    for row in _rows():
        if row[0] == "kinds":
            _, trade, names, materials, features, sizes = row
            kinds += [
                Kind(
                    trade,
                    name,
                    tuple(_pairs(materials)),
                    tuple(_pairs(features)),
                    tuple(_pairs(sizes)),
                )
                for name in _pairs(names)
            ]
    return kinds
