"""Refusals: what an operation says when it will not do a thing."""

import inspect
from typing import ClassVar

from django.utils.translation import gettext

from shoal.kit.amounts import amount_in_words
from shoal.kit.money import Money


class Refused(Exception):
    """This cannot be done."""

    # The docstring is the sentence people read, with the facts in braces; it is a msgid.
    code: ClassVar[str] = "refused"

    def __init__(self, **facts: object) -> None:
        super().__init__(type(self).__name__, facts)
        self.facts = facts

    @property
    def sentence(self) -> str:
        """The message in the reader's language, its facts filled in; money as pages write it."""
        facts = {
            name: amount_in_words(amount=fact) if isinstance(fact, Money) else fact
            for name, fact in self.facts.items()
        }
        return gettext(inspect.cleandoc(type(self).__doc__ or "")).format(**facts)

    def __str__(self) -> str:
        return self.sentence

    def __eq__(self, other: object) -> bool:
        return (
            type(self) is type(other) and isinstance(other, Refused) and self.facts == other.facts
        )

    def __hash__(self) -> int:
        return hash(type(self))


class Busy(Refused):
    """Many people are doing this at the same moment. Please try again in a few seconds."""

    code = "busy"


class NotFound(Refused):
    """We could not find that. The link may be old."""

    code = "not_found"


class NotYours(Refused):
    """You do not have access to this. Ask its owner to invite you."""

    code = "not_yours"
