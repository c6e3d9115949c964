"""The port of the identity mechanisms: authenticate a request of a peer, and issue the token of a request to a peer.

The mechanisms are the rows of `MECHANISMS` in `connector/app/identities.py`.
"""

from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from connector.ports.credentials import CredentialKeys
from connector.ports.entities import ReplayKey
from connector.ports.seals import KeptSeal, SealedHead, Seals
from connector.protocol.dcp.claims import StatusEntry

BROKER_ROLE = "broker"
"""The role of a participant that shows others what it reads in catalogues."""
SHOWN_CLAIMS = "shown"
"""The member of the evidence with the claims that credentials state, apart from those of the participant list."""


class Intent(StrEnum):
    """The purpose of a request; a mechanism can require different evidence for different intents."""

    CATALOG = "catalog"
    NEGOTIATION = "negotiation"
    TRANSFER = "transfer"
    ENDING = "ending"
    SEARCH = "search"


class Exclusion(StrEnum):
    """Why nothing may be delivered to a participant any more, whatever its agreements say."""

    NOT_LISTED = "not-listed"
    SUSPENDED = "membership-suspended"
    LIST_EXPIRED = "list-expired"
    CREDENTIAL_ENDED = "credential-ended"
    STATUS_UNKNOWN = "status-unknown"


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the signed participant list.

    `address` is the base URL of its DSP endpoints, with the path of the version. `data` are the further URLs at whose
    origins it sends and receives data. `roles` are its roles in the data
    space (`participant`, `broker`, `authority`). `claims` are the claims that the data-space operator confirms.
    `partner` is the authority of another data space whose member it is.
    """

    id: str
    name: str
    address: str | None
    data: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    claims: dict[str, tuple[str, ...]] = {}
    partner: str = ""


class ShownStatus(msgspec.Struct, frozen=True, order=True):
    """Where the issuer of a credential says whether it has ended."""

    issuer: str
    entry: StatusEntry


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated counterparty: its identifier, its verified claims, the evidence and the single-use token.

    `replay_key` has to be committed together with every change that the request causes. It is None if the mechanism
    has no single-use tokens. `shown` are the statuses of the credentials that it has shown. `seals` is whether
    its token promises a seal for each message, `seal` the seal of this one, verified but for the body.
    """

    participant: str
    claims: Mapping[str, tuple[str, ...]]
    evidence: Mapping[str, Any]
    replay_key: ReplayKey | None
    shown: tuple[ShownStatus, ...] = ()
    seals: bool = False
    seal: KeptSeal | None = None


def join_claims(listed: Mapping[str, Sequence[str]], shown: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return what policies are told: what the participant list confirms, then what shown credentials state."""
    joined = {name: dict.fromkeys((*listed.get(name, ()), *shown.get(name, ()))) for name in (*listed, *shown)}
    return {name: tuple(values) for name, values in joined.items() if values}


class Unauthenticated(Exception):
    """The request does not prove its sender. `reason` is for the log only, never for the peer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AuthenticationUnavailable(Exception):
    """The mechanism cannot authenticate anybody now, without a fault of the sender: a later attempt can succeed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Claimed(msgspec.Struct, frozen=True):
    iss: str = ""


_CLAIMED = msgspec.json.Decoder(_Claimed)
_LONGEST_TOKEN, _LONGEST_NAME = 16 * 1024, 512


def describe_claimed(authorization: str | None) -> dict[str, str]:
    """Return who the token of a request says that it is of, as `claimed`; nothing if it does not say so.

    For the log alone: nobody has verified it.
    """
    parts = (authorization or "")[: _LONGEST_TOKEN + 1].split(".")
    if len(parts) != 3 or sum(map(len, parts)) >= _LONGEST_TOKEN:
        return {}
    try:
        named = _CLAIMED.decode(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))).iss
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return {}
    return {"claimed": named[:_LONGEST_NAME]} if named else {}


class RefreshFailed(Exception):
    """A mechanism could not renew the data that it relies on; the data in use stays in use."""


class Directory(Protocol):
    """The participant list that is in force."""

    def participant(self, id: str) -> Participant | None:
        """Return an entry of the participant list, or None for an unknown participant."""

    def participants(self) -> Sequence[Participant]:
        """Return all entries of the participant list."""


def find_name(directory: Directory, participant: str) -> str:
    """Return the name of a participant in the participant list, empty if it is unknown."""
    known = directory.participant(participant)
    return known.name if known else ""


class Authenticator(Protocol):
    """Authenticates the requests of peers."""

    async def authenticate(self, authorization: str | None, intent: Intent, head: SealedHead | None = None) -> Caller:
        """Verify the Authorization header of a request; raises Unauthenticated or AuthenticationUnavailable.

        A seal in `head` that covers the token proves it: its signature stands for that of the token, by the same key.
        May fetch through `net`, within its own deadline, before any transaction. The commit of `Caller.replay_key`
        detects a replay. It follows the verification of the signature, so nobody can use up the token of another.
        """


class Identity(Directory, Authenticator, Protocol):
    """An identity mechanism, as the binding uses it, with the participant list that it relies on."""

    async def issue_token(self, audience: str, intent: Intent) -> str:
        """Return a fresh value for the Authorization header of one request to participant `audience`.

        Raises SigningUnavailable.
        """


class ListInUse(msgspec.Struct, frozen=True, kw_only=True):
    """The participant list that is in use: its version, and the instant (ms) at which it expires.

    `key` names the key (RFC 7638) with which this process signs; `has_key` is whether the list contains it.
    """

    version: int
    expires_at: int
    key: str = ""
    has_key: bool = True


class Mechanism(Identity, Protocol):
    """An identity mechanism, as `app` runs it."""

    async def refresh(self) -> bool:
        """Renew the data that the mechanism relies on, such as the participant list; return whether it changed.

        Called before the first request and then at intervals. A mechanism without such data returns False. Raises
        RefreshFailed.
        """

    @property
    def credentials(self) -> CredentialKeys | None:
        """The keys with which credentials are signed and verified; None for a mechanism without keys."""

    @property
    def seals(self) -> Seals | None:
        """The keys with which messages are sealed; None for a mechanism without keys."""

    def exclude(self, id: str) -> Exclusion | None:
        """Return why nothing may be delivered to a participant any more, or None. Fetches nothing."""

    def list_in_use(self) -> ListInUse | None:
        """Return which participant list is in use, or None for a mechanism or a start without one."""

    def problem(self) -> str | None:
        """Return in one sentence why requests cannot be authenticated now, or None."""

    def warning(self) -> str | None:
        """Return in one sentence why requests will not be authenticated in a few days, or None."""
