"""An OpenID provider, over the guarded client: its metadata, its keys, the redemption of codes.

OpenID Connect Core 1.0 and Discovery 1.0; authorisation code flow with PKCE as RFC 9700, 2.1 demands.
"""

import hashlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, quote_plus, urlencode

import msgspec

from connector.identity.id_tokens import (
    ExpectedIdToken,
    IdTokenRejected,
    ProviderKey,
    read_keys,
    verify_id_token,
)
from connector.net.addresses import parse_url
from connector.net.client import GuardedClient, Response
from connector.net.errors import Blocked, NetError
from connector.ports.login import LoggedIn, LoginFailed, LoginFault, LoginSecrets

MAX_DOCUMENT = 128 * 1024
TIMEOUT_S = 10.0
KEPT_MS = 3_600_000
LOOK_AGAIN_MS = 60_000
LONGEST_CODE = 4096
_Url = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
_Token = Annotated[str, msgspec.Meta(min_length=1, max_length=32 * 1024)]
T = TypeVar("T")


class OidcClient(msgspec.Struct, frozen=True, kw_only=True):
    """This client at its provider: its issuer, its `id` and secret (empty: a public client), and the scopes."""

    issuer: str
    id: str
    secret: str = ""
    scope: str = "openid profile email"

    def __repr__(self) -> str:
        """Show no secret."""
        return f"OidcClient(issuer={self.issuer!r}, id={self.id!r})"


class ProviderMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """The members of the provider metadata that are used (Discovery 1.0, 3; RFC 8414; RFC 9207)."""

    issuer: _Url
    authorization_endpoint: _Url
    token_endpoint: _Url
    jwks_uri: _Url
    userinfo_endpoint: _Url | None = None
    end_session_endpoint: _Url | None = None
    code_challenge_methods_supported: tuple[str, ...] | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(msgspec.Struct, frozen=True, kw_only=True):
    id_token: _Token
    access_token: _Token


class _TokenError(msgspec.Struct, frozen=True, kw_only=True):
    error: str = ""


