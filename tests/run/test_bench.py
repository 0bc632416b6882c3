"""The form that every bench keeps."""

import json
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
    assert list(told) == ["name", "machine", "figures", "targets"]
    assert [target["holds"] for target in told["targets"]] == [True, False]
    assert set(told["targets"][0]) == {"figure", "value", "target", "holds"}


def test_fewer_than_five_times_is_no_median() -> None:
    with pytest.raises(ValueError, match="5"):
        bench.Report("x").median(lambda: None, times=3)
