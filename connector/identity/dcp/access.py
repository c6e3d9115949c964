"""The embedded Secure Token Service: access tokens that open the own Credential Service (DCP 1.0, 4.3.2 and 5.3).

An access token is a text that this participant signs for itself: who may bring it back, what it grants, and until when.
The peer treats it as opaque. Its `typ` is its own, so it never passes as a token of a participant, nor the reverse.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Annotated, Final

import msgspec

from connector.identity.jws import Rejected, sign, verify_document
from connector.identity.keys import SigningKey
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.scopes import MAX_SCOPE, MAX_SCOPES, Scope, parse_scope

KIND: Final = "access+jwt"
LIFETIME_MS: Final = 300_000
"""How long an access token opens the Credential Service, in ms."""
USED_MS: Final = 150_000
"""How long one access token goes along with messages to one peer, in ms: what is left of it is enough to be used."""
MAX_ACCESS: Final = 4 * 1024
MAX_KEPT = 1_024

_Scope = Annotated[str, msgspec.Meta(max_length=MAX_SCOPE)]


class _Access(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of an access token: times in ms since the Unix epoch."""

    aud: str
    scope: Annotated[tuple[_Scope, ...], msgspec.Meta(max_length=MAX_SCOPES)]
    jti: str
    until: int


_ACCESS = msgspec.json.Decoder(_Access)


class AccessTokens:
    """Makes and reads the access tokens of this participant. One for a process."""

    def __init__(self, key: SigningKey, clock: Callable[[], int]) -> None:
        """`clock` returns ms since the Unix epoch."""
        self._key = key
        self._clock = clock
        self._made: OrderedDict[tuple[str, tuple[Scope, ...]], tuple[str, int]] = OrderedDict()

    def issue(self, audience: str, scopes: Sequence[Scope]) -> str:
        """Return an access token with which `audience` alone may see what `scopes` name, for some minutes."""
        wanted, now = (audience, tuple(scopes)), self._clock()
        token, made_at = self._made.get(wanted, ("", 0))
        if token and 0 <= now - made_at < USED_MS:
            return token
        written = tuple(scope.write() for scope in scopes)
        access = _Access(aud=audience, scope=written, jti=secrets.token_urlsafe(16), until=now + LIFETIME_MS)
        token = sign(self._key, msgspec.json.encode(access), kind=KIND)
        self._made[wanted] = (token, now)
        self._made.move_to_end(wanted)
        if len(self._made) > MAX_KEPT:
            self._made.popitem(last=False)
        return token

    def read(self, token: str | None, bearer: str) -> tuple[Scope, ...]:
        """Return the scopes that an access token grants to `bearer`; raises Rejected for a token that is none of it."""
        if token is None:
            raise Rejected("access-token", "the token has no access token in the claim token.")
        keys = (self._key.verification,)
        try:
            payload = verify_document(token.encode(), kind=KIND, keys=keys, limit=MAX_ACCESS).payload
            access = _ACCESS.decode(payload)
            scopes = tuple(parse_scope(text) for text in access.scope)
        except Rejected as fault:
            raise Rejected("access-token", f"the access token was not made here: {fault.problem}") from None
        except (msgspec.MsgspecError, UnicodeError, ClaimFault):
            raise Rejected("access-token", "the access token was not made here.") from None
        if access.aud != bearer:
            raise Rejected("access-token", "the access token was made for another participant.")
        if not self._clock() < access.until <= self._clock() + LIFETIME_MS:
            raise Rejected("access-token", "the access token has expired: send the message again for a new one.")
        return scopes
