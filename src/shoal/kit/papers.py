"""Confidential files: checked by content, kept outside what the web server hands out."""

import hashlib
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from shoal.kit import pictures
from shoal.kit.errors import Refused

MAX_BYTES = pictures.MAX_BYTES

_PICTURE_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class NotAPaper(Refused):
    """We cannot read this file. Hand in a PDF, or a JPEG, PNG or WebP picture of the paper."""

    code = "not_a_paper"


class PaperTooLarge(Refused):
    """This file is too large. The limit is {megabytes} MB."""

    code = "paper_too_large"


@dataclass(frozen=True, slots=True)
class CheckedPaper:
    """A file that is what its type says."""

    data: bytes
    media_type: str
    suffix: str
    digest: str


class PrivateFiles(FileSystemStorage):
    """Files that only a view hands out, after it has asked who wants them."""

    def url(self, name: str | None) -> str:
        """Refuses: Django's own would fall back to the address of public files."""
        raise ValueError(f"{name} has no address: it is confidential")


def private_storage() -> Storage:
    """This will return where confidential files stand: no public address leads there."""
    return storages["private"]


def check_paper(data: bytes) -> CheckedPaper:
    """This will find out what `data` really is, whatever its name said.

    Raises NotAPaper or PaperTooLarge.
    """
    if len(data) > MAX_BYTES:
        raise PaperTooLarge(megabytes=MAX_BYTES // (1024 * 1024))
    media_type = _media_type(data)
    suffix = "pdf" if media_type == "application/pdf" else _PICTURE_SUFFIXES[media_type]
    return CheckedPaper(data, media_type, suffix, hashlib.sha256(data).hexdigest())


def keep_paper(paper: CheckedPaper, name: str) -> str:
    """This will write `paper` under `name` (without suffix) and return its name in the storage."""
    return private_storage().save(f"{name}.{paper.suffix}", ContentFile(paper.data))


def _media_type(data: bytes) -> str:
    # ISO 32000-1, 7.5.2 and 7.5.5: a PDF starts with its version and ends with %%EOF.
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]:
        return "application/pdf"
    try:
        media_type = pictures.media_type(data)
    except Refused as error:
        raise NotAPaper from error
    if media_type not in _PICTURE_SUFFIXES:
        raise NotAPaper
    return media_type
