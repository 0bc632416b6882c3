import threading
import time
from uuid import UUID

from shoal.kit.ids import short_code, uuid7


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


def test_codes_have_no_letters_that_look_alike() -> None:
    assert not set("".join(short_code() for _ in range(500))) & set("ilou")
    assert len({short_code() for _ in range(5_000)}) == 5_000
