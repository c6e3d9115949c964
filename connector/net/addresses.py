"""The check of a callbackAddress, an endpoint or another URL of a peer: its form, then the policy of the operator.

Pure: this module resolves no names. `Pinned` in `dial` checks every resolved address with `address_fault`. The
networks are listed one by one, because `IPv4Address.is_global` is True for translation prefixes and multicast.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import msgspec

from connector.net.errors import Blocked

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

MAX_URL = 2048
# A request names a process behind an address: 1024 bytes of an identifier, three signs each. Listeners take 8 KiB.
MAX_REQUEST_URL = 8 * 1024

# Possessive, so that a run of signs is one step, and no text makes the expression go back.
_PATH = r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]++|%[0-9A-Fa-f]{2})*+)"
_QUERY = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]++|%[0-9A-Fa-f]{2})*+"
_URL = re.compile(
    r"(https?)://(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::([0-9]{1,5}))?" + f"({_PATH})?(?:[?]({_QUERY}))?"
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMERIC = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")  # as a last label: an IPv4 address in some spelling
_DOT_SEGMENT = re.compile(r"/(?:\.|%2[Ee]){1,2}(?=/|$)")
_HOST_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+):([0-9]{1,5}|\*)")
_DEFAULT_PORTS = {"https": 443, "http": 80}
# Each message to a peer is checked, and most peers have an address that was checked a moment ago.
_REMEMBERED = 4096

# Not allowed even for a named host: metadata services of clouds are link-local, and multicast reaches many hosts.
_NEVER_BY_NAME = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fd00:ec2::254/128",
        "fe80::/10",
        "ff00::/8",
    )
)
_NOT_PUBLIC = (
    *_NEVER_BY_NAME,
    *(
        ip_network(text)
        for text in (
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "172.16.0.0/12",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        )
    ),
)
_PUBLIC_V6 = IPv6Network("2000::/3")


class Endpoint(msgspec.Struct, frozen=True):
    """A URL of a permitted form. `host` is lower case, `port` explicit, `path` begins with `/` or is empty."""

    scheme: str
    host: str
    port: int
    path: str
    query: str | None
    literal: IPAddress | None

    @property
    def origin(self) -> str:
        """Scheme, host and port; two URLs of one party have the same origin."""
        return format_origin(self.scheme, self.host, self.port)

    @property
    def url(self) -> str:
        """The URL in one spelling; connections use it instead of the original text."""
        query = "" if self.query is None else f"?{self.query}"
        return f"{self.origin}{self.path}{query}"


# A policy is compared as the object that it is: it is a key of the memory of `_find_fault`.
@dataclass(frozen=True, slots=True, eq=False)
class NetPolicy:
    """The allowed connections; build it with `net_policy`. The default is https to port 443 of public addresses."""

    ports: frozenset[int] = frozenset({443})
    networks: tuple[IPNetwork, ...] = ()
    hosts: frozenset[str] = frozenset()
    plain_http: frozenset[str] = frozenset()


@lru_cache(maxsize=_REMEMBERED)
def format_origin(scheme: str, host: str, port: int) -> str:
    """Return an origin; an IPv6 address is written in brackets."""
    return f"{scheme}://{join_host(host, port)}"


def net_policy(
    *,
    ports: Iterable[int] = (443,),
    networks: Iterable[str] = (),
    hosts: Iterable[str] = (),
    plain_http: Iterable[str] = (),
) -> NetPolicy:
    """Build a policy from settings.

    `ports` are allowed for every host. `networks` (CIDR) are allowed although they are not public. `hosts` (`host:port`
    or `host:*`) are allowed even if they resolve to private or loopback addresses. `plain_http` (the same form) are
    allowed without TLS. Raises ValueError with the wrong entry.
    """
    return NetPolicy(
        ports=frozenset(ports),
        networks=tuple(map(_read_network, networks)),
        hosts=frozenset(_host_port(text) for text in hosts),
        plain_http=frozenset(_host_port(text) for text in plain_http),
    )


def parse_url(url: str, *, query: bool = False, most: int = MAX_URL) -> Endpoint:
    """Check the form of a URL: length, scheme, host grammar, no userinfo, no fragment, a query only if `query`.

    Raises Blocked with the reason.
    """
    if len(url) > most:
        raise Blocked(f"The address is longer than {most} characters: use a shorter one.")
    match = _URL.fullmatch(url)
    if match is None:
        raise Blocked(_form_fault(url))
    scheme, host_text, port_text, path, query_text = match.groups()
    if query_text is not None and not query:
        raise Blocked("The address has a query: use an address without '?'.")
    host, literal = _host(host_text.lower())
    port = int(port_text) if port_text else _DEFAULT_PORTS[scheme]
    if not 0 < port < 65536:
        raise Blocked("The port of the address is out of range: use a port between 1 and 65535.")
    path = path or ""
    if _DOT_SEGMENT.search(path):
        raise Blocked("The path of the address has a '.' or '..' segment: remove it.")
    return Endpoint(scheme, host, port, path, query_text, literal)


def check_url(url: str, policy: NetPolicy, *, query: bool = False, most: int = MAX_URL) -> Endpoint:
    """Check form and policy of a URL; raises Blocked. A host name is checked again when it is resolved."""
    endpoint = parse_url(url, query=query, most=most)
    fault = _find_fault(policy, endpoint.scheme, endpoint.host, endpoint.port, endpoint.literal is not None)
    if fault:
        raise Blocked(fault)
    return endpoint


@lru_cache(maxsize=_REMEMBERED)
def _find_fault(policy: NetPolicy, scheme: str, host: str, port: int, is_literal: bool) -> str | None:
    """Return why the policy does not allow an origin; None if it does."""
    if scheme == "http" and not _is_named(host, port, policy.plain_http):
        origin = join_host(host, port)
        return f"Plain http to {origin} is not allowed here by the setting `net.plain_http`: allow it, or use https."
    if (
        port not in policy.ports
        and not _is_named(host, port, policy.hosts)
        and not _is_named(host, port, policy.plain_http)
    ):
        return f"Port {port} is not allowed here by the setting `net.ports`: allow it, or use another port."
    return address_fault(parse_address(host), host, port, policy) if is_literal else None


def choose_scheme(policy: NetPolicy, authority: str) -> str:
    """Return the scheme of a place that is named without one, `host` or `host:port`: https, unless it has no TLS.

    >>> choose_scheme(net_policy(plain_http=["localhost:*"]), "localhost:7080")
    'http'
    """
    host, _, port = authority.partition(":")
    plain = _is_named(host, int(port or _DEFAULT_PORTS["http"]), policy.plain_http)
    return "http" if plain else "https"


def check_callback(url: str, policy: NetPolicy, home: str) -> Endpoint:
    """Check a callbackAddress: form, policy, and that it has the origin of `home`, its sender's listed address.

    Raises Blocked.
    """
    endpoint = check_url(url, policy)
    if endpoint.origin != _find_origin(home):
        raise Blocked("The callback address has another origin than the sender's address in the participant list.")
    return endpoint


@lru_cache(maxsize=_REMEMBERED)
def _find_origin(url: str) -> str:
    return parse_url(url).origin


def check_data_address(url: str, policy: NetPolicy, origins: Iterable[str]) -> Endpoint:
    """Check the URL of a peer's data address: form, policy, and that it has one of `origins` (URLs of the sender).

    Else a peer could make this connector send requests with a path, a query and credentials of its choice to others.
    Raises Blocked.
    """
    endpoint = check_url(url, policy, query=True)
    if endpoint.origin not in {parse_url(origin).origin for origin in origins}:
        raise Blocked(
            f"The data address has the origin {endpoint.origin}, which the participant list does not contain for its "
            "sender: ask the data-space operator to add it (`roster add --data URL`), or allow it in the receiver's "
            "setting `net.data_origins`."
        )
    return endpoint


def address_fault(address: IPAddress, host: str, port: int, policy: NetPolicy) -> str | None:
    """Return why connections to `address`, to which `host` resolved, are not allowed; None if they are."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return f"{host} resolves to an address with a zone, which is not allowed."
        address = address.ipv4_mapped or address
    if _is_within(address, policy.networks) or _is_public(address):
        return None
    if _is_named(host, port, policy.hosts) and not _is_within(address, _NEVER_BY_NAME):
        return None
    return (
        f"{host} resolves to {address}, which is not a public address and not in the settings `net.hosts` and "
        "`net.networks` here."
    )


