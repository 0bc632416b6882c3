"""Facts on the disk: in order, within a limit, taken over from whoever was killed."""

from pathlib import Path

import pytest

from shoal.realtime import spool
from shoal.realtime.spool import Fact, Spool, waiting_bytes


def facts(first: int, last: int) -> list[Fact]:
    return [Fact(f"id-{number}", b'{"n":%d}' % number) for number in range(first, last)]


def delivered(kept: Spool, most: int = 3) -> list[Fact]:
    out = []
    while head := kept.head(most):
        out += head
        kept.done()
    return out


def test_what_goes_in_comes_out_in_order_and_leaves_nothing(tmp_path: Path) -> None:
    kept = Spool(tmp_path / "spool", limit=10_000)
    assert kept.append(facts(0, 5))
    assert kept.append(facts(5, 8))
    assert delivered(kept) == facts(0, 8)
    assert not kept.waiting
    assert waiting_bytes(kept.folder) == 0


def test_what_was_not_done_is_handed_out_again(tmp_path: Path) -> None:
    kept = Spool(tmp_path, limit=10_000)
    kept.append(facts(0, 4))
    assert kept.head(2) == facts(0, 2)
    assert kept.head(2) == facts(0, 2)
    kept.done()
    assert kept.head(9) == facts(2, 4)


def test_a_full_spool_keeps_what_it_has(tmp_path: Path) -> None:
    kept = Spool(tmp_path, limit=40)
    assert kept.append(facts(0, 2))
    assert not kept.append(facts(2, 4))
    assert delivered(kept) == facts(0, 2)
    assert kept.append(facts(4, 5))


def test_many_segments_are_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "_SEGMENT_BYTES", 30)
    kept = Spool(tmp_path, limit=10_000)
    for number in range(10):
        kept.append(facts(number, number + 1))
    assert len(list(tmp_path.glob("*.facts"))) > 3
    assert delivered(kept) == facts(0, 10)
    assert len(list(tmp_path.glob("*.facts"))) == 1


def test_another_takes_over_what_a_killed_process_left(tmp_path: Path) -> None:
    killed, other = Spool(tmp_path, limit=10_000), Spool(tmp_path, limit=10_000)
    killed.append(facts(0, 3))
    assert other.adopt() == 0  # its owner lives
    killed.close()
    other.append(facts(7, 9))
    assert other.adopt() == 1
    assert delivered(other) == [*facts(0, 3), *facts(7, 9)]


def test_a_torn_end_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "0.facts").write_bytes(b'id-0 {"n":0}\nid-1 {"n"')
    kept = Spool(tmp_path, limit=10_000)
    assert kept.adopt() == 1
    assert delivered(kept) == facts(0, 1)
    assert list(tmp_path.glob("*.facts")) == []


def test_a_long_line_is_no_torn_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "_CHUNK_BYTES", 30)
    kept = Spool(tmp_path, limit=10_000)
    told = [*facts(0, 2), Fact("id-2", b"x" * 100), *facts(3, 5)]
    kept.append(told)
    assert delivered(kept) == told


def test_nobody_takes_over_what_is_just_being_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, other = Spool(tmp_path, limit=10_000), Spool(tmp_path, limit=10_000)
    lock = spool.fcntl.flock

    def adopt_first(file: int, how: int) -> None:
        monkeypatch.setattr(spool.fcntl, "flock", lock)
        assert other.adopt() == 0
        lock(file, how)

    monkeypatch.setattr(spool.fcntl, "flock", adopt_first)
    assert kept.append(facts(0, 2))
    assert other.adopt() == 0
    kept.close()
    assert other.adopt() == 1
    assert delivered(other) == facts(0, 2)
