"""Which day's key a message has, and which hosts are a machine's own: for any moment, any host."""

from datetime import UTC, datetime
from ipaddress import IPv4Network

from hypothesis import assume, given
from hypothesis import strategies as st

from shoal.notify.rules import is_loopback, key_of_day

moments = st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1))  # noqa: DTZ001 - the strategy adds it
names = st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z][a-z0-9]{0,10}){0,3}", fullmatch=True)


@given(moments, moments)
def test_a_day_has_one_key_and_no_other_day_has_it(one: datetime, other: datetime) -> None:
    assert (key_of_day(one) == key_of_day(other)) == (one.date() == other.date())


@given(st.ip_addresses(v=4))
def test_of_all_addresses_127_is_loopback(address) -> None:
    assert is_loopback(str(address)) == (address in IPv4Network("127.0.0.0/8"))


@given(st.ip_addresses(v=6, network="2000::/3"))
def test_no_address_of_the_internet_is_loopback(address) -> None:
    assert not is_loopback(str(address))
    assert not is_loopback(f"[{address}]")


@given(names)
def test_a_name_is_loopback_by_its_end_alone(name: str) -> None:
    assume(name.rpartition(".")[2] != "localhost")
    assert not is_loopback(name)
    assert not is_loopback(f"localhost.{name}")
    assert is_loopback(f"{name}.localhost")
    assert is_loopback(f"{name}.LOCALHOST")
