"""Texts people read, in a base language with translations per field."""

from collections.abc import Mapping

from django.utils.functional import lazy
from django.utils.translation import get_language

from shoal.kit.errors import Refused


class TextMissing(Refused):
    """A text in the base language ({language}) is missing."""

    code = "text_missing"


class TextTooLong(Refused):
    """This text is too long. The limit is {longest} characters."""

    code = "text_too_long"


def in_language(texts: Mapping[str, str], base: str, language: str | None = None) -> str:
    """This will choose from `texts` (language to text) the reader's, else the base, else any.

    Languages are "zh" and "en": the part of a tag before its first hyphen.
    """
    wanted = (language or get_language() or base).split("-")[0]
    for choice in (wanted, base):
        if texts.get(choice):
            return texts[choice]
    return next((text for text in texts.values() if text), "")


named = lazy(in_language, str)
"""`in_language` for whoever reads it in the end: what one says of a batch, others are told."""


def checked_texts(texts: Mapping[str, str], *, base: str, longest: int) -> dict[str, str]:
    """This will return `texts` trimmed and without empty ones, ready to be stored.

    Raises TextMissing when the base language has none, TextTooLong beyond `longest` characters.
    """
    trimmed = {language: text.strip() for language, text in texts.items() if text.strip()}
    if base not in trimmed:
        raise TextMissing(language=base)
    if any(len(text) > longest for text in trimmed.values()):
        raise TextTooLong(longest=longest)
    return trimmed