class OidcProvider:
    """Implements `ports.login.LoginProvider`; it keeps metadata and keys for an hour.

    Parameters:
        http: the guarded client.
        client: this client at the provider.
        clock: the time in ms since the Unix epoch.
        role_claim: the path of the claim with the roles; UserInfo is asked where the ID token lacks it.
    """

    def __init__(self, http: GuardedClient, client: OidcClient, clock: Callable[[], int], role_claim: str) -> None:
        self._http, self._client, self._clock = http, client, clock
        self._role_names = {role_claim, role_claim.partition(".")[0]}
        self._metadata: tuple[ProviderMetadata, int] | None = None
        self._keys: tuple[tuple[ProviderKey, ...], int] = ((), -KEPT_MS)

    async def make_address(self, secrets: LoginSecrets, back: str) -> str:
        """Return the authorisation request (Core 3.1.2.1, RFC 7636). Raises LoginFailed."""
        metadata = await self.read_metadata()
        digest = hashlib.sha256(secrets.verifier.encode()).digest()
        query = {
            "client_id": self._client.id,
            "response_type": "code",
            "scope": self._client.scope,
            "redirect_uri": back,
            "state": secrets.state,
            "nonce": secrets.nonce,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return _join(metadata.authorization_endpoint, query)

    async def redeem(self, code: str, secrets: LoginSecrets, back: str, issuer: str | None) -> LoggedIn:
        """Redeem a code at the token endpoint and verify the ID token (Core 3.1.3). Raises LoginFailed."""
        metadata = await self.read_metadata()
        if issuer != metadata.issuer and (issuer or metadata.authorization_response_iss_parameter_supported):
            raise LoginFailed(LoginFault.REFUSED, "The answer came from another issuer (RFC 9207): sign in again.")
        if not 0 < len(code) <= LONGEST_CODE:
            raise LoginFailed(LoginFault.OVER, "The answer has no code of a usual length: sign in again.")
        tokens = await self._request_tokens(metadata, code, secrets.verifier, back)
        expected = ExpectedIdToken(
            issuer=metadata.issuer,
            client_id=self._client.id,
            nonce=secrets.nonce,
            access_token=tokens.access_token,
            now_s=self._clock() / 1000,
        )
        claims = await self._verify(metadata, tokens.id_token, expected)
        if self._role_names.isdisjoint(claims) and metadata.userinfo_endpoint:
            claims = {**await self._read_user(metadata.userinfo_endpoint, tokens.access_token, claims["sub"]), **claims}
        return LoggedIn(issuer=metadata.issuer, subject=claims["sub"], claims=claims, hint=tokens.id_token)

    async def make_end_address(self, hint: str, back: str) -> str | None:
        """Return the logout request (RP-Initiated Logout 1.0, 2)."""
        try:
            endpoint = (await self.read_metadata()).end_session_endpoint
        except LoginFailed:
            return None
        query = {"client_id": self._client.id, "post_logout_redirect_uri": back}
        return _join(endpoint, query | ({"id_token_hint": hint} if hint else {})) if endpoint else None

    async def read_metadata(self) -> ProviderMetadata:
        """Return the metadata of the provider, which are kept for an hour (Discovery 1.0, 4). Raises LoginFailed."""
        now = self._clock()
        if self._metadata and 0 <= now - self._metadata[1] < KEPT_MS:
            return self._metadata[0]
        answer = await self._get(find_metadata(self._client.issuer))
        metadata = check_metadata(answer.body, self._client.issuer)
        self._metadata = (metadata, now)
        return metadata

    async def _verify(self, metadata: ProviderMetadata, token: str, expected: ExpectedIdToken) -> dict[str, Any]:
        try:
            try:
                return verify_id_token(token, await self._read_keys(metadata, KEPT_MS), expected)
            except IdTokenRejected as error:
                if error.rule != "key":
                    raise
                # The provider may have a new key.
                return verify_id_token(token, await self._read_keys(metadata, LOOK_AGAIN_MS), expected)
        except IdTokenRejected as error:
            fault = LoginFault.CLOCK if error.rule == "clock" else LoginFault.REFUSED
            raise LoginFailed(fault, f"The ID token of the provider was refused: {error}") from None

    async def _read_keys(self, metadata: ProviderMetadata, most_ms: int) -> tuple[ProviderKey, ...]:
        """Return the keys of the provider, which are read again if they are older than `most_ms`."""
        keys, at = self._keys
        if 0 <= self._clock() - at < most_ms:
            return keys
        try:
            keys = read_keys((await self._get(metadata.jwks_uri)).body)
        except ValueError as error:
            raise LoginFailed(LoginFault.REFUSED, f"The keys of the provider cannot be read. {error}") from None
        self._keys = (keys, self._clock())
        return keys

    async def _request_tokens(self, metadata: ProviderMetadata, code: str, verifier: str, back: str) -> _Tokens:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        headers, supported = {"Accept": "application/json"}, metadata.token_endpoint_auth_methods_supported
        if self._client.secret and "client_secret_basic" in supported:
            # RFC 6749, 2.3.1: both are form-encoded first.
            pair = f"{quote_plus(self._client.id)}:{quote_plus(self._client.secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            secret = {"client_secret": self._client.secret} if self._client.secret else {}
            form |= {"client_id": self._client.id, **secret}
        answer = await self._send("POST", metadata.token_endpoint, headers, form)
        if answer.status == 200:
            return _read(answer.body, _Tokens, "answer of the token endpoint")
        error = _read_error(answer)
        if error == "invalid_grant":
            raise LoginFailed(LoginFault.OVER, "The provider knows the code no more: sign in again.")
        fault = LoginFault.AWAY if answer.status >= 500 else LoginFault.REFUSED
        raise LoginFailed(fault, f"The token endpoint of the provider answered {answer.status} {error}".strip() + ".")

    async def _read_user(self, endpoint: str, access_token: str, subject: str) -> dict[str, Any]:
        """Return the claims of the UserInfo endpoint, which have to be about the same person (Core 5.3.2)."""
        answer = await self._get(endpoint, {"Authorization": f"Bearer {access_token}"})
        claims = _read(answer.body, dict[str, Any], "answer of the UserInfo endpoint")
        if claims.get("sub") != subject:
            raise LoginFailed(LoginFault.REFUSED, "The UserInfo endpoint answered about another person.")
        return claims

    async def _get(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        answer = await self._send("GET", url, {"Accept": "application/json", **(headers or {})})
        if answer.status != 200:
            fault = LoginFault.AWAY if answer.status >= 500 else LoginFault.REFUSED
            raise LoginFailed(fault, f"The provider answered {answer.status} to a request for {_origin(url)}.")
        return answer

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Response:
        body = urlencode(form).encode() if form else None
        sent = {**headers, "Content-Type": "application/x-www-form-urlencoded"} if form else headers
        try:
            return await self._http.request(
                method, url, headers=sent, body=body, timeout_s=TIMEOUT_S, max_bytes=MAX_DOCUMENT
            )
        except NetError as error:
            raise LoginFailed(LoginFault.AWAY, f"The provider cannot be reached: {error}") from None


def find_metadata(issuer: str) -> str:
    """Return where the metadata of a provider are (Discovery 1.0, 4)."""
    return issuer.rstrip("/") + "/.well-known/openid-configuration"


def check_metadata(document: bytes, issuer: str) -> ProviderMetadata:
    """Read the metadata of a provider and check that its login can be used here. Raises LoginFailed."""
    metadata = _read(document, ProviderMetadata, "metadata")
    if metadata.issuer != issuer:
        reason = "The metadata of the provider name another issuer than web.oidc.issuer: correct the setting."
        raise LoginFailed(LoginFault.REFUSED, reason)
    if "S256" not in (metadata.code_challenge_methods_supported or ("S256",)):
        raise LoginFailed(LoginFault.REFUSED, "The provider does not support PKCE with S256: allow it there.")
    for url in (metadata.authorization_endpoint, metadata.end_session_endpoint):
        if url and not _is_safe(url, issuer):
            raise LoginFailed(LoginFault.REFUSED, "An address in the metadata of the provider is not an https URL.")
    return metadata


def _read(document: bytes, kind: type[T], name: str) -> T:
    try:
        return msgspec.json.decode(document, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise LoginFailed(LoginFault.REFUSED, f"The {name} of the provider cannot be read.") from None


def _read_error(answer: Response) -> str:
    """Return the error code of an answer (RFC 6749, 5.2), as far as it is one."""
    try:
        error = msgspec.json.decode(answer.body, type=_TokenError).error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    return error if len(error) <= 64 and error.isascii() and error.replace("_", "").isalnum() else ""


def _join(endpoint: str, query: Mapping[str, str]) -> str:
    """Return an endpoint with a query; it may have one of its own (RFC 6749, 3.1)."""
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query, quote_via=quote)}"


def _is_safe(url: str, issuer: str) -> bool:
    """Return whether a browser may be sent to an address: https, or plain http if the issuer itself is at it."""
    try:
        endpoint = parse_url(url, query=True)
    except Blocked:
        return False
    return endpoint.scheme == "https" or issuer.startswith("http:")


def _origin(url: str) -> str:
    try:
        return parse_url(url, query=True).origin
    except Blocked:
        return "an address that is no URL"
