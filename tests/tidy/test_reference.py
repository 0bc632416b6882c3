"""Every setting and every command is documented, and nothing that is gone."""

import re
from pathlib import Path

from shoal import env
from shoal.cli.main import COMMANDS

_REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


def test_settings() -> None:
    rows = re.findall(r"^\| `(SHOAL_\w+)` \| (.*?) \| (.*?) \|$", _text("settings"), re.MULTILINE)
    written = {name: (default.strip("`–"), meaning) for name, default, meaning in rows}
    meant = {setting.name: (setting.default, setting.meaning) for setting in env.TABLE}
    assert written == meant


def test_commands() -> None:
    written = re.findall(r"^\| `(?:shoal|\./run) ([\w-]+)", _text("commands"), re.MULTILINE)
    assert sorted(written) == sorted(COMMANDS)


def _text(name: str) -> str:
    return (_REFERENCE / f"{name}.md").read_text(encoding="utf-8")
