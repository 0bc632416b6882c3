"""Ids: time-ordered UUIDs inside, short random codes for people and links."""

import secrets
import threading
import time
import uuid

# Crockford's base 32 in lower case: no i, l, o or u, so a code survives being read aloud.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_COUNTER_BITS = 12

# A clock that is off by more than this has gone mad: its ids are not followed.
_FAR_MILLIS = 3_600_000

_lock = threading.Lock()
_last = [0, 0]  # milliseconds and counter of the id made last


def uuid7() -> uuid.UUID:
    """This will return a new UUIDv7, later than every one this process has made before.

    Layout by RFC 9562, section 5.7: 48 bits of Unix milliseconds, then (method 1 of section 6.2)
    a 12-bit counter seeded at random in each millisecond, then 62 random bits.
    """
    random_bits = secrets.randbits(62 + _COUNTER_BITS - 1)
    seed, tail = random_bits >> 62, random_bits & ((1 << 62) - 1)
    with _lock:
        millis, counter = time.time_ns() // 1_000_000, seed
        if millis <= _last[0]:
            millis, counter = _last[0], _last[1] + 1
            if counter >> _COUNTER_BITS:
                millis, counter = millis + 1, seed
        _last[:] = millis, counter
    return uuid.UUID(int=(millis << 80) | (7 << 76) | (counter << 64) | (2 << 62) | tail)


def catch_up(seen: uuid.UUID) -> None:
    """This will make every id that this process makes from now on later than the id `seen`.

    The clocks of two processes differ; what follows upon a row is later than it all the same
    (Lamport: Time, Clocks, and the Ordering of Events in a Distributed System, 1978).
    """
    known = [seen.int >> 80, (seen.int >> 64) & ((1 << _COUNTER_BITS) - 1)]
    with _lock:
        if _last < known and known[0] < time.time_ns() // 1_000_000 + _FAR_MILLIS:
            _last[:] = known


def short_code(length: int = 10) -> str:
    """This will return a random code of `length` characters, 5 bits each, for people and links."""
    bits = secrets.randbits(5 * length)
    return "".join(_ALPHABET[(bits >> (5 * place)) & 31] for place in range(length))
