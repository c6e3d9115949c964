"""A counterparty's DSP endpoints, as the use cases see them. Every call ends in a value; time and size are bounded."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """The peer acknowledged (200 or 201). `peer_pid` and `state` are what its answer says, where it says anything."""

    peer_pid: str | None = None
    state: str | None = None


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The peer answered 4xx: it will not have this message. A 409 is a doubt and comes as InDoubt, not as this."""

    status: int
    reason: str


class InDoubt(msgspec.Struct, frozen=True, kw_only=True):
    """No usable answer: time-out, broken connection, 401, 409, 429 or 5xx. The message may or may not have arrived.

    `unreachable` tells that the peer as such failed, so that all its processes back off; `retry_after_ms` is its wish.
    `conflict` tells that it answered 409: it is busy with this very process, or does not want the message at all.
    """

    reason: str
    unreachable: bool = True
    retry_after_ms: int | None = None
    conflict: bool = False


PeerAnswer = Ack | Refused | InDoubt


class Nested(msgspec.Struct, frozen=True):
    """A Dataset (JSON as received) of a catalogue inside another one, and the participant whose catalogue that is."""

    participant_id: str | None
    dataset: bytes


class CatalogPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a peer's catalogue: the JSON of each Dataset as received, and the URL of the next page.

    `datasets` are the peer's own, `nested` those of the catalogues inside its catalogue, from all depths.
    """

    participant_id: str | None
    datasets: tuple[bytes, ...]
    next_url: str | None
    digest: str
    nested: tuple[Nested, ...] = ()


class Peer(Protocol):
    """The other side's endpoints. `participant` is the audience of the token; `address` the base URL."""

    async def send(
        self, participant: str, address: str, message: str, to: Role, pid: str | None, body: bytes
    ) -> PeerAnswer:
        """Deliver one message. `message` is the machine's name, `to` the receiver's role, `pid` the receiver's."""

    async def fetch_state(
        self, participant: str, address: str, kind: ProcessKind, to: Role, pid: str
    ) -> str | Refused | InDoubt:
        """Ask for the state of a process by the peer's pid (GET)."""

    async def fetch_catalog(
        self, participant: str, address: str, *, filters: Sequence[object] = (), page_url: str | None = None
    ) -> CatalogPage | Refused | InDoubt:
        """Fetch one page of the peer's catalogue; `page_url` is the `next_url` of the page before."""

    async def fetch_dataset(self, participant: str, address: str, id: str) -> bytes | Refused | InDoubt:
        """Fetch one Dataset by its identifier, as the JSON received."""
