"""`shoal demo`: what --fresh may delete."""

from pathlib import Path

import pytest

from shoal.cli import demo
from shoal.run.trouble import CannotRun


def test_fresh_deletes_what_shoal_wrote_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOAL_VAULT_URL", raising=False)
    monkeypatch.delenv("SHOAL_DATABASE_URL", raising=False)
    (tmp_path / "diary.txt").write_text("mine")
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "photo").write_text("mine")
    (tmp_path / "media").symlink_to(elsewhere)
    (tmp_path / "secrets.json").write_text("{}")
    demo.delete_world(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["diary.txt", "elsewhere"]
    assert (elsewhere / "photo").exists()


def test_fresh_leaves_a_database_that_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOAL_DATABASE_URL", "postgresql://db.example/shoal")
    (tmp_path / "media").mkdir()
    with pytest.raises(CannotRun, match="by hand"):
        demo.delete_world(tmp_path)
    assert (tmp_path / "media").exists()
