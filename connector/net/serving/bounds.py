"""What one listener takes, before and after it knows who calls: bytes, counts and seconds."""

from functools import lru_cache
from ipaddress import ip_address, ip_network

import msgspec

KIB = 1024
LOOPBACK = ("127.0.0.0/8", "::1/128")


class ServingBounds(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of a listener. Sizes are in bytes; `body` is None if the application bounds its bodies itself.

    `pause_s` is the longest time without a byte of such a body, None without end. Who has sent less than `body_rate`
    bytes a second of any body after `body_grace_s` gives way if every place is taken.
    `small` is the size up to which each connection may hold its body; larger bodies share `held`. `proxies` are the
    networks whose addresses stand for many callers, so connections from there are counted in total only. An address may
    begin `handshakes_per_s` TLS handshakes a second, and `handshakes_at_once` before that.
    """

    url: int = 8 * KIB
    head: int = 32 * KIB
    fields: int = 100
    body: int | None = 1024 * KIB
    small: int = 64 * KIB
    held: int = 32 * 1024 * KIB
    pipelined: int = 8
    connections: int = 512
    per_address: int = 128
    head_s: float = 15.0
    body_s: float = 15.0
    pause_s: float | None = None
    body_grace_s: float = 2.0
    body_rate: int = KIB
    idle_s: float = 15.0
    write_s: float = 60.0
    handshake_s: float = 10.0
    handshakes_per_s: float = 50.0
    handshakes_at_once: int = 256
    proxies: tuple[str, ...] = LOOPBACK


@lru_cache(4096)
def name_network(address: str) -> str:
    """Return what stands for one caller: an IPv4 address, or the first half of an IPv6 address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4 or found.ipv4_mapped:
        return address
    return str(ip_network((int(found) >> 64 << 64, 64)))


@lru_cache(4096)
def is_in_networks(address: str, networks: tuple[str, ...]) -> bool:
    """Return whether an IP address is in one of the networks; False for what is no IP address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in ip_network(network) for network in networks)
