"""What is asked of a backend: its URL with the chosen parameters, and the header fields that prove who asks.

`"auth"` of an address is an API key in a header field or in the query, basic authentication (RFC 7617), or the client
credentials of OAuth 2.0 (RFC 6749, section 4.4). A token of OAuth is kept until shortly before its end, and renewed
once if the backend refuses it. Each names a secret of the settings, which is sent only to the servers listed there.
"""

import asyncio
import re
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, quote_plus, urlencode, urlsplit, urlunsplit
from weakref import WeakValueDictionary

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.address.parameters import SourceParameters, read_choices
from connector.dataplane.address.secrets import SecretName, SecretReader
from connector.net.addresses import join_host
from connector.net.client import GuardedClient
from connector.net.errors import Blocked, NetError
from connector.ports.flow import Cause, SourceError

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
_LARGEST_TOKEN = 64 * 1024
_LEEWAY_S, _LONGEST_S, _UNSTATED_S = 30.0, 86_400.0, 300.0
_MOST_TOKENS = 1000

_PlainText = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
HttpUrl = Annotated[str, msgspec.Meta(pattern=r"^https?://[\x21-\x7e]{1,2000}\Z")]


class BackendKey(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="api-key", tag_field="kind"
):
    """A key in the header field `header`, with `prefix` before it, or in the query as `query`."""

    secret: SecretName
    header: str = ""
    query: str = ""
    prefix: Annotated[str, msgspec.Meta(max_length=100, pattern=r"^[\x20-\x7e]*\Z")] = ""


class Basic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="basic", tag_field="kind"):
    """A user and a password (RFC 7617)."""

    user: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^:\x00-\x1f\x7f]+\Z")]
    secret: SecretName


class ClientCredentials(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="oauth2", tag_field="kind"
):
    """A client of the authorization server with this token endpoint (RFC 6749, section 4.4)."""

    token_url: HttpUrl
    client_id: _PlainText
    secret: SecretName
    scope: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    audience: Annotated[str, msgspec.Meta(max_length=1000)] = ""


BackendAuth = BackendKey | Basic | ClientCredentials


class _BackendAddress(msgspec.Struct, frozen=True):
    url: HttpUrl
    auth: BackendAuth | None = None
    parameters: SourceParameters = {}


class _GivenToken(msgspec.Struct, frozen=True):
    access_token: str
    token_type: str = "bearer"  # noqa: S105 - a type, not a token
    expires_in: float | int | str | None = None


class _KeptToken(msgspec.Struct, frozen=True):
    value: str
    until: float
    secret: str


