"""What a merchant brings along when it comes to the partner."""

import json
from pathlib import Path

import pytest

from shoal.sandbox_pay.history import FILE, take_in
from shoal.sandbox_pay.store import Store

PAID = {
    "event": "ch_1", "kind": "captured", "code": "pay1", "payment": "pay1", "amount": 12_800,
    "currency": "CNY", "happened_at": "2026-05-01T10:00:00+00:00",
}  # fmt: skip
BACK = PAID | {"event": "re_1", "kind": "refunded", "code": "back1", "amount": 2_800}


def _written(folder: Path, *records: dict[str, object]) -> Store:
    (folder / FILE).write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return Store(folder / "partner.sqlite3")


def _count(store: Store, table: str) -> int:
    with store.transaction() as connection:
        count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names of ours
    return count


def test_it_is_taken_in_once_and_told_to_nobody(tmp_path: Path):
    store = _written(tmp_path, PAID, BACK)
    assert take_in(store, tmp_path) == 2
    assert not (tmp_path / FILE).exists()
    assert take_in(store, tmp_path) == 0
    assert take_in(_written(tmp_path, PAID, BACK), tmp_path) == 0
    counts = [_count(store, table) for table in ("payment", "charge", "refund", "notice")]
    assert counts == [1, 1, 1, 0]


@pytest.mark.parametrize(
    "wrong", [{"amount": 0}, {"amount": "1"}, {"happened_at": "2026-05-01T10:00:00"}]
)
def test_what_cannot_be_meant_is_not_taken_in(tmp_path: Path, wrong: dict[str, object]):
    store = _written(tmp_path, PAID, BACK | wrong)
    with pytest.raises(ValueError, match="back1"):
        take_in(store, tmp_path)
    assert _count(store, "payment") == 0
    assert (tmp_path / FILE).exists()
