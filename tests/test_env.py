"""Settings: read from one table, and a bad value gives one clear line."""

from pathlib import Path

import pytest

from shoal import env


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SHOAL_PORT", "eighty", "SHOAL_PORT must be a number (it is 'eighty')."),
        ("SHOAL_PORT", "70000", "SHOAL_PORT must be a port from 1 to 65535 (it is '70000')."),
        ("SHOAL_WEB_THREADS", "0", "SHOAL_WEB_THREADS must be 1 or more (it is '0')."),
        ("SHOAL_DEBUG", "maybe", "SHOAL_DEBUG must be yes or no (it is 'maybe')."),
        ("SHOAL_TIME_ZONE", "Mars/Base", "SHOAL_TIME_ZONE is no time zone; try Asia/Shanghai"),
        ("SHOAL_CURRENCY", "yuan", "SHOAL_CURRENCY must be an ISO 4217 code such as CNY"),
        ("SHOAL_PUBLIC_URL", "shop.example", "SHOAL_PUBLIC_URL must look like https://"),
    ],
)
def test_a_bad_value_gives_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(env.BadSetting) as told:
        env.read(name)
    assert str(told.value).startswith(why)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("address", [
    "mysql://olga:hunter2@db/shoal", "postgresql://olga:hunter2@db/shoal?x=y",
    "postgresql://olga:hunter2@[::1/shoal",
])  # fmt: skip
def test_a_bad_address_is_not_repeated_since_it_may_hold_a_password(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("SHOAL_DATABASE_URL", address)
    with pytest.raises(env.BadSetting, match="must look like postgresql://") as told:
        env.read("SHOAL_DATABASE_URL")
    assert "hunter2" not in str(told.value)


def test_every_default_can_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in env.TABLE:
        monkeypatch.delenv(setting.name, raising=False)
        assert env.read(setting.name) == setting.read(setting.default)


def test_a_typo_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_PROT", "9000")
    assert "SHOAL_PROT" in env.unknown()


def test_links_follow_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_PORT", "9000")
    assert env.public_url() == "http://localhost:9000"
    monkeypatch.setenv("SHOAL_PUBLIC_URL", "https://shop.example/")
    assert env.public_url() == "https://shop.example"


def test_the_data_folder_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOAL_DATA", "here")
    assert env.data_folder() == tmp_path / "here"
