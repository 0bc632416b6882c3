"""Texts people read, in a base language with translations per field."""

from collections.abc import Mapping

from django.utils.translation import get_language


def in_language(texts: Mapping[str, str], base: str, language: str | None = None) -> str:
    """This will choose from `texts` (language to text) the reader's, else the base, else any.

    Languages are "zh" and "en": the part of a tag before its first hyphen.
    """
    wanted = (language or get_language() or base).split("-")[0]
    for choice in (wanted, base):
        if texts.get(choice):
            return texts[choice]
    return next((text for text in texts.values() if text), "")
