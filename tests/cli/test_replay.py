"""`shoal replay`: what it cannot live through is one line, before anything starts."""

from pathlib import Path

import pytest

from shoal.cli import main as cli
from shoal.replay.source import COLUMNS
from shoal.run.supervisor import only_one
from tests.replay.small import LINES, write_history, write_parquet

_NOBODY = [(*line[:5], None, line[6]) for line in LINES]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Replays a file into an empty folder and returns the one line that is said about it."""
    monkeypatch.setenv("SHOAL_DATA", str(tmp_path / "data"))

    def replay(file: Path) -> str:
        assert cli.main(["replay", "online-retail", str(file)]) == 1
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert not (tmp_path / "data" / "postgres").exists()
        return said

    return replay


def test_a_file_that_is_no_parquet(refused, tmp_path: Path) -> None:
    file = tmp_path / "history.parquet"
    file.write_text("InvoiceNo,StockCode\n")
    assert "history.parquet cannot be read as Parquet: " in refused(file)


def test_a_file_with_other_columns(refused, tmp_path: Path) -> None:
    columns = {name: kind for name, kind in COLUMNS.items() if name != "Country"}
    columns["InvoiceDate"] = "VARCHAR"
    file = write_parquet(tmp_path / "history.parquet", columns, [])
    said = refused(file)
    assert "InvoiceDate (TIMESTAMP) is VARCHAR; Country (VARCHAR) is missing." in said


def test_a_file_in_which_nobody_buys(refused, tmp_path: Path) -> None:
    file = write_history(tmp_path / "history.parquet", _NOBODY)
    assert "history.parquet holds no sale invoice with a customer." in refused(file)


def test_a_folder_on_which_shoal_runs(refused, tmp_path: Path) -> None:
    file = write_history(tmp_path / "history.parquet")
    with only_one(tmp_path / "data"):
        assert f"Shoal already runs on {tmp_path / 'data'}" in refused(file)
