"""The mechanism `static-token`: fixed tokens for tests and for kits that cannot sign. Not for production."""

import hashlib
from collections.abc import Mapping, Sequence

from connector.identity.tokens import bearer
from connector.ports.identity import Caller, Intent, Participant, Unauthenticated
from connector.ports.seals import SealedHead


class StaticTokenIdentity:
    """Each participant has one token that never changes and can be replayed. Implements `Mechanism`."""

    def __init__(
        self, *, development: bool, own_token: str, participants: Sequence[Participant], tokens: Mapping[str, str]
    ) -> None:
        """`tokens` maps participant ids to the tokens they present. Raises ValueError unless `development`."""
        if not development:
            raise ValueError("Static tokens are for development only: use the mechanism `roster`.")
        self._own_token = own_token
        self._participants = {participant.id: participant for participant in participants}
        strangers = tokens.keys() - self._participants.keys()
        if strangers:
            raise ValueError(f"The participants of some tokens are not listed: {', '.join(sorted(strangers))}.")
        # The lookup uses the hash, so its time does not depend on the secret.
        self._by_hash = {_hash(token): holder for holder, token in tokens.items()}

    async def issue_token(self, audience: str, intent: Intent) -> str:  # noqa: ARG002 - the same for everybody
        """Return `Bearer` and the token of this participant."""
        return f"Bearer {self._own_token}"

    async def authenticate(
        self,
        authorization: str | None,
        intent: Intent,  # noqa: ARG002 - as above
        head: SealedHead | None = None,  # noqa: ARG002 - no seals
    ) -> Caller:
        """Return the participant of the token; raises Unauthenticated."""
        holder = self._by_hash.get(_hash(bearer(authorization)))
        if holder is None:
            raise Unauthenticated("Unknown token.")
        evidence = {"mechanism": "static-token"}
        return Caller(participant=holder, claims=self._participants[holder].claims, evidence=evidence, replay_key=None)

    def participant(self, id: str) -> Participant | None:
        """Return a participant."""
        return self._participants.get(id)

    def participants(self) -> Sequence[Participant]:
        """Return all participants."""
        return tuple(self._participants.values())

    def exclude(self, id: str) -> None:
        """Return None: there is no participant list."""

    async def refresh(self) -> bool:
        """Return False: the tokens are fixed."""
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
        """Return None: the tokens never expire."""

    def warning(self) -> None:
        """Return None: the tokens never expire."""


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
