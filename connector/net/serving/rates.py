"""How often callers may come: addresses that prove nothing, and peers that are known."""

import logging
from collections.abc import Callable, Mapping

from connector.net.limits import TokenBuckets
from connector.net.serving.bounds import is_in_networks, name_network

_LONGEST = 64
_FORWARDED, _OTHER_FORM = "x-forwarded-for", "forwarded"
# Anybody can send the field of a proxy, so the log names only a few addresses.
_WARNINGS = 3

_log = logging.getLogger(__name__)


class CallerRates:
    """One bucket for each address that fails to prove who calls, and one for each peer.

    A proof that holds costs its address nothing, so an honest peer is held up by its own bucket alone. Behind a proxy,
    the address is the last one of `X-Forwarded-For`, which the proxy adds; without that field, none is known.
    """

    def __init__(
        self,
        *,
        failures_per_s: float,
        per_peer_s: float,
        now_ms: Callable[[], int],
        proxies: tuple[str, ...] = (),
        processes: Callable[[], int] = lambda: 1,
    ) -> None:
        """Each bucket holds what two seconds bring; `processes` is as in `TokenBuckets`."""
        self._failures, self._peers = (
            TokenBuckets(per_second=rate, burst=max(1, int(2 * rate)), processes=processes)
            for rate in (failures_per_s, per_peer_s)
        )
        self._now_ms = now_ms
        self._proxies = proxies
        self._warned: set[str] = set()

    def name_caller(self, address: str, headers: Mapping[str, str]) -> str:
        """Return the address that is counted, or nothing if none is known. `headers` may repeat names as items."""
        if address and not is_in_networks(address, self._proxies):
            if _FORWARDED in headers or _OTHER_FORM in headers:
                self._warn(address)
            return name_network(address)
        if _FORWARDED not in headers:
            return ""
        # A proxy appends to the field, or adds one of its own after that of the caller.
        values = [value for name, value in headers.items() if name.lower() == _FORWARDED]
        return name_network(values[-1].rpartition(",")[2].strip()[:_LONGEST])

    def _warn(self, address: str) -> None:
        """Log that an address may be a proxy that is not listed: then one caller puts off all that are behind it."""
        if address in self._warned or len(self._warned) >= _WARNINGS:
            return
        self._warned.add(address)
        _log.warning(
            "%s forwards requests of others and is in no network of net.proxies. If it is your proxy, add it: "
            "else all its callers share one limit of connections and failures.",
            address,
        )

    def find_wait(self, address: str) -> int:
        """Return how many seconds an address has to wait before it is looked at, 0 if it need not."""
        return -(-self._failures.peek(address, self._now_ms()) // 1000) if address else 0

    def note_failure(self, address: str) -> None:
        """Count a request that proved nothing."""
        if address:
            self._failures.take(address, self._now_ms())

    def admit_unknown(self, address: str) -> int:
        """Count a request that needs no proof; return how many seconds its address has to wait, 0 if it is admitted."""
        return -(-self._failures.take(address, self._now_ms()) // 1000)

    def admit_peer(self, participant: str) -> int:
        """Count a request of a known peer; return how many seconds it has to wait, 0 if it is admitted."""
        return -(-self._peers.take(participant, self._now_ms()) // 1000)
