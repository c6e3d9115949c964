"""The participants of the data space, and this connector among them."""

import msgspec


class ParticipantView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the participant list; its signer confirms the `claims`."""

    id: str
    name: str
    address: str | None
    roles: tuple[str, ...]
    claims: dict[str, tuple[str, ...]]


class SelfView(msgspec.Struct, frozen=True, kw_only=True):
    """This connector: its participant, public address and version, and the scopes of the management key."""

    participant: str
    address: str
    version: str
    scopes: tuple[str, ...]
