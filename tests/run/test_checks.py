"""Every check runs, one failure fails the whole, and the tests speak last."""

import sys

import pytest

from shoal import env
from shoal.run import checks

pytestmark = pytest.mark.skipif(env.checkout() is None, reason="a checkout is needed")


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_all_run_and_the_tests_close(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = {
        "lint": python("raise SystemExit(3)"),
        "types": python("print('wrong type'); raise SystemExit(1)"),
        "tests": python("import os; print(os.environ['SHOAL_DATA'] != '', '7 passed in 1.00s')"),
    }
    monkeypatch.setattr(checks, "_commands", lambda *, browser: commands)  # noqa: ARG005
    assert checks.run_all(browser=False) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "True 7 passed in 1.00s"
    assert any(line.startswith("✗ lint") for line in lines)
    assert any(line.startswith("✗ types") for line in lines)
    assert "wrong type" in lines
    assert any(line.startswith("✓ tests") for line in lines)


def test_without_a_browser_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.shutil, "which", lambda _name: None)
    with pytest.raises(checks.CannotRun, match="--no-browser"):
        checks.run_all(browser=True)
