"""The tokens of planes: a JWT for each message, signed by the plane itself with a key for nothing else.

Data Plane Signaling 1.0, OAuth 2 Client Credentials Grant, Token Claims. The key is not that of the participant: a
plane that registers under the identifier of a participant could else pass our token on to it. A plane without
registered keys is refused, although the text lets a receiver skip the signature then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from connector.identity.files import FileFault, read_bounded
from connector.identity.keys import KeyFault, SigningKey, VerificationKey, from_jwk, public_jwk
from connector.identity.tokens import bearer, issue, make_replay_key, verify
from connector.net.client import GuardedClient
from connector.net.errors import NetError
from connector.ports.dataplane import PlaneUnavailable
from connector.ports.entities import Plane
from connector.ports.signaling import PlaneCaller

LIFETIME_S = 60
_MOST_KEYS = 16
_MOST_ANSWER = 64 * 1024
_SECRET_BYTES = 4096
_EARLY_S = 30
_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class TokenClient:
    """This plane as a client of the authorization server of another one; its secret stays in a file."""

    token_endpoint: str
    client_id: str
    secret_file: Path


class _TokenAnswer(msgspec.Struct, frozen=True):
    """The answer of an authorization server (RFC 6749, 5.1)."""

    access_token: str
    expires_in: int = 60


class PlaneTokens:
    """Implements `ports.signaling.PlaneProof`.

    `find` returns a registered plane by its identifier. `clock` returns ms since the Unix epoch, `new_id` a fresh
    identifier for each token. `client` asks the authorization servers of the planes in `clients`, by identifier.
    """

    def __init__(
        self,
        *,
        owner: str,
        id: str,
        key: SigningKey,
        find: Callable[[str], Plane | None],
        client: GuardedClient,
        clock: Callable[[], int],
        new_id: Callable[[], str],
        clients: Mapping[str, TokenClient],
    ) -> None:
        self._owner, self._id, self._key = owner, id, key
        self._find, self._client, self._clock, self._new_id = find, client, clock, new_id
        self._clients = clients
        self._kept: dict[str, tuple[str, float]] = {}

    @property
    def id(self) -> str:
        """The identifier of this plane."""
        return self._id

    async def issue_token(self, plane: Plane) -> str:
        """Return a token of our own, or one of the authorization server of the plane. Raises PlaneUnavailable."""
        now_s = self._clock() / 1000
        registered = self._clients.get(plane.id)
        if registered is None:
            token = issue(
                self._key,
                issuer=self._id,
                audience=plane.id,
                jti=self._new_id(),
                now_s=int(now_s),
                lifetime_s=LIFETIME_S,
            )
            return f"Bearer {token}"
        kept = self._kept.get(plane.id)
        if kept is None or kept[1] <= now_s:
            answer = await self._ask(plane.id, registered)
            kept = self._kept[plane.id] = answer.access_token, now_s + answer.expires_in - _EARLY_S
        return f"Bearer {kept[0]}"

    def authenticate(self, authorization: str | None) -> PlaneCaller:
        """Return the plane of a token after all rules of `identity.tokens`. Raises Unauthenticated."""
        verified = verify(bearer(authorization), audience=self._id, keys_of=self._keys_of, now_s=self._clock() / 1000)
        return PlaneCaller(verified.claims.iss, make_replay_key(self._owner, verified.claims))

    def list_keys(self) -> dict[str, Any]:
        """Return the public key of this plane as a JSON Web Key Set."""
        return {"keys": [public_jwk(self._key)]}

    def _keys_of(self, id: str) -> Sequence[VerificationKey] | None:
        plane = self._find(id)
        return read_keys(plane.keys) if plane else None

    async def _ask(self, plane: str, registered: TokenClient) -> _TokenAnswer:
        """Ask the authorization server of a plane (RFC 6749, 4.4); the secret goes to it alone."""
        try:
            secret = read_bounded(registered.secret_file, _SECRET_BYTES, private=True).decode().strip()
            form = {"grant_type": "client_credentials", "client_id": registered.client_id, "client_secret": secret}
            answer = await self._client.request(
                "POST",
                registered.token_endpoint,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                body=urlencode({**form, "audience": plane}).encode(),
                timeout_s=_TIMEOUT_S,
                max_bytes=_MOST_ANSWER,
            )
            if answer.status == 200:
                return msgspec.json.decode(answer.body, type=_TokenAnswer)
            reason = f"status {answer.status}"
        except (FileFault, NetError, UnicodeDecodeError) as fault:
            reason = str(fault)
        except (msgspec.MsgspecError, RecursionError):
            reason = "no token in its answer"
        raise PlaneUnavailable(f"The authorization server of the data plane {plane} gave no token: {reason}")


@lru_cache(maxsize=256)
def read_keys(jwks: bytes) -> tuple[VerificationKey, ...]:
    """Return the keys of a JSON Web Key Set. Raises KeyFault if it has none, too many, or one that cannot be used."""
    try:
        entries = msgspec.json.decode(jwks, type=dict[str, list[Mapping[str, object]]])["keys"]
    except (msgspec.MsgspecError, UnicodeError, KeyError, RecursionError):
        raise KeyFault("The keys are no JSON Web Key Set: give an object with a list `keys`.") from None
    if not 0 < len(entries) <= _MOST_KEYS:
        raise KeyFault(f"The key set has {len(entries)} keys: give 1 to {_MOST_KEYS}.")
    return tuple(from_jwk(entry) for entry in entries)


def find_key_fault(jwks: bytes) -> str | None:
    """Return why a JSON Web Key Set cannot be used, or None."""
    try:
        read_keys(jwks)
    except KeyFault as fault:
        return str(fault)
    return None
