"""What of a text can be searched for: its words, one way of writing each, in Chinese and English.

Texts of products are cut into words with jieba, which takes a second to load and is therefore
loaded when a product is first written, or by `warm` (see docs/decisions/search.md). What people
type is only split into runs here: `catalog.search` cuts those by the words that products have.
"""

import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

LONGEST_TYPED = 80
_LONGEST_NAME = 6
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_RUN = re.compile(rf"[{_HAN}]+|\d+\.\d+|[^\W{_HAN}]+(?:[-./'’][^\W{_HAN}]+)*")
_JOINT = re.compile(r"[-./'’_]")
_IS_HAN = re.compile(rf"[{_HAN}]")
_IS_NUMBER = re.compile(r"\d+(?:\.\d+)?")

# Words that say nothing about goods.
_EMPTY = {"a", "an", "and", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "with"}
_EMPTY_HAN = set("的了和与及或之")

# What a number is followed by: the unit it becomes, how many of that, and how people write it.
_WAYS = (
    ("ml", 1, "ml 毫升 cc"),
    ("ml", 1000, "l 升 公升 liter liters litre litres"),
    ("g", 1, "g 克 gr gram grams"),
    ("g", 1000, "kg 公斤 千克 kilo kilos"),
    ("g", 500, "斤"),
    ("mm", 1, "mm 毫米"),
    ("mm", 10, "cm 厘米 公分"),
    ("mm", 1000, "m 米 meter meters metre metres"),
    ("inch", 1, 'inch inches 寸 英寸 吋 " ″ ”'),
    ("w", 1, "w 瓦 watt watts"),
    ("mah", 1, "mah 毫安 毫安时"),
    # What is counted is said by another word: "30片面膜" and "30 sheets" are the same 30.
    ("pc", 1, "pc pcs piece pieces pack packs sheet sheets roll rolls pair pairs count ct"),
    ("pc", 1, "片 片装 个 只 件 件套 支 枝 条 包 袋 盒 枚 双 张 卷 抽 粒 颗 瓶 罐 本 块 套 入"),
    ("", 1, "码 号"),
)
_UNITS = {way: (unit, times) for unit, times, ways in _WAYS for way in ways.split()}
_UNIT = re.compile(
    r"(?<![a-z0-9.])(\d{1,6}(?:\.\d{1,3})?)\s*("
    + "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
    + r")(?![a-z])"
)
_TIMES = re.compile(r"(?<=\d)\s*[x×*]\s*(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_LARGE = re.compile(r"(?<![a-z0-9])(x{2,6})(?=l(?![a-z0-9]))")
_SHIRT = re.compile(r"(?<![a-z])t[- ]?(?:恤|shirt)")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a product can be found by: whole words, and the pieces that Chinese words break into."""

    words: frozenset[str]
    pieces: frozenset[str] = field(default=frozenset())

    @property
    def text(self) -> str:
        """All of them in one line, in a fixed order."""
        return " ".join(sorted(self.words | self.pieces))


def normalise(text: str) -> str:
    """This will write `text` in the one way that both products and questions are compared in.

    Full-width, accents, capitals and traditional characters go; "T恤" and "0.5升" become "tshirt"
    and "500ml", "30×40" two numbers, "XXL" "2xl".
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = unicodedata.normalize("NFKC", plain).casefold().translate(_simplified())
    plain = _THOUSANDS.sub("", plain)
    plain = _TIMES.sub(" ", plain)
    plain = _SHIRT.sub(" tshirt ", plain)
    plain = _LARGE.sub(lambda match: str(len(match[1])) + "x", plain)
    return _UNIT.sub(_one_unit, plain)


def _one_unit(match: re.Match[str]) -> str:
    unit, times = _UNITS[match[2]]
    whole, _, part = match[1].partition(".")
    thousandths = (int(whole) * 1000 + int(part.ljust(3, "0") or 0)) * times
    size = f"{thousandths // 1000}.{thousandths % 1000:03}".rstrip("0").rstrip(".")
    return f" {size}{unit} "


@cache
def _simplified() -> dict[int, str]:
    lines = files("shoal.catalog").joinpath("traditional.txt").read_text("utf-8").splitlines()
    return {
        ord(pair[0]): pair[1] for line in lines if not line.startswith("#") for pair in line.split()
    }


def runs(text: str) -> Iterator[str]:
    """This will yield the runs of a normalised text: Chinese ones, and words of other scripts."""
    for match in _RUN.finditer(text):
        run = match[0]
        if is_han(run) or _IS_NUMBER.fullmatch(run) or run not in _EMPTY:
            yield run


def is_han(run: str) -> bool:
    """This will tell whether a run or word is Chinese."""
    return bool(_IS_HAN.match(run))


def is_code(word: str) -> bool:
    """This will tell whether `word` looks like a reference or barcode: none is kept as a word."""
    if is_han(word) or len(word) < 5 or not any(char.isdigit() for char in word):
        return False
    return not _MEASURE.fullmatch(word)


_MEASURE = re.compile(r"\d+(?:\.\d+)?(?:ml|g|mm|inch|w|mah|pc)")


def joined(run: str) -> str:
    """This will write a run of another script as one word: "anti-slip" as "antislip", singular."""
    return run if _IS_NUMBER.fullmatch(run) else singular(_JOINT.sub("", run))


def parts(run: str) -> list[str]:
    """This will return the words that a run such as "anti-slip" is joined from, if it is."""
    if _IS_NUMBER.fullmatch(run):
        return []
    found = [singular(part) for part in _JOINT.split(run) if part]
    return [part for part in found if part not in _EMPTY] if len(found) > 1 else []


def singular(word: str) -> str:
    """This will drop the s of an English plural: "mugs", "towels", but not "glass"."""
    long_enough = len(word) > 3 and word.isalpha()
    return word[:-1] if long_enough and word[-1] == "s" and word[-2] not in "su" else word


def document_terms(*, texts: Iterable[str], names: Iterable[str], codes: Iterable[str]) -> Terms:
    """This will return what a product is found by.

    `texts` are sentences to cut, `names` are words in themselves (brands, colours), `codes` are
    references and barcodes, found as a whole or by their beginning.
    """
    words: set[str] = set()
    pieces: set[str] = set()
    for text, is_name in [*((text, False) for text in texts), *((name, True) for name in names)]:
        for run in runs(normalise(text)):
            if is_han(run):
                words |= _cut(run)
                if is_name and len(run) <= _LONGEST_NAME:
                    words.add(run)
                pieces |= han_pieces(run)
            else:
                words |= {joined(run), *parts(run)}
                pieces |= _bare_numbers(run)
    for code in codes:
        for run in runs(unicodedata.normalize("NFKC", code).casefold()):
            pieces |= {joined(run), *parts(run)}
    words = {word for word in words if word and not is_code(word)} - _EMPTY_HAN
    return Terms(frozenset(words), frozenset(pieces - words - {""}))


def han_pieces(run: str) -> set[str]:
    """This will return the characters of a Chinese run and its pairs of neighbours."""
    pairs = {run[place : place + 2] for place in range(len(run) - 1)}
    return pairs | (set(run) - _EMPTY_HAN)


def _bare_numbers(run: str) -> set[str]:
    if _MEASURE.fullmatch(run):
        return {re.match(r"[\d.]+", run)[0]}  # type: ignore[index]  # it begins with a number
    return {joined(run)} if is_code(run) else set()


def _cut(run: str) -> set[str]:
    found = {word for word in _jieba().cut_for_search(run) if len(word) <= _LONGEST_NAME}
    return found or {run[:_LONGEST_NAME]}


def warm() -> None:
    """This will load jieba's dictionary now rather than in the middle of somebody's request."""
    _jieba()


@cache
def _jieba() -> Any:
    with warnings.catch_warnings():
        # Its source has escapes and an import that newer Pythons warn of.
        warnings.simplefilter("ignore")
        import jieba

    jieba.setLogLevel("WARNING")
    cutter = jieba.Tokenizer()
    # Its own loader keeps a pickle-like cache in the shared /tmp, where anybody could plant one.
    with files("jieba").joinpath("dict.txt").open("rb") as dictionary:
        cutter.FREQ, cutter.total = cutter.gen_pfdict(dictionary)
    cutter.initialized = True
    return cutter
