"""The port of the login of an organisation: an OpenID provider that says who a person is (OpenID Connect Core 1.0)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

import msgspec


class LoginFault(StrEnum):
    """Why nobody is signed in: what a person is told has a sentence for each."""

    AWAY = "away"
    CLOCK = "clock"
    DENIED = "denied"
    DISABLED = "disabled"
    NO_ROLE = "no-role"
    OVER = "over"
    REFUSED = "refused"


class LoginFailed(Exception):
    """Nobody is signed in. `fault` is for the person, `reason` is one sentence for the log, without a secret."""

    def __init__(self, fault: LoginFault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault
        self.reason = reason


class LoginSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to one attempt: `state` and `nonce` are sent, `verifier` proves the redemption (RFC 7636)."""

    state: str
    nonce: str
    verifier: str


class LoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the provider states it: the claims of the ID token, with those of the UserInfo answer.

    `hint` is the ID token itself, which names the session of the provider when it is to end.
    """

    issuer: str
    subject: str
    claims: Mapping[str, Any]
    hint: str


class LoginProvider(Protocol):
    """An OpenID provider."""

    async def make_address(self, secrets: LoginSecrets, back: str) -> str:
        """Return the address where a person signs in, which leads to `back` afterwards. Raises LoginFailed."""

    async def redeem(self, code: str, secrets: LoginSecrets, back: str, issuer: str | None) -> LoggedIn:
        """Redeem an authorisation code, once; `issuer` is that of the answer (RFC 9207). Raises LoginFailed."""

    async def make_end_address(self, hint: str, back: str) -> str | None:
        """Return the address where the session at the provider ends; None if it has none, or is away."""
