"""The way to message brokers of the operator: addresses checked and pinned as for peers, TLS always verified.

The clients of brokers open their connections themselves. This module says where to: without TLS to an address that was
checked, with TLS to the host by its name, which the certificate has to prove.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec

from connector.net.addresses import NetPolicy, check_url, join_host, parse_url
from connector.net.errors import Blocked, NetError
from connector.net.resolving import CheckedResolver, SystemLookup
from connector.net.tls import TrustAnchors, find_tls_fault
from connector.ports.flow import Cause, SourceError

_TTL_S = 30
_LONGEST_URL = 300


class BrokerAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account at a broker; its repr shows nothing."""

    user: str = ""
    password: str = ""
    token: str = ""

    def __repr__(self) -> str:
        """Show no secret."""
        return "BrokerAccount()"


@dataclass(frozen=True)
class BrokerPlace:
    """Where to connect: a host or a checked address, the port, the context for TLS if there is any, and the account."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    account: BrokerAccount


ReadSecret = Callable[[str, str], str]
"""Returns the secret with a name that may be sent to a server (`host:port`). Raises SourceError."""


class Brokers:
    """Finds brokers that `policy` allows. `read` returns the account at a broker, a secret of the operator."""

    def __init__(
        self,
        policy: NetPolicy,
        *,
        tls: ssl.SSLContext | None = None,
        read: ReadSecret,
    ) -> None:
        self._policy = policy
        self._trust = TrustAnchors(tls)
        self._read = read
        self._resolver = partial(CheckedResolver, policy, ttl_s=_TTL_S)

    async def find(self, url: str, ports: dict[str, int], secret: str = "") -> BrokerPlace:
        """Return the place of a broker. `ports` has its schemes: the first is plain, the second with TLS.

        `secret` is the name of the account. Raises SourceError if the place is not allowed, its name is unknown, or the
        account cannot be read.
        """
        checked, secure = _to_checked(url, ports)
        lookup = SystemLookup(threads=1)
        try:
            endpoint = check_url(checked, self._policy)
            addresses = await self._resolver(lookup).find(endpoint)
        except Blocked as error:
            reason = error.reason.replace("Plain http", "A connection without TLS").replace("https", "TLS")
            raise SourceError(f"The broker may not be used: {reason}", Cause.NOT_ALLOWED) from error
        except NetError as error:
            raise SourceError(f"The broker cannot be found: {error}", Cause.UNAVAILABLE) from error
        finally:
            lookup.close()
        server = join_host(endpoint.host.lower(), endpoint.port)
        account = self._load_account(secret, server) if secret else BrokerAccount()
        tls = await self._trust.find() if secure else None
        return BrokerPlace(endpoint.host if secure else addresses[0], endpoint.port, tls, account)

    def _load_account(self, name: str, server: str) -> BrokerAccount:
        try:
            return msgspec.json.decode(self._read(name, server), type=BrokerAccount)
        except (msgspec.MsgspecError, UnicodeError):
            raise SourceError(
                f"The secret {name} is no account at a broker: write a JSON object with `user` and `password`, or "
                "`token`, on one line.",
                Cause.NOT_ALLOWED,
            ) from None


def check_broker_url(url: object, ports: dict[str, int]) -> None:
    """Raise SourceError unless a URL is one of a broker: a scheme, a host and a port, without account and path."""
    plain, secure = ports
    if not isinstance(url, str) or len(url) > _LONGEST_URL:
        raise SourceError(f"The address has no usable `url`: give one such as {secure}://broker.example:8883.")
    try:
        endpoint = parse_url(_to_checked(url, ports)[0])
    except (Blocked, ValueError) as error:
        raise SourceError(
            f"The `url` is none of a broker: give one such as {secure}://broker.example or {plain}://…, and an account "
            "by its name in `secret`."
        ) from error
    if endpoint.url.rstrip("/") != endpoint.origin:
        raise SourceError("The `url` of a broker has no path: leave out what follows the port.")


def explain_broken(error: BaseException) -> str:
    """Return in a few words why a connection to a broker failed, without any text of the peer."""
    fault = find_tls_fault(error)
    if fault:
        return f"TLS failed ({fault})"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (error.strerror or "the connection failed") if isinstance(error, OSError) else "the connection was closed"


def _to_checked(url: str, ports: dict[str, int]) -> tuple[str, bool]:
    """Return a URL as the rules for addresses read it, with its port, and whether it is one with TLS."""
    scheme, sign, rest = url.partition("://")
    if not sign or scheme not in ports:
        raise SourceError(f"The `url` of the broker begins with none of {', '.join(ports)}: correct it.")
    secure = scheme == list(ports)[1]
    host = rest.rstrip("/")
    named = host.rpartition("]")[2] if host.startswith("[") else host
    return ("https://" if secure else "http://") + (host if ":" in named else f"{host}:{ports[scheme]}"), secure
