"""One stylesheet per face, put together from one file per component when files are collected."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage

_CSS = Path(__file__).parent.parent / "static" / "shoal" / "css"
_BASE = ("tokens", "base", "layout", "icon", "button", "field", "card", "notice", "badge")
_GOODS = ("picture", "price", "countdown", "product-tile", "navigation", "empty-state", "timeline",
          "case")  # fmt: skip
_PHONE = (*_BASE, "face-phone", "bottom-bar", "sheet", *_GOODS)
_WIDE = (*_BASE, "face-wide", "left-rail", "sheet", "table", "chart", *_GOODS)

BUNDLES: dict[str, tuple[str, ...]] = {
    "buy": (
        *_PHONE, "header-shop", "gallery", "sku-picker", "stepper", "cart-line", "buy-bar",
        "code-input", "talk", "sale-strip", "palettes", "coupon", "buying", "paying",
    ),
    "keep": (
        *_PHONE, "header-shop", "gallery", "buy-bar", "talk", "sale-strip", "palettes", "chart",
        "coupon", "payouts", "keeping",
    ),
    "supply": (*_WIDE, "cart-line", "gallery", "coupon", "payouts", "supplying"),
    "desk": (*_WIDE, "coupon", "desk"),
    "plain": (*_BASE, "face-plain", "code-input", "empty-state", "sheet"),
    "guide": (
        *_WIDE, "face-phone", "bottom-bar", "header-shop", "gallery", "sku-picker", "stepper",
        "cart-line", "buy-bar", "code-input", "style-guide",
    ),
}  # fmt: skip


def bundle_path(*, face: str) -> str:
    """This will return where the stylesheet of `face` stands below the static folder."""
    return f"shoal/{face}.css"


def bundle_files(*, face: str) -> list[Path]:
    """This will list the files that make the stylesheet of `face`; tokens come first."""
    return [_CSS / f"{name}.css" for name in BUNDLES[face]]


def bundle_text(*, face: str) -> str:
    """This will return the whole stylesheet of `face`."""
    return "\n".join(path.read_text(encoding="utf-8") for path in bundle_files(face=face))


class BundleStorage(Storage):
    """The bundles as files that exist nowhere until they are read."""

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":  # noqa: ARG002
        return ContentFile(bundle_text(face=Path(name).stem).encode(), name=name)

    def exists(self, name: str) -> bool:
        return name in {bundle_path(face=face) for face in BUNDLES}

    def path(self, name: str) -> str:  # noqa: ARG002 - Storage's signature
        # The list decides what is inside; the parts themselves are collected too.
        return __file__

    def get_modified_time(self, name: str) -> datetime:
        # A list that changed counts as well as its files: never skip on time alone.
        raise NotImplementedError(name)


class BundleFinder(BaseFinder):
    """Hands the bundles to `collectstatic` beside the ordinary files."""

    storage = BundleStorage()

    def find(self, path: str, *_args: Any, **_kwargs: Any) -> Any:  # noqa: ARG002
        return []

    def check(self, **_kwargs: Any) -> list[Any]:
        return []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:  # noqa: ARG002
        for face in BUNDLES:
            yield bundle_path(face=face), self.storage
