"""Pure decisions about products: freight, states, variants, which edits may be proposed."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

_KILOGRAM = 1000

# A product's states and what each may become; `Product.State` names the same ones.
NEXT_STATES: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"proposed", "withdrawn"}),
    "proposed": frozenset({"live", "draft", "withdrawn"}),
    "live": frozenset({"withdrawn"}),
    "withdrawn": frozenset({"proposed"}),
}

# What an edit of a live product may touch; everything else asks for a new product.
REVISABLE = frozenset(
    {"titles", "descriptions", "category", "freight", "pictures", "new_skus", "barcodes", "weights"}
)


class FreightTerms(Protocol):
    """What a freight template says; the model is one."""

    @property
    def base_minor(self) -> int: ...
    @property
    def per_kg_minor(self) -> int: ...
    @property
    def free_from_minor(self) -> int | None: ...
    @property
    def regions(self) -> Mapping[str, int | None]: ...


def freight_minor(
    template: FreightTerms | None, goods_minor: int, weight_g: int, region: str
) -> int | None:
    """This will return the freight of one parcel in minor units, None where nothing is shipped to.

    The base covers the first kilogram, each further kilogram begun costs `per_kg_minor`; the
    longest prefix of `region` in the template adds its extra amount, or refuses with null. From
    `free_from_minor` of goods on everything but a refusal is free. No template: free everywhere.
    """
    if template is None:
        return 0
    prefixes = [prefix for prefix in template.regions if region.startswith(prefix)]
    extra = template.regions[max(prefixes, key=len)] if prefixes else 0
    if extra is None:
        return None
    if template.free_from_minor is not None and goods_minor >= template.free_from_minor:
        return 0
    further = max(0, -(-weight_g // _KILOGRAM) - 1)
    return template.base_minor + further * template.per_kg_minor + extra


def may_become(state: str, wanted: str) -> bool:
    """This will tell whether a product in `state` may go to `wanted`."""
    return wanted in NEXT_STATES[state]


def variants_fit(
    attributes: Sequence[Mapping[str, Any]], values: Sequence[Sequence[Mapping[str, str]]]
) -> bool:
    """This will tell whether SKUs' `values` are distinct and one for each of `attributes`.

    An attribute is {"names": {zh, en}, "values": [{zh, en}, …]}; each SKU names one of the values.
    """
    for variant in values:
        if len(variant) != len(attributes):
            return False
        if any(
            dict(value) not in [dict(known) for known in attribute["values"]]
            for attribute, value in zip(attributes, variant, strict=True)
        ):
            return False
    keys = sorted(repr([sorted(value.items()) for value in variant]) for variant in values)
    return all(first != second for first, second in pairwise(keys))


def category_path(parents: Mapping[str, str | None], code: str) -> list[str]:
    """This will return `code` and its ancestors' codes, the nearest first, from code to parent."""
    path: list[str] = []
    here: str | None = code
    while here is not None and here not in path:
        path.append(here)
        here = parents.get(here)
    return path


def unlisted_fields(changes: Mapping[str, Any]) -> list[str]:
    """This will name the fields of a proposed edit that may not be edited."""
    return sorted(set(changes) - REVISABLE)
