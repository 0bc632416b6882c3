"""Links that another terminal prints lead to where the installation listens."""

from pathlib import Path

import pytest

from shoal import env
from shoal.cli import listening
from shoal.run.supervisor import only_one


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOAL_DATA", str(tmp_path))
    monkeypatch.setenv("SHOAL_PUBLIC_URL", "")
    monkeypatch.setenv("SHOAL_PORT", "8123")
    return tmp_path


def test_the_port_of_what_runs_is_found(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with only_one(elsewhere):
        monkeypatch.setenv("SHOAL_PORT", "")
        listening.as_running()
        assert env.public_url() == "http://localhost:8123"


def test_nothing_is_found_where_nothing_runs(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with only_one(elsewhere):
        pass
    monkeypatch.setenv("SHOAL_PORT", "")
    listening.as_running()
    assert env.public_url() == "http://localhost:8000"


def test_what_the_settings_say_stands(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with only_one(elsewhere):
        monkeypatch.setenv("SHOAL_PUBLIC_URL", "https://shop.example")
        listening.as_running()
        assert env.public_url() == "https://shop.example"
