"""What the files of deploy/ name: settings of ours and commands of ours."""

import re
from pathlib import Path

from shoal import env
from shoal.cli.main import COMMANDS

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
_SETTING = re.compile(r"\bSHOAL_[A-Z_]+\b")
# Named in a file of ours and read by another program: Compose's own.
_OTHERS = {"SHOAL_IMAGE"}


def unknown_settings(text: str) -> set[str]:
    """The settings that a text names and that are none."""
    return set(_SETTING.findall(text)) - {row.name for row in env.TABLE} - _OTHERS


def readable(settings: dict[str, str]) -> dict[str, str]:
    """These settings, each read as Shoal would. Raises BadSetting for one that cannot be meant."""
    known = {row.name: row for row in env.TABLE}
    for name, value in settings.items():
        known[name].read(value)
    return settings


def is_command(words: list[str]) -> bool:
    """Whether `shoal WORDS` is a command that an installed package has, with options it takes."""
    row = COMMANDS.get(words[0])
    return row is not None and not row.in_checkout and set(words[1:]) <= {"--quiet", "--files"}


def pairs(text: str) -> dict[str, str]:
    """The lines NAME=VALUE of a file of variables."""
    lines = (line.strip() for line in text.splitlines())
    return dict(
        line.split("=", 1) for line in lines if line and not line.startswith("#") and "=" in line
    )
