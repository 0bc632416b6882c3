"""What is handed in to the catalogue, one frozen record per thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class NewCategory:
    """A place in the category tree; `parent` is the parent's code, tax is included, in bp."""

    code: str
    names: Mapping[str, str]
    parent: str | None = None
    position: int = 0
    tax_bp: int = 0


@dataclass(frozen=True, slots=True)
class NewSku:
    """A variant: one {zh, en} of `values` per attribute of its product."""

    reference: str
    values: Sequence[Mapping[str, str]] = ()
    barcode: str = ""
    weight_g: int = 0


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product as its brand describes it; category and freight by code, texts by language.

    An attribute is {"names": {zh, en}, "values": [{zh, en}, …]}.
    """

    reference: str
    category: str
    titles: Mapping[str, str]
    skus: Sequence[NewSku] = ()
    descriptions: Mapping[str, str] = field(default_factory=dict)
    attributes: Sequence[Mapping[str, Any]] = ()
    base_language: str = "zh"
    freight: str | None = None
