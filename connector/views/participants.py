"""The participants of the data space, and this connector among them."""

from datetime import datetime

import msgspec


class BlockView(msgspec.Struct, frozen=True, kw_only=True):
    """The block of a participant: since when, by whose management key, and the reason that it is told.

    `name` is from the participant list.
    """

    participant: str
    at: datetime
    by: str
    reason: str
    name: str = ""


class ParticipantView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the participant list; its signer confirms the `claims`. `block` is set if it is excluded here."""

    id: str
    name: str
    address: str | None
    roles: tuple[str, ...]
    claims: dict[str, tuple[str, ...]]
    block: BlockView | None = None


class SelfView(msgspec.Struct, frozen=True, kw_only=True):
    """This connector: its participant, public address and version, and the scopes of the management key."""

    participant: str
    address: str
    version: str
    scopes: tuple[str, ...]
