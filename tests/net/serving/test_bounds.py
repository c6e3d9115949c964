"""Addresses within networks."""

import pytest

from connector.net.serving.bounds import LOOPBACK, is_in_networks, name_network


@pytest.mark.parametrize(
    ("address", "within"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("fe80::1%eth0", False),
        ("192.0.2.1", False),
        ("", False),
        ("city.example", False),
    ],
)
def test_the_loopback_addresses_are_those_of_this_machine(address: str, within: bool) -> None:
    assert is_in_networks(address, LOOPBACK) is within


@pytest.mark.parametrize(
    ("address", "caller"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("city.example", "city.example"),
    ],
)
def test_a_caller_of_version_6_is_its_network(address: str, caller: str) -> None:
    assert name_network(address) == caller