class Asker:
    """Makes requests of an address: its URL and header fields. `secrets` are those of the operator."""

    def __init__(self, client: GuardedClient, secrets: SecretReader) -> None:
        self._client = client
        self._secrets = secrets
        self._tokens: OrderedDict[bytes, _KeptToken] = OrderedDict()
        self._fetching: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    def check(self, address: Mapping[str, Any]) -> None:
        """Raise SourceError if the address cannot be asked, or its secret is not known."""
        asked = _read(address)
        match asked.auth:
            case BackendKey(header=header, query=query) if bool(header) == bool(query):
                raise SourceError("The API key of the address has no place: give either `header` or `query`.")
            case BackendKey(header=header) if header and (not _HEADER.fullmatch(header) or header.lower() == "range"):
                raise SourceError("The `header` of the API key cannot be sent: give the name of a header field.")
        if asked.auth is not None:
            self._read_secret(asked, asked.auth)

    def make_url(self, address: Mapping[str, Any]) -> str:
        """Return the URL with the chosen parameters in its query, each encoded again."""
        chosen = {choice.parameter.field or name: choice.text for name, choice in read_choices(address).items()}
        return add_query(_read(address).url, chosen)

    def add_key(self, address: Mapping[str, Any], url: str) -> str:
        """Return the URL of a request with the key that belongs into its query, if one does."""
        asked = _read(address)
        if not isinstance(asked.auth, BackendKey) or not asked.auth.query:
            return url
        return add_query(url, {asked.auth.query: self._read_secret(asked, asked.auth)})

    async def make_headers(self, address: Mapping[str, Any]) -> dict[str, str]:
        """Return the header fields of a request. Raises SourceError if no token can be had."""
        asked = _read(address)
        headers = dict(address.get("headers", {}))
        match asked.auth:
            case BackendKey(header=header, prefix=prefix) if header:
                headers[header] = f"{prefix}{self._read_secret(asked, asked.auth)}"
            case Basic(user=user):
                pair = f"{user}:{self._read_secret(asked, asked.auth)}"
                headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
            case ClientCredentials():
                headers["Authorization"] = f"Bearer {await self._find_token(asked.auth)}"
        return headers

    def forget_token(self, address: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        """Forget the token that these header fields carry, as the backend refused it; return whether it had one."""
        auth = _read(address).auth
        if not isinstance(auth, ClientCredentials):
            return False
        key = msgspec.json.encode(auth)
        kept = self._tokens.get(key)
        if kept is not None and headers.get("Authorization") == f"Bearer {kept.value}":
            del self._tokens[key]
        return True

    def _read_secret(self, asked: _BackendAddress, auth: BackendAuth) -> str:
        url = auth.token_url if isinstance(auth, ClientCredentials) else asked.url
        return self._secrets(auth.secret, name_server(url))

    async def _find_token(self, auth: ClientCredentials) -> str:
        """Return the token of a client; many requests at once fetch one. A changed secret gives a new one."""
        key, clock = msgspec.json.encode(auth), asyncio.get_running_loop().time
        async with self._fetching.setdefault(key, asyncio.Lock()):
            secret = self._secrets(auth.secret, name_server(auth.token_url))
            kept = self._tokens.get(key)
            if kept is None or kept.until <= clock() or kept.secret != secret:
                kept = await self._fetch_token(auth, secret)
                self._tokens[key] = kept
                self._tokens.move_to_end(key)
                if len(self._tokens) > _MOST_TOKENS:
                    self._tokens.popitem(last=False)
            return kept.value

    async def _fetch_token(self, auth: ClientCredentials, secret: str) -> _KeptToken:
        form = {"grant_type": "client_credentials", "scope": auth.scope, "audience": auth.audience}
        pair = f"{quote_plus(auth.client_id)}:{quote_plus(secret)}"
        headers = {
            "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        body = urlencode({name: value for name, value in form.items() if value}).encode()
        try:
            answer = await self._client.request(
                "POST", auth.token_url, headers=headers, body=body, max_bytes=_LARGEST_TOKEN
            )
        except Blocked as error:
            raise SourceError(f"The authorization server cannot be reached: {error}", Cause.NOT_ALLOWED) from error
        except NetError as error:
            raise SourceError(f"The authorization server cannot be reached: {error}", Cause.UNAVAILABLE) from error
        if answer.status != 200:
            cause = Cause.NOT_ALLOWED if answer.status in {400, 401, 403} else Cause.UNAVAILABLE
            raise SourceError(f"The authorization server gave no token (status {answer.status}).", cause)
        try:
            given = msgspec.json.decode(answer.body, type=_GivenToken)
            lasts = min(float(_UNSTATED_S if given.expires_in is None else given.expires_in), _LONGEST_S)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            given, lasts = _GivenToken(""), 0.0
        if not _TOKEN.fullmatch(given.access_token) or given.token_type.lower() != "bearer" or lasts != lasts:
            raise SourceError("The authorization server answered with something else than a bearer token.")
        return _KeptToken(given.access_token, asyncio.get_running_loop().time() + lasts - _LEEWAY_S, secret)


def add_query(url: str, values: Mapping[str, str]) -> str:
    """Return the URL with these names in its query, in place of those of the same name."""
    if not values:
        return url
    parts = urlsplit(url)
    names = {quote(name, safe="") for name in values} | {quote_plus(name) for name in values}
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in names]
    added = urlencode(list(values.items()), quote_via=quote, safe="")
    return urlunsplit(parts._replace(query="&".join([*kept, added]), fragment=""))


def name_server(url: str) -> str:
    """Return the server of a URL as `host:port`. Raises SourceError."""
    try:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        raise SourceError("A URL of the address has no usable host and port.") from None
    return join_host(parts.hostname or "", port)


def _read(address: Mapping[str, Any]) -> _BackendAddress:
    return read_members(address, _BackendAddress, "http")
