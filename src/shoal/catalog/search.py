"""Finding products by what people type, and keeping what they are found by.

How it works, its figures and the query plan: docs/decisions/search.md.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db import connection

from shoal.catalog import typed, words
from shoal.catalog.models import Product, SearchWord
from shoal.catalog.typed import Group, Known
from shoal.kit.transactions import operation, step

_NEAR_WORDS = 30
_RARE_ENOUGH = 5
_BROAD = 5_000
_AT_ONCE = 1_000


def search_products(
    *,
    words: str,
    limit: int = 24,
    offset: int = 0,
    brand_ids: Iterable[UUID] | None = None,
    category_ids: Iterable[UUID] | None = None,
) -> list[UUID]:
    """This will return the ids of live products that `words` mean, the best first.

    In Chinese, English or both, in any order, with ordinary typing mistakes. Products with every
    word come first; when they do not fill the page, those that lack one follow; when there are
    none at all, those with any two of the rarest words. `brand_ids` and `category_ids` narrow it
    to what a shelf holds; ask for one more than a page shows to know whether there is a next one.
    """
    groups = _groups(words)
    if not groups:
        return []
    scope = _Scope(brand_ids, category_ids, limit, offset)
    found = scope.find(groups, _Levels(groups).strict)
    if not found and not scope.finds_before(groups, _Levels(groups).strict):
        # Known words, but not together: one may be a mistyped other ("被子" for "杯子").
        groups = typed.widen(groups, _near(typed.doubt_known(groups)))
        found = scope.find(groups, _Levels(groups).strict)
    levels = _Levels(groups)
    if len(found) < limit and len(groups) > 1:
        shown = bool(found) or scope.finds_before(groups, levels.strict)
        if not (shown and _is_broad(groups)):
            found = scope.find(groups, levels.all_but_one)
    if not found and len(groups) > 3 and not scope.finds_before(groups, levels.all_but_one):
        found = scope.find(groups, levels.any_two)
    return found


def _is_broad(groups: Sequence[Group]) -> bool:
    """Whether having either of two words is common: no help to who typed both, and slow to rank."""
    return len(groups) == 2 and sum(group.products for group in groups) > _BROAD


def _groups(text: str) -> list[Group]:
    asked = words.normalise(text[: words.LONGEST_TYPED])
    reading = typed.read(asked, _known(typed.possible_words(asked)))
    return typed.settle(reading, _near(typed.spellings_in_doubt(reading)))


def _known(possible: set[str]) -> dict[str, Known]:
    rows = SearchWord.objects.filter(word__in=possible).values_list("word", "products", "spelling")
    return {word: Known(products, bool(spelling)) for word, products, spelling in rows}


def _near(asked: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    near: dict[str, list[tuple[str, int]]] = {}
    if asked:
        spellings = [typed.spelling(word) for word in asked]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT typed, word, products FROM catalog_near_words(%s, %s, %s)",
                [list(asked), spellings, _NEAR_WORDS],
            )
            for one, word, products in cursor.fetchall():
                near.setdefault(one, []).append((word, products))
    return near


class _Levels:
    """The conditions that a product may meet, from all that was typed to two words of it."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._each = [_any_of(group) for group in groups]
        self.strict = " & ".join(self._each)

    @property
    def all_but_one(self) -> str:
        if len(self._each) == 1:
            return self.strict
        return self._any(len(self._each) - 1, self._each)

    @property
    def any_two(self) -> str:
        return self._any(2, self._each[:_RARE_ENOUGH])

    @staticmethod
    def _any(count: int, each: Sequence[str]) -> str:
        return " | ".join(f"({' & '.join(some)})" for some in combinations(each, count))


def _any_of(group: Group) -> str:
    terms = [_term(word) for word, _ in group.fits]
    if group.is_prefix:
        terms.append(f"{_lexeme(group.typed)}:*")
    return f"({' | '.join(terms)})"


def _term(word: str) -> str:
    """The word, or all its pairs of neighbours: jieba may have cut the product's text elsewhere."""
    if not words.is_han(word) or len(word) < 3:
        return _lexeme(word)
    pairs = " & ".join(_lexeme(word[place : place + 2]) for place in range(len(word) - 1))
    return f"({_lexeme(word)} | ({pairs}))"


