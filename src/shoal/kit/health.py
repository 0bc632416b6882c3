"""What `shoal doctor` asks of every module: a list of checks, each with how to mend it.

A module offers `doctor.py` with `checks() -> Iterable[Check]`; doctor finds it by itself.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold."""

    name: str
    ok: bool
    sentence: str = ""
    """What is wrong and how to mend it, for the person; shown when `ok` is false."""
    warning: bool = False
    """A matter of care: shown, but the installation still counts as sound."""
