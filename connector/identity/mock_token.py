"""The mechanism `mock-token`: the plain JSON by which deployed connectors name themselves in development.

The header is `Authorization: {"region":"eu","audience":"<address>","clientId":"<participant>"}`. It proves nothing:
not for production.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.ports.identity import Caller, Intent, Participant, Unauthenticated
from connector.ports.seals import SealedHead

LONGEST_TOKEN = 8192


class MockToken(msgspec.Struct, frozen=True, kw_only=True):
    """The token: who calls, and the address that is called; members without a name here are ignored."""

    client: str = msgspec.field(name="clientId")
    audience: Any = None
    region: Any = "eu"


class MockTokenIdentity:
    """Each participant is who it says it is. Implements `Mechanism`."""

    def __init__(self, *, development: bool, id: str, participants: Sequence[Participant]) -> None:
        """`id` is this participant, `participants` are all of them. Raises ValueError unless `development`."""
        if not development:
            raise ValueError("Mock tokens are for development only: use the mechanism `roster`.")
        self._id = id
        self._participants = {participant.id: participant for participant in participants}

    async def issue_token(self, audience: str, intent: Intent) -> str:  # noqa: ARG002 - the same for every intent
        """Return the token for a participant; its audience is the address in the list, or else the identifier."""
        known = self._participants.get(audience)
        address = known.address if known else None
        return msgspec.json.encode(MockToken(client=self._id, audience=address or audience)).decode()

    async def authenticate(
        self,
        authorization: str | None,
        intent: Intent,  # noqa: ARG002 - as above
        head: SealedHead | None = None,  # noqa: ARG002 - no seals
    ) -> Caller:
        """Return the participant that the token names; raises Unauthenticated."""
        try:
            if len(authorization or "") > LONGEST_TOKEN:
                raise Unauthenticated("The token is too long.")
            client = msgspec.json.decode((authorization or "").encode(), type=MockToken).client
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise Unauthenticated("The header contains no mock token.") from error
        known = self._participants.get(client)
        if known is None:
            raise Unauthenticated("The mock token names a participant that is not listed.")
        evidence = {"mechanism": "mock-token"}
        return Caller(participant=client, claims=known.claims, evidence=evidence, replay_key=None)

    def participant(self, id: str) -> Participant | None:
        """Return a participant."""
        return self._participants.get(id)

    def participants(self) -> Sequence[Participant]:
        """Return all participants."""
        return tuple(self._participants.values())

    def exclude(self, id: str) -> None:
        """Return None: there is no participant list."""

    async def refresh(self) -> bool:
        """Return False: the participants are fixed."""
        return False

    def list_in_use(self) -> None:
        """Return None: there is no participant list."""

    @property
    def credentials(self) -> None:
        """None: the mechanism has no keys."""

    @property
    def seals(self) -> None:
        """Nothing: this mechanism has no keys."""

    def problem(self) -> None:
        """Return None: a mock token never expires."""

    def warning(self) -> None:
        """Return None: a mock token never expires."""