def _lexeme(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


class _Scope:
    """Where and how far one search looks."""

    def __init__(
        self,
        brand_ids: Iterable[UUID] | None,
        category_ids: Iterable[UUID] | None,
        limit: int,
        offset: int,
    ) -> None:
        self._limit, self._offset = limit, offset
        self._narrow = ""
        self._facts: list[Any] = []
        for column, ids in (("brand_id", brand_ids), ("category_id", category_ids)):
            if ids is not None:
                self._narrow += f" AND {column} = ANY(%s)"
                self._facts.append(list(ids))

    def finds_before(self, groups: Sequence[Group], need: str) -> bool:
        """Whether an earlier page shows something: each page must read the words alike."""
        return self._offset > 0 and bool(self._page(groups, need, limit=1, offset=0))

    def find(self, groups: Sequence[Group], need: str) -> list[UUID]:
        """The ids of one page of products that meet `need`, ranked by what they match."""
        return self._page(groups, need, limit=self._limit, offset=self._offset)

    def _page(self, groups: Sequence[Group], need: str, *, limit: int, offset: int) -> list[UUID]:
        levels = _Levels(groups)
        score, facts = _score(groups)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT id FROM catalog_product
                    WHERE state = 'live' AND search_terms @@ %s::tsquery{self._narrow}
                    ORDER BY search_terms @@ %s::tsquery DESC, search_terms @@ %s::tsquery DESC,
                             {score} DESC, length(search_terms), id DESC
                    LIMIT %s OFFSET %s""",  # noqa: S608 - made here of placeholders only
                [
                    need, *self._facts, levels.strict, levels.all_but_one,
                    *facts, limit, offset,
                ],
            )  # fmt: skip
            return [row[0] for row in cursor.fetchall()]


def _score(groups: Sequence[Group]) -> tuple[str, list[Any]]:
    """The SQL that adds up what each group is worth to a product, and its parameters."""
    parts, facts = [], []
    for group in groups:
        tiers: dict[float, list[str]] = {}
        for word, quality in group.fits:
            tiers.setdefault(quality, []).append(_term(word))
        cases = ""
        for quality in sorted(tiers, reverse=True):
            cases += " WHEN search_terms @@ %s::tsquery THEN %s"
            facts += [" | ".join(tiers[quality]), round(group.weight * quality, 3)]
        parts.append(f"(CASE{cases} ELSE 0 END)")
    return " + ".join(parts), facts


@step
def refresh_search(*, product_ids: Iterable[UUID]) -> int:
    """This will make the search text of these products anew and return how many changed.

    Whoever writes a product's texts, SKUs, brand name or category name calls it, in bulk, in the
    same transaction.
    """
    waiting = list(product_ids)
    return sum(
        _refresh(waiting[place : place + _AT_ONCE]) for place in range(0, len(waiting), _AT_ONCE)
    )


def _refresh(product_ids: list[UUID]) -> int:
    products = (
        Product.objects.filter(pk__in=product_ids)
        .select_related("brand", "category__parent")
        .prefetch_related("skus")
        .only(
            "titles", "reference", "search_text", "attributes", "brand", "category",
            "brand__names", "category__names", "category__parent", "category__parent__names",
        )
    )  # fmt: skip
    changed: dict[UUID, str] = {}
    met: dict[str, str] = {}
    for product in products:
        terms = _terms(product)
        if terms.text != product.search_text:
            changed[product.id] = terms.text
            met |= dict.fromkeys((word for word in terms.pieces if not words.is_code(word)), "")
            met |= {word: typed.spelling(word) for word in terms.words}
    _learn(met)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE catalog_product SET search_text = fresh.text
               FROM unnest(%s::uuid[], %s::text[]) AS fresh (id, text)
               WHERE catalog_product.id = fresh.id""",
            [list(changed), list(changed.values())],
        )
    return len(changed)


def _terms(product: Product) -> words.Terms:
    skus = list(product.skus.all())
    values = {
        text
        for holder in (*skus, *product.attributes)
        for value in (holder["values"] if isinstance(holder, dict) else holder.values)
        for text in value.values()
    }
    categories = [product.category, product.category.parent]
    return words.document_terms(
        texts=product.titles.values(),
        names=[
            *product.brand.names.values(),
            *(name for category in categories if category for name in category.names.values()),
            *sorted(values),
        ],
        codes=[
            product.reference,
            *(sku.reference for sku in skus),
            *(sku.barcode for sku in skus),
        ],
    )


def _learn(met: dict[str, str]) -> None:
    """Adds words to the list, sorted, so that two writers never wait for each other in a ring."""
    rows = sorted((word[:60], spelling[:120]) for word, spelling in met.items())
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO catalog_searchword (word, spelling, products)
               SELECT word, spelling, 0
               FROM unnest(%s::text[], %s::text[]) AS met (word, spelling)
               WHERE NOT EXISTS (SELECT FROM catalog_searchword AS known
                                 WHERE known.word = met.word)
               ON CONFLICT (word) DO NOTHING""",
            [[word for word, _ in rows], [spelling for _, spelling in rows]],
        )
        # What so far was only a piece of words may be met as a word.
        cursor.execute(
            """UPDATE catalog_searchword AS known SET spelling = met.spelling
               FROM unnest(%s::text[], %s::text[]) AS met (word, spelling)
               WHERE known.word = met.word AND known.spelling = '' AND met.spelling <> ''""",
            [[word for word, _ in rows], [spelling for _, spelling in rows]],
        )


@operation
def recount_words() -> int:
    """This will count anew how many live products each word has, and forget words without any.

    Returns how many words are left. Searches stay right without it, their order gets worse.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TEMPORARY TABLE counted ON COMMIT DROP AS
               SELECT word, ndoc FROM ts_stat(
                   $$SELECT search_terms FROM catalog_product WHERE state = 'live'$$)"""
        )
        cursor.execute(
            """UPDATE catalog_searchword AS known SET products = counted.ndoc
               FROM counted
               WHERE counted.word = known.word AND counted.ndoc <> known.products"""
        )
        # Words that only drafts have stay with 0 until they go live or are gone.
        cursor.execute(
            """DELETE FROM catalog_searchword AS known
               WHERE NOT EXISTS (SELECT FROM counted WHERE counted.word = known.word)
                 AND NOT EXISTS (
                     SELECT FROM catalog_product
                     WHERE state IN ('draft', 'proposed')
                       AND search_terms @@ (quote_literal(known.word))::tsquery)"""
        )
        cursor.execute("SELECT count(*) FROM catalog_searchword")
        return int(cursor.fetchone()[0])
