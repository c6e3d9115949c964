"""Addresses within networks."""

import pytest

from connector.net.serving.bounds import LOOPBACK, is_in_networks


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
