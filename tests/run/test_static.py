"""Static files are gathered when one of them changed, and not because it was carried elsewhere."""

import os
from pathlib import Path
from typing import Any

import pytest

from shoal.run import static


@pytest.fixture
def sheet(settings: Any, tmp_path: Path) -> Path:
    """The one file there is to gather."""
    path = tmp_path / "ours" / "sheet.css"
    path.parent.mkdir()
    path.write_text("main { color: teal; }")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [path.parent]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "shoal.run.static.HashedFiles"}
    }
    return path


def test_files_whose_times_were_rounded_are_the_same_files(sheet: Path, tmp_path: Path) -> None:
    os.utime(sheet, ns=(1_790_000_000_123_456_789, 1_790_000_000_123_456_789))
    assert static.gather(tmp_path / "static")
    os.utime(sheet, ns=(1_790_000_000_000_000_000, 1_790_000_000_000_000_000))
    assert not static.gather(tmp_path / "static")


def test_a_file_that_only_its_content_tells_apart_is_gathered(sheet: Path, tmp_path: Path) -> None:
    assert static.gather(tmp_path / "static")
    before = sheet.stat()
    sheet.write_text("main { color: navy; }")
    os.utime(sheet, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert sheet.stat().st_size == before.st_size
    assert static.gather(tmp_path / "static")
    names = {path.name for path in (tmp_path / "static").glob("sheet.*.css")}
    assert len(names) == 2


def test_a_file_under_another_name_is_gathered(sheet: Path, tmp_path: Path) -> None:
    assert static.gather(tmp_path / "static")
    sheet.rename(sheet.with_name("other.css"))
    assert static.gather(tmp_path / "static")
    assert (tmp_path / "static" / "other.css").is_file()
