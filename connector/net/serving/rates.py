"""How often callers may come: addresses that prove nothing, and peers that are known."""

from collections.abc import Callable

from connector.net.limits import TokenBuckets
from connector.net.serving.bounds import is_in_networks, name_network

_LONGEST = 64


class CallerRates:
    """One bucket for each address that fails to prove who calls, and one for each peer.

    A proof that holds costs its address nothing, so an honest peer is held up by its own bucket alone. Behind a proxy,
    the address is the last one of `X-Forwarded-For`, which the proxy adds; without that field, none is known.
    """

    def __init__(
        self, *, failures_per_s: float, per_peer_s: float, now_ms: Callable[[], int], proxies: tuple[str, ...] = ()
    ) -> None:
        """Each bucket holds what two seconds bring."""
        self._failures = TokenBuckets(per_second=failures_per_s, burst=max(1, int(2 * failures_per_s)))
        self._peers = TokenBuckets(per_second=per_peer_s, burst=max(1, int(2 * per_peer_s)))
        self._now_ms = now_ms
        self._proxies = proxies

    def name_caller(self, address: str, forwarded: str | None) -> str:
        """Return the address that is counted, or nothing if none is known."""
        if address and not is_in_networks(address, self._proxies):
            return name_network(address)
        return name_network((forwarded or "").rpartition(",")[2].strip()[:_LONGEST])

    def find_wait(self, address: str) -> int:
        """Return how many seconds an address has to wait before it is looked at, 0 if it need not."""
        return -(-self._failures.peek(address, self._now_ms()) // 1000) if address else 0

    def note_failure(self, address: str) -> None:
        """Count a request that proved nothing."""
        if address:
            self._failures.take(address, self._now_ms())

    def admit_peer(self, participant: str) -> int:
        """Count a request of a known peer; return how many seconds it has to wait, 0 if it is admitted."""
        return -(-self._peers.take(participant, self._now_ms()) // 1000)
