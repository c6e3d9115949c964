"""Instants are rounded up to a millisecond."""

from connector.controlplane.core import instants
from tests.support.plane import NOW


def test_an_instant_is_rounded_up_to_a_millisecond() -> None:
    at = instants.instant(NOW)
    assert instants.round_up(at) == NOW
    assert instants.round_up(at.replace(microsecond=1)) == NOW + 1
    assert instants.round_up(None) is None
