"""What push and fetch share: how a transfer ends, how often it is tried, how a token is shown to a peer."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from connector.dataplane.control.gate import Gate
from connector.dataplane.wire.fields import read_number
from connector.net.client import GuardedClient
from connector.protocol.dsp.common import DataAddress, auth_type, authorization

MOST_FAILURES = 20
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 30.0
_LONGEST_WISH = 300


class TransferFailed(Exception):
    """The transfer cannot be carried out; `reason` is one sentence for the operator, without secrets."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Expected:
    """What was learned of the data in an earlier attempt, perhaps before a restart of this process."""

    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Again:
    """An attempt came to nothing that is final: try once more, after a pause unless `at_once`."""

    reason: str
    wish: float | None = None
    at_once: bool = False


@dataclass(frozen=True)
class AttemptContext:
    """What a transfer needs on its way: the client, its leave, and how it pauses (seconds).

    `spend` takes leave for bytes before they move and meters them; `learned` is told what is expected of the
    data, to be remembered for an attempt after a restart; `most_failures` bounds the attempts without progress.
    """

    flow_id: str
    client: GuardedClient
    gate: Gate
    spend: Callable[[int], Awaitable[None]]
    learned: Callable[[Expected], Awaitable[None]]
    pause: Callable[[float], Awaitable[None]]
    most_failures: int

    async def meter_chunks(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass on chunks for as long as the lease allows, and meter them. Raises LeaseEnded."""
        async for chunk in chunks:
            await self.spend(len(chunk))
            yield chunk


class BoundedRetries:
    """Bounded retries with growing pauses; only what is held further on than ever makes it patient again.

    Bytes that merely moved do not count: a receiver that takes everything and then fails would be tried for ever.
    """

    def __init__(self, way: AttemptContext) -> None:
        self._way = way
        self._failures = 0
        self._held = 0

    async def wait(self, reason: str, wish: float | None, held: int) -> None:
        """Wait before the next attempt, at least as long as the peer wishes. Raises TransferFailed in the end."""
        if held > self._held:
            self._failures, self._held = 0, held
        self._failures += 1
        if self._failures > self._way.most_failures:
            raise TransferFailed(f"{reason} It was tried {self._failures} times; the transfer can be started again.")
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self._failures) * random.uniform(0.5, 1)  # noqa: S311 - jitter
        await self._way.pause(max(pause, wish or 0))


class Credential:
    """The token of a data address as it is shown to the peer: `Bearer` first, bare for peers that want it so."""

    def __init__(self, address: DataAddress) -> None:
        self._token = authorization(address)
        self._bare = (auth_type(address) or "bearer").lower() != "bearer" or " " in (self._token or "")
        self._both_tried = self._bare or self._token is None

    def headers(self) -> dict[str, str]:
        """Return the Authorization header, if there is a token."""
        if self._token is None:
            return {}
        return {"Authorization": self._token if self._bare else f"Bearer {self._token}"}

    def try_other_form(self, status: int) -> bool:
        """Tell whether, after this status, the same request is worth sending once more with the bare token."""
        if status != 403 or self._both_tried:
            return False
        self._bare = self._both_tried = True
        return True


def is_transient(status: int) -> bool:
    """Tell whether a status is worth another attempt: busy, locked, restarting, a gateway without a backend."""
    return status in {408, 409, 425, 429} or status >= 500


def retry_after(value: str | None) -> float | None:
    """Return the seconds a peer asks to wait, bounded; dates are not read."""
    seconds = read_number(value)
    return None if seconds is None else float(min(seconds, _LONGEST_WISH))
