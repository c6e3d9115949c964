"""The proof of who sends a signaling message, in both directions (Data Plane Signaling 1.0, Authorization Profiles)."""

from typing import Any, Protocol

import msgspec

from connector.ports.entities import Plane, ReplayKey


class PlaneCaller(msgspec.Struct, frozen=True):
    """The plane that sent a message; its single-use token is committed with `replay_key`."""

    id: str
    replay_key: ReplayKey


class PlaneProof(Protocol):
    """Issues the tokens of this plane, and verifies those of the registered ones."""

    @property
    def id(self) -> str:
        """The identifier of this plane: the audience of tokens for it, the subject of its own."""

    async def issue_token(self, plane: Plane) -> str:
        """Return the value of Authorization for one message to a plane. Raises PlaneUnavailable."""

    def authenticate(self, authorization: str | None) -> PlaneCaller:
        """Return the registered plane that a token proves. Raises Unauthenticated."""

    def list_keys(self) -> dict[str, Any]:
        """Return the public keys of this plane as a JSON Web Key Set."""
