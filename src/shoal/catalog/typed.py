"""Reading what somebody typed: which known words she means, spelling mistakes included.

Pure: the look-ups that `catalog.search` makes in the list of words are handed in.
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from shoal.catalog import words

_LONGEST_WORD = 6  # of a Chinese one
_MOST_GROUPS = 10
_MOST_DOUBTS = 48
_NEARLY_AS_GOOD = 0.06
_ALIKE = 10  # words that one mistyped word may stand for
_REACH = 2  # characters beside a doubtful stretch that may belong to the same word

# About how many products there can be; a word's weight is how much it narrows them down.
_MANY = 1_000_000
_LEAST_WEIGHT = 0.5
_PREFIX_QUALITY = 0.8
_PIECE_QUALITY = 0.6


@dataclass(frozen=True, slots=True)
class Known:
    """A word of the list: how many live products have it, and whether it is a whole word."""

    products: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One thing typed, and the terms it may stand for with how well each fits (0 to 1)."""

    typed: str
    fits: tuple[tuple[str, float], ...]
    products: int
    is_prefix: bool = False

    @property
    def weight(self) -> float:
        """How much a product gains by matching: rare words say more."""
        return max(_LEAST_WEIGHT, log(_MANY / (1 + self.products)))


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something typed that is no known word: the spellings to look for in its place."""

    typed: str
    spellings: tuple[str, ...]
    pieces: tuple[str, ...] = ()


Reading = list[Group | Doubt]


def spelling(word: str) -> str:
    """This will write `word` so that trigrams compare it well: Chinese characters stand apart."""
    return " ".join(word) if words.is_han(word) else word


def possible_words(typed: str) -> set[str]:
    """This will return all that may be a word in normalised text, to be looked up at once."""
    found: set[str] = set()
    runs = list(words.runs(typed))
    for run in runs:
        if words.is_han(run):
            found |= {
                run[start : start + length]
                for start in range(len(run))
                for length in range(1, min(_LONGEST_WORD, len(run) - start) + 1)
            }
        else:
            word = words.joined(run)
            found |= {word, *words.parts(run)}
            if word.isalpha():
                found |= {half for cut in range(2, len(word) - 1) for half in _halves(word, cut)}
    found |= {"".join(pair) for pair in _neighbours(runs)}
    return found


def read(typed: str, known: Mapping[str, Known]) -> Reading:
    """This will cut normalised text into the known words it is made of and the doubtful rest."""
    reading: Reading = []
    runs = list(words.runs(typed))
    pairs = {pair for pair in _neighbours(runs) if "".join(pair) in known}
    place = 0
    while place < len(runs):
        run = runs[place]
        if tuple(runs[place : place + 2]) in pairs and not _is_whole(run, known):
            reading.append(_group("".join(runs[place : place + 2]), known))
            place += 2
            continue
        reading += _read_han(run, known) if words.is_han(run) else _read_other(run, known)
        place += 1
    return _without_repeats(reading)


def _neighbours(runs: Sequence[str]) -> list[tuple[str, str]]:
    pairs = itertools.pairwise(runs)
    return [(a, b) for a, b in pairs if a.isascii() and b.isascii() and f"{a}{b}".isalpha()]


def _halves(word: str, cut: int) -> tuple[str, str]:
    return words.singular(word[:cut]), words.singular(word[cut:])


def _is_whole(word: str, known: Mapping[str, Known]) -> bool:
    return word in known and known[word].is_whole


def _group(word: str, known: Mapping[str, Known], quality: float = 1.0) -> Group:
    return Group(word, ((word, quality),), known[word].products)


def _read_other(run: str, known: Mapping[str, Known]) -> Reading:
    word = words.joined(run)
    if words.is_code(word):
        # References and barcodes are not in the list: there would be as many as products.
        return [Group(word, ((word, 1.0),), 1, is_prefix=True)]
    if word in known:
        return [_group(word, known)]
    split = words.parts(run)
    if split and any(part in known for part in split):
        return [piece for part in split for piece in _read_other(part, known)]
    if word.isalpha():
        for cut in range(2, len(word) - 1):
            halves = _halves(word, cut)
            if min(len(half) for half in halves) > 2 and all(_is_whole(h, known) for h in halves):
                return [_group(half, known) for half in halves]
    has_digit = any(char.isdigit() for char in word)
    return [Doubt(word, () if has_digit or len(word) < 3 else (word,))]


def _read_han(run: str, known: Mapping[str, Known]) -> Reading:
    reading: Reading = []
    cuts = _cut_by_known(run, known)
    place = 0
    while place < len(cuts):
        start, end, is_word = cuts[place]
        if is_word:
            reading.append(_group(run[start:end], known))
            place += 1
            continue
        while place + 1 < len(cuts) and not cuts[place + 1][2]:
            place += 1
        end = cuts[place][1]
        reading.append(_doubt(run, start, end, known))
        place += 1
    return reading


def _cut_by_known(run: str, known: Mapping[str, Known]) -> list[tuple[int, int, bool]]:
    """Cuts `run` so that known words cover as much as can be with words as long as can be."""
    best: list[tuple[float, list[tuple[int, int, bool]]]] = [(0.0, [])]
    for end in range(1, len(run) + 1):
        options = []
        for start in range(max(0, end - _LONGEST_WORD), end):
            gain, is_known = _gain(run[start:end], known)
            if is_known or end - start == 1:
                options.append((best[start][0] + gain, [*best[start][1], (start, end, is_known)]))
        best.append(max(options, key=lambda option: option[0]))
    return best[-1][1]


def _gain(part: str, known: Mapping[str, Known]) -> tuple[float, bool]:
    """How good it is to read `part` as one word, and whether it is one."""
    if _is_whole(part, known):
        return len(part) ** 2 + 1.0 / len(part), True
    # Two characters that stand beside each other in some product: better than a lone one.
    return (2.5, True) if len(part) == 2 and part in known else (0.0, False)


def _doubt(run: str, start: int, end: int, known: Mapping[str, Known]) -> Doubt:
    windows = [
        run[left:right]
        for left in range(max(0, start - _REACH), end)
        for right in range(max(left + 2, start + 1), min(len(run), end + _REACH, left + 5) + 1)
    ]
    stretch = run[start:end]
    pairs = [stretch[place : place + 2] for place in range(len(stretch) - 1)]
    pieces = [pair for pair in pairs if pair in known] or [
        char for char in stretch if char in known
    ]
    # Long windows first: they say more.
    windows.sort(key=len, reverse=True)
    return Doubt(stretch, tuple(dict.fromkeys(windows)), tuple(pieces))


def spellings_in_doubt(reading: Reading) -> list[str]:
    """This will return what to look for in the list of words, in no more than a fixed number."""
    wanted = [one for piece in reading if isinstance(piece, Doubt) for one in piece.spellings]
    return list(dict.fromkeys(wanted))[:_MOST_DOUBTS]


def settle(reading: Reading, near: Mapping[str, Sequence[tuple[str, int]]]) -> list[Group]:
    """This will turn doubts into groups by the words `near` them; what is nothing is left out.

    `near` maps a spelling to words spelled about like it, with the number of their products. The
    groups come rarest first.
    """
    groups: list[Group] = []
    for piece in reading:
        if isinstance(piece, Group):
            groups.append(piece)
        else:
            groups += _settle_doubt(piece, near)
    groups.sort(key=lambda group: group.products)
    return groups[:_MOST_GROUPS]


def _settle_doubt(doubt: Doubt, near: Mapping[str, Sequence[tuple[str, int]]]) -> list[Group]:
    fits: dict[str, float] = {}
    products: dict[str, int] = {}
    for typed in doubt.spellings:
        for word, count in near.get(typed, ()):
            quality = likeness(typed, word)
            if quality > fits.get(word, 0.0):
                fits[word], products[word] = quality, count
    is_prefix = doubt.typed.isascii() and len(doubt.typed) >= 3
    if fits:
        chosen = _best(fits, products)
        count = max(products[word] for word, _ in chosen)
        return [Group(doubt.typed, chosen, count, is_prefix=is_prefix)]
    if is_prefix:
        return [Group(doubt.typed, ((doubt.typed, _PREFIX_QUALITY),), 1, is_prefix=True)]
    return [Group(piece, ((piece, _PIECE_QUALITY),), _MANY // 10) for piece in doubt.pieces]


def _best(fits: Mapping[str, float], products: Mapping[str, int]) -> tuple[tuple[str, float], ...]:
    ranked = sorted(fits, key=lambda word: (-fits[word], -products[word], word))
    floor = fits[ranked[0]] - _NEARLY_AS_GOOD
    return tuple((word, round(fits[word], 2)) for word in ranked[:_ALIKE] if fits[word] > floor)


def doubt_known(groups: Iterable[Group]) -> list[str]:
    """This will return the typed words that are known, yet may be a mistyped other word."""
    return [
        group.typed
        for group in groups
        if group.fits[0][1] == 1.0 and not re.search(r"\d", group.typed) and len(group.typed) > 1
    ]


def widen(groups: Iterable[Group], near: Mapping[str, Sequence[tuple[str, int]]]) -> list[Group]:
    """This will let known words stand for words near them too: when together they find nothing."""
    wider = []
    for group in groups:
        fits = dict(group.fits)
        for word, _ in near.get(group.typed, ()):
            quality = likeness(group.typed, word)
            if quality and word not in fits:
                fits[word] = round(quality, 2)
        wider.append(Group(group.typed, tuple(fits.items()), group.products, group.is_prefix))
    return wider


def likeness(typed: str, word: str) -> float:
    """This will say how well `word` fits `typed`, from 0 (not at all) to 1 (the same).

    One wrong, missing, added or swapped letter; two from eight letters on.
    """
    longest, shortest = max(len(typed), len(word)), min(len(typed), len(word))
    if words.is_han(typed) != words.is_han(word):
        return 0.0
    if words.is_han(typed):
        allowed = 0 if longest != shortest and shortest < 3 else 1 + (shortest >= 5)
    else:
        allowed = 0 if shortest < 3 else 1 + (shortest >= 7)
    wrong = distance(typed, word, most=allowed)
    return 0.0 if wrong > allowed else 1.0 - wrong / (longest + 1)


def distance(one: str, other: str, *, most: int) -> int:
    """This will count the letters to change, drop, add or swap between two words, up to `most`+1.

    Optimal string alignment distance (Damerau 1964, without editing a swapped pair again).
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        this = [row]
        for column, opposite in enumerate(other, 1):
            cost = min(
                last[column] + 1, this[column - 1] + 1, last[column - 1] + (letter != opposite)
            )
            swapped = row > 1 and column > 1 and one[row - 2] == opposite
            if swapped and letter == other[column - 2]:
                cost = min(cost, before[column - 2] + 1)
            this.append(cost)
        if min(this) > most:
            return most + 1
        before, last = last, this
    return last[-1]


def _without_repeats(reading: Reading) -> Reading:
    return list({(type(piece), piece.typed): piece for piece in reading}.values())
