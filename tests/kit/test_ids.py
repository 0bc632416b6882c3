import threading
import time
from uuid import UUID

import pytest

from shoal.kit import ids
from shoal.kit.ids import catch_up, short_code, uuid7


@pytest.fixture(autouse=True)
def no_other_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests of this process have seen of clocks ahead does not count here."""
    monkeypatch.setattr(ids, "_last", [0, 0])


def test_ids_rise_within_a_process_even_across_threads() -> None:
    made: list[UUID] = []

    def make() -> None:
        made.extend(uuid7() for _ in range(2_000))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8_000
    ordered = [uuid7() for _ in range(10_000)]
    assert ordered == sorted(ordered)


def test_an_id_carries_version_variant_and_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before - 1 <= made.int >> 80 <= time.time_ns() // 1_000_000 + 5


def test_what_follows_upon_a_row_is_later_than_it_whatever_the_clocks_say() -> None:
    ahead = UUID(int=uuid7().int + (300_000 << 80))
    catch_up(ahead)
    after = [uuid7() for _ in range(10_000)]
    assert after == sorted([ahead, *after])[1:]


def test_a_clock_gone_mad_is_not_followed() -> None:
    now = uuid7()
    catch_up(UUID(int=now.int + (86_400_000 << 80)))
    assert uuid7().int >> 80 < (now.int >> 80) + 3_600_000


def test_codes_have_no_letters_that_look_alike() -> None:
    assert not set("".join(short_code() for _ in range(500))) & set("ilou")
    assert len({short_code() for _ in range(5_000)}) == 5_000
