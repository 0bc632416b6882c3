"""What can be said at once, and how often. Pure."""

from datetime import timedelta

from shoal.people.rules import Limit

LONGEST = 1_000
PER_MINUTE = Limit("say minute", 12, timedelta(minutes=1))
PER_DAY = Limit("say day", 400, timedelta(days=1))


def parse_text(text: str) -> str:
    """This will return what was typed, without stray blanks at its ends and control signs."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    clean = ["".join(sign for sign in line if sign.isprintable()).rstrip() for line in lines]
    return "\n".join(clean).strip()
