import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from shoal.kit import vault
from shoal.kit.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> UUID:
    person = uuid7()
    vault.make_keys([person])
    return person


def test_what_is_sealed_can_be_read_again_and_shows_nothing(alice: UUID) -> None:
    record = {"name": "李爱丽", "phone": "+8613800000001"}
    sealed = vault.seal(alice, record)
    assert vault.reveal(alice, sealed) == record
    assert b"13800000001" not in sealed
    assert vault.seal(alice, record) != sealed


def test_erasing_a_person_leaves_noise(alice: UUID) -> None:
    bob = uuid7()
    vault.make_keys([bob])
    sealed = [(alice, vault.seal(alice, {"name": "A"})), (bob, vault.seal(bob, {"name": "B"}))]
    vault.erase(alice)
    assert vault.reveal_many(sealed) == [None, {"name": "B"}]
    with pytest.raises(vault.Erased):
        vault.reveal(*sealed[0])
    with pytest.raises(vault.Erased):
        vault.seal(alice, {"name": "again"})


def test_one_persons_seal_does_not_open_for_another(alice: UUID) -> None:
    bob = uuid7()
    vault.make_keys([bob])
    with pytest.raises(InvalidTag):
        vault.reveal(bob, vault.seal(alice, {"name": "A"}))


def test_what_was_sealed_is_amended_without_being_shown(alice: UUID) -> None:
    before = vault.seal(alice, {"street": "Sea Road 1", "city": "Hangzhou"})
    [after, fresh] = vault.amend_many(
        [(alice, before, {"note": "ring twice", "city": "Ningbo"}), (alice, b"", {"note": "none"})]
    )
    assert vault.reveal(alice, after) == {
        "street": "Sea Road 1", "city": "Ningbo", "note": "ring twice",
    }  # fmt: skip
    assert vault.reveal(alice, fresh) == {"note": "none"}
    with pytest.raises(vault.Erased):
        vault.amend_many([(uuid7(), b"", {})])


def test_making_a_key_twice_keeps_the_first(alice: UUID) -> None:
    sealed = vault.seal(alice, {"name": "A"})
    vault.make_keys([alice])
    assert vault.reveal(alice, sealed) == {"name": "A"}


def test_a_blind_index_meets_itself_and_no_other_kind() -> None:
    assert vault.blind_index("phone", "+86138") == vault.blind_index("phone", "+86138")
    assert vault.blind_index("phone", "+86138") != vault.blind_index("email", "+86138")


def test_threads_that_all_come_first_share_one_pool() -> None:
    vault.close()
    start = threading.Barrier(8)

    def come() -> object:
        start.wait()
        return vault._keys()

    with ThreadPoolExecutor(8) as threads:
        pools = [threads.submit(come) for _ in range(8)]
    assert len({id(one.result()) for one in pools}) == 1