def join_host(host: str, port: int | str) -> str:
    """Return host and port as a URL has them: an IPv6 address is in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_address(text: str) -> IPAddress:
    """Read an address as a resolver gives it; raises ValueError."""
    return ip_address(text)


def _is_public(address: IPAddress) -> bool:
    return not _is_within(address, _NOT_PUBLIC) and (address.version == 4 or address in _PUBLIC_V6)


def _is_within(address: IPAddress, networks: Iterable[IPNetwork]) -> bool:
    return any(address in network for network in networks)


def _is_named(host: str, port: int, entries: frozenset[str]) -> bool:
    return bool(entries) and (f"{host}:{port}" in entries or f"{host}:*" in entries)


@lru_cache(maxsize=_REMEMBERED)
def _host(host: str) -> tuple[str, IPAddress | None]:
    """Return the host and, if it is an address, the address; forms such as `127.1` or `0x7f.1` are refused."""
    try:
        if host.startswith("["):
            literal: IPAddress = IPv6Address(host[1:-1])
            return str(literal), literal
        if _NUMERIC.fullmatch(host.rpartition(".")[2]):
            literal = IPv4Address(host)
            return str(literal), literal
    except ValueError:
        raise Blocked("The host of the address is not an IP address in the usual form.") from None
    if not _NAME.fullmatch(host):
        raise Blocked("The host of the address is not a host name (letters, digits and hyphens between dots).")
    return host, None


def _read_network(text: str) -> IPNetwork:
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(f"'{text[:100]}' is no network: write it as 10.0.0.0/8.") from None


def _host_port(text: str) -> str:
    match = _HOST_PORT.fullmatch(text.lower())
    if match is None:
        raise ValueError(f"'{text}' is not of the form host:port or host:*.")
    try:
        host, _ = _host(match[1])
    except Blocked as fault:
        raise ValueError(f"'{text}' is not of the form host:port: {fault.reason}") from None
    return f"{host}:{match[2]}"


def _form_fault(url: str) -> str:
    """Return the fault of a URL that does not have the permitted form."""
    authority = re.split(r"[/?#\\]", url.partition("://")[2], maxsplit=1)[0]
    if not url.startswith(("https://", "http://")):
        return "The address has another scheme: begin it with https://."
    if "@" in authority:
        return "The address contains a user name: remove it."
    if "#" in url:
        return "The address has a fragment: remove '#' and the text after it."
    return "The address is not a URL: expected plain ASCII with a host, an optional port and a path."
