"""The retries of push and fetch: the end of a transfer, the pauses between attempts, and the token for the peer."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from connector.dataplane.control.uses import Attempt
from connector.dataplane.wire.fields import read_number
from connector.net.client import GuardedClient
from connector.ports.flow import Cause
from connector.protocol.dsp.common import DataAddress, auth_type, authorization

MOST_FAILURES = 20
MOST_PATIENCE = 24 * 120
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 30.0
_LONGEST_WISH = 300


class TransferFailed(Exception):
    """The transfer cannot be carried out; `reason` is one sentence for the operator, without secrets.

    `cause` is what the counterparty learns: nothing of the answers of the host that a data address names.
    """

    def __init__(self, reason: str, cause: Cause = Cause.PEER) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cause = cause


@dataclass(frozen=True)
class Expected:
    """What an earlier attempt learned of the data, possibly before a restart of this process.

    An attempt that needs no more bytes gets an answer without the file name. The media type is that of a receiver.
    """

    size: int | None = None
    sha256: str | None = None
    etag: str | None = None
    name: str | None = None
    media_type: str | None = None


@dataclass(frozen=True)
class Again:
    """A failed attempt that is repeated, after a pause unless `at_once`; `wish` is the peer's pause in seconds.

    A receiver without space is asked again for a day (`patient`): a person has to make room.
    """

    reason: str
    wish: float | None = None
    at_once: bool = False
    patient: bool = False
    cause: Cause | None = None


class FlowUse(Protocol):
    """The use of the flow that is moved here."""

    async def begin(self, attempt: Attempt) -> None:
        """Count a use if the attempt begins one. Raises LimitReached."""

    async def spend(self, count: int) -> None:
        """Take bytes from the lease before they move, and meter them. Raises LeaseEnded."""

    async def finish(self, part: str) -> None:
        """Record that a part has arrived."""


@dataclass(frozen=True)
class AttemptContext:
    """The values that all attempts of one transfer share.

    `use` counts the use and its bytes; `learned` stores what is expected of the data for an attempt after a restart;
    `pause` waits a number of seconds; `most_failures` limits attempts without progress; `waits` takes the reason why
    nothing moves at present, None when it moves again; `remark` stores a sentence about the data, or None.
    """

    flow_id: str
    client: GuardedClient
    use: FlowUse
    learned: Callable[[Expected], Awaitable[None]]
    pause: Callable[[float], Awaitable[None]]
    most_failures: int
    waits: Callable[[str | None], None] = lambda _: None
    remark: Callable[[str | None], Awaitable[None]] | None = None

    async def meter_chunks(
        self, chunks: AsyncIterator[bytes], attempt: Attempt | None = None, facts: Expected | None = None
    ) -> AsyncIterator[bytes]:
        """Pass on chunks as long as the lease allows, and meter them; the first one of an attempt may begin a use.

        The `facts` of the data are stored before its first chunk is passed on. Raises LeaseEnded, LimitReached.
        """
        async for chunk in chunks:
            # Together, so that one commit contains the facts and the use.
            await asyncio.gather(
                *([self.learned(facts)] if facts else []), *([self.use.begin(attempt)] if attempt else [])
            )
            attempt = facts = None
            await self.use.spend(len(chunk))
            self.waits(None)
            yield chunk
        if facts:
            await self.learned(facts)


class BoundedRetries:
    """A bounded number of retries with growing pauses; the count starts again when more bytes are stored than before.

    Bytes that only moved do not count: a receiver that reads everything and then fails would be tried without end.
    """

    def __init__(self, context: AttemptContext) -> None:
        self._context = context
        self._failures = 0
        self._patience = 0
        self._received = 0

    async def wait(self, again: Again, received: int) -> None:
        """Wait before the next attempt, at least as long as the peer wishes. Raises TransferFailed after the last."""
        reason, wish = again.reason, again.wish
        self._context.waits(reason)
        if received > self._received:
            self._failures, self._patience, self._received = 0, 0, received
        if again.patient and self._context.most_failures >= MOST_FAILURES:
            self._patience += 1
            if self._patience > MOST_PATIENCE:
                raise TransferFailed(f"{reason} It was tried for a day: start the transfer again.", Cause.NO_SPACE)
            await self._context.pause(_LONGEST_PAUSE)
            return
        self._failures += 1
        if self._failures > self._context.most_failures:
            raise TransferFailed(
                f"{reason} {self._failures} attempts failed: start the transfer again.", again.cause or Cause.PEER
            )
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self._failures) * random.uniform(0.5, 1)  # noqa: S311 - jitter
        await self._context.pause(max(pause, wish or 0))


class Credential:
    """The token of a data address as it is sent to the peer: with `Bearer` first, bare if the peer refuses that."""

    def __init__(self, address: DataAddress) -> None:
        self._token = authorization(address)
        self._bare = (auth_type(address) or "bearer").lower() != "bearer" or " " in (self._token or "")
        self._both_tried = self._bare or self._token is None

    def headers(self) -> dict[str, str]:
        """Return the Authorization header; no header without a token."""
        if self._token is None:
            return {}
        return {"Authorization": self._token if self._bare else f"Bearer {self._token}"}

    def try_other_form(self, status: int) -> bool:
        """Return whether, after this status, the same request should be sent once more with the bare token."""
        if status != 403 or self._both_tried:
            return False
        self._bare = self._both_tried = True
        return True


def is_transient(status: int) -> bool:
    """Return whether a status is transient: busy, locked, restarting, or a gateway without a backend."""
    return status in {408, 409, 425, 429} or status >= 500


def parse_retry_after(value: str | None) -> float | None:
    """Return the seconds that a peer asks to wait, bounded; dates are ignored."""
    seconds = read_number(value)
    return None if seconds is None else float(min(seconds, _LONGEST_WISH))
