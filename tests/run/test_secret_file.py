"""The secrets: made once, whoever comes first."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shoal.env import BadSetting
from shoal.run import secret_file


def test_they_are_made_once_and_read_by_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = secret_file.load(path)
    assert secret_file.load(path) == first
    assert {len(value) for value in first.values()} == {32}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda _: secret_file.load(tmp_path / "s"), range(32)))
    assert all(secrets == loaded[0] for secrets in loaded)


def test_a_new_secret_joins_the_old_ones(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    kept = secret_file.load(path)
    path.write_text(json.dumps({"django": kept["django"].hex()}))
    again = secret_file.load(path)
    assert again["django"] == kept["django"]
    assert set(again) == set(secret_file.NAMES)


def test_a_damaged_file_gives_one_line(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text("[]")
    with pytest.raises(BadSetting, match="is damaged"):
        secret_file.load(path)


def test_new_ones_are_a_file_that_can_be_shared(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(secret_file.fresh())
    before = path.read_text()
    known = secret_file.load(path)
    assert set(known) == set(secret_file.NAMES)
    assert path.read_text() == before
    assert json.loads(secret_file.fresh()) != json.loads(before)


def test_what_may_change_leaves_the_mark(tmp_path: Path) -> None:
    known = secret_file.load(tmp_path / "secrets.json")
    mark = secret_file.mark(known)
    assert secret_file.mark(known | {"django": b"another", "nats": b"another"}) == mark
    assert secret_file.mark(known | {"blind_index": bytes(32)}) != mark
    assert secret_file.mark(known | {"vault_wrap": bytes(32)}) != mark
    assert not any(value in mark or mark in value for value in known.values())
