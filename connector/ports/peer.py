"""The port of the DSP endpoints of a peer. Every call returns a value; time and size are limited.

What people and programs wait for, a catalogue or a dataset, raises SigningUnavailable while the own key does not sign.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from connector.protocol.dsp.catalog import CatalogOrigin
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """The peer acknowledged (200 or 201). `peer_pid` and `state` are those of its answer, if it has them."""

    peer_pid: str | None = None
    state: str | None = None


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The peer answered 4xx: it refuses this message finally. A 409 is InDoubt, not Refused.

    The status is 0 if nothing was sent, because a guard of our own requests refused it.

    `stray` is set if the answer says nothing in the words of the protocol: something in front of the peer may have
    given it, while the peer was not there.
    """

    status: int
    reason: str
    stray: bool = False


class InDoubt(msgspec.Struct, frozen=True, kw_only=True):
    """No usable answer: time-out, broken connection, 401, 409, 429 or 5xx. The peer may have received the message.

    `unreachable` is set if the peer as a whole failed, so all its processes back off; `retry_after_ms` is its request.
    `conflict` is set if it answered 409: it is busy with this process, or it refuses the message. `status` is that of
    an answer, 0 where none came.
    """

    reason: str
    status: int = 0
    unreachable: bool = True
    retry_after_ms: int | None = None
    conflict: bool = False


PeerAnswer = Ack | Refused | InDoubt


class Nested(msgspec.Struct, frozen=True):
    """A Dataset (JSON as received) of a catalogue inside another one, the participant of that catalogue, its origin."""

    participant_id: str | None
    dataset: bytes
    origin: CatalogOrigin = CatalogOrigin()


class CatalogPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a peer's catalogue: the JSON of each Dataset as received, and the URL of the next page.

    `datasets` are those of the peer, `nested` those of all nested catalogues. `services` are the base URLs of its
    services by identifier, as the peer states them. `size` and `elements` are the bytes and the JSON values of the
    whole answer, with all that is not in the page. `raw` is the hash of the answer as received; a page whose hash was
    known is the `same`, and was not read: it has no datasets.
    """

    participant_id: str | None
    datasets: tuple[bytes, ...]
    next_url: str | None
    digest: str
    nested: tuple[Nested, ...] = ()
    size: int = 0
    elements: int = 0
    services: Mapping[str, str] = {}
    raw: str = ""
    same: bool = False


class Peer(Protocol):
    """The endpoints of a peer. `participant` is the audience of the token, `address` the base URL."""

    async def send(
        self,
        participant: str,
        address: str,
        message: str,
        to: Role,
        pid: str | None,
        body: bytes,
        agreement: bytes | None = None,
    ) -> PeerAnswer:
        """Deliver one message. `message` is its name in the state machine, `to` and `pid` are those of the receiver.

        It is sealed, one that says yes to an `agreement` together with that.
        """

    async def fetch_state(
        self, participant: str, address: str, kind: ProcessKind, to: Role, pid: str
    ) -> str | Refused | InDoubt:
        """Request the state of a process by the peer's pid (GET)."""

    async def fetch_catalog(
        self,
        participant: str,
        address: str,
        *,
        filters: Sequence[object] = (),
        page_url: str | None = None,
        known: str | None = None,
    ) -> CatalogPage | Refused | InDoubt:
        """Fetch one page of the peer's catalogue; `page_url` is the `next_url` of the previous page.

        `known` is the hash that the page had before: one that has it still is returned unread.
        """

    async def fetch_dataset(self, participant: str, address: str, id: str) -> bytes | Refused | InDoubt:
        """Fetch one Dataset by its identifier, as the JSON received."""
