"""The form that every bench keeps."""

import json
import sys
from pathlib import Path

import pytest

from shoal.run import bench

_BENCH = """
def run(report):
    report.figure("seconds", report.median(lambda: None), at_most=1.0)
    report.figure("lines_per_second", 900, at_least=1000)
"""


def test_json_is_one_object_with_limits_beside_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "small.py").write_text(_BENCH)
    (tmp_path / "bench" / "helper.py").write_text("x = 1\n")
    assert bench.names(tmp_path) == ["small"]
    assert bench.measure(tmp_path, "small", as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["name", "machine", "date", "figures", "targets"]
    assert [target["holds"] for target in told["targets"]] == [True, False]
    assert set(told["targets"][0]) == {"figure", "value", "target", "holds"}


def test_fewer_than_five_times_is_no_median() -> None:
    with pytest.raises(ValueError, match="5"):
        bench.Report("x").median(lambda: None, times=3)


def test_a_long_run_is_cut_into_five_slices() -> None:
    begun = 100.0
    steps = [(begun + 2 * number, 10) for number in range(1, 11)]
    assert bench.slice_rates(begun, steps) == [5.0] * 5
    # The second half takes twice as long; six steps are slices of one, one, one, one and two.
    slow = [(101.0, 6), (102.0, 6), (103.0, 6), (105.0, 6), (107.0, 6), (109.0, 6)]
    assert bench.slice_rates(begun, slow) == [6.0, 6.0, 6.0, 3.0, 3.0]
    with pytest.raises(ValueError, match="5"):
        bench.slice_rates(begun, slow[:4])


def test_all_of_them_are_told_and_one_that_cannot_run_stops_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bench").mkdir()
    for name in ("broken", "small"):
        (tmp_path / "bench" / f"{name}.py").write_text(_BENCH)
    one = 'import sys; print(\'{"name": "small"}\') if "small" in sys.argv else sys.exit(2)'
    monkeypatch.setattr(
        "shoal.run.children.shoal", lambda *words: (sys.executable, "-c", one, *words)
    )
    assert bench.measure_all(tmp_path, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told == [{"name": "broken", "ran": False}, {"name": "small"}]
