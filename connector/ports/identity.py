"""Who is talking to us, and how we say who we are. Mechanisms: `roster`, `static-token` (tests only); later DCP."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from connector.ports.entities import ReplayKey


class Intent(StrEnum):
    """What a request is for; a mechanism may ask for different evidence by intent."""

    CATALOG = "catalog"
    NEGOTIATION = "negotiation"
    TRANSFER = "transfer"
    ENDING = "ending"
    SEARCH = "search"


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the signed participant list.

    `address` is the base URL of its DSP endpoints (with the version path), `roles` what it is in the data space
    (`participant`, `broker`, `authority`), `claims` what the list's signer vouches for (e.g. purpose, role).
    """

    id: str
    name: str
    address: str | None
    roles: tuple[str, ...] = ()
    claims: dict[str, tuple[str, ...]] = {}


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated counter-party: who, with which verified claims, on which evidence, by which single-use token.

    `replay_key` has to be committed together with whatever the request changes (None where a mechanism has none).
    """

    participant: str
    claims: Mapping[str, tuple[str, ...]]
    evidence: Mapping[str, Any]
    replay_key: ReplayKey | None


class Unauthenticated(Exception):
    """The request does not prove who sent it. `reason` is for our own log; the peer is told only that it failed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotTold(Exception):
    """Who sent a request cannot be told at present, by no fault of the sender: it is worth another try later."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Directory(Protocol):
    """The participant list, as it is in force."""

    def participant(self, id: str) -> Participant | None:
        """Return an entry of the participant list, or None for a stranger."""

    def participants(self) -> Sequence[Participant]:
        """Return all entries of the participant list."""


class Identity(Directory, Protocol):
    """An identity mechanism, with the participant list that it stands on."""

    async def issue_token(self, audience: str, intent: Intent) -> str:
        """Return a fresh value for the Authorization header of one request to participant `audience`."""

    async def authenticate(self, authorization: str | None, intent: Intent) -> Caller:
        """Verify the Authorization header of a request; raises Unauthenticated or NotTold.

        May fetch, through `net`, within its own deadline, before any transaction. Replays are found by the commit of
        `Caller.replay_key`, after the signature was verified, so that nobody can burn another's token.
        """
